"""Addresses that hand out one file for a few minutes, without a cookie: `portal.access.signed_urls`."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.access.identity import Identity
from lockportal.access.models import AccessSettings
from lockportal.access.sharing.holding import Holding
from lockportal.context import Context
from lockportal.core.actor import VISITOR, Actor, ActorKind, Audience, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.signing import Purpose

DOWNLOAD_PATH: Final = "/download/"
"""Where a signed address leads: the portal's address, this path, the token."""
_AUDIENCE: Final = Audience(customer=Right.VIEW, holder="document")


@frozen(kw_only=True)
class SignedDownload:
    """What a signed address stands for: one form of one document, or one of its files, and in whose name it is taken."""

    actor: Actor
    account_id: UUID
    document_id: UUID
    form: str
    """`pdf`, the syntax of an e-invoice, or `file`."""
    file_id: UUID | None


class SignedUrls:
    """Makes and reads addresses that serve `signed_url_minutes` at most, and no longer than the session or link behind them."""

    def __init__(self, context: Context) -> None:
        """Take the signer and the clock."""
        self._signer, self._clock, self._base_url = context.signer, context.clock, context.base_url
        self._supplier_id = context.shell.supplier.id
        self._lasts = context.shell.settings(AccessSettings).signed_url_lasts
        self._identity, self._holding = Identity(context), Holding(context)

    def sign(self, account_id: UUID, document_id: UUID, form: str, *, by: Actor, file_id: UUID | None = None) -> str:
        """Answer the address of one form of a document: to who is signed in, or opened the document by its link.

        Whether there is such a document is told by the address, as by the document's own page. NotFound for an account that is
        a stranger's; Refused `signed_url.no_session` for an actor that no session stands behind.
        """
        if by.kind is ActorKind.HOLDER:
            _AUDIENCE.hold(by, account_id, {"document": document_id})
            behind = [account_id.hex, UUID(by.id).hex]
        else:
            _AUDIENCE.check(by, account_id)
            if by.person_id is None or by.session_id is None:
                raise Refused("signed_url.no_session", "Sign in to be given an address.")
            behind = [by.person_id.hex, by.session_id.hex]
        parts = [
            self._supplier_id.hex,
            by.kind,
            *behind,
            account_id.hex,
            document_id.hex,
            form,
            "" if file_id is None else file_id.hex,
            int((self._clock.now() + self._lasts).timestamp()),
        ]
        return f"{self._base_url}{DOWNLOAD_PATH}{self._signer.sign(Purpose.DOWNLOAD, parts)}"

    def open(self, token: str) -> SignedDownload:
        """Answer what a token stands for, with the rights of this moment.

        NotFound alike for one that was not made here, that is too old, whose session or link is over, and whose contact may not
        view the account any more.
        """
        match self._signer.read(Purpose.DOWNLOAD, token):
            case [
                self._supplier_id.hex,
                str(kind),
                str(owner),
                str(behind),
                str(account),
                str(document),
                str(form),
                str(file),
                int(until),
            ] if self._clock.now().timestamp() < until:
                account_id, document_id = UUID(account), UUID(document)
                actor = self._actor(kind, UUID(owner), UUID(behind), account_id, document_id)
                if actor is not VISITOR:
                    file_id = UUID(file) if file else None
                    return SignedDownload(actor=actor, account_id=account_id, document_id=document_id, form=form, file_id=file_id)
        raise NotFound("signed_url.not_found", "This address does not serve.")

    def _actor(self, kind: str, owner: UUID, behind: UUID, account_id: UUID, document_id: UUID) -> Actor:
        """Answer in whose name a file is taken; VISITOR where they may not view the account, or the document, any more."""
        if kind == ActorKind.HOLDER:
            holder = self._holding.holder(owner, behind)
            return holder if holder.document_id == document_id else VISITOR
        actor = self._identity.behind(owner, behind)
        return actor if account_id in actor.accounts(Right.VIEW) else VISITOR
