"""One import from end to end: stage and check everything, compare with what is known, then decide and write by account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Protocol

from attrs import define, field, fields

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Denied, Refused
from lockportal.documents.commands import StatedDocument, StoreDocuments, check_correction, stated_document
from lockportal.documents.imports import queries
from lockportal.documents.imports.report import SHOWN, ImportReport, NameChange, RowChange, RowError
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.imports.staging import StagedRow, Staging, staging
from lockportal.documents.models import Document, DocumentFacts, document_id

_STAGED = 2000
_COMPARED = 5000
_ROWS_OF_COMMAND = 1000
_SIZE_OF_COMMAND = 1_000_000
_COMMANDS_OF_BATCH = 2000
_ROWS_OF_BATCH = 4000
_SIZE_OF_BATCH = 4_000_000
_TAKEN: Final = "customer.number_taken"
_UNSTATED: Final = {"id", "account_id", "source", "external_id", "digest", "balance", "flags", "search"}
"""The fields of a document that its books do not state."""


class Progress(Protocol):
    """Hears how far an import is: the name of the step, what is done of it, and of how much (0 when not known)."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Hear nothing."""


def facts_digest(facts: DocumentFacts) -> tuple[bytes, bytes]:
    """Answer the SHA-256 of what is stated, and the JSON it is made of: equal digests need no look."""
    body = codec.dumps(facts)
    return hashlib.sha256(body).digest(), body


