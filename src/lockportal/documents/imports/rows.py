"""One document as an input states it, and what must be true of it before it is staged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from attrs import evolve, frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.terms import Terms
from lockportal.documents.facts import check_facts, check_file
from lockportal.documents.imports.report import RowError
from lockportal.documents.models import POSTED, DocumentFacts, DocumentKind, FileFacts

_LONGEST_NUMBER: Final = 128
_LONGEST_NAME: Final = 255


@frozen
class ImportRow:
    """One document as an input states it, with the customer it belongs to, and its files."""

    line: int
    customer_number: str
    customer_name: str
    facts: DocumentFacts
    files: tuple[FileFacts, ...] = ()


@frozen(kw_only=True)
class TermsBook:
    """What the codes of payment terms mean, for rows without a due date."""

    terms: Mapping[str, Terms]
    default: str = ""

    def due_on(self, code: str, issued_on: date) -> date:
        """Answer when a row without a due date is due."""
        found = self.terms.get(code or self.default)
        if found is None:
            reason = f"no due date, and no terms {code or self.default!r} are configured in [documents.terms]"
            raise Refused("due_on.missing", reason, field="due_on")
        return _due_on(found, issued_on)

    def dated(self, facts: DocumentFacts) -> DocumentFacts:
        """Give what a file states its due date, where it lacks one: by its terms, if they are a code, else by the default ones.

        Without either it is due when it is issued.
        """
        if facts.due_on is not None or facts.kind not in POSTED or facts.kind is DocumentKind.CREDIT_MEMO:
            return facts
        found = self.terms.get(facts.terms) or self.terms.get(self.default)
        return facts if found is None else evolve(facts, due_on=_due_on(found, facts.issued_on))


def _due_on(terms: Terms, issued_on: date) -> date:
    try:
        return terms.due_on(issued_on)
    except (OverflowError, ValueError) as error:
        raise Refused("due_on.out_of_range", f"{terms.code} after {issued_on} is no date", field="due_on") from error


def checked(row: ImportRow) -> ImportRow:
    """Answer a row whose values can be stored, or refuse it, naming the field."""
    if not row.customer_number.strip():
        raise Refused("customer_number.missing", "a value is required", field="customer_number")
    for name, value, most in (
        ("customer_number", row.customer_number, _LONGEST_NUMBER),
        ("customer_name", row.customer_name, _LONGEST_NAME),
    ):
        if len(value) > most:
            raise Refused(f"{name}.too_long", f"at most {most} characters", field=name)
    check_facts(row.facts)
    return row


def strictly_checked(row: ImportRow) -> ImportRow:
    """Answer a row that a stranger's code made, checked as what comes from outside."""
    for name in ("customer_number", "customer_name"):
        checked_text(name, getattr(row, name))
    return checked(evolve(row, facts=codec.structure(DocumentFacts, codec.plain(row.facts))))


def check_rows(rows: Iterable[ImportRow], has: Callable[[bytes], bool]) -> Iterator[ImportRow | RowError]:
    """Check rows that the host made as strictly as those of a file; `has` says which contents are in the file store."""
    for row in rows:
        try:
            _check_files(row.files, has)
            yield strictly_checked(row)
        except Refused as fault:
            yield RowError(row.line, fault.field or "row", fault.code, fault.message, row.facts.external_id)


def _check_files(files: Iterable[FileFacts], has: Callable[[bytes], bool]) -> None:
    for file in files:
        check_file(file)
        if not has(file.sha256):
            raise Refused("file.not_found", f"the content of {file.name!r} is not in the file store", field="files")


def checked_text(name: str, value: str) -> str:
    """Answer a text that every database keeps alike, or refuse it."""
    try:
        return codec.check_text(value)
    except ValueError as error:
        raise Refused(f"{name}.character", str(error), field=name) from error
