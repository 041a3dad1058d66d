"""What is new of what an input states, what of it is known and changed, and what of that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from attrs import fields, frozen

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.documents.commands import StatedDocument, check_correction, stated_document
from lockportal.documents.imports import queries
from lockportal.documents.imports.report import SHOWN, ImportReport, NameChange, RowChange, RowError
from lockportal.documents.imports.rivals import Owed, owed_by_files, rivals_here
from lockportal.documents.imports.staged import Place, StagedRow
from lockportal.documents.imports.staged_files import StagedFiles
from lockportal.documents.imports.staging import Staging
from lockportal.documents.models import Document, document_id

COMPARED: Final = 5000
"""So many rows are looked up at once."""
_UNSTATED: Final = {"id", "account_id", "source", "external_id", "digest", "balance", "flags", "search"}
"""The fields of a document that its books do not state."""


@frozen(kw_only=True)
class Comparing:
    """Holds what was staged against what is kept, and reports it."""

    context: Context
    by: Actor
    report: ImportReport
    staged: Staging
    files: StagedFiles

    def compare(self) -> None:
        """Find out what is new and what changed; refuse what may not change."""
        self._find_rivals()
        self._join_files()
        self.match()
        for source in sorted(self.staged.sources):
            for rows in self.staged.changed(source, COMPARED):
                self._note_changes(source, rows)

    def match(self) -> None:
        """Find out which customers and documents are known, and which rows say nothing new."""
        ask = self.context.shell.ask
        for numbers in self.staged.customer_numbers(COMPARED):
            customers = ask(queries.KNOWN_CUSTOMERS, self.by, numbers=numbers)
            self.staged.match_customers((row.number, row.account_id, row.name) for row in customers)
        self.staged.open_accounts(iter(self.context.clock.new_id, None))
        for source in sorted(self.staged.sources):
            for ids in self.staged.external_ids(source, COMPARED):
                documents = ask(queries.KNOWN_DOCUMENTS, self.by, source=source, external_ids=ids)
                known = ((row.external_id, row.customer_number, row.account_id, bytes(row.digest)) for row in documents)
                for place in self.staged.match_documents(source, known):
                    reason = f"{place.external_id!r} belongs to another customer; documents do not move between customers"
                    self._refuse(place, "customer_number", "document.customer_changed", reason)

    def note_names(self) -> None:
        """Report the customers whose names are now others."""
        for number, before, after in self.staged.renamed():
            self.report.renamed += 1
            if len(self.report.name_changes) < SHOWN:
                self.report.name_changes.append(NameChange(number, before, after))

    def _refuse(self, place: Place, column: str, code: str, reason: str) -> None:
        self.report.refuse(RowError(place.line, column, code, reason, place.external_id, place.file))

    def _note_changes(self, source: str, rows: list[StagedRow]) -> None:
        """Say what changed; refuse what no correction may change."""
        sought = [document_id(row.account_id, source, row.facts.external_id) for row in rows]
        found = self.context.shell.ask(queries.STATED, self.by, document_ids=sought)
        known = {row.external_id: queries.document_of(row) for row in found}
        held = self._held([key for key, row in zip(sought, rows, strict=True) if row.files])
        for key, row in zip(sought, rows, strict=True):
            before = known[row.facts.external_id]
            try:
                check_correction(before, row.facts)
            except Refused as fault:
                place = Place(row.file, row.line, row.facts.external_id)
                self._refuse(place, fault.field or "row", fault.code, fault.message)
                self.staged.mark("refused", source, row.facts.external_id)
                continue
            further = any((key, file.sha256) not in held for file in row.files)
            changed = (*differences(before, row), *(("files",) if further else ()))
            if row.files and not changed:
                self.staged.mark("same", source, row.facts.external_id)
            elif len(self.report.changes) < SHOWN:
                self.report.changes.append(RowChange(row.facts.number, changed or ("details",)))

    def _held(self, documents: list[UUID]) -> set[tuple[UUID, bytes]]:
        """Answer which contents some documents have, as (document, SHA-256)."""
        if not documents:
            return set()
        found = self.context.shell.ask(queries.HELD, self.by, document_ids=documents)
        return {(row.document_id, bytes(row.sha256)) for row in found}

    def _find_rivals(self) -> None:
        """Refuse a file of what stands here already under another id: it would be owed twice."""
        for row, elsewhere in rivals_here(self.staged):
            self._refuse_rival(row, f"{elsewhere or 'the input'} states {row.number} of this customer too")
        for rows in owed_by_files(self.staged, COMPARED // 10):
            found = self._named({row.customer_number for row in rows}, {row.number for row in rows})
            known: dict[tuple[str, str, str], dict[tuple[str, str], None]] = {}
            for one in found:
                ids = known.setdefault((one.customer_number, one.kind, one.number), {})
                ids[one.source, one.external_id] = None
            for row in rows:
                others = known.get((row.customer_number, row.kind, row.number), {})
                if others and (row.source, row.place.external_id) not in others:
                    source, _ = next(iter(others))
                    self._refuse_rival(row, f"{row.number} of this customer is in the book already, from {source!r}")

    def _refuse_rival(self, row: Owed, reason: str) -> None:
        hint = f"to add the file to it, write into manifest.csv: document = {row.number}"
        self._refuse(row.place, "number", "document.known_otherwise", f"{reason}; {hint}")
        self.staged.mark("refused", row.source, row.place.external_id)

    def _named(self, customers: Iterable[str], numbers: Iterable[str]) -> Sequence[Any]:
        """Answer the documents of these customers that have one of these numbers."""
        return self.context.shell.ask(queries.NAMED, self.by, customers=sorted(customers), numbers=sorted(numbers))

    def _join_files(self) -> None:
        """Give each document of the input what the manifest wants to be with it, and look for the others in the book."""
        for attachment in self.files.ambiguous():
            reason = f"customer {attachment.customer_number} has several documents {attachment.number} here; say of which kind"
            self._refuse(attachment.place, "document", "document.ambiguous", reason)
        for attachments in self.files.elsewhere(COMPARED // 10):
            sought = attachments.values()
            found = self._named({one.customer_number for one in sought}, {one.number for one in sought})
            held = self._held([row.id for row in found])
            for key, attachment in attachments.items():
                documents = [row for row in found if attachment.names(row.customer_number, row.kind, row.number)]
                if len(documents) == 1:
                    state = "same" if (documents[0].id, attachment.file.sha256) in held else "new"
                    self.files.match(key, documents[0].account_id, documents[0].id, state)
                    continue
                whose = f"customer {attachment.customer_number}"
                if documents:
                    reason = f"{whose} has several documents {attachment.number}; say of which kind"
                    self._refuse(attachment.place, "document", "document.ambiguous", reason)
                else:
                    reason = f"{whose} has no such document {attachment.number}, neither in the book nor in this input"
                    self._refuse(attachment.place, "document", "document.not_found", reason)


def differences(before: Document, row: StagedRow) -> tuple[str, ...]:
    """Name the fields in which the books now differ from what is kept; none where only the way of stating them does."""
    stated = StatedDocument(row.digest, row.facts)
    after = stated_document(stated, before, before.source, before.account_id, before.posted_on)
    names = [attribute.name for attribute in fields(Document) if attribute.name not in _UNSTATED]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
