"""From a document as the books state it to what must be posted, pure: its whole amount when it is new, else the difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Event
from lockportal.documents.models import POSTED, Document, DocumentKind, signed
from lockportal.ledger.models import EntriesPosted, EntryKind, Posting

_KINDS = {
    DocumentKind.INVOICE: EntryKind.INVOICE,
    DocumentKind.CREDIT_MEMO: EntryKind.CREDIT_MEMO,
    DocumentKind.DEBIT_MEMO: EntryKind.DEBIT_MEMO,
}
_SETTLED = "settled in the books"


def balanced(document: Document, minor: int) -> Document:
    """Answer a document with its balance; one that is not posted has none."""
    if document.kind not in POSTED or document.payable is None:
        return evolve(document, balance=None)
    return evolve(document, balance=Money(minor, document.payable.currency))


def followed(account: Account, events: Sequence[Event]) -> Account:
    """Answer an account as it stands after some events of a decision that goes on: with the balances that their entries leave."""
    after = account.holding(record for event in events for record in event.records())
    last = {entry.item_id: entry for event in events if isinstance(event, EntriesPosted) for entry in event.entries}
    there = [(after.find(Document, item_id), entry) for item_id, entry in last.items()]
    return after.holding(
        evolve(document, balance=Money(entry.item_balance, entry.amount.currency))
        for document, entry in there
        if document is not None
    )


def _owed(document: Document) -> int:
    """Answer what a document adds to what is owed, in minor units: below zero for a credit memo."""
    return 0 if document.payable is None else signed(document.kind, document.payable.minor)


def postings_of(document: Document, before: Document | None, posted_on: date) -> Iterator[Posting]:
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
