"""One import from end to end: stage and check everything, compare with what is known, then decide and write by account."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID

from attrs import field, frozen

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Denied, Refused
from lockportal.documents import queries
from lockportal.documents.commands import StatedDocument, StoreDocuments, check_correction
from lockportal.documents.imports.report import SHOWN, ImportReport, NameChange, RowChange, RowError
from lockportal.documents.imports.rows import ImportRow
from lockportal.documents.imports.staging import StagedRow, Staging, staging
from lockportal.documents.models import DocumentFacts

_STAGED = 2000
_COMPARED = 5000
_ROWS_OF_BATCH = 4000
_ROWS_OF_COMMAND = 1000


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


@frozen(kw_only=True)
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
        object.__setattr__(self, "report", ImportReport(source=self.source))

    def run(self, rows: Iterable[ImportRow | RowError]) -> ImportReport:
        """Import rows; with any fault nothing is written, unless `skip_bad` leaves the faulty rows out."""
        with staging() as staged:
            self._stage(staged, rows)
            self._compare(staged)
            if self.report.refused and not self.skip_bad:
                return self.report
            self._note(staged)
            self._apply(staged)
            self._find_vanished(staged)
        self.report.applied = True
        return self.report

    def _stage(self, staged: Staging, rows: Iterable[ImportRow | RowError]) -> None:
        waiting: list[tuple[str, int, str, str, bytes, bytes]] = []
        for row in rows:
            self.report.rows += 1
            if isinstance(row, RowError):
                self.report.refuse(row)
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
            self.report.refuse(RowError(line, "external_id", "document.twice", reason))

    def _compare(self, staged: Staging) -> None:
        """Find out which customers and documents are known, and which rows say nothing new."""
        shell, clock = self.context.shell, self.context.clock
        for numbers in staged.customer_numbers(_COMPARED):
            found = shell.ask(queries.KNOWN_CUSTOMERS, self.by, numbers=numbers)
            staged.match_customers((row.number, row.account_id, row.name) for row in found)
        staged.open_accounts(iter(clock.new_id, None))
        if not shell.ask(queries.OF_SOURCE, self.by, source=self.source, last="", limit=1):
            return
        for ids in staged.external_ids(_COMPARED):
            found = shell.ask(queries.KNOWN_DOCUMENTS, self.by, source=self.source, external_ids=ids)
            known = {row.external_id: (row.account_id, row.id, bytes(row.digest)) for row in found}
            for line, external_id in staged.match_documents(known):
                reason = f"{external_id!r} belongs to another customer; documents do not move between customers"
                self.report.refuse(RowError(line, "customer_number", "document.customer_changed", reason))
        for pairs in staged.changed(_COMPARED):
            self._compare_changed(staged, pairs)

    def _compare_changed(self, staged: Staging, pairs: Sequence[StagedRow]) -> None:
        """Say what changed; refuse what no correction may change."""
        ids = [row.document for row in pairs]
        found = {row.id: row for row in self.context.shell.ask(queries.STATED, self.by, document_ids=ids)}
        for row in pairs:
            known = found[row.document]
            try:
                check_correction(known.kind, known.payable_currency, row.facts)
            except Refused as fault:
                self.report.refuse(RowError(row.line, fault.field or "row", fault.code, fault.message))
                staged.drop(row.facts.external_id)
                continue
            if len(self.report.changes) < SHOWN:
                self.report.changes.append(RowChange(row.facts.number, differences(known, row.facts)))

    def _note(self, staged: Staging) -> None:
        self.report.added, self.report.changed = staged.count("new"), staged.count("changed")
        self.report.unchanged = staged.count("same")
        self.report.customers_added = staged.new_customers()
        for number, before, after in staged.renamed():
            self.report.renamed += 1
            if len(self.report.name_changes) < SHOWN:
                self.report.name_changes.append(NameChange(number, before, after))

    def _apply(self, staged: Staging) -> None:
        total, done = self.report.added + self.report.changed, 0
        self.progress("writing", 0, total)
        for batch in _batches(self._commands(staged)):
            self.context.shell.run_batch(batch, self.by)
            done += sum(len(command.documents) for command in batch)
            self.progress("writing", done, total)

    def _commands(self, staged: Staging) -> Iterator[StoreDocuments]:
        new_id = self.context.clock.new_id
        for (account, number, name), group in groupby(staged.work(), key=lambda found: found[:3]):
            rows = [row for *_, row in group if row is not None]
            for start in range(0, max(len(rows), 1), _ROWS_OF_COMMAND):
                part = rows[start : start + _ROWS_OF_COMMAND]
                yield StoreDocuments(
                    account_id=account,
                    customer_number=number,
                    customer_name=name,
                    source=self.source,
                    documents=tuple(_stated(row, new_id) for row in part),
                )

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


def differences(known: Any, facts: DocumentFacts) -> tuple[str, ...]:  # noqa: ANN401 - a row of STATED
    """Name the fields in which the books now differ from what is kept."""
    payable = facts.payable if facts.payable is not None else facts.total
    pairs = {
        "number": (known.number, facts.number),
        "kind": (known.kind, facts.kind),
        "issued_on": (known.issued_on, facts.issued_on),
        "due_on": (known.due_on, facts.due_on if known.due_on is not None else None),
        "settled_on": (known.settled_on, facts.settled_on),
        "total": (known.total_minor, facts.total.minor if facts.total else None),
        "payable": (known.payable_minor, payable.minor if payable else None),
        "terms": (known.terms, facts.terms),
        "po_number": (known.po_number, facts.po_number),
        "notes": (known.notes, facts.notes),
        "lines": (known.lines, facts.lines),
        "custom": (known.custom, facts.custom),
        "source_version": (known.source_version, facts.source_version),
    }
    return tuple(name for name, (before, after) in pairs.items() if before != after) or ("details",)


def _stated(row: StagedRow, new_id: Callable[[], UUID]) -> StatedDocument:
    return StatedDocument(row.document or new_id(), row.known, row.digest, row.facts)


def _batches(commands: Iterable[StoreDocuments]) -> Iterator[list[StoreDocuments]]:
    """Group commands of different accounts, each batch of bounded size."""
    batch: list[StoreDocuments] = []
    rows = 0
    for command in commands:
        same = bool(batch) and batch[-1].account_id == command.account_id
        if batch and (same or rows + len(command.documents) > _ROWS_OF_BATCH or len(batch) >= _STAGED):
            yield batch
            batch, rows = [], 0
        batch.append(command)
        rows += len(command.documents)
    if batch:
        yield batch


__all__ = ["Import", "ImportReport", "Progress", "RowChange", "facts_digest", "silent"]
