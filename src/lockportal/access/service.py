"""Signing in and out, and who an incoming request is: `portal.access`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from lockportal.access import queries
from lockportal.access.commands import EndEverything, EndSession, RedeemLink, refusal
from lockportal.access.identity import Identity, actor_of
from lockportal.access.limits.known import KnownBrowsers
from lockportal.access.limits.limiter import Asker, Limiter
from lockportal.access.mailing import LinkMail, link_of
from lockportal.access.models import AccessSettings, LinkAsked, LinkRequested, SignedIn, local_path
from lockportal.access.sharing.service import Sharing
from lockportal.access.signed_urls import SignedUrls
from lockportal.access.tokens import LinkTokens
from lockportal.access.views import LinkAnswer, LinkPreview, SessionLine, link_answer, masked, typed_code
from lockportal.context import Context
from lockportal.core.actor import VISITOR, Actor
from lockportal.core.errors import Refused
from lockportal.core.record import Claim
from lockportal.profiles.models import address_key
from lockportal.signing import Purpose, digest, draw_secret, same

_LONGEST_AGENT: Final = 255


class Access:
    """Login links, sessions, and the actor behind a request."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the signer of tokens and the way to send mail."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._tokens = LinkTokens(context.signer)
        self._mail = LinkMail(context, self._tokens)
        self._settings = context.shell.settings(AccessSettings)
        self._limiter = Limiter(context.shell, context.signer, self._settings)
        self._known = KnownBrowsers(context.signer, context.shell.supplier.id)
        self._identity = Identity(context)
        self.sharing = Sharing(context)
        """Links to single documents."""
        self.signed_urls = SignedUrls(context)
        """Addresses that hand out one file for a few minutes."""

    # asking

    def request_link(
        self, email: str, *, binding: str, next_path: str = "/", client: str = "", known_browser: str = ""
    ) -> LinkAsked:
        """Ask for a login link by mail, and answer the code to show; `next_path` is where to go afterwards.

        `binding` is a secret that a cookie keeps in the asking browser: the link serves there with a click, and in any
        other browser with the code, which only the asking one was shown. What is answered is of the same kind, and the work
        done is the same, whoever has the address and whatever it is. `portal.deliver()` sends the mail.

        `client` is the network address that asks, to be limited by: Limited `link.too_many`. More links than an address may
        be sent are not sent, which is told to nobody. `known_browser` is what signing in with this address left in the browser:
        with it the request is counted apart from those of its network, and of the strangers who use up the address's links.
        """
        try:
            known_as = address_key(email)
        except Refused:
            known_as = ""
        asker = Asker.KNOWN_BROWSER if self._known.knows(known_browser, known_as, self._clock.now()) else Asker.STRANGER
        if asker is Asker.STRANGER:
            self._limiter.check_client(client, known_as)
        return self._ask(known_as, asker, binding, next_path)

    def _ask(self, known_as: str, asker: Asker, binding: str, next_path: str) -> LinkAsked:
        admitted, now = self._limiter.admits(known_as, asker), self._clock.now()
        request = LinkRequested(
            id=self._clock.new_id(),
            account_id=self._shell.supplier.id,
            email=known_as,
            binding=digest(binding),
            next_path=local_path(next_path),
            asked_at=now,
            expires_at=now + self._settings.link_lasts,
        )
        if admitted:
            self._shell.observe(request)
        return LinkAsked(code=self._tokens.code(request.id))

    def request_again(self, token: str, *, binding: str) -> LinkAsked:
        """Ask for a new link in the place of one that serves no more, or not in this browser: same address, same place.

        As `request_link`; the address is told to nobody. Who has the token has read a mail, so that this is counted apart, too.
        Refused `link.unknown` for a token that was not made here.
        """
        named = self._tokens.read(token)
        link = None if named is None else link_of(self._shell, *named)
        if link is None:
            raise refusal(LinkAnswer.UNKNOWN)
        return self._ask(address_key(link.email), Asker.READER, binding, link.next_path)

    def answer(self, request: LinkRequested) -> None:
        """Answer a request, outside its page: mail a link if somebody with the address may come in, else do nothing.

        It may be called again for the same request: the link is the same, and a mail server sees the same message id.
        GatewayError if the mail could not be sent.
        """
        self._limiter.sweep()
        holder = self._shell.find(Claim("person.email", request.email)) if request.email else None
        contacts = [] if holder is None else self._identity.contacts(holder.account_id)
        if holder is not None and contacts:
            self._mail.send(request, holder.account_id, contacts)

    # signing in and out

    def inspect(self, token: str, binding: str) -> LinkPreview:
        """Answer what a link would do in this browser, for the page before the click; looking changes nothing."""
        named = self._tokens.read(token)
        link = None if named is None else link_of(self._shell, *named)
        if link is None:
            return LinkPreview(state=LinkAnswer.UNKNOWN)
        state = link_answer(
            state=link.state,
            expires_at=link.expires_at,
            bound=link.binding,
            at=self._clock.now(),
            binding=_mark(binding),
        )
        return LinkPreview(
            state=state,
            email=masked(link.email),
            next_path=link.next_path,
            expires_at=link.expires_at,
            tries_left=max(self._settings.code_tries - link.tries, 0),
        )

    def redeem(self, token: str, *, binding: str, code: str = "", user_agent: str = "") -> SignedIn:
        """Use a link once, on a person's click, and sign in the browser that asked for it, or one where its code is typed.

        Blanks and hyphens in the code do not count; what is no six digits is no try. Refused `link.unknown`, `link.used`,
        `link.superseded`, `link.expired`, `link.code_needed`, `link.code_wrong`, or `link.code_spent` after the last try.
        """
        named = self._tokens.read(token)
        if named is None:
            raise refusal(LinkAnswer.UNKNOWN)
        person_id, link_id = named
        link, contacts = link_of(self._shell, person_id, link_id), self._identity.contacts(person_id)
        if link is None or not contacts:
            raise refusal(LinkAnswer.UNKNOWN)
        secret, session_id, at = draw_secret(), self._clock.new_id(), self._clock.now()
        typed, mark = typed_code(code), _mark(binding)
        command = RedeemLink(
            account_id=person_id,
            link_id=link_id,
            binding=mark,
            code_fits=self._tokens.code_fits(link_id, typed) if typed else None,
            session_id=session_id,
            secret=digest(secret),
            user_agent=_shortened(user_agent),
        )
        self._shell.run(command, VISITOR)
        if command.code_fits is False and not same(link.binding, mark):
            now = self.inspect(token, binding).state
            raise refusal(LinkAnswer.CODE_WRONG if now is LinkAnswer.CODE_NEEDED else now)
        return SignedIn(
            cookie=self._signer.sign(Purpose.SESSION, [person_id.hex, session_id.hex, secret]),
            expires_at=at + self._settings.session_lasts,
            actor=actor_of(person_id, session_id, contacts),
            next_path=link.next_path,
            known_browser=self._known.token(address_key(link.email), at),
        )

    def authenticate(self, cookie: str | None) -> Actor:
        """Answer who sent a request, with the rights of this moment, in one statement; VISITOR for nobody.

        Once a minute another one notes that the session is in use.
        """
        match self._signer.read(Purpose.SESSION, cookie) if cookie else None:
            case [str(person), str(session), str(secret)]:
                return self._identity.present(UUID(person), UUID(session), secret)
            case _:
                return VISITOR

    def sign_out(self, actor: Actor) -> None:
        """End the session of a request; nothing happens where nobody is signed in."""
        if actor.person_id is None or actor.session_id is None:
            return
        self._shell.run(EndSession(account_id=actor.person_id, session_id=actor.session_id), actor)

    # a person's sessions

    def sessions(self, person_id: UUID, *, by: Actor) -> tuple[SessionLine, ...]:
        """Answer where a person is signed in, the newest first: to themselves and to staff."""
        now = self._clock.now()
        rows = self._shell.ask(queries.SESSIONS, by, account_id=person_id, now=now, idle_since=now - self._settings.idle_lasts)
        return tuple(SessionLine(**row._asdict()) for row in rows)

    def last_sign_ins(self, account_id: UUID, *, by: Actor) -> Mapping[UUID, datetime]:
        """Answer when each contact of an account signed in last, by the contact's id, to staff; who never did is left out."""
        return {row.id: row.at for row in self._shell.ask(queries.LAST_SIGN_INS, by, account=account_id)}

    def end_session(self, person_id: UUID, session_id: UUID, *, by: Actor) -> None:
        """Sign a person out of one browser; NotFound if there is no such session of theirs."""
        self._shell.run(EndSession(account_id=person_id, session_id=session_id), by)

    def sign_out_everywhere(self, person_id: UUID, *, by: Actor) -> None:
        """End every session of a person and take back the links that are under way."""
        self._shell.run(EndEverything(account_id=person_id), by)


def _mark(binding: str) -> bytes:
    """Answer the digest to hold against a link's; a browser that has no mark matches none."""
    return digest(binding) if binding else b""


def _shortened(user_agent: str) -> str:
    return "".join(c for c in user_agent if " " <= c <= "~")[:_LONGEST_AGENT]
