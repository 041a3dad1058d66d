"""What is decided about dead addresses, pure: nothing more is sent to one, until somebody says that it lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.record import Event, Record, Stamp
from lockportal.messages.models import AddressSuppressed, Suppression, SuppressionLifted, suppression_id
from lockportal.profiles.models import Contact


@frozen(kw_only=True)
class SuppressAddress:
    """Send nothing more to the address of a contact that a server has reported as dead."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    contact_id: UUID
    email: str
    status: str
    kind: str
    message_id: UUID
    version: int
    n: int

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the suppression; nothing where there is one, or the contact has another address by now."""
        contact = account.get(Contact, self.contact_id)
        key = suppression_id(self.contact_id, self.email)
        known = account.find(Suppression, key)
        if contact.email.lower() != self.email or (known is not None and (known.live or known.message_id == self.message_id)):
            return []
        made = Suppression(
            id=key,
            account_id=account.id,
            contact_id=self.contact_id,
            email=self.email,
            status=self.status,
            kind=self.kind,
            message_id=self.message_id,
            version=self.version,
            n=self.n,
            suppressed_at=stamp.at,
        )
        return [AddressSuppressed(suppression=made)]


@frozen(kw_only=True)
class LiftSuppression:
    """Say that an address lives: it is written to again."""

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    suppression_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer it as lifted; nothing if it is already."""
        known = account.get(Suppression, self.suppression_id)
        return [SuppressionLifted(suppression=evolve(known, lifted_at=stamp.at))] if known.live else []
