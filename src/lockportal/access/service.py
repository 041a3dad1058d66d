"""Signing in and out, and who an incoming request is: `portal.access`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from lockportal.access import queries
from lockportal.access.commands import EndEverything, EndSession, IssueLink, RedeemLink, refusal
from lockportal.access.messages import SIGN_IN, SignIn
from lockportal.access.models import AccessSettings, LinkRequested, LinkState, SignedIn, local_path
from lockportal.access.views import LinkAnswer, LinkPreview, SessionLine, link_answer, masked
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.core.messages import Recipient
from lockportal.core.record import Claim
from lockportal.profiles import queries as profiles
from lockportal.profiles.models import address_key
from lockportal.profiles.views import Entitled
from lockportal.signing import Purpose, digest, draw_secret, same

SIGN_IN_PATH: Final = "/sign-in/"
"""Where a mailed link leads: the portal's address, this path, the token."""

_LONGEST_AGENT: Final = 120


class Access:
    """Login links, sessions, and the actor behind a request."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the signer of tokens and the way to send mail."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._messenger = context.messenger
        self._base_url = context.base_url
        self._settings = context.shell.settings(AccessSettings)

    # asking

    def request_link(self, email: str, *, binding: str, next_path: str = "/") -> None:
        """Ask for a login link by mail; `next_path` is where to go afterwards.

        `binding` is a secret that a cookie keeps in the asking browser: the link serves there alone. The answer is the
        same, and so is the work done, whoever has the address and whatever it is. `portal.deliver()` sends the mail.
        """
        try:
            known_as = address_key(email)
        except Refused:
            known_as = ""
        now = self._clock.now()
        request = LinkRequested(
            id=self._clock.new_id(),
            account_id=self._shell.supplier.id,
            email=known_as,
            binding=digest(binding),
            next_path=local_path(next_path),
            asked_at=now,
            expires_at=now + self._settings.link_lasts,
        )
        self._shell.observe(request)

    def answer(self, request: LinkRequested) -> None:
        """Answer a request, outside its page: mail a link if somebody with the address may come in, else do nothing.

        It may be called again for the same request: the link is the same, and a mail server sees the same message id.
        GatewayError if the mail could not be sent.
        """
        holder = self._shell.find(Claim("person.email", request.email)) if request.email else None
        contacts = [] if holder is None else self._contacts(holder.account_id)
        if holder is None or not contacts:
            return
        person_id = holder.account_id
        newer = self._shell.ask(queries.NEWER_LINKS, SYSTEM, account_id=person_id, asked_at=request.asked_at)
        if newer:
            return
        command = IssueLink(
            account_id=person_id,
            link_id=request.id,
            binding=request.binding,
            next_path=request.next_path,
            asked_at=request.asked_at,
        )
        self._shell.run(command, SYSTEM)
        link = self._link(person_id, request.id)
        if link is None or link.state is not LinkState.ISSUED:
            return
        # The mail goes to the address that is on record, never to the one that was typed.
        first = contacts[0]
        self._messenger.send(
            SIGN_IN,
            SignIn(
                link=f"{self._base_url}{SIGN_IN_PATH}{self._token(person_id, request.id)}", minutes=self._settings.link_minutes
            ),
            Recipient(
                contact_id=first.contact_id,
                email=first.email,
                name=first.name,
                languages=tuple(contact.language for contact in contacts if contact.language),
            ),
            account_id=person_id,
            message_id=request.id,
            at=link.created_at,
        )

    # signing in and out

    def inspect(self, token: str, binding: str) -> LinkPreview:
        """Answer what a link would do in this browser, for the page before the click; looking changes nothing."""
        named = self._read_token(token)
        link = None if named is None else self._link(*named)
        if link is None:
            return LinkPreview(state=LinkAnswer.UNKNOWN)
        state = link_answer(
            state=link.state,
            expires_at=link.expires_at,
            bound=link.binding,
            at=self._clock.now(),
            binding=_mark(binding),
        )
        return LinkPreview(state=state, email=masked(link.email), next_path=link.next_path, expires_at=link.expires_at)

    def redeem(self, token: str, *, binding: str, user_agent: str = "") -> SignedIn:
        """Use a link once, on a person's click, and sign in the browser that asked for it.

        Refused `link.unknown`, `link.used`, `link.superseded`, `link.expired` or `link.wrong_browser`.
        """
        named = self._read_token(token)
        if named is None:
            raise refusal(LinkAnswer.UNKNOWN)
        person_id, link_id = named
        link, contacts = self._link(person_id, link_id), self._contacts(person_id)
        if link is None or not contacts:
            raise refusal(LinkAnswer.UNKNOWN)
        secret, session_id = draw_secret(), self._clock.new_id()
        expires_at = self._clock.now() + self._settings.session_lasts
        command = RedeemLink(
            account_id=person_id,
            link_id=link_id,
            binding=_mark(binding),
            session_id=session_id,
            secret=digest(secret),
            user_agent=_shortened(user_agent),
        )
        self._shell.run(command, VISITOR)
        return SignedIn(
            cookie=self._signer.sign(Purpose.SESSION, [person_id.hex, session_id.hex, secret]),
            expires_at=expires_at,
            actor=_actor(person_id, session_id, contacts),
            next_path=link.next_path,
        )

    def authenticate(self, cookie: str | None) -> Actor:
        """Answer who sent a request, with the rights of this moment, in two statements at most; VISITOR for nobody."""
        match self._signer.read(Purpose.SESSION, cookie) if cookie else None:
            case [str(person), str(session), str(secret)]:
                person_id, session_id = UUID(person), UUID(session)
            case _:
                return VISITOR
        rows = self._shell.ask(queries.SESSION, SYSTEM, account_id=person_id, session=session_id)
        if not rows or not same(rows[0].secret, digest(secret)) or self._clock.now() >= rows[0].expires_at:
            return VISITOR
        contacts = self._contacts(person_id)
        return _actor(person_id, session_id, contacts) if contacts else VISITOR

    def sign_out(self, actor: Actor) -> None:
        """End the session of a request; nothing happens where nobody is signed in."""
        if actor.person_id is None or actor.session_id is None:
            return
        self._shell.run(EndSession(account_id=actor.person_id, session_id=actor.session_id), actor)

    # a person's sessions

    def sessions(self, person_id: UUID, *, by: Actor) -> tuple[SessionLine, ...]:
        """Answer where a person is signed in, the newest first: to themselves and to staff."""
        rows = self._shell.ask(queries.SESSIONS, by, account_id=person_id, now=self._clock.now())
        return tuple(SessionLine(**row._asdict()) for row in rows)

    def end_session(self, person_id: UUID, session_id: UUID, *, by: Actor) -> None:
        """Sign a person out of one browser; NotFound if there is no such session of theirs."""
        self._shell.run(EndSession(account_id=person_id, session_id=session_id), by)

    def sign_out_everywhere(self, person_id: UUID, *, by: Actor) -> None:
        """End every session of a person and take back the links that are under way."""
        self._shell.run(EndEverything(account_id=person_id), by)

    # within

    def _contacts(self, person_id: UUID) -> list[Entitled]:
        rows = self._shell.ask(profiles.OF_PERSON, SYSTEM, person=person_id)
        return [Entitled(**row._asdict()) for row in rows]

    def _link(self, person_id: UUID, link_id: UUID) -> Any | None:  # noqa: ANN401 - a row of queries.LINK
        rows = self._shell.ask(queries.LINK, SYSTEM, account_id=person_id, link=link_id)
        return rows[0] if rows else None

    def _token(self, person_id: UUID, link_id: UUID) -> str:
        newest, *_ = self._signer.secret_of(Purpose.LOGIN_LINK, link_id.hex)
        return self._signer.sign(Purpose.LOGIN_LINK, [person_id.hex, link_id.hex, newest])

    def _read_token(self, token: str) -> tuple[UUID, UUID] | None:
        """Answer the person and the link of a token that was made here, or None."""
        match self._signer.read(Purpose.LOGIN_LINK, token):
            case [str(person), str(link), str(secret)] if self._is_secret_of(link, secret):
                return UUID(person), UUID(link)
            case _:
                return None

    def _is_secret_of(self, link: str, secret: str) -> bool:
        derived = self._signer.secret_of(Purpose.LOGIN_LINK, link)
        return any(same(one.encode(), secret.encode()) for one in derived)


def _mark(binding: str) -> bytes:
    """Answer the digest to hold against a link's; a browser that has no mark matches none."""
    return digest(binding) if binding else b""


def _shortened(user_agent: str) -> str:
    return "".join(c for c in user_agent if " " <= c <= "~")[:_LONGEST_AGENT]


def _actor(person_id: UUID, session_id: UUID, contacts: Sequence[Entitled]) -> Actor:
    return Actor(
        kind=ActorKind.CUSTOMER,
        id=str(person_id),
        person_id=person_id,
        session_id=session_id,
        grants=tuple(contact.grant for contact in contacts),
    )
