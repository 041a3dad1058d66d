"""The last step of an import: contents into the file store, documents into the book, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from attrs import frozen

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.progress import Progress
from lockportal.documents.commands import AttachFile, StatedDocument, StoreDocuments
from lockportal.documents.imports.inputs import opened, pieces
from lockportal.documents.imports.staged import StagedRow
from lockportal.documents.imports.staged_files import StagedFiles
from lockportal.documents.imports.staging import Staging
from lockportal.documents.models import FileFacts

_ROWS_OF_COMMAND = 1000
_SIZE_OF_COMMAND = 1_000_000
_COMMANDS_OF_BATCH = 2000
_ROWS_OF_BATCH = 4000
_SIZE_OF_BATCH = 4_000_000
_TAKEN: Final = "customer.number_taken"


@frozen(kw_only=True)
class Writing:
    """Writes what was staged. `content` answers what the input has at a place."""

    context: Context
    by: Actor
    progress: Progress
    staged: Staging
    files: StagedFiles
    content: Callable[[str], Iterator[bytes]]

    def write(self, source: str, look_again: Callable[[], None]) -> None:
        """Write batch by batch; where another import opened the same customer meanwhile, look again and go on.

        `source` stands in the commands that only change a customer's name.
        """
        total, done = self.staged.count("new", "changed") + self.files.count("new"), 0
        self.progress("writing", done, total)
        while True:
            try:
                for batch in _batches(_commands(self.staged, source)):
                    self._put(file for command in batch for stated in command.documents for file in stated.files)
                    self.context.shell.run_batch(batch, self.by)
                    for command in batch:
                        written = [stated.facts.external_id for stated in command.documents]
                        self.staged.written(command.account_id, command.source, written)
                        done += len(command.documents)
                    self.progress("writing", done, total)
            except Refused as refused:
                unopened = self.staged.unopened()
                look_again()
                if refused.code != _TAKEN or self.staged.unopened() == unopened:
                    raise
            else:
                break
        self._attach(done, total)
        self.progress("writing", total, total)

    def _attach(self, done: int, total: int) -> None:
        """Add files to documents that the input does not state."""
        for work in self.files.work(_COMMANDS_OF_BATCH):
            self._put(file for *_, file in work)
            commands = [AttachFile(account_id=account, document_id=document, file=file) for _, account, document, file in work]
            self.context.shell.run_batch(commands, self.by)
            for key, *_ in work:
                self.files.added(key)
            done += len(work)
            self.progress("writing", done, total)

    def _put(self, files: Iterable[FileFacts]) -> None:
        """Put contents into the file store; Refused for one that is no longer what was read."""
        store = self.context.files
        for file in files:
            if store.has(file.sha256):
                continue
            place = self.files.find(file.sha256)
            found = pieces(partial(opened, place)) if isinstance(place, Path) else self.content(place)
            try:
                kept = store.put(found, limit=file.size).sha256
            except Refused:
                kept = b""  # it has more bytes now, or is gone
            if kept != file.sha256:
                raise Refused("file.changed", f"{place} changed while it was imported; run the import again.", field="file")


def _commands(staged: Staging, source: str) -> Iterator[tuple[StoreDocuments, int]]:
    """Answer the commands of the staged work, each with its size, in the order of the account."""
    for (account, number, name), group in groupby(staged.work(), key=lambda found: found[:3]):
        rows = (row for *_, row in group if row is not None)
        for stated_by, part, size in _parts(rows, source):
            command = StoreDocuments(
                account_id=account,
                customer_number=number,
                customer_name=name,
                source=stated_by,
                documents=tuple(StatedDocument(row.digest, row.facts, row.files) for row in part),
            )
            yield command, size


def _parts(rows: Iterable[StagedRow], source: str) -> Iterator[tuple[str, list[StagedRow], int]]:
    """Cut one customer's rows into commands of one source and bounded size; without any row there is one empty command."""
    part: list[StagedRow] = []
    size = 0
    for row in rows:
        full = len(part) >= _ROWS_OF_COMMAND or size + row.size > _SIZE_OF_COMMAND
        if part and (full or row.source != source):
            yield source, part, size
            part, size = [], 0
        source = row.source
        part.append(row)
        size += row.size
    yield source, part, size


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
