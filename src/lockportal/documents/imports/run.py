"""One import from end to end: stage and check everything, compare with what is known, then decide and write by account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from attrs import define, field, frozen

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Denied, Refused
from lockportal.core.progress import Progress, silent
from lockportal.documents.commands import StoreDocuments
from lockportal.documents.imports import queries
from lockportal.documents.imports.comparing import COMPARED, Comparing
from lockportal.documents.imports.report import SHOWN, ImportReport, RowError
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.imports.staged import Given, Place, facts_digest
from lockportal.documents.imports.staged_files import Attachment, LeftOut, StagedFiles
from lockportal.documents.imports.staging import Staging, staging
from lockportal.documents.imports.writing import Writing
from lockportal.documents.visibility.showing import Visibility, visibility_of

__all__ = ["Handed", "Import", "Sheet", "facts_digest"]

_STAGED = 2000


@frozen
class Sheet:
    """What one file of an input states, and the source it belongs to; `file` is empty where there is one CSV file, or none."""

    source: str
    file: str
    found: Iterable[ImportRow | RowError | Attachment | LeftOut]


class Stating(Protocol):
    """An input: what it states, sheet by sheet, and the contents that belong to it."""

    def sheets(self, files: StagedFiles) -> Iterator[Sheet]:
        """Read everything, once; what is found of files is staged with them."""
        ...

    def is_whole(self, source: str) -> bool:
        """Say whether the input holds all that a source has."""
        ...

    def content(self, place: str) -> Iterator[bytes]:
        """Answer a content again, by its place in the input."""
        ...


@frozen
class Handed:
    """Rows that the host hands in: all that their source has. Their files are in the file store already."""

    source: str
    rows: Iterable[ImportRow | RowError]

    def sheets(self, files: StagedFiles) -> Iterator[Sheet]:  # noqa: ARG002 - the input has no files
        """Answer the rows as one sheet."""
        yield Sheet(self.source, "", self.rows)

    def is_whole(self, source: str) -> bool:
        """Say so of its source."""
        return source == self.source

    def content(self, place: str) -> Iterator[bytes]:
        """Refuse: it has none, and what was in the file store is gone."""
        raise Refused("file.not_found", "A content was dropped from the file store while it was imported.", field=place or None)


@define(kw_only=True)
class Import:
    """One import of one source, or of an input whose files are of several, by one actor."""

    context: Context
    by: Actor
    source: str
    skip_bad: bool = False
    progress: Progress = silent
    report: ImportReport = field(init=False)
    visibility: Visibility = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin the report; refuse who may not import before anything is read."""
        if not StoreDocuments.audience.admits(self.by.kind):
            raise Denied("actor.denied", "Only staff and the system may import.")
        self.report = ImportReport(source=self.source)
        self.visibility = visibility_of(self.context)

    def run(self, given: Stating) -> ImportReport:
        """Import an input; with any fault nothing is written, unless `skip_bad` leaves the faulty rows and files out."""
        with staging() as staged:
            files = StagedFiles(staged)
            for sheet in given.sheets(files):
                self._stage(staged, files, sheet)
            self.report.source = ", ".join(sorted(staged.sources)) or self.source
            comparing = Comparing(context=self.context, by=self.by, report=self.report, staged=staged, files=files)
            comparing.compare()
            if self.report.refused and not self.skip_bad:
                return self.report
            comparing.note_names()
            writing = Writing(
                context=self.context, by=self.by, progress=self.progress, staged=staged, files=files, content=given.content
            )
            writing.write(self.source, comparing.match)
            self.report.added, self.report.changed = staged.count("added"), staged.count("updated")
            self.report.unchanged = staged.count("same") + files.count("same")
            self.report.customers_added, self.report.attached = staged.opened(), files.count("added")
            for source in sorted(filter(given.is_whole, staged.sources - staged.unclear)):
                self._find_vanished(staged, source)
        self.report.applied = True
        return self.report

    def _stage(self, staged: Staging, files: StagedFiles, sheet: Sheet) -> None:
        waiting: list[Given] = []
        for found in sheet.found:
            if isinstance(found, LeftOut):
                self.report.leave_out(found.error)
                continue
            self.report.rows += 1
            if isinstance(found, RowError):
                self.report.refuse(found)
                staged.add_bad(sheet.source, found.external_id, known=bool(found.line or found.external_id))
            elif isinstance(found, Attachment):
                files.attach(found)
            else:
                waiting.append(self._given(found))
            if len(waiting) >= _STAGED:
                self._put(staged, sheet, waiting)
                waiting = []
        self._put(staged, sheet, waiting)

    def _given(self, row: ImportRow) -> Given:
        facts = self.visibility.decided(row.customer_number, row.facts)
        digest, body = facts_digest(facts, row.files)
        files = codec.dumps(row.files) if row.files else None
        return facts.external_id, row.line, row.customer_number, row.customer_name, digest, body, files

    def _put(self, staged: Staging, sheet: Sheet, rows: list[Given]) -> None:
        for second, first in staged.add(sheet.source, sheet.file, rows):
            reason = _twice(second, first)
            error = RowError(second.line, "external_id", "document.twice", reason, second.external_id, sheet.file)
            self.report.refuse(error)

    def _find_vanished(self, staged: Staging, source: str) -> None:
        last = ""
        while found := self.context.shell.ask(queries.OF_SOURCE, self.by, source=source, last=last, limit=COMPARED):
            here = staged.has(source, [row.external_id for row in found])
            for row in found:
                if row.external_id not in here:
                    self.report.vanished += 1
                    if len(self.report.vanished_numbers) < SHOWN:
                        self.report.vanished_numbers.append(row.number)
            last = found[-1].external_id


def _twice(second: Place, first: Place) -> str:
    if second.file == first.file:
        return f"{second.external_id!r} stands in the file twice"
    return f"{second.external_id!r} is stated by {first.file} too"
