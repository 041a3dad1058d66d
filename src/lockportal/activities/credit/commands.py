"""Holding new orders back and releasing them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.activities.credit.models import LONGEST_REASON, CreditDecision, CreditHeld, CreditReleased
from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.ledger.models import DueBalance
from lockportal.profiles.models import Customer

_OFFICE: Final = Audience(staff=True, system=True)


@frozen(kw_only=True)
class HoldCredit:
    """Hold new orders of a customer back, with a reason; one that is held already stays as it is."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, DueBalance)
    opens: ClassVar[bool] = False

    account_id: UUID
    reason: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the customer on hold, with what it owes."""
        decision = _decided(account, stamp, self.reason, held=True)
        customer = account.get(Customer, account.id)
        return [] if customer.hold else [CreditHeld(customer=evolve(customer, hold=True), decision=decision)]


@frozen(kw_only=True)
class ReleaseCredit:
    """Let new orders of a customer go on, with a reason; one that is not held stays as it is."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer, DueBalance)
    opens: ClassVar[bool] = False

    account_id: UUID
    reason: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the customer, no longer on hold, with what it owes."""
        decision = _decided(account, stamp, self.reason, held=False)
        customer = account.get(Customer, account.id)
        return [CreditReleased(customer=evolve(customer, hold=False), decision=decision)] if customer.hold else []


def _decided(account: Account, stamp: Stamp, reason: str, *, held: bool) -> CreditDecision:
    if not reason.strip():
        raise Refused("credit.reason_missing", "Say why.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused("credit.reason_too_long", f"At most {LONGEST_REASON} characters.", field="reason")
    limit = account.get(Customer, account.id).credit_limit
    owed = None
    if limit is not None:
        minor = sum(one.amount.minor for one in account.all(DueBalance) if one.amount.currency == limit.currency)
        owed = Money(minor, limit.currency)
    return CreditDecision(
        id=stamp.id,
        account_id=account.id,
        at=stamp.at,
        by=f"{stamp.by.kind}:{stamp.by.id}"[:128],
        held=held,
        reason=reason.strip(),
        exposure=owed,
        limit=limit,
    )
