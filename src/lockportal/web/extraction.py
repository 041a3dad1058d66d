"""The texts of the pages, gathered for translators: `python -m lockportal.web.extraction` after a text has changed.

It writes `locale/lockportal.pot`, from which a new language begins, and brings each catalogue beside it up to date: texts that
are new stand there untranslated, and those that are gone are gone. Then it compiles each.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from lockportal.web.languages import OWN, compiled

TEMPLATE: Final = OWN / "lockportal.pot"
_ROOM: Final = OWN.parent
_METHODS: Final = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS: Final = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "false", "silent": "false"}}


def gathered() -> Catalog:
    """Answer a catalogue of every text, untranslated, each with the file that says it."""
    catalog = Catalog(domain="lockportal", charset="utf-8", fuzzy=False, header_comment="# The words of the portal's pages")
    for name, _line, message, comments, context in extract_from_dir(_ROOM, _METHODS, _OPTIONS):
        catalog.add(message, None, [(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
    return catalog


def written(catalog: Catalog) -> bytes:
    """Write a catalogue as it stands in the repository: sorted, without dates that change by themselves."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=130, sort_output=True, omit_header=False, include_lineno=False)
    kept = [line for line in buffer.getvalue().splitlines() if not line.startswith(_VOLATILE)]
    return b"\n".join(kept) + b"\n"


_VOLATILE: Final = (
    b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Report-Msgid', b'"Project-Id', b"#\n"
)  # fmt: skip


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """Answer the catalogue of each language."""
    for path in sorted(OWN.glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=path.stem, abort_invalid=True)


def main() -> None:
    """Write the template and every catalogue."""
    template = gathered()
    TEMPLATE.write_bytes(written(template))
    for path, catalog in catalogues():
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path.write_bytes(written(catalog))
        with path.open("rb") as file:
            path.with_suffix(".mo").write_bytes(compiled(file))


if __name__ == "__main__":
    main()
