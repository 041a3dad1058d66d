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
from lockportal.documents.models import (
    POSTED,
    Document,
    DocumentFacts,
    DocumentKind,
    DocumentsRebalanced,
    DocumentsStored,
)
from lockportal.documents.views import flags, references_of, search_text
from lockportal.ledger.models import EntriesPosted, EntryKind, Posting, post
from lockportal.profiles.models import Customer, CustomerStored

_KINDS = {
    DocumentKind.INVOICE: EntryKind.INVOICE,
    DocumentKind.CREDIT_MEMO: EntryKind.CREDIT_MEMO,
    DocumentKind.DEBIT_MEMO: EntryKind.DEBIT_MEMO,
}


@frozen
class StatedDocument:
    """One document as the books state it now: its id here, whether it is known already, its facts and their digest."""

    id: UUID
    known: bool
    digest: bytes
    facts: DocumentFacts


@frozen(kw_only=True)
class StoreDocuments:
    """Store what the books state of one customer; opens the account at its first document.

    New documents are posted; of changed ones only the difference is, as entries of their own.
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
        account.require(Document, [stated.id for stated in self.documents if stated.known])
        stored: list[Document] = []
        postings: list[Posting] = []
        balances: dict[UUID, int] = {}
        for stated in self.documents:
            before = account.get(Document, stated.id) if stated.known else None
            if before is not None:
                check_correction(before.kind, None if before.payable is None else before.payable.currency, stated.facts)
            document = _document(stated, before, self.source, account.id, posted_on)
            wanted = list(_postings(document, before, posted_on))
            balances[document.id] = 0 if before is None or before.balance is None else before.balance.minor
            postings += wanted
            stored.append(_balanced(document, balances[document.id] + sum(p.amount.minor for p in wanted)))
        events: list[Event] = list(self._customer(account))
        if stored:
            events.append(DocumentsStored(documents=tuple(stored)))
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


def check_correction(kind: DocumentKind, currency: str | None, facts: DocumentFacts) -> None:
    """Refuse what no correction of a posted document may change: its kind and its currency."""
    if kind is not facts.kind and POSTED & {kind, facts.kind}:
        raise Refused("document.kind_changed", f"{facts.number}: a document of kind {kind} cannot become another.", field="kind")
    if currency is not None and facts.total is not None and currency != facts.total.currency:
        message = f"{facts.number}: it is in {currency} here; credit it and issue a new one."
        raise Refused("document.currency_changed", message, field="currency")


def _document(
    stated: StatedDocument, before: Document | None, source: str, account_id: UUID, posted_on: date
) -> Document:
    facts = stated.facts
    credit = facts.kind is DocumentKind.CREDIT_MEMO
    payable = facts.payable if facts.payable is not None else facts.total
    return Document(
        id=stated.id,
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


def _owed(document: Document | None) -> int:
    """Answer what a document adds to what is owed, in minor units: below zero for a credit memo."""
    if document is None or document.payable is None or document.kind not in POSTED:
        return 0
    return -document.payable.minor if document.kind is DocumentKind.CREDIT_MEMO else document.payable.minor


def _postings(document: Document, before: Document | None, posted_on: date) -> Iterator[Posting]:
    """Answer what must be posted so that the ledger says of the document what the books now say."""
    if document.payable is None or document.kind not in POSTED:
        return
    currency, owed = document.payable.currency, _owed(document)

    def posting(kind: EntryKind, minor: int, on: date, *, of: Document = document, reference: str = "") -> Posting:
        return Posting(document.id, kind, Money(minor, currency), on, of.issued_on, of.due_on, reference)

    if before is None:
        if owed:
            yield posting(_KINDS[document.kind], owed, document.issued_on, reference=document.number)
        if document.settled_on is not None and owed:
            yield posting(EntryKind.PAYMENT, -owed, document.settled_on, reference="settled in the books")
        return
    old, balance = _owed(before), 0 if before.balance is None else before.balance.minor
    if (before.issued_on, before.due_on) != (document.issued_on, document.due_on) and balance:
        yield posting(EntryKind.ADJUSTMENT, -balance, posted_on, of=before, reference="dates changed")
        yield posting(EntryKind.ADJUSTMENT, balance, posted_on, reference="dates changed")
    if before.settled_on is not None and before.settled_on != document.settled_on:
        yield posting(EntryKind.REVERSAL, old, before.settled_on, reference="settlement withdrawn in the books")
    if owed != old:
        yield posting(EntryKind.ADJUSTMENT, owed - old, posted_on, reference="amount changed in the books")
    if document.settled_on is not None and before.settled_on != document.settled_on:
        yield posting(EntryKind.PAYMENT, -owed, document.settled_on, reference="settled in the books")
    elif document.settled_on is not None and owed != old:
        yield posting(EntryKind.PAYMENT, old - owed, document.settled_on, reference="settled in the books")


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
