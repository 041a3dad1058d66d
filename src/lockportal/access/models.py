"""Login links and sessions: what lets a person in, how long, and from which browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.actor import Actor
from lockportal.core.record import AT_ONCE, PERSONAL, Event, Record, length
from lockportal.core.settings import whole_number

_LONGEST_PATH: Final = 500
_BEFORE_PRINTABLE: Final = 0x20
_DELETE: Final = 0x7F


class LinkState(StrEnum):
    """The states of a login link; only an issued one lets anybody in."""

    ISSUED = "issued"
    USED = "used"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    SPENT = "spent"
    """Closed, as too many wrong codes were typed."""


_CLOSED: Final[frozenset[LinkState]] = frozenset(LinkState) - {LinkState.ISSUED}
LINK_STEPS: Final[Mapping[LinkState, frozenset[LinkState]]] = MappingProxyType(
    {LinkState.ISSUED: _CLOSED, **dict.fromkeys(_CLOSED, frozenset[LinkState]())}
)
"""Which state may follow which."""


@frozen(kw_only=True)
class LoginLink(Record):
    """A link that was sent to a person who asked for it: one use, a few minutes, in the browser that asked or with its code.

    Its id is that of the request. Its secret and its code are not stored: they are derived from the id when they are needed.
    """

    state: LinkState = LinkState.ISSUED
    binding: bytes
    """SHA-256 of what marks the asking browser."""
    next_path: str = field(default="/", metadata=PERSONAL | length(_LONGEST_PATH))
    """Where to go afterwards; it may hold what somebody searched for."""
    asked_at: datetime
    created_at: datetime
    expires_at: datetime
    """The first moment at which the link opens nothing any more."""
    used_at: datetime | None = None
    tries: int = 0
    """How many wrong codes were typed."""
    wake_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Only an issued link can still change."""
        return self.state is LinkState.ISSUED

    @property
    def subject_id(self) -> UUID:
        """The salt is the person's."""
        return self.account_id

    def step(self, state: LinkState, used_at: datetime | None = None) -> LoginLink:
        """Answer this link in the state that follows; ValueError if it cannot."""
        if state not in LINK_STEPS[self.state]:
            message = f"a login link that is {self.state} does not become {state}"
            raise ValueError(message)
        return evolve(self, state=state, used_at=used_at, wake_at=None)

    def missed(self, most: int) -> LoginLink:
        """Answer this link after one more wrong code; the last of so many closes it."""
        counted = evolve(self, tries=self.tries + 1)
        return counted if counted.tries < most else counted.step(LinkState.SPENT)


@frozen(kw_only=True)
class Session(Record):
    """A browser in which a person is signed in. It holds no rights: those are read with each request."""

    secret: bytes
    """SHA-256 of the secret that the browser's cookie holds."""
    created_at: datetime
    seen_at: datetime
    """When it was used last, to the minute; kept without the person's version, as it changes no decision."""
    expires_at: datetime
    """The first moment at which the session is over, used or not."""
    ended_at: datetime | None = None
    user_agent: str = field(default="", metadata=PERSONAL)
    """What the browser called itself, shortened: for the person to tell sessions apart."""
    wake_at: datetime | None = None

    @property
    def subject_id(self) -> UUID:
        """The salt is the person's."""
        return self.account_id

    @property
    def live(self) -> bool:
        """A session that has ended never begins again."""
        return self.ended_at is None

    def end(self, at: datetime) -> Session:
        """Answer this session as it stands once it is over."""
        return evolve(self, ended_at=at, wake_at=None)


@frozen(kw_only=True)
class LinkRequested(Record):
    """Somebody asked for a login link: written alike whoever has the address, forgotten once it is answered."""

    email: str = field(metadata=PERSONAL | length(254))
    """In the form by which people are found; empty for what is no address."""
    binding: bytes
    next_path: str = field(default="/", metadata=length(_LONGEST_PATH))
    asked_at: datetime
    expires_at: datetime
    """When nobody waits for the mail any more."""
    wake_at: datetime = AT_ONCE
    attempts: int = 0


