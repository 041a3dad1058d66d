"""The download log: one observation for each document, shared paper or statement that a customer took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from attrs import fields

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.page import Page
from lockportal.documents.files.models import DocumentDownloaded, DownloadForm
from lockportal.documents.files.queries import DOWNLOADS
from lockportal.documents.views import DownloadLine

_LIST: Final = "downloads"
_MOST: Final = 200
_JOINED: Final = frozenset({"number", "contact_name"})
_NAMES: Final = tuple(attribute.name for attribute in fields(DownloadLine) if attribute.name not in _JOINED)


class DownloadLog:
    """What the customers of one supplier took; what staff look at is not written down, nor what is only peeked at."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and what ids, times and cursors are made with."""
        self._context = context
        self._shell = context.shell

    def documents(
        self, account_id: UUID, document_ids: Iterable[UUID], by: Actor, form: DownloadForm, file_id: UUID | None = None
    ) -> None:
        """Write down that documents were taken, or one file of a document."""
        self._write(account_id, by, form, [{"document_id": key, "file_id": file_id} for key in document_ids])

    def paper(self, account_id: UUID, paper_id: UUID, title: str, by: Actor) -> None:
        """Write down that a paper of the supplier was taken, in the name of one account."""
        self._write(account_id, by, DownloadForm.FILE, [{"paper_id": paper_id, "title": title}])

    def statement(self, account_id: UUID, currency: str, as_of: date, by: Actor) -> None:
        """Write down that a statement was taken."""
        self._write(account_id, by, DownloadForm.PDF, [{"currency": currency, "as_of": as_of}])

    def _write(self, account_id: UUID, by: Actor, form: DownloadForm, taken: Iterable[dict[str, Any]]) -> None:
        if by.peeking or by.kind not in {ActorKind.CUSTOMER, ActorKind.HOLDER}:
            return
        grant, now = by.grant(account_id), self._context.clock.now()
        self._shell.observe(
            *(
                DocumentDownloaded(
                    id=self._context.clock.new_id(),
                    account_id=account_id,
                    **what,
                    form=form,
                    person_id=by.person_id,
                    contact_id=None if grant is None else grant.contact_id,
                    at=now,
                )
                for what in taken
            )
        )

    def lines(self, account_id: UUID, by: Actor, document_id: UUID | None, after: str | None, limit: int) -> Page[DownloadLine]:
        """List who downloaded what, the newest first. One statement."""
        limit = max(1, min(limit, _MOST))
        params: dict[str, Any] = {} if document_id is None else {"document_id": document_id}
        shape = {"document": document_id is not None, "after": after is not None}
        if after is not None:
            at, key = self._context.signer.place(_LIST, after)
            params |= {"last_at": datetime.fromisoformat(at), "last_id": UUID(key)}
        rows = self._shell.ask(DOWNLOADS, by, account=account_id, shape=shape, limit=limit + 1, **params)
        lines = tuple(_line(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(lines)
        last = rows[limit - 1]
        return Page(lines, self._context.signer.cursor(_LIST, last.at.isoformat(), str(last.id)))


def _line(row: Any) -> DownloadLine:  # noqa: ANN401 - a row of DOWNLOADS
    stated = {name: getattr(row, name) for name in _NAMES}
    return DownloadLine(**stated, number=row.number or "", contact_name=row.contact_name or "")