@define(kw_only=True)
class Import:
    """One import of one source, by one actor."""

    context: Context
    by: Actor
    source: str
    skip_bad: bool = False
    progress: Progress = silent
    report: ImportReport = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin the report; refuse who may not import before anything is read."""
        if not StoreDocuments.audience.admits(self.by.kind):
            raise Denied("actor.denied", "Only staff and the system may import.")
        self.report = ImportReport(source=self.source)

    def run(self, rows: Iterable[ImportRow | RowError]) -> ImportReport:
        """Import rows; with any fault nothing is written, unless `skip_bad` leaves the faulty rows out."""
        with staging() as staged:
            self._stage(staged, rows)
            self._match(staged)
            self._note_changes(staged)
            if self.report.refused and not self.skip_bad:
                return self.report
            self._note_names(staged)
            self._apply(staged)
            self.report.added, self.report.changed = staged.count("added"), staged.count("updated")
            self.report.unchanged, self.report.customers_added = staged.count("same"), staged.opened()
            self._find_vanished(staged)
        self.report.applied = True
        return self.report

    def _stage(self, staged: Staging, rows: Iterable[ImportRow | RowError]) -> None:
        waiting: list[tuple[str, int, str, str, bytes, bytes]] = []
        for row in rows:
            self.report.rows += 1
            if isinstance(row, RowError):
                self.report.refuse(row)
                staged.add_bad(row.external_id)
                continue
            digest, body = facts_digest(row.facts)
            waiting.append((row.facts.external_id, row.line, row.customer_number, row.customer_name, digest, body))
            if len(waiting) >= _STAGED:
                self._put(staged, waiting)
                waiting = []
        self._put(staged, waiting)

    def _put(self, staged: Staging, rows: Sequence[tuple[str, int, str, str, bytes, bytes]]) -> None:
        for line, external_id in staged.add(rows):
            reason = f"{external_id!r} stands in the file twice"
            self.report.refuse(RowError(line, "external_id", "document.twice", reason, external_id))

    def _match(self, staged: Staging) -> None:
        """Find out which customers and documents are known, and which rows say nothing new."""
        ask = self.context.shell.ask
        for numbers in staged.customer_numbers(_COMPARED):
            customers = ask(queries.KNOWN_CUSTOMERS, self.by, numbers=numbers)
            staged.match_customers((row.number, row.account_id, row.name) for row in customers)
        staged.open_accounts(iter(self.context.clock.new_id, None))
        for ids in staged.external_ids(_COMPARED):
            documents = ask(queries.KNOWN_DOCUMENTS, self.by, source=self.source, external_ids=ids)
            known = ((row.external_id, row.customer_number, row.account_id, bytes(row.digest)) for row in documents)
            for line, external_id in staged.match_documents(known):
                reason = f"{external_id!r} belongs to another customer; documents do not move between customers"
                error = RowError(line, "customer_number", "document.customer_changed", reason, external_id)
                self.report.refuse(error)

    def _note_changes(self, staged: Staging) -> None:
        """Say what changed; refuse what no correction may change."""
        for rows in staged.changed(_COMPARED):
            sought = [document_id(row.account_id, self.source, row.facts.external_id) for row in rows]
            found = self.context.shell.ask(queries.STATED, self.by, document_ids=sought)
            known = {row.external_id: queries.document_of(row) for row in found}
            for row in rows:
                before = known[row.facts.external_id]
                try:
                    check_correction(before, row.facts)
                except Refused as fault:
                    error = RowError(row.line, fault.field or "row", fault.code, fault.message, row.facts.external_id)
                    self.report.refuse(error)
                    staged.refuse(row.facts.external_id)
                    continue
                if len(self.report.changes) < SHOWN:
                    self.report.changes.append(RowChange(row.facts.number, differences(before, row)))

    def _note_names(self, staged: Staging) -> None:
        for number, before, after in staged.renamed():
            self.report.renamed += 1
            if len(self.report.name_changes) < SHOWN:
                self.report.name_changes.append(NameChange(number, before, after))

    def _apply(self, staged: Staging) -> None:
        """Write batch by batch; where another import opened the same customer meanwhile, look again and go on."""
        total, done = staged.count("new", "changed"), 0
        self.progress("writing", done, total)
        while True:
            try:
                for batch in _batches(self._commands(staged)):
                    self.context.shell.run_batch(batch, self.by)
                    for command in batch:
                        staged.written(command.account_id, [stated.facts.external_id for stated in command.documents])
                        done += len(command.documents)
                    self.progress("writing", done, total)
            except Refused as refused:
                unopened = staged.unopened()
                self._match(staged)
                if refused.code != _TAKEN or staged.unopened() == unopened:
                    raise
            else:
                break
        self.progress("writing", total, total)

    def _commands(self, staged: Staging) -> Iterator[tuple[StoreDocuments, int]]:
        """Answer the commands of the staged work, each with its size, in the order of the account."""
        for (account, number, name), group in groupby(staged.work(), key=lambda found: found[:3]):
            for part, size in _parts(row for *_, row in group if row is not None):
                command = StoreDocuments(
                    account_id=account,
                    customer_number=number,
                    customer_name=name,
                    source=self.source,
                    documents=tuple(StatedDocument(row.digest, row.facts) for row in part),
                )
                yield command, size

    def _find_vanished(self, staged: Staging) -> None:
        last = ""
        while found := self.context.shell.ask(queries.OF_SOURCE, self.by, source=self.source, last=last, limit=_COMPARED):
            here = staged.has([row.external_id for row in found])
            for row in found:
                if row.external_id not in here:
                    self.report.vanished += 1
                    if len(self.report.vanished_numbers) < SHOWN:
                        self.report.vanished_numbers.append(row.number)
            last = found[-1].external_id


def differences(before: Document, row: StagedRow) -> tuple[str, ...]:
    """Name the fields in which the books now differ from what is kept; `details` where only the way of stating them does."""
    stated = StatedDocument(row.digest, row.facts)
    after = stated_document(stated, before, before.source, before.account_id, before.posted_on)
    names = [attribute.name for attribute in fields(Document) if attribute.name not in _UNSTATED]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name)) or ("details",)


def _parts(rows: Iterable[StagedRow]) -> Iterator[tuple[list[StagedRow], int]]:
    """Cut one customer's rows into commands of bounded size; without any row there is one empty command."""
    part: list[StagedRow] = []
    size = 0
    for row in rows:
        if part and (len(part) >= _ROWS_OF_COMMAND or size + row.size > _SIZE_OF_COMMAND):
            yield part, size
            part, size = [], 0
        part.append(row)
        size += row.size
    yield part, size


def _batches(commands: Iterable[tuple[StoreDocuments, int]]) -> Iterator[list[StoreDocuments]]:
    """Group commands of different accounts, each batch of bounded size."""
    batch: list[StoreDocuments] = []
    rows = total = 0
    for command, size in commands:
        full = rows + len(command.documents) > _ROWS_OF_BATCH or total + size > _SIZE_OF_BATCH
        if batch and (full or len(batch) >= _COMMANDS_OF_BATCH or batch[-1].account_id == command.account_id):
            yield batch
            batch, rows, total = [], 0, 0
        batch.append(command)
        rows, total = rows + len(command.documents), total + size
    if batch:
        yield batch
