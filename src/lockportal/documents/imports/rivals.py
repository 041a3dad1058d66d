"""Files that state what is owed already under another id: to take them would be to bill it twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from lockportal.documents.imports.staged import Place
from lockportal.documents.imports.staged_files import BY_NUMBER, KIND, NUMBER
from lockportal.documents.imports.staging import Staging
from lockportal.documents.models import POSTED

_KINDS: Final = ", ".join(f"'{kind.value}'" for kind in sorted(POSTED))
_FILED: Final = "files IS NOT NULL AND file <> ''"
_OTHER: Final = NUMBER.replace("facts", "other.facts")
_OTHER_KIND: Final = KIND.replace("facts", "other.facts")


@frozen
class Owed:
    """A document that a file states, and that adds to what is owed."""

    source: str
    place: Place
    customer_number: str
    kind: str
    number: str


def rivals_here(staged: Staging) -> list[tuple[Owed, str]]:
    """Answer the documents of files that another file of the input states under another id, each with the name of that file."""
    if not staged.has_files():
        return []
    staged.db.execute(BY_NUMBER)
    named = NUMBER.replace("facts", "mine.facts"), KIND.replace("facts", "mine.facts")
    found = staged.db.execute(
        f"SELECT mine.source, mine.file, mine.line, mine.external_id, mine.customer, {named[1]}, {named[0]}, min(other.file) "  # noqa: S608 - names only
        f"FROM (SELECT * FROM row WHERE {_FILED} AND {KIND} IN ({_KINDS})) AS mine "
        f"JOIN row AS other ON other.customer = mine.customer AND {_OTHER} = {named[0]} AND {_OTHER_KIND} = {named[1]} "
        "WHERE other.files IS NULL OR (other.source, other.external_id) < (mine.source, mine.external_id) "
        "GROUP BY mine.source, mine.external_id ORDER BY mine.source, mine.external_id"
    )
    return [(_owed(*row), elsewhere) for *row, elsewhere in found.fetchall()]


def owed_by_files(staged: Staging, size: int) -> Iterator[list[Owed]]:
    """Answer, in pages, what files state that adds to what is owed."""
    last = ("", "")
    get = (
        f"SELECT source, file, line, external_id, customer, {KIND}, {NUMBER} FROM row "  # noqa: S608 - names only
        f"WHERE (source, external_id) > (?, ?) AND state = 'new' AND {_FILED} AND {KIND} IN ({_KINDS}) "
        "ORDER BY source, external_id LIMIT ?"
    )
    while page := [_owed(*row) for row in staged.db.execute(get, (*last, size))]:
        yield page
        last = (page[-1].source, page[-1].place.external_id)


def _owed(source: str, file: str, line: int, external_id: str, customer: str, kind: str, number: str) -> Owed:
    return Owed(source, Place(file, line, external_id), customer, kind, number)
