"""What may be asked of documents: store what the books state of one customer, all in one decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.facts import check_facts
from lockportal.documents.models import (
    POSTED,
    Document,
    DocumentFacts,
    DocumentKind,
    DocumentsRebalanced,
    DocumentsStored,
    document_id,
    signed,
)
from lockportal.documents.views import flags, references_of, search_text
from lockportal.ledger.models import EntriesPosted, EntryKind, Posting, post
from lockportal.profiles.models import Customer, CustomerStored

_KINDS = {
    DocumentKind.INVOICE: EntryKind.INVOICE,
    DocumentKind.CREDIT_MEMO: EntryKind.CREDIT_MEMO,
    DocumentKind.DEBIT_MEMO: EntryKind.DEBIT_MEMO,
}
_SETTLED = "settled in the books"


@frozen
class StatedDocument:
    """One document as the books state it now: its facts, and the digest by which an equal statement is known."""

    digest: bytes
    facts: DocumentFacts


@frozen(kw_only=True)
class StoreDocuments:
    """Store what the books state of one customer; opens the account at its first document.

    New documents are posted; of changed ones only the difference is, as entries of their own. What is stored already, by its
    digest, is passed over: so the same command again, or another's at the same time, changes nothing more.
    """

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = True

    account_id: UUID
    customer_number: str
    customer_name: str
    source: str
    documents: tuple[StatedDocument, ...]

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the customer, its documents and their postings, as far as anything is new."""
        posted_on = account.supplier.today(stamp.at)
        ids = [document_id(account.id, self.source, stated.facts.external_id) for stated in self.documents]
        account.require(Document, ids)
        stored: dict[UUID, Document] = {}
        postings: list[Posting] = []
        balances: dict[UUID, int] = {}
        for key, stated in zip(ids, self.documents, strict=True):
            if key in balances:
                raise Refused("document.twice", f"{stated.facts.external_id!r} is stated twice.", field="external_id")
            check_facts(stated.facts)
            before = account.find(Document, key)
            balances[key] = 0 if before is None or before.balance is None else before.balance.minor
            if before is not None:
                if before.digest == stated.digest:
                    continue
                check_correction(before, stated.facts)
            document = stated_document(stated, before, self.source, account.id, posted_on)
            wanted = list(_postings(document, before, posted_on))
            postings += wanted
            stored[key] = _balanced(document, balances[key] + sum(p.amount.minor for p in wanted))
        events: list[Event] = list(self._customer(account))
        if stored:
            events.append(DocumentsStored(documents=tuple(stored.values())))
        if postings:
            events.append(post(postings, balances, account.id, stamp, posted_on))
        return events

    def _customer(self, account: Account) -> Iterator[Event]:
        known = account.find(Customer, account.id)
        name = self.customer_name or self.customer_number
        if known is None:
            opened = Customer(id=account.id, account_id=account.id, number=self.customer_number, name=name)
            yield CustomerStored(customer=opened)
        elif self.customer_name and known.name != self.customer_name:
            yield CustomerStored(customer=evolve(known, name=self.customer_name))


def check_correction(before: Document, facts: DocumentFacts) -> None:
    """Refuse what no correction of a posted document may change: its kind and its currency."""
    if before.kind is not facts.kind and POSTED & {before.kind, facts.kind}:
        message = f"{facts.number}: a document of kind {before.kind} cannot become another."
        raise Refused("document.kind_changed", message, field="kind")
    kept = None if before.payable is None else before.payable.currency
    if kept is not None and facts.total is not None and kept != facts.total.currency:
        message = f"{facts.number}: it is in {kept} here; credit it and issue a new one."
        raise Refused("document.currency_changed", message, field="currency")


def stated_document(stated: StatedDocument, before: Document | None, source: str, account_id: UUID, posted_on: date) -> Document:
    """Answer the document that facts make, its balance as it was before."""
    facts = stated.facts
    credit = facts.kind is DocumentKind.CREDIT_MEMO
    payable = facts.payable if facts.payable is not None else facts.total
    return Document(
        id=document_id(account_id, source, facts.external_id),
        account_id=account_id,
        kind=facts.kind,
        number=facts.number,
        source=source,
        external_id=facts.external_id,
        digest=stated.digest,
        source_version=facts.source_version,
        issued_on=facts.issued_on,
        due_on=None if credit or facts.kind not in POSTED else facts.due_on or facts.issued_on,
        posted_on=facts.posted_on or (posted_on if before is None else before.posted_on),
        settled_on=facts.settled_on,
        total=facts.total,
        payable=payable,
        balance=None if before is None else before.balance,
        subtotal=facts.subtotal,
        tax=facts.tax,
        terms=facts.terms,
        po_number=facts.po_number,
        notes=facts.notes,
        lines=facts.lines,
        references=references_of(facts),
        custom=facts.custom,
        flags=flags(facts),
        visible=facts.visible,
        search=search_text(facts),
    )


