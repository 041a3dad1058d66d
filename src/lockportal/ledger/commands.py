"""What may be asked of the ledger itself; documents and payments post through their own commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import MOST, Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.ledger.models import Credit, CreditStored, EntryKind, Posting, post

_LONGEST: Final = 128


@frozen(kw_only=True)
class RecordCredit:
    """Record money received that no document is named for: it stands as unapplied credit until it is applied.

    `amount` is above zero and at most 10**15 minor units, `reference` has at most 128 characters; Refused `credit.amount` or
    `credit.reference` otherwise.
    """

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    amount: Money
    received_on: date
    reference: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Store the credit and post its entry."""
        if self.amount.minor <= 0:
            raise Refused("credit.amount", "A credit needs an amount above zero.", field="amount")
        if self.amount.minor > MOST:
            raise Refused("credit.amount", "That is more than can be added up.", field="amount")
        if len(self.reference) > _LONGEST or "\0" in self.reference:
            raise Refused("credit.reference", f"A reference has at most {_LONGEST} plain characters.", field="reference")
        credit = Credit(
            id=stamp.id, account_id=account.id, balance=-self.amount, received_on=self.received_on, reference=self.reference
        )
        posting = Posting(credit.id, EntryKind.PAYMENT, -self.amount, self.received_on, reference=self.reference)
        posted_on = account.supplier.today(stamp.at)
        return [CreditStored(credit=credit), post([posting], {}, account.id, stamp, posted_on)]
