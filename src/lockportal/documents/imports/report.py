"""What an import tells afterwards: counts, and every row or file that was refused, changed, vanished or renamed."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

SHOWN = 1000
"""At most so many rows of each kind are kept in a report; the counts are always whole."""

_NAMED = 10


@frozen
class RowError:
    """One row or file that cannot be taken: the line on which it begins, the column, term or field at fault, rule and reason.

    `line` is 0 for a whole file; `file` is its name in the input, empty where the input is one CSV file. `external_id` is the
    document's, where it could be read: so that a document whose row is bad does not seem to have vanished.
    """

    line: int
    column: str
    code: str
    reason: str
    external_id: str = ""
    file: str = ""

    def __str__(self) -> str:
        """Answer one line for a person."""
        places = (self.file, f"line {self.line}" if self.line else "", self.column)
        rule = "" if self.line else f" ({self.code})"
        return f"{', '.join(place for place in places if place)}: {self.reason}{rule}"


@frozen
class NameChange:
    """A customer whose name the rows give differently: the last one seen stands."""

    number: str
    before: str
    after: str


@frozen
class RowChange:
    """A document that the books state differently than before, and which fields changed."""

    number: str
    fields: tuple[str, ...]


@define(kw_only=True)
class ImportReport:
    """The outcome of one import. `applied` is False when the whole input was refused; then nothing was written.

    `rows` counts the documents and attachments that the input states. `attached` counts files that came to documents which
    the input does not state; `left_out` are files within files that are not kept by themselves; `passed_over` is what systems
    leave in folders.
    """

    source: str
    applied: bool = False
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    vanished: int = 0
    renamed: int = 0
    customers_added: int = 0
    attached: int = 0
    errors: list[RowError] = field(factory=list)
    changes: list[RowChange] = field(factory=list)
    vanished_numbers: list[str] = field(factory=list)
    name_changes: list[NameChange] = field(factory=list)
    left_out: list[RowError] = field(factory=list)
    passed_over: tuple[str, ...] = ()

    def refuse(self, error: RowError) -> None:
        """Note a row or file that cannot be taken."""
        self.refused += 1
        if len(self.errors) < SHOWN:
            self.errors.append(error)

    def leave_out(self, error: RowError) -> None:
        """Note a file within a file that is not kept by itself."""
        if len(self.left_out) < SHOWN:
            self.left_out.append(error)

    def lines(self) -> Iterator[str]:
        """Tell the outcome line by line, for a terminal or a log."""
        head = "imported" if self.applied else "refused whole, nothing was written"
        yield f"{self.source}: {head}"
        yield f"{self.rows} rows: {self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.refused} refused"
        if self.customers_added:
            yield f"{self.customers_added} customers added"
        if self.attached:
            yield f"{self.attached} files added to documents that were here"
        for error in self.errors:
            yield f"  {error}"
        if self.refused > len(self.errors):
            yield f"  … and {self.refused - len(self.errors)} more"
        for change in self.changes:
            yield f"  {change.number}: {', '.join(change.fields)} changed"
        if self.changed > len(self.changes):
            yield f"  … and {self.changed - len(self.changes)} more changed"
        yield from self._asides()

    def _asides(self) -> Iterator[str]:
        if self.vanished:
            yield f"{self.vanished} documents of this source are no longer in it, and were kept: {_some(self.vanished_numbers)}"
        for name in self.name_changes:
            yield f"  customer {name.number}: {name.before!r} is now {name.after!r}"
        if self.renamed > len(self.name_changes):
            yield f"  … and {self.renamed - len(self.name_changes)} more names"
        for file in self.left_out:
            yield f"  not kept by itself: {file}"
        if self.passed_over:
            yield f"{len(self.passed_over)} files passed over: {_some(self.passed_over)}"


def _some(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
