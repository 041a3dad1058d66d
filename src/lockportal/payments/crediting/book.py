"""Postings in the making: what one decision does to the items of one account, checked against what each has open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from attrs import define, evolve, field

from lockportal.core.account import Account
from lockportal.core.money import Money
from lockportal.core.record import Event, Stamp
from lockportal.documents.models import Document
from lockportal.ledger.models import Credit, CreditStored, EntryKind, Posting, post
from lockportal.payments.crediting.models import Application, CreditsApplied, application_id


@define
class Book:
    """What is posted in one decision, in one currency, as of one day; `reference` stands in every entry."""

    account: Account
    currency: str
    reference: str
    on: date
    payment_id: UUID | None = None
    """The payment that posts, where one does."""
    _postings: list[Posting] = field(factory=list)
    _before: dict[UUID, int] = field(factory=dict)
    _moved: dict[UUID, int] = field(factory=dict)
    _new: set[UUID] = field(factory=set)
    _applied: dict[UUID, Application] = field(factory=dict)

    def require(self, items: Collection[UUID]) -> None:
        """Have these items loaded at once."""
        self.account.require(Document, items)
        self.account.require(Credit, items)

    def open(self, item_id: UUID) -> int:
        """Answer what an item has open with everything that is posted here, in minor units; below zero for credit."""
        if item_id not in self._before:
            document, credit = self.account.find(Document, item_id), self.account.find(Credit, item_id)
            balance = document.balance if document is not None else credit.balance if credit is not None else None
            self._before[item_id] = 0 if balance is None else balance.minor
        return self._before[item_id] + self._moved.get(item_id, 0)

    def add(self, item_id: UUID, kind: EntryKind, minor: int) -> None:
        """Post an amount to a document or a credit."""
        document = self.account.find(Document, item_id)
        dates = (None, None) if document is None else (document.issued_on, document.due_on)
        self._add(item_id, kind, minor, dates)

    def credit(self, item_id: UUID, kind: EntryKind, minor: int) -> None:
        """Post an amount to a credit that there may not be yet."""
        if minor:
            self._new.add(item_id)
        self._add(item_id, kind, minor, (None, None))

    def fee(self, item_id: UUID, kind: EntryKind, minor: int) -> None:
        """Charge a fee and have it paid by the same money; the item is never open."""
        self._add(item_id, EntryKind.FEE, minor, (self.on, self.on))
        self._add(item_id, kind, -minor, (self.on, self.on))

    def allocate(self, credit_id: UUID, document_id: UUID, minor: int) -> None:
        """Let credit go to a document, or come off it again: a pair that sums to zero."""
        if not minor:
            return
        self.add(document_id, EntryKind.ALLOCATION, -minor)
        self.add(credit_id, EntryKind.ALLOCATION, minor)
        known = self.applied(credit_id, document_id)
        self._applied[known.id] = evolve(known, amount=known.amount + Money(minor, self.currency))

    def withdraw(self, credit_id: UUID, kind: EntryKind, minor: int) -> int:
        """Take money out of a credit again, and where it was used, off its documents, the last first; answer how much."""
        if minor <= 0:
            return 0
        credit = self.account.find(Credit, credit_id)
        documents = () if credit is None else credit.applied_to
        self.account.require(Application, [application_id(credit_id, key) for key in documents])
        self.require(documents)
        for key in reversed(documents):
            short = max(minor + min(self.open(credit_id), 0), 0)
            self.allocate(credit_id, key, -min(short, max(self.applied(credit_id, key).amount.minor, 0)))
        taken = min(minor, max(-self.open(credit_id), 0))
        self.credit(credit_id, kind, taken)
        return taken

    def applied(self, credit_id: UUID, document_id: UUID) -> Application:
        """Answer what of a credit stands applied to a document, nothing of it if none ever was."""
        key = application_id(credit_id, document_id)
        known = self._applied.get(key) or self.account.find(Application, key)
        return known or Application(
            id=key,
            account_id=self.account.id,
            credit_id=credit_id,
            document_id=document_id,
            amount=Money.zero(self.currency),
        )

    def events(self, stamp: Stamp) -> Sequence[Event]:
        """Answer what follows: the credits as they stand afterwards, and the entries."""
        if not self._postings:
            return []
        stored: list[Event] = [
            CreditStored(credit=credit) for item_id in self._moved if (credit := self._credit(item_id)) is not None
        ]
        if self._applied:
            stored.append(CreditsApplied(applications=tuple(self._applied.values())))
        today = self.account.supplier.today(stamp.at)
        posted = post(self._postings, self._before, self.account.id, stamp.branch("post"), today)
        return [*stored, evolve(posted, payment_id=self.payment_id)]

    def _add(self, item_id: UUID, kind: EntryKind, minor: int, dates: tuple[date | None, date | None]) -> None:
        if not minor:
            return
        self.open(item_id)
        self._moved[item_id] = self._moved.get(item_id, 0) + minor
        self._postings.append(Posting(item_id, kind, Money(minor, self.currency), self.on, *dates, self.reference))

    def _credit(self, item_id: UUID) -> Credit | None:
        known, balance = self.account.find(Credit, item_id), Money(self.open(item_id), self.currency)
        if known is not None:
            return evolve(known, balance=balance, applied_to=self._applied_to(known))
        if item_id not in self._new:
            return None
        return Credit(id=item_id, account_id=self.account.id, balance=balance, received_on=self.on, reference=self.reference)

    def _applied_to(self, credit: Credit) -> tuple[UUID, ...]:
        changed = [one for one in self._applied.values() if one.credit_id == credit.id]
        gone = {one.document_id for one in changed}
        there = [one.document_id for one in changed if one.amount.minor > 0]
        return (*(key for key in credit.applied_to if key not in gone), *there)
