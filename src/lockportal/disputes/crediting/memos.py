"""Credit memos of disputes: what one says that is issued here, which dispute one that came is for, what it goes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Final

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.money import Money, divide
from lockportal.core.money import total as total_of
from lockportal.core.record import Event, Stamp
from lockportal.disputes.models import Dispute, DisputeCredited, DisputeLine
from lockportal.disputes.shares import shared
from lockportal.disputes.states import AWAITING_CREDIT, DisputeStatus
from lockportal.disputes.steps import changed, moved
from lockportal.documents.lines import lines_of
from lockportal.documents.models import Document, DocumentKind, DocumentsStored, Line, Reference, document_id
from lockportal.documents.postings import balanced, followed, postings_of
from lockportal.documents.views import search_text
from lockportal.ledger.models import post
from lockportal.payments.crediting.book import Book
from lockportal.payments.crediting.models import Application, application_id
from lockportal.payments.planning import available, open_of, reserved

SOURCE: Final = "lockportal.disputes"
"""The source of the credit memos that the portal issues."""


def issued(account: Account, dispute: Dispute, before: Sequence[DisputeLine], stamp: Stamp) -> Sequence[Event]:
    """Answer the credit memo for what was granted more than `before`, with its postings."""
    today = account.supplier.today(stamp.at)
    memo = memo_of(account, dispute, before, today)
    owed = list(postings_of(memo, None, today))
    stored = balanced(memo, sum(posting.amount.minor for posting in owed))
    return [
        DocumentsStored(documents=(stored,), added=(stored.id,)),
        post(owed, {}, account.id, stamp.branch("memo"), today),
    ]


def memo_of(account: Account, dispute: Dispute, before: Sequence[DisputeLine], today: date) -> Document:
    """Answer the credit memo for what was granted more than `before`, by line, each with its share of the tax."""
    number = f"CM-{dispute.reference[2:]}" + (f"-{len(dispute.memos) + 1}" if dispute.memos else "")
    currency = dispute.amount.currency
    document = account.get(Document, dispute.document_id)
    billed = lines_of(document)
    lines: list[Line] = []
    for line, was in zip(dispute.lines, before, strict=True):
        gross = line.granted - was.granted
        if gross:
            tax = Money(_share(line.tax.minor, gross.minor, line.amount.minor), currency)
            known = billed.get(line.line, Line())
            lines.append(
                Line(
                    number=line.line,
                    product_code=known.product_code,
                    description=line.description or document.number,
                    tax_category=known.tax_category,
                    tax_rate=known.tax_rate,
                    amount=gross - tax,
                    tax=tax,
                )
            )
    subtotal = total_of((line.amount for line in lines if line.amount is not None), currency)
    tax = total_of((line.tax for line in lines if line.tax is not None), currency)
    memo = Document(
        id=document_id(account.id, SOURCE, number),
        account_id=account.id,
        kind=DocumentKind.CREDIT_MEMO,
        number=number,
        source=SOURCE,
        external_id=number,
        digest=sha256(f"{SOURCE}/{number}".encode()).digest(),
        issued_on=today,
        posted_on=today,
        total=subtotal + tax,
        payable=subtotal + tax,
        subtotal=subtotal,
        tax=tax,
        po_number=document.po_number,
        notes=dispute.reference,
        lines=tuple(lines),
        references=tuple(
            Reference(kind, number)
            for kind, number in ((document.kind, document.number), (DocumentKind.PURCHASE_ORDER, document.po_number))
            if number
        ),
        bill_to=document.bill_to,
        visible=document.visible,
    )
    return evolve(memo, search=search_text(memo))


def settle(event: DocumentsStored, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Take credit memos that came to the disputes that wait for them, and apply them to their documents."""
    added = set(event.added)
    memos = [one for one in event.documents if one.id in added and one.kind is DocumentKind.CREDIT_MEMO]
    events: list[Event] = []
    for memo in memos:
        dispute = _waiting(account, memo)
        if dispute is not None:
            more = credited(account, dispute, memo, stamp.branch(f"memo/{memo.id}"))
            account = followed(account, more)
            events += more
    return events


def credited(account: Account, dispute: Dispute, memo: Document, stamp: Stamp) -> Sequence[Event]:
    """Count a credit memo for a dispute, and apply it to the document as far as that is open; all granted closes the dispute."""
    currency, stated = dispute.amount.currency, 0 if memo.payable is None else memo.payable.minor
    amount = Money(min(stated, dispute.standing.minor), currency)
    after = changed(dispute, stamp, credited=dispute.credited + amount, memos=(*dispute.memos, memo.id))
    if after.credited == after.granted:
        after = moved(after, DisputeStatus.CLOSED, stamp, closed_at=stamp.at)
    held, today = reserved(account), account.supplier.today(stamp.at)
    book = Book(account, currency, dispute.reference, max(today, memo.issued_on))
    book.require((memo.id, dispute.document_id))
    account.require(Application, [application_id(memo.id, dispute.document_id)])
    document = account.get(Document, dispute.document_id)
    most = min(open_of(document, held), available(account, memo.id, currency, held), amount.minor)
    book.allocate(memo.id, document.id, max(most, 0))
    return [*book.events(stamp), DisputeCredited(dispute=shared(account, after), amount=amount)]


def _waiting(account: Account, memo: Document) -> Dispute | None:
    """Answer the dispute that a credit memo is for: whose reference it names, else the only one that fits."""
    currency = memo.payable and memo.payable.currency
    awaiting = [
        one
        for one in sorted(account.all(Dispute), key=lambda one: (one.opened_at or one.begun_at, one.id))
        if one.status in AWAITING_CREDIT and one.amount.currency == currency
    ]
    said = " ".join((memo.number, memo.external_id, memo.notes, memo.po_number, *(field.value for field in memo.custom))).upper()
    named = [one for one in awaiting if one.reference in said or one.reference in {ref.number for ref in memo.references}]
    if named:
        return named[0]
    of = {reference.number for reference in memo.references if reference.kind is not DocumentKind.PURCHASE_ORDER}
    fitting = [one for one in awaiting if one.number in of and one.standing == memo.payable]
    return fitting[0] if len(fitting) == 1 else None


def _share(tax: int, part: int, whole: int) -> int:
    exact = Fraction(tax * part, whole)
    return divide(exact.numerator, exact.denominator)
