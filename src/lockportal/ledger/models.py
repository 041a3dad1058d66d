"""The receivables ledger: append-only entries, the credits that wait to be applied, and the due balances kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from attrs import field, frozen
from attrs.validators import deep_iterable, gt, instance_of

from lockportal.core.money import Money
from lockportal.core.record import Event, Index, Record, Stamp, length


class EntryKind(StrEnum):
    """What a posting records."""

    INVOICE = "invoice"
    DEBIT_MEMO = "debit_memo"
    CREDIT_MEMO = "credit_memo"
    PAYMENT = "payment"
    DISCOUNT = "discount"
    FEE = "fee"
    INTEREST = "interest"
    REFUND = "refund"
    RETURN = "return"
    CHARGEBACK = "chargeback"
    WRITE_OFF = "write_off"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    TRANSFER = "transfer"
    ALLOCATION = "allocation"
    """A pair that sums to zero: credit that goes to a document."""


class AgingBasis(StrEnum):
    """From which day an item's age is counted."""

    DUE = "due"
    ISSUE = "issue"


@frozen
class Posting:
    """One change of one item that a command wants posted; a positive amount raises what is owed.

    `issued_on` and `due_on` are the item's; a posting without `due_on` belongs to unapplied credit.
    """

    item_id: UUID
    kind: EntryKind
    amount: Money
    effective_on: date
    issued_on: date | None = None
    due_on: date | None = None
    reference: str = ""


@frozen(kw_only=True)
class Entry(Record):
    """A posting of the ledger, never changed. The sum of an account's entries is its balance, by currency.

    `item_balance` is the item's balance after this entry, in minor units of the amount's currency: so the entries alone say
    which one opened an item and which one closed it.
    """

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("item_id",)),
        Index(("effective_on",)),
        Index(("effective_on",), wide=True),
    )
    append_only: ClassVar[bool] = True

    item_id: UUID
    kind: EntryKind
    amount: Money
    item_balance: int
    effective_on: date
    posted_on: date
    issued_on: date | None = None
    due_on: date | None = None
    reference: str = field(default="", metadata=length(128))

    @property
    def live(self) -> bool:
        """Entries are read by questions, never loaded with their account."""
        return False

    @property
    def opened(self) -> int:
        """Answer 1 if this entry opened its item, -1 if it closed it, 0 if it did neither."""
        return (self.item_balance != 0) - (self.item_balance != self.amount.minor)


@frozen(kw_only=True)
class Credit(Record):
    """Money received, or credit given, that is not applied to a document yet: an item of its own, its balance below zero."""

    balance: Money
    received_on: date
    reference: str = field(default="", metadata=length(128))
    applied_to: tuple[UUID, ...] = ()
    """The documents that something of it stands applied to, the last one last."""

    @property
    def live(self) -> bool:
        """A credit that is used up takes part in no decision."""
        return not self.balance.is_zero


@frozen(kw_only=True)
class DueBalance(Record):
    """What is open in one account and currency for one due date; without a date, the unapplied credit. Derived from entries."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("amount_currency", "due_on"), wide=True), Index(("due_on",)))

    due_on: date | None
    amount: Money
    item_count: int

    @property
    def live(self) -> bool:
        """A due date at which nothing is open any more is deleted."""
        return self.item_count != 0 or not self.amount.is_zero


def due_balance_id(account_id: UUID, currency: str, due_on: date | None) -> UUID:
    """Answer the id under which the open amount of one due date is kept."""
    return uuid5(account_id, f"due-balance/{currency}/{due_on}")


@frozen(kw_only=True)
class EntriesPosted(Event):
    """Postings were made; the only event that changes balances."""

    entries: tuple[Entry, ...]
    payment_id: UUID | None = None
    """The payment that posted them, where one did: then payments tell of it, and the ledger does not."""


@frozen(kw_only=True)
class CreditStored(Event):
    """A credit was received, or its balance changed."""

    credit: Credit


def post(
    postings: Iterable[Posting], balances: Mapping[UUID, int], account_id: UUID, stamp: Stamp, posted_on: date
) -> EntriesPosted:
    """Turn postings into entries; `balances` holds what each item had open before, in minor units (absent is zero)."""
    running = dict(balances)
    entries = []
    for number, posting in enumerate(postings):
        after = running.get(posting.item_id, 0) + posting.amount.minor
        running[posting.item_id] = after
        entries.append(
            Entry(
                id=stamp.child(f"entry-{number}"),
                account_id=account_id,
                item_id=posting.item_id,
                kind=posting.kind,
                amount=posting.amount,
                item_balance=after,
                effective_on=posting.effective_on,
                posted_on=posted_on,
                issued_on=posting.issued_on,
                due_on=posting.due_on,
                reference=posting.reference,
            )
        )
    return EntriesPosted(entries=tuple(entries))


def _buckets(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(value)


def _rising(_: object, __: object, value: tuple[int, ...]) -> None:
    if list(value) != sorted(set(value)):
        message = "ledger.buckets: the last days of the buckets must rise"
        raise ValueError(message)


@frozen(kw_only=True)
class LedgerSettings:
    """`buckets`: the last day past due of each bucket but the open last one; `aging_by`: due date, or date of issue."""

    buckets: tuple[int, ...] = field(
        default=(30, 60, 90, 120), converter=_buckets, validator=[deep_iterable(instance_of(int)), deep_iterable(gt(0)), _rising]
    )
    aging_by: AgingBasis = AgingBasis.DUE
    receipt_days: int = 7
    """Contacts get receipts for payments of so many days up to now; for 0 of none."""
