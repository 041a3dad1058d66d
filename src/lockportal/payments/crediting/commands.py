"""What can be done with credit: let it go to documents, and take it off them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.models import Document
from lockportal.ledger.models import Credit
from lockportal.payments.crediting.book import Book
from lockportal.payments.crediting.models import Application, application_id
from lockportal.payments.earmarks import Deposit, earmarked
from lockportal.payments.lines import CreditUse
from lockportal.payments.models import Payment
from lockportal.payments.planning import available, open_of, reserved

_OFFICE: Final = Audience(staff=True, system=True)


@frozen(kw_only=True)
class ApplyCredits:
    """Let credit go to documents: no more than is left of either, beside what payments under way hold.

    Refused `credit.spent` and `payment.too_much` beyond that, `credit.earmarked` for a deposit on another order. The amounts are
    above zero.
    """

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Payment, Deposit)
    opens: ClassVar[bool] = False

    account_id: UUID
    uses: tuple[CreditUse, ...]

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Check each use against what is left after those before it, and post them."""
        if not self.uses:
            raise Refused("payment.empty", "Choose what to apply.", field="uses")
        currency = self.uses[0].amount.currency
        book, held = _book(account, self.uses, stamp), reserved(account)
        meant = earmarked(account)
        given: dict[UUID, int] = {}
        taken: dict[UUID, int] = {}
        for use in self.uses:
            _check(account, use, currency)
            given[use.credit_id] = given.get(use.credit_id, 0) + use.amount.minor
            taken[use.document_id] = taken.get(use.document_id, 0) + use.amount.minor
            if given[use.credit_id] > available(account, use.credit_id, currency, held):
                raise Refused("credit.spent", "Less of this credit is left than that.", field="uses")
            deposit = meant.get(use.credit_id)
            if deposit is not None and not deposit.meant_for(account.get(Document, use.document_id)):
                raise Refused("credit.earmarked", f"This credit is a deposit on {deposit.number}.", field="uses")
            if taken[use.document_id] > open_of(account.get(Document, use.document_id), held):
                raise Refused("payment.too_much", "Less of this document is open than that.", field="uses")
            book.allocate(use.credit_id, use.document_id, use.amount.minor)
        return book.events(stamp)


@frozen(kw_only=True)
class UnapplyCredit:
    """Take credit off a document again, at most what was applied from it; the document is open by so much again."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    use: CreditUse

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Post the allocation the other way round; Refused `credit.not_applied` beyond what was applied."""
        _check(account, self.use, self.use.amount.currency)
        book = _book(account, (self.use,), stamp)
        if self.use.amount.minor > book.applied(self.use.credit_id, self.use.document_id).amount.minor:
            raise Refused("credit.not_applied", "Less of this credit was applied to this document than that.", field="use")
        book.allocate(self.use.credit_id, self.use.document_id, -self.use.amount.minor)
        return book.events(stamp)


def _book(account: Account, uses: Sequence[CreditUse], stamp: Stamp) -> Book:
    book = Book(account, uses[0].amount.currency, "applied credit", account.supplier.today(stamp.at))
    account.require(Application, [application_id(use.credit_id, use.document_id) for use in uses])
    book.require({use.credit_id for use in uses} | {use.document_id for use in uses})
    return book


def _check(account: Account, use: CreditUse, currency: str) -> None:
    """Refuse what is no use of a credit: below zero, of another currency, of or to something that there is not."""
    if use.amount.minor <= 0:
        raise Refused("payment.below_zero", "Apply more than nothing.", field="uses")
    document = account.get(Document, use.document_id)
    credit = account.find(Credit, use.credit_id)
    item = credit.balance if credit is not None else account.get(Document, use.credit_id).balance
    if {use.amount.currency, currency} != {currency} or any(
        balance is None or balance.currency != currency for balance in (document.balance, item)
    ):
        raise Refused("payment.currency", "A credit goes to documents of its own currency.", field="uses")
