"""What is decided about replies by mail: open an address for them, and take each mail once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.record import Event, Record, Stamp
from lockportal.messages.inbound.models import (
    MailOutcome,
    MailReceived,
    MailSettled,
    ReceivedMail,
    ReplyAddress,
    ReplyAddressOpened,
    address_id,
)
from lockportal.profiles.models import Contact


@frozen(kw_only=True)
class OpenReplyAddress:
    """Let a contact reply into a thread by mail; nothing follows where they may already."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    kind: str
    thread_id: UUID
    contact_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the address; NotFound for a contact of another account."""
        account.get(Contact, self.contact_id)
        key = address_id(self.thread_id, self.contact_id)
        if account.find(ReplyAddress, key) is not None:
            return []
        address = ReplyAddress(
            id=key,
            account_id=account.id,
            kind=self.kind,
            thread_id=self.thread_id,
            contact_id=self.contact_id,
            opened_at=stamp.at,
        )
        return [ReplyAddressOpened(address=address)]


@frozen(kw_only=True)
class ReceiveMail:
    """Note that a reply came in; nothing follows where it is known."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    mail_id: UUID
    address_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the mail, which is still to be taken."""
        if account.find(ReceivedMail, self.mail_id) is not None:
            return []
        mail = ReceivedMail(id=self.mail_id, account_id=account.id, address_id=self.address_id, received_at=stamp.at)
        return [MailReceived(mail=mail)]


@frozen(kw_only=True)
class SettleMail:
    """Note what became of a reply; the first word stands."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    mail_id: UUID
    outcome: MailOutcome

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the mail with its outcome."""
        mail = account.get(ReceivedMail, self.mail_id)
        return [MailSettled(mail=evolve(mail, outcome=self.outcome))] if mail.outcome is None else []
