"""What can be done to links to documents, and what time and other facts do to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

from lockportal.access.models import AccessSettings
from lockportal.access.sharing.models import (
    LONGEST_REASON,
    Shareable,
    ShareLink,
    ShareLinksIssued,
    ShareState,
    ended,
)
from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.profiles.models import Contact, ContactStored

_WORTH_IT: Final = timedelta(days=1)
"""By less than this no end is put off: a message that is sent again changes nothing."""


@frozen(kw_only=True)
class IssueShareLinks:
    """Make the links to some documents for a contact; where one is open, its end is put off by whole days."""

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (ShareLink,)
    opens: ClassVar[bool] = False

    account_id: UUID
    documents: tuple[Shareable, ...]
    contact_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer what is new; NotFound for a contact that is none of the account's, or may not view it any more."""
        contact = account.get(Contact, self.contact_id)
        if not contact.active or Right.VIEW not in contact.rights:
            raise NotFound("contact.not_found", "There is no such contact.")
        until = stamp.at + account.settings(AccessSettings).share_link_lasts
        theirs = [link for link in account.all(ShareLink) if link.contact_id == self.contact_id and link.expires_at > stamp.at]
        known = {link.document_id: link for link in theirs}
        links = {one.document_id: self._made(one, known.get(one.document_id), until, stamp) for one in self.documents}
        changed = tuple(link for link in links.values() if link != known.get(link.document_id))
        return [ShareLinksIssued(links=changed)] if changed else []

    def _made(self, one: Shareable, known: ShareLink | None, until: datetime, stamp: Stamp) -> ShareLink:
        if known is not None:
            return known.extend(until) if until - known.expires_at >= _WORTH_IT else known
        return ShareLink(
            id=stamp.child(f"share/{one.document_id.hex}"),
            account_id=self.account_id,
            document_id=one.document_id,
            number=one.number,
            contact_id=self.contact_id,
            created_at=stamp.at,
            expires_at=until,
            wake_at=until,
        )


@frozen(kw_only=True)
class RevokeShareLinks:
    """Let links to documents open nothing any more: the one that is named, all of a contact, or all of the account."""

    audience: ClassVar[Audience] = Audience(customer=Right.USERS, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (ShareLink,)
    opens: ClassVar[bool] = False

    account_id: UUID
    link_id: UUID | None = None
    contact_id: UUID | None = None
    reason: str

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End the links; NotFound for a link that there is not, Refused `share_link.reason_missing` without a reason."""
        reason = self.reason.strip()
        if not reason:
            raise Refused("share_link.reason_missing", "Say why the link is revoked.", field="reason")
        if len(reason) > LONGEST_REASON:
            raise Refused("share_link.reason_too_long", f"At most {LONGEST_REASON} characters, please.", field="reason")
        if self.link_id is not None:
            account.get(ShareLink, self.link_id)
        chosen = [
            link
            for link in account.all(ShareLink)
            if (self.link_id is None or link.id == self.link_id)
            and (self.contact_id is None or link.contact_id == self.contact_id)
        ]
        return ended(chosen, ShareState.REVOKED, stamp.at, reason)


def expire_share_link(link: ShareLink, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every wake
    """End a link whose time is over."""
    return ended([link], ShareState.EXPIRED, stamp.at)


def leave(event: ContactStored, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Revoke the links of a contact who may not view the account any more."""
    contact = event.contact
    if contact.active and Right.VIEW in contact.rights:
        return []
    theirs = [link for link in account.all(ShareLink) if link.contact_id == contact.id]
    return ended(theirs, ShareState.REVOKED, stamp.at, "the contact may not view the account any more")
