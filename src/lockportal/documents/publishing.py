"""Where the supplier hangs out its own papers for all its customers."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from attrs import fields

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import NotFound
from lockportal.documents.attachments import Attachments, Content
from lockportal.documents.lookup import Lookup
from lockportal.documents.models import FileRole
from lockportal.documents.shared.commands import PublishPaper, WithdrawPaper
from lockportal.documents.shared.models import PaperKind, PaperLine
from lockportal.documents.shared.queries import PAPERS
from lockportal.documents.views import Download

_NAMES = tuple(attribute.name for attribute in fields(PaperLine))


class Publishing:
    """The papers of one supplier."""

    def __init__(self, context: Context, lookup: Lookup, attachments: Attachments) -> None:
        """Take the file store, and what takes contents in."""
        self._context = context
        self._shell = context.shell
        self._lookup = lookup
        self._attachments = attachments

    def papers(self, by: Actor) -> tuple[PaperLine, ...]:
        """List the papers: to customers those that are valid today, to staff all of them."""
        return tuple(PaperLine(**{name: getattr(row, name) for name in _NAMES}) for row in self._ask(by))

    def publish(
        self,
        content: Content,
        name: str,
        by: Actor,
        *,
        kind: PaperKind,
        title: str,
        language: str,
        valid_from: date | None,
        valid_until: date | None,
        media_type: str | None,
        key: str | None,
    ) -> UUID:
        """Keep a content and publish it."""
        house = self._context.supplier.id
        PublishPaper.audience.check(by, house)
        command = PublishPaper(
            account_id=house,
            kind=kind,
            title=title,
            language=language,
            valid_from=valid_from,
            valid_until=valid_until,
            file=self._attachments.take(content, name, FileRole.ORIGINAL, media_type),
        )
        return self._shell.run(command, by, key=key).id

    def withdraw(self, paper_id: UUID, by: Actor) -> None:
        """Take a paper down."""
        self._shell.run(WithdrawPaper(account_id=self._context.supplier.id, paper_id=paper_id), by)

    def open(self, paper_id: UUID, by: Actor, account_id: UUID | None) -> Download:
        """Hand out a paper that is offered to whoever asks, and have it written down for an account of theirs."""
        for row in self._ask(by, paper_id):
            if by.kind is ActorKind.CUSTOMER:
                account_id = _taking(by, account_id)
            chunks = self._context.files.read(row.sha256)
            if account_id is not None:
                self._attachments.log.paper(account_id, row.id, row.title, by)
            return Download(name=row.name, media_type=row.media_type, size=row.size, chunks=chunks)
        raise NotFound("shared_paper.not_found", "There is no such paper.")

    def _ask(self, by: Actor, paper_id: UUID | None = None) -> Any:  # noqa: ANN401 - rows of PAPERS
        shape = {"offered": by.kind is ActorKind.CUSTOMER, "one": paper_id is not None}
        params: dict[str, Any] = {"today": self._lookup.today()} if shape["offered"] else {}
        if paper_id is not None:
            params["paper_id"] = paper_id
        return self._shell.ask(PAPERS, by, shape=shape, **params)


def _taking(by: Actor, account_id: UUID | None) -> UUID:
    """Answer the account in whose name a customer takes a paper; NotFound for one in which they may not view."""
    own = by.accounts(Right.VIEW)
    if account_id is not None and account_id not in own:
        raise NotFound("account.not_found", "There is no such account.")
    return own[0] if account_id is None else account_id
