"""What can be done to login links and sessions, and what time does to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

from lockportal.access.models import (
    AccessSettings,
    CodeMissed,
    LinkClosed,
    LinkIssued,
    LinkState,
    LoginLink,
    Session,
    SessionEnded,
    SessionStarted,
)
from lockportal.access.views import LinkAnswer, link_answer
from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import Event, Record, Stamp

_WHY: Final = {
    LinkAnswer.CODE_NEEDED: "Enter the six digits that are shown in the browser in which you asked for the link.",
    LinkAnswer.CODE_WRONG: "This is not the code of this link. Compare it with the browser in which you asked for the link.",
    LinkAnswer.CODE_SPENT: "Too many wrong codes were entered, so this link is closed. Ask for a new one.",
    LinkAnswer.EXPIRED: "This link is too old. Ask for a new one.",
    LinkAnswer.USED: "This link was used already. Ask for a new one.",
    LinkAnswer.SUPERSEDED: "There is a newer link: use the last mail, or ask for a new link.",
    LinkAnswer.UNKNOWN: "This link is not known here. Ask for a new one.",
}


def refusal(answer: LinkAnswer) -> Refused:
    """Answer the error for a link that lets nobody in: its code is `link.` and the answer."""
    return Refused(f"link.{answer}", _WHY[answer])


@frozen(kw_only=True)
class IssueLink:
    """Make the login link of one request; a second time it is there already. The newest request wins."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.PERSON
    needs: ClassVar[tuple[type[Record], ...]] = (LoginLink,)
    opens: ClassVar[bool] = False

    account_id: UUID
    link_id: UUID
    binding: bytes
    next_path: str
    asked_at: datetime

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Issue the link and close the older ones; nothing where a newer request was answered before this one."""
        issued = account.all(LoginLink)
        overtaken = any((link.asked_at, link.id) > (self.asked_at, self.link_id) for link in issued)
        if overtaken or account.find(LoginLink, self.link_id) is not None:
            return []
        expires_at = stamp.at + account.settings(AccessSettings).link_lasts
        link = LoginLink(
            id=self.link_id,
            account_id=self.account_id,
            binding=self.binding,
            next_path=self.next_path,
            asked_at=self.asked_at,
            created_at=stamp.at,
            expires_at=expires_at,
            wake_at=expires_at,
        )
        return [LinkIssued(link=link, superseded=tuple(old.step(LinkState.SUPERSEDED) for old in issued))]


@frozen(kw_only=True)
class RedeemLink:
    """Use a login link once and start a session; whoever runs this has shown the link's token to the service.

    Wrong codes are counted by the link itself, with the person's version: what is refused here was decided before it was
    told, and of many who try at once no more get an answer than tries are left.
    """

    audience: ClassVar[Audience] = Audience(visitor=True)
    owner: ClassVar[Owner | None] = Owner.PERSON
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    link_id: UUID
    binding: bytes
    code_fits: bool | None = None
    """Whether the code that was typed is the link's own; None where none was typed."""
    session_id: UUID
    secret: bytes
    """SHA-256 of the secret that the service drew."""
    user_agent: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Start the session, or count a wrong code and start none.

        Refused with `link.unknown`, `link.used`, `link.superseded`, `link.expired`, `link.code_needed` or `link.code_spent`.
        """
        link = account.find(LoginLink, self.link_id)
        if link is None:
            raise refusal(LinkAnswer.UNKNOWN)
        answer = link_answer(state=link.state, expires_at=link.expires_at, bound=link.binding, at=stamp.at, binding=self.binding)
        if answer is not LinkAnswer.READY and (answer is not LinkAnswer.CODE_NEEDED or self.code_fits is None):
            raise refusal(answer)
        settings = account.settings(AccessSettings)
        if answer is LinkAnswer.CODE_NEEDED and not self.code_fits:
            return [CodeMissed(link=link.missed(settings.code_tries))]
        expires_at = stamp.at + settings.session_lasts
        session = Session(
            id=self.session_id,
            account_id=self.account_id,
            secret=self.secret,
            created_at=stamp.at,
            seen_at=stamp.at,
            expires_at=expires_at,
            user_agent=self.user_agent,
            wake_at=expires_at,
        )
        return [SessionStarted(link=link.step(LinkState.USED, stamp.at), session=session)]


@frozen(kw_only=True)
class EndSession:
    """Sign out of one browser."""

    audience: ClassVar[Audience] = Audience(own=True, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.PERSON
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    session_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End the session; nothing follows where it is over already."""
        session = account.get(Session, self.session_id)
        return [SessionEnded(session=session.end(stamp.at))] if session.live else []


@frozen(kw_only=True)
class EndEverything:
    """Sign a person out everywhere and take back the links that are under way."""

    audience: ClassVar[Audience] = Audience(own=True, staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.PERSON
    needs: ClassVar[tuple[type[Record], ...]] = (LoginLink, Session)
    opens: ClassVar[bool] = False

    account_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End every session and close every issued link."""
        closed = [LinkClosed(link=link.step(LinkState.SUPERSEDED)) for link in account.all(LoginLink)]
        return [*closed, *(SessionEnded(session=session.end(stamp.at)) for session in account.all(Session))]


def expire_link(link: LoginLink, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every wake
    """Close a link whose time is over."""
    return [LinkClosed(link=link.step(LinkState.EXPIRED))]


def expire_session(session: Session, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every wake
    """End a session whose time is over."""
    return [SessionEnded(session=session.end(stamp.at))]
