"""An account with a gateway through which nothing is begun until somebody has put its credentials right."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.record import Event, Record, length


@frozen(kw_only=True)
class ClosedMerchant(Record):
    """One of the supplier's gateway accounts, closed as its gateway did not know the credentials: `code` says what it told."""

    merchant_account: str = field(metadata=length(64))
    code: str = field(default="", metadata=length(128))
    closed_at: datetime
    reopened_at: datetime | None = None

    @property
    def live(self) -> bool:
        """One that was opened again stands in nobody's way."""
        return self.reopened_at is None


def closed_id(supplier_id: UUID, merchant_account: str) -> UUID:
    """Answer the id under which it is kept that an account is closed."""
    return uuid5(supplier_id, f"closed-merchant/{merchant_account}")


@frozen(kw_only=True)
class MerchantClosed(Event):
    """A gateway did not know the supplier's credentials: nothing is begun through this account until somebody has looked."""

    merchant: ClosedMerchant


@frozen(kw_only=True)
class MerchantReopened(Event):
    """An account with a gateway can be paid through again."""

    merchant: ClosedMerchant