@frozen(kw_only=True)
class LinkIssued(Event):
    """A login link was made; the person's older ones open nothing any more."""

    link: LoginLink
    superseded: tuple[LoginLink, ...] = ()


@frozen(kw_only=True)
class LinkClosed(Event):
    """A login link expired or was taken back, unused."""

    link: LoginLink


@frozen(kw_only=True)
class CodeMissed(Event):
    """A wrong code was typed for a login link; the last one that is allowed closes it."""

    link: LoginLink


@frozen(kw_only=True)
class SessionStarted(Event):
    """A person signed in: one link was used, and one session began."""

    link: LoginLink
    session: Session


@frozen(kw_only=True)
class SessionEnded(Event):
    """A session is over: signed out, taken back, or too old."""

    session: Session


@frozen(kw_only=True)
class LinkAsked:
    """What asking for a link came to, whoever has the address: the code to show in the asking browser, six digits (a secret)."""

    code: str = field(repr=False)


@frozen(kw_only=True)
class SignedIn:
    """What signing in came to: the cookie's value (a secret), its end, who it is, and where they wanted to go."""

    cookie: str = field(repr=False)
    expires_at: datetime
    actor: Actor
    next_path: str
    known_browser: str = field(repr=False)
    """What the browser keeps beyond the session, for `request_link`; it lets nobody in."""


@frozen(kw_only=True)
class AccessSettings:
    """How long links and sessions last, and how often something may be tried, table `[access]`."""

    link_minutes: int = field(default=10, validator=whole_number("access", 1, 10))
    code_tries: int = field(default=5, validator=whole_number("access", 1, 10))
    """The wrong codes that close a link."""
    links_per_address: int = field(default=5, validator=whole_number("access", 1, 1_000))
    """How many links may be asked for one address within the window; what is more is not sent, and not told.

    As many again may be asked for in browsers where the address signed in before, and as many from mails with a link.
    """
    links_per_network: int = field(default=20, validator=whole_number("access", 1, 100_000))
    """How many from one network: an IPv4 address, or the /64 of an IPv6 one; as many wrong passwords of one name at the desk."""
    links_per_network_most: int = field(default=100, validator=whole_number("access", 1, 100_000))
    """How many from one network with those for addresses that it has not asked for before within the window; as many wrong
    passwords of all names together."""
    limit_minutes: int = field(default=15, validator=whole_number("access", 1, 15))
    """How long a window of these limits lasts from its first link on."""
    session_hours: int = field(default=12, validator=whole_number("access", 1, 24 * 30))
    idle_minutes: int = field(default=60, validator=whole_number("access", 2, 24 * 30 * 60))
    """A session that was not used for so long is over."""
    share_link_days: int = field(default=30, validator=whole_number("access", 1, 90))
    signed_url_minutes: int = field(default=5, validator=whole_number("access", 1, 5))
    """How long an address hands out a file to whoever has it."""

    @property
    def link_lasts(self) -> timedelta:
        """How long a login link opens the portal."""
        return timedelta(minutes=self.link_minutes)

    @property
    def session_lasts(self) -> timedelta:
        """How long somebody stays signed in, at most."""
        return timedelta(hours=self.session_hours)

    @property
    def idle_lasts(self) -> timedelta:
        """How long somebody stays signed in without doing anything."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def share_link_lasts(self) -> timedelta:
        """How long a link to a document opens it, at most."""
        return timedelta(days=self.share_link_days)

    @property
    def signed_url_lasts(self) -> timedelta:
        """How long a signed address hands out its file, at most."""
        return timedelta(minutes=self.signed_url_minutes)


def local_path(text: str) -> str:
    """Answer a path within the portal to go to after signing in; `/` for whatever could lead elsewhere."""
    path = text.partition("?")[0].partition("#")[0]
    fine = (
        path.startswith("/")
        and "//" not in path
        and "\\" not in text
        and len(text) <= _LONGEST_PATH
        and all(_BEFORE_PRINTABLE < ord(c) < _DELETE for c in text)
    )
    return text if fine else "/"
