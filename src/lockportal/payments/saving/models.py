"""A saved method: the gateway's reference to a card or a bank account, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from lockportal.core.record import WITHHELD, Claim, Event, Index, Record, length
from lockportal.payments.methods import MethodKind
from lockportal.payments.requests import MethodFacts, MethodRef, MethodStatus

ENDED: Final = frozenset({MethodStatus.REVOKED, MethodStatus.BLOCKED})
"""The statuses that no news of a gateway undoes."""
_RANKS: Final[Mapping[MethodStatus, int]] = MappingProxyType(
    {
        MethodStatus.PENDING_VERIFICATION: 0,
        MethodStatus.ACTIVE: 1,
        MethodStatus.EXPIRED: 2,
        MethodStatus.BLOCKED: 3,
        MethodStatus.REVOKED: 4,
    }
)
_LAST_DIGITS: Final = 4


@frozen(kw_only=True)
class SavedMethod(Record):
    """A card or bank account that its gateway keeps; `last4` is all that is known of its number.

    Its id is the key under which the gateway was asked to save it. Until the gateway tells of it `ref` is empty.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("added_at", "id")),)

    contact_id: UUID | None = None
    """Who saved it; None where staff did."""
    kind: MethodKind
    merchant_account: str = field(metadata=length(64))
    ref: str = field(default="", repr=False, metadata=WITHHELD)
    customer_ref: str = field(default="", repr=False, metadata=WITHHELD)
    mandate_ref: str = field(default="", metadata=WITHHELD)
    brand: str = field(default="", metadata=length(64))
    last4: str = field(default="", metadata=length(_LAST_DIGITS))
    expires_on: date | None = None
    bank: str = field(default="", metadata=length(128))
    status: MethodStatus = MethodStatus.PENDING_VERIFICATION
    off_session: bool = False
    """Whether it can be debited with nobody there."""
    default: bool = False
    reason: str = field(default="", metadata=length(64))
    """Why it can be used no more: `removed`, `abandoned`, or the code of a decline."""
    detached: bool = False
    """Whether its gateway has forgotten it."""
    added_at: datetime
    asked: int = 0
    wake_at: datetime | None = None
    """When the gateway is to be asked about it, or told to forget it."""

    @property
    def live(self) -> bool:
        """One that was removed takes part in nothing."""
        return self.status is not MethodStatus.REVOKED

    def claims(self) -> tuple[Claim, ...]:
        """Its id and the gateway's reference find its account, when the gateway tells of it."""
        named = (method_ref_claim(self.merchant_account, self.ref),) if self.ref and self.live else ()
        return (method_claim(self.id), *named)

    @property
    def method_ref(self) -> MethodRef:
        """Answer it as its gateway knows it."""
        return MethodRef(ref=self.ref, customer_ref=self.customer_ref, mandate_ref=self.mandate_ref)

    def usable(self, on: date) -> bool:
        """Say whether it can be used on a day."""
        return self.status is MethodStatus.ACTIVE and bool(self.ref) and (self.expires_on is None or on <= self.expires_on)

    def told(self, facts: MethodFacts) -> SavedMethod:
        """Answer it as its gateway tells of it; what ended stays so, and older news changes nothing."""
        if self.status in ENDED or (self.ref and facts.ref.ref != self.ref):
            return self
        status = facts.status
        renewed = self.status is MethodStatus.EXPIRED and _later(facts.expires_on, self.expires_on)
        if _RANKS[status] < _RANKS[self.status] and not renewed:
            status = self.status
        return evolve(
            self,
            ref=facts.ref.ref,
            customer_ref=facts.ref.customer_ref or self.customer_ref,
            mandate_ref=facts.ref.mandate_ref or self.mandate_ref,
            brand=facts.brand or self.brand,
            last4=facts.last4[-_LAST_DIGITS:] or self.last4,
            expires_on=facts.expires_on or self.expires_on,
            bank=facts.bank or self.bank,
            status=status,
            off_session=facts.off_session,
            reason="gateway" if status in ENDED else self.reason,
            wake_at=self.wake_at if status is MethodStatus.PENDING_VERIFICATION else None,
        )

    def ended(self, status: MethodStatus, reason: str) -> SavedMethod:
        """Answer it as one that can be used no more."""
        return evolve(self, status=status, reason=reason, default=False, wake_at=None)


def _later(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one > other


def method_claim(method_id: UUID) -> Claim:
    """Answer the claim by which a saved method's account is found."""
    return Claim("method.id", method_id.hex)


def method_ref_claim(merchant_account: str, ref: str) -> Claim:
    """Answer the claim by which the saved method of a gateway's reference is found."""
    return Claim("method.ref", f"{merchant_account}/{ref}")


def paid_method_id(operation_id: UUID) -> UUID:
    """Answer the id of the method that was saved by an operation that took money."""
    return uuid5(operation_id, "method")


@frozen(kw_only=True)
class MethodSetUp(Event):
    """A way to pay is being saved."""

    method: SavedMethod


@frozen(kw_only=True)
class MethodSaved(Event):
    """A saved method can be used from now on."""

    method: SavedMethod


@frozen(kw_only=True)
class MethodChanged(Event):
    """What is known of saved methods is another thing now: status, expiry, which one is preferred."""

    methods: tuple[SavedMethod, ...]


@frozen(kw_only=True)
class MethodBlocked(Event):
    """A bank said that a saved method must not be used again."""

    method: SavedMethod


@frozen(kw_only=True)
class MethodRemoved(Event):
    """A saved method was removed; its gateway is yet to forget it."""

    method: SavedMethod


@frozen(kw_only=True)
class MethodDue(Event):
    """It is time to ask the gateway about a saved method, or to have it forget one."""

    method: SavedMethod
