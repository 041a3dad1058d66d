"""What can be done about an account with a gateway, pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.payments.merchants.models import ClosedMerchant, MerchantClosed, MerchantReopened, closed_id


@frozen(kw_only=True)
class CloseMerchant:
    """Begin nothing more through an account whose gateway does not know the credentials; the same again changes nothing."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    merchant_account: str
    code: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Close it."""
        key = closed_id(account.id, self.merchant_account)
        known = account.find(ClosedMerchant, key)
        if known is not None and known.live:
            return []
        closed = ClosedMerchant(
            id=key,
            account_id=account.id,
            merchant_account=self.merchant_account,
            code=self.code,
            closed_at=stamp.at,
        )
        return [MerchantClosed(merchant=closed)]


@frozen(kw_only=True)
class ReopenMerchant:
    """Take payments through an account again, once its credentials are right."""

    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    merchant_account: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Open it; Refused `gateway.open` where it is not closed."""
        known = account.find(ClosedMerchant, closed_id(account.id, self.merchant_account))
        if known is None or not known.live:
            raise Refused("gateway.open", "This account with a gateway is not closed.")
        return [MerchantReopened(merchant=evolve(known, reopened_at=stamp.at))]