def _balanced(document: Document, minor: int) -> Document:
    if document.kind not in POSTED or document.payable is None:
        return evolve(document, balance=None)
    return evolve(document, balance=Money(minor, document.payable.currency))


def _owed(document: Document) -> int:
    """Answer what a document adds to what is owed, in minor units: below zero for a credit memo."""
    return 0 if document.payable is None else signed(document.kind, document.payable.minor)


def _postings(document: Document, before: Document | None, posted_on: date) -> Iterator[Posting]:
    """Answer what must be posted so that the ledger says of the document what the books now say."""
    if document.payable is None or document.kind not in POSTED:
        return
    currency, owed = document.payable.currency, _owed(document)
    if before is not None:
        yield from _corrections(document, before, currency, posted_on)
    elif owed:
        yield _posting(document, _KINDS[document.kind], Money(owed, currency), document.issued_on, document.number)
        settled_on = _settled_on(document, document.issued_on)
        if settled_on is not None:
            yield _posting(document, EntryKind.PAYMENT, Money(-owed, currency), settled_on, _SETTLED)


def _corrections(document: Document, before: Document, currency: str, posted_on: date) -> Iterator[Posting]:
    """Answer the differences: amount and dates change on the day of the correction, a settlement counts from its own day.

    So what was told of the days before still holds, but that nothing is open of the document from the day of its settlement on.
    """
    changed_on = max(posted_on, before.issued_on)  # nothing moves before there is anything to move
    was_settled, settled = _settled_on(before, before.issued_on), _settled_on(document, before.issued_on)
    old, owed = _owed(before), _owed(document)
    redated = (before.issued_on, before.due_on) != (document.issued_on, document.due_on)
    resettled = before.settled_on != document.settled_on or (redated and was_settled is not None and was_settled > changed_on)
    rest = 0 if before.balance is None else before.balance.minor  # what stands open under the dates of before
    if resettled and was_settled is not None and old:
        withdrawn_on = max(was_settled, min(settled or changed_on, changed_on))
        yield _posting(before, EntryKind.REVERSAL, Money(old, currency), withdrawn_on, "settlement withdrawn in the books")
        rest += old
    left = owed if resettled else owed - old
    if resettled and settled is not None and settled < changed_on:
        if old:
            yield _posting(before, EntryKind.PAYMENT, Money(-old, currency), settled, _SETTLED)
            rest -= old
        left = owed - old
    if redated and rest:
        yield _posting(before, EntryKind.ADJUSTMENT, Money(-rest, currency), changed_on, "dates changed")
        yield _posting(document, EntryKind.ADJUSTMENT, Money(rest, currency), changed_on, "dates changed")
    if owed != old:
        yield _posting(document, EntryKind.ADJUSTMENT, Money(owed - old, currency), changed_on, "amount changed in the books")
    if settled is not None and left:
        yield _posting(document, EntryKind.PAYMENT, Money(-left, currency), max(settled, changed_on), _SETTLED)


def _settled_on(document: Document, issued_on: date) -> date | None:
    """Answer from which day nothing is open of a document: nothing is settled before it is issued."""
    return None if document.settled_on is None else max(document.settled_on, issued_on)


def _posting(document: Document, kind: EntryKind, amount: Money, on: date, reference: str) -> Posting:
    return Posting(document.id, kind, amount, on, document.issued_on, document.due_on, reference)


def rebalance(event: EntriesPosted, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - a reaction's signature
    """Copy the ledger's balance of each item to its document, where the document does not say it already."""
    last = {entry.item_id: entry for entry in event.entries if entry.issued_on is not None}
    account.require(Document, list(last))
    changed = []
    for item_id, entry in last.items():
        document = account.find(Document, item_id)
        balance = Money(entry.item_balance, entry.amount.currency)
        if document is not None and document.balance != balance:
            changed.append(evolve(document, balance=balance))
    return [DocumentsRebalanced(documents=tuple(changed))] if changed else []
