"""A NACHA file read: whatever it holds, what can be read of it is, and what is wrong with it is named line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import define, evolve, field

from lockportal.payments.errors import WebhookMalformed
from lockportal_ach.checking import problems_of
from lockportal_ach.columns import WIDTH, Problem, read
from lockportal_ach.files import BLOCK, AchFile, Batch, Detail
from lockportal_ach.records import (
    AdviceBatchControl,
    AdviceEntry,
    AdviceFileControl,
    AnyAddendum,
    AnyBatchControl,
    AnyEntry,
    AnyFileControl,
    AnyHeader,
    BatchControl,
    BatchHeader,
    ChangeAddendum,
    ContestedAddendum,
    DishonouredAddendum,
    Entry,
    FileControl,
    FileHeader,
    InternationalEntry,
    InternationalHeader,
    ManyEntry,
    OtherAddendum,
    Remark,
    ReturnAddendum,
)

LARGEST: Final = 64 * 1024 * 1024
"""The bytes of a file that is read: some 700,000 records."""
_COUNTING: Final = frozenset({"CTX", "ATX", "ENR", "TRX"})
_ENTRIES: Final[dict[str, type[AnyEntry]]] = {"IAT": InternationalEntry, "ADV": AdviceEntry}


def read_file(content: bytes) -> AchFile:
    """Read a file with all its problems; lines may end in any way, or not at all.

    WebhookMalformed `ach.unreadable` where it does not begin with a file's header: it is something else then.
    """
    if len(content) > LARGEST:
        raise WebhookMalformed("ach.unreadable", "The file is too large to be read.")
    reader = _Reader()
    lines = _lines(content.decode("latin-1"))
    first = next((line for line in lines if line.strip()), "")
    if not first.startswith("101") or len(first) < WIDTH // 2:
        raise WebhookMalformed("ach.unreadable", "This is no NACHA file: it does not begin with a file's header.")
    for at, line in enumerate(lines, start=1):
        reader.take(at, line)
    return reader.file(len([line for line in lines if line.strip()]))


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) == 1 and len(lines[0]) > WIDTH:
        return [lines[0][start : start + WIDTH] for start in range(0, len(lines[0]), WIDTH)]
    return lines


@define
class _Reader:
    """What was read so far: the file's parts in the order in which they stand."""

    header: FileHeader | None = None
    control: AnyFileControl | None = None
    ends: int = 0
    batches: list[Batch] = field(factory=list)
    batch: Batch | None = None
    details: list[Detail] = field(factory=list)
    addenda: list[AnyAddendum] = field(factory=list)
    detail: Detail | None = None
    problems: list[Problem] = field(factory=list)

    def take(self, at: int, line: str) -> None:
        """Take the next line."""
        if not line.strip():
            self.note(at, "record.blank", "A line is blank.")
            return
        if len(line) != WIDTH:
            self.note(at, "record.length", f"The record has {len(line)} columns, not {WIDTH}.")
        if not line.isascii() or not line.isprintable():
            self.note(at, "record.signs", "The record has signs that a file must not hold.")
        line = line[:WIDTH].ljust(WIDTH)
        if self.control is not None:
            if line.strip("9"):
                self.note(at, "record.order", "Something follows the file's control record.")
            return
        taken = {"1": self.take_header, "5": self.take_batch, "6": self.take_entry, "7": self.take_addendum, "8": self.take_end}
        handler = self.take_control if line[0] == "9" else taken.get(line[0])
        if handler is None:
            self.note(at, "record.unknown", "The record is of no type that there is.")
        else:
            handler(at, line)

    def take_header(self, at: int, line: str) -> None:
        if self.header is not None:
            self.note(at, "record.order", "A second file begins within the file.")
            return
        self.header = read(FileHeader, line, at, self.problems)

    def take_batch(self, at: int, line: str) -> None:
        self.end_batch(at)
        kind: type[AnyHeader] = InternationalHeader if line[50:53] == "IAT" else BatchHeader
        self.batch = Batch(header=read(kind, line, at, self.problems), line=at)

    def take_entry(self, at: int, line: str) -> None:
        if self.batch is None:
            self.note(at, "record.order", "An entry stands outside of a batch.")
            return
        self.end_entry()
        of = self.batch.header.entry_class
        kind: type[AnyEntry] = ManyEntry if of in _COUNTING else _ENTRIES.get(of, Entry)
        self.detail = Detail(entry=read(kind, line, at, self.problems), line=at)

    def take_addendum(self, at: int, line: str) -> None:
        if self.detail is None:
            self.note(at, "record.order", "An addendum follows no entry.")
            return
        self.addenda.append(read(_addendum_kind(line), line, at, self.problems))

    def take_end(self, at: int, line: str) -> None:
        if self.batch is None:
            self.note(at, "record.order", "A batch's control record follows no batch.")
            return
        kind: type[AnyBatchControl] = AdviceBatchControl if self.batch.header.entry_class == "ADV" else BatchControl
        control = read(kind, line, at, self.problems)
        self.end_entry()
        self.batches.append(evolve(self.batch, details=tuple(self.details), control=control))
        self.batch, self.details = None, []

    def take_control(self, at: int, line: str) -> None:
        if not line.strip("9"):
            self.note(at, "record.order", "The file is filled up before its control record.")
            return
        self.end_batch(at)
        advice = bool(self.batches) and all(one.header.entry_class == "ADV" for one in self.batches)
        kind: type[AnyFileControl] = AdviceFileControl if advice else FileControl
        self.control, self.ends = read(kind, line, at, self.problems), at

    def end_entry(self) -> None:
        if self.detail is not None:
            self.details.append(evolve(self.detail, addenda=tuple(self.addenda)))
        self.detail, self.addenda = None, []

    def end_batch(self, at: int) -> None:
        self.end_entry()
        if self.batch is not None:
            self.note(at, "batch.unfinished", "A batch has no control record.")
            self.batches.append(evolve(self.batch, details=tuple(self.details)))
        self.batch, self.details = None, []

    def note(self, line: int, code: str, message: str) -> None:
        self.problems.append(Problem(line=line, code=code, message=message))

    def file(self, records: int) -> AchFile:
        """Answer what was read, with what does not tie out in it."""
        self.end_batch(records)
        assert self.header is not None  # noqa: S101 - the first line was looked at before
        if self.control is None:
            self.note(records, "file.unfinished", "The file has no control record.")
        elif records % BLOCK:
            self.note(records, "file.blocking", f"The file has {records} records, no whole number of tens.")
        found = AchFile(header=self.header, batches=tuple(self.batches), control=self.control)
        return evolve(found, problems=_sorted((*self.problems, *problems_of(found, records, self.ends))))


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.line))


def _addendum_kind(line: str) -> type[AnyAddendum]:
    kind, reason = line[1:3], line[3:6]
    if kind == "99":
        if "R61" <= reason <= "R70":
            return DishonouredAddendum
        return ContestedAddendum if "R71" <= reason <= "R77" else ReturnAddendum
    return {"05": Remark, "98": ChangeAddendum}.get(kind, OtherAddendum)
