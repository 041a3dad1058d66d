"""Links to documents: `portal.access.sharing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from lockportal.access.sharing.commands import IssueShareLinks, RevokeShareLinks
from lockportal.access.sharing.holding import Holding
from lockportal.access.sharing.models import Shareable, ShareLinkUsed, ShareUse
from lockportal.access.sharing.queries import OPEN_SHARE_LINKS, SHARE_LINKS
from lockportal.access.sharing.views import ShareAnswer, SharedDocument, ShareLinkLine, SharePreview
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, VISITOR, Actor
from lockportal.core.errors import Refused
from lockportal.core.page import Page
from lockportal.signing import Purpose, same

SHARE_PATH: Final = "/d/"
"""Where a link to a document leads: the portal's address, this path, the token."""
_MOST: Final = 200
_LONGEST_AGENT: Final = 120
_WHY: Final = {
    ShareAnswer.PAID: "This document is paid. Sign in to see it.",
    ShareAnswer.REVOKED: "This link was taken back. Sign in to see the document.",
    ShareAnswer.EXPIRED: "This link is too old. Sign in to see the document.",
    ShareAnswer.UNKNOWN: "This link is not known here. Sign in to see your documents.",
}


class Sharing:
    """Makes, opens, lists and revokes links to single documents."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the signer of tokens."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._base_url = context.base_url
        self._holding = Holding(context)

    def share(self, account_id: UUID, documents: Sequence[Shareable], contact_id: UUID, *, by: Actor) -> Mapping[UUID, str]:
        """Answer by document the addresses that open them for a contact and whoever they are forwarded to.

        The same addresses again while the links are open, their ends put off. The caller knows that the documents are the
        account's and may be seen; NotFound for a contact that is none, or may not view the account.
        """
        command = IssueShareLinks(account_id=account_id, documents=tuple(documents), contact_id=contact_id)
        self._shell.run(command, by)
        given: dict[str, Any] = {
            "documents": [one.document_id for one in documents],
            "contact": contact_id,
            "now": self._clock.now(),
        }
        rows = self._shell.ask(OPEN_SHARE_LINKS, SYSTEM, account_id=account_id, **given)
        return {row.document_id: f"{self._base_url}{SHARE_PATH}{self._token(account_id, row.id)}" for row in rows}

    def inspect(self, token: str, *, user_agent: str = "") -> SharePreview:
        """Answer what a link would open, for the page before the click; nothing is opened, and the fetch is noted."""
        named = self._read(Purpose.SHARE_LINK, token)
        row = None if named is None else self._holding.link(*named)
        if named is None or row is None:
            return SharePreview(state=ShareAnswer.UNKNOWN)
        account_id, link_id = named
        self._note(account_id, link_id, ShareUse.FETCHED, user_agent)
        state = self._holding.answer(row)
        shown = row.number if state is ShareAnswer.READY else ""
        return SharePreview(
            state=state, number=shown, account_id=account_id, document_id=row.document_id, expires_at=row.expires_at
        )

    def open(self, token: str, *, user_agent: str = "") -> SharedDocument:
        """Open a document by its link, on a person's click; Refused `share_link.unknown`, `….paid`, `….revoked`, `….expired`."""
        named = self._read(Purpose.SHARE_LINK, token)
        row = None if named is None else self._holding.link(*named)
        state = ShareAnswer.UNKNOWN if row is None else self._holding.answer(row)
        if named is None or row is None or state is not ShareAnswer.READY:
            raise Refused(f"share_link.{state}", _WHY.get(state, ""))
        account_id, link_id = named
        self._note(account_id, link_id, ShareUse.OPENED, user_agent)
        return SharedDocument(
            cookie=self._signer.sign(Purpose.SHARED_DOCUMENT, self._parts(account_id, link_id)),
            expires_at=row.expires_at,
            account_id=account_id,
            document_id=row.document_id,
        )

    def authenticate(self, cookie: str | None, *, paid: bool = False) -> Actor:
        """Answer who sent a request by the cookie of a document that was opened, in one statement; VISITOR for nobody.

        With `paid` the link may have ended because its document was paid: for pages that tell how the payment went.
        """
        named = self._read(Purpose.SHARED_DOCUMENT, cookie) if cookie else None
        return VISITOR if named is None else self._holding.holder(*named, paid=paid)

    def links(self, account_id: UUID, *, by: Actor, after: str | None = None, limit: int = 50) -> Page[ShareLinkLine]:
        """Answer an account's links to documents, the newest first: to staff and to those who keep its users."""
        limit, shape, given = max(1, min(limit, _MOST)), {"after": after is not None}, {}
        if after is not None:
            at, key = self._signer.place(SHARE_LINKS.name, after)
            given = {"at": datetime.fromisoformat(at), "id": UUID(key)}
        rows = self._shell.ask(SHARE_LINKS, by, account_id=account_id, shape=shape, most=limit + 1, **given)
        lines = tuple(ShareLinkLine(**{**row._asdict(), "contact_name": row.contact_name or ""}) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(lines)
        last = lines[-1]
        return Page(lines, self._signer.cursor(SHARE_LINKS.name, last.created_at.isoformat(), last.id.hex))

    def revoke(
        self,
        account_id: UUID,
        *,
        reason: str,
        by: Actor,
        link_id: UUID | None = None,
        contact_id: UUID | None = None,
        key: str | None = None,
    ) -> None:
        """Let one link, all of a contact, or all of the account open nothing any more, at once."""
        command = RevokeShareLinks(account_id=account_id, link_id=link_id, contact_id=contact_id, reason=reason)
        self._shell.run(command, by, key=key)

    # within

    def _note(self, account_id: UUID, link_id: UUID, use: ShareUse, user_agent: str) -> None:
        agent = "".join(c for c in user_agent if " " <= c <= "~")[:_LONGEST_AGENT]
        used = ShareLinkUsed(
            id=self._clock.new_id(), account_id=account_id, link_id=link_id, use=use, at=self._clock.now(), user_agent=agent
        )
        self._shell.observe(used)

    def _token(self, account_id: UUID, link_id: UUID) -> str:
        return self._signer.sign(Purpose.SHARE_LINK, self._parts(account_id, link_id))

    def _parts(self, account_id: UUID, link_id: UUID) -> list[str]:
        newest, *_ = self._signer.secret_of(Purpose.SHARE_LINK, link_id.hex)
        return [account_id.hex, link_id.hex, newest]

    def _read(self, purpose: Purpose, token: str) -> tuple[UUID, UUID] | None:
        """Answer the account and the link of a token that was made here, or None."""
        match self._signer.read(purpose, token):
            case [str(account), str(link), str(secret)] if any(
                same(one.encode(), secret.encode()) for one in self._signer.secret_of(Purpose.SHARE_LINK, link)
            ):
                return UUID(account), UUID(link)
            case _:
                return None
