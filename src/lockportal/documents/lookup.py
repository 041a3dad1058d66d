"""Documents as somebody may have them: what a customer may not see is not there, for whatever is to be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.documents import queries
from lockportal.documents.files.media import PDF
from lockportal.documents.files.queries import FILES, file_of
from lockportal.documents.models import Document, DocumentsSettings, File, FileRole, signed
from lockportal.documents.papers import MADE
from lockportal.documents.views import DocumentView, FileLine, HistoryLine, Linked
from lockportal.documents.visibility.showing import visibility_of
from lockportal.profiles.models import Customer

_LINKED: Final = 50
_MOST: Final = 200
_STEPS: Final = 3
"""From an invoice by its delivery and its order to whatever else there is of that order."""


class Lookup:
    """Where services take documents from."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and what is hidden from whom."""
        self._context = context
        self._shell = context.shell
        self.visibility = visibility_of(context)
        self.settings = context.shell.settings(DocumentsSettings)

    def one(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[Document, Customer | None]:
        """Answer a document and whose it is; NotFound for one that is a stranger's, hidden, or none. One statement."""
        shape = {"hidden": self.visibility.hidden(by)}
        rows = self._shell.ask(queries.DOCUMENT, by, account_id=account_id, shape=shape, document_id=document_id)
        if not rows:
            raise _no_document()
        return queries.document_of(rows[0]), queries.owner_of(rows[0])

    def view(self, account_id: UUID, document_id: UUID, by: Actor) -> tuple[DocumentView, Customer | None]:
        """Answer a document with what belongs to it, and whose it is. Two statements."""
        document, customer = self.one(account_id, document_id, by)
        sought = {"document_id": document_id, "kind": document.kind, "number": document.number, "limit": _LINKED}
        shape = {"hidden": self.visibility.hidden(by)}
        beside = self._shell.ask(queries.BESIDE, by, account_id=account_id, shape=shape, **sought)
        postings = [row for row in beside if row.entry_kind]
        postings.sort(key=lambda row: (row.effective_on, row.posted_on, row.id))
        linked = [Linked(row.kind, row.number, row.id) for row in beside if row.kind]
        linked.sort(key=lambda link: (link.kind, link.number))
        here = {(link.kind, link.number) for link in linked}
        linked += [Linked(r.kind, r.number, None) for r in document.references if (r.kind, r.number) not in here]
        files = [FileLine(id=row.id, **{name: getattr(row, name) for name in queries.FILE_COLUMNS}) for row in beside if row.role]
        made = DocumentView(
            document=document,
            customer_name="" if customer is None else customer.name,
            state=document.state(self.today()),
            total=None if document.total is None else Money(signed(document.kind, document.total.minor), document.total.currency),
            references=tuple(linked),
            history=tuple(
                HistoryLine(row.effective_on, row.entry_kind, Money(row.amount_minor, row.amount_currency), row.reference)
                for row in postings
            ),
            files=tuple(sorted(files, key=lambda file: (file.role is FileRole.ATTACHMENT, file.added_at, file.name))),
            has_paper=document.kind in MADE or any(file.role is FileRole.ORIGINAL and file.media_type == PDF for file in files),
        )
        return made, customer

    def several(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor) -> tuple[Document, ...]:
        """Answer some documents in the order in which they are named; NotFound for all if one may not be had. One statement."""
        shape = {"hidden": self.visibility.hidden(by)}
        rows = self._shell.ask(queries.SEVERAL, by, account_id=account_id, shape=shape, document_ids=list(document_ids))
        found = {row.id: queries.document_of(row) for row in rows}
        if len(found) < len(set(document_ids)):
            raise _no_document()
        return tuple(found[key] for key in dict.fromkeys(document_ids))

    def around(self, account_id: UUID, document: Document, by: Actor) -> tuple[tuple[Document, ...], bool]:
        """Answer the papers of a document's trade, and whether these are all. Four statements at most."""
        found: dict[UUID, None] = {}
        shape, ask, complete = {"hidden": self.visibility.hidden(by)}, self._shell.ask, True
        here = [document.id]
        for _ in range(_STEPS):
            rows = ask(queries.RELATED, by, account_id=account_id, shape=shape, document_ids=here, limit=_MOST + 1)
            here = [row.id for row in rows if row.id not in found and row.id != document.id]
            found |= dict.fromkeys(here)
            complete = complete and len(rows) <= _MOST and len(found) <= _MOST
            if not here or not complete:
                break
        kept = list(found)[:_MOST]
        rows = ask(queries.SEVERAL, by, account_id=account_id, shape=shape, document_ids=kept) if kept else ()
        return tuple(queries.document_of(row) for row in rows), complete

    def files(self, account_id: UUID, document_ids: Sequence[UUID], by: Actor) -> tuple[File, ...]:
        """Answer the files of some documents, the oldest first. One statement."""
        shape = {"one": False, "hidden": self.visibility.hidden(by)}
        rows = self._shell.ask(FILES, by, account_id=account_id, shape=shape, document_ids=list(document_ids))
        return tuple(file_of(row) for row in rows)

    def file(self, account_id: UUID, document_id: UUID, file_id: UUID, by: Actor) -> File:
        """Answer one file of a document that may be seen; NotFound alike for whatever is lacking. One statement."""
        shape = {"one": True, "hidden": self.visibility.hidden(by)}
        sought = {"document_ids": [document_id], "file_id": file_id}
        rows = self._shell.ask(FILES, by, account_id=account_id, shape=shape, **sought)
        if not rows:
            raise NotFound("file.not_found", "There is no such file.")
        return file_of(rows[0])

    def customer(self, account_id: UUID, by: Actor) -> Customer:
        """Answer whose documents they are."""
        return queries.customer_of(self._shell.ask(queries.CUSTOMER, by, account_id=account_id)[0])

    def today(self) -> date:
        """Answer the supplier's date."""
        return self._context.supplier.today(self._context.clock.now())


def _no_document() -> NotFound:
    return NotFound("document.not_found", "There is no such document.")
