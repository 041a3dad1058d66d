"""The languages of the pages: gettext catalogues of the portal, of plugins and of the host, and which of them a reader wants.

A catalogue is a file `TAG.po`, or a compiled `TAG.mo`, in a folder `locale`. What the host's catalogue lacks is taken from the
plugins', then from the portal's own, which are compiled already, and is then left in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlencode

from attrs import field, frozen

from lockportal import formats
from lockportal.core.errors import Refused
from lockportal.web.http import Request

ENGLISH: Final = "en"
OWN: Final = Path(__file__).parent / "locale"
"""The folder of the portal's own catalogues."""
_MOST: Final = 20
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)


Switch = tuple[tuple[str, str], ...]
"""The languages of a page, each with the address's query that shows the page in it; none where there is one language."""


@frozen(eq=False)
class Words:
    """What one language says; `tag` is the language that is spoken, which may be broader than what was asked for."""

    tag: str
    direction: str
    _catalogue: NullTranslations = field(repr=False)

    def say(self, text: str) -> str:
        """Translate a text of the pages; one that no catalogue has stays English."""
        return self._catalogue.gettext(text) if text else ""

    def count(self, one: str, several: str, number: int) -> str:
        """Translate a text in the form that a number asks for."""
        return self._catalogue.ngettext(one, several, number)


class Languages:
    """The catalogues of one portal: of the folders given, from the strongest to the weakest, and its own."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Look into the folders; Refused if a catalogue cannot be read."""
        self._found: dict[str, list[NullTranslations]] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.po")) + sorted(folder.glob("*.mo")):
                self._found.setdefault(_plain(path.stem), []).append(_read(path))
        for path in sorted(OWN.glob("*.mo")):
            self._found.setdefault(_plain(path.stem), []).append(_own(path))
        self._words: dict[str, Words] = {}

    def words(self, tag: str) -> Words:
        """Answer what is said in a language: by its own catalogue, else by a broader one's (de for de-AT), else in English."""
        known = self._words.get(tag)
        if known is None:
            known = self._words[tag] = self._assembled(tag)
        return known

    def _assembled(self, tag: str) -> Words:
        chain = [part for part in (*_broader(_plain(tag)), ENGLISH) if part in self._found or part == ENGLISH]
        words = NullTranslations()
        for part in chain:
            for catalogue in self._found.get(part, ()):
                words.add_fallback(copy(catalogue))  # a copy, as it is told its own fallback
        spoken = tag if _plain(tag) == chain[0] else chain[0]
        return Words(spoken, formats.direction(spoken), words)


def wanted(header: str, offered: Sequence[str]) -> str:
    """Answer which of the offered languages an Accept-Language header (RFC 9110, 12.5.4) likes best, or an empty text."""
    ranked = sorted(_preferences(header), key=lambda one: -one[1])
    for tag, weight in ranked:
        if weight > 0 and tag == "*":
            return next(iter(offered), "")
        match = matching(tag, offered) if weight > 0 else ""
        if match:
            return match
    return ""


def matching(tag: str, offered: Sequence[str]) -> str:
    """Answer which of the offered languages serves a tag: the same, a broader one, or one that is broader with it."""
    by_tag = {_plain(one): one for one in reversed(offered)}
    for part in _broader(_plain(tag)):
        if part in by_tag:
            return by_tag[part]
    first = _plain(tag).partition("-")[0]
    return next((one for one in offered if first and _plain(one).partition("-")[0] == first), "")


def switch_of(request: Request, offered: Sequence[str], start: str = "") -> Switch:
    """Answer the ways from a page to itself in each language; to `start` where its own address cannot be opened again."""
    if len(offered) < 2:  # noqa: PLR2004 - a choice
        return ()
    fields = {} if start or request.method == "POST" else {name: request.every(name) for name in request.query}
    return tuple((tag, f"{start}?{urlencode({**fields, 'language': tag}, doseq=True)}") for tag in offered)


def _preferences(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:_MOST]:
        tag, _, rest = part.partition(";")
        name, _, value = rest.strip().partition("=")
        try:
            weight = float(value) if name.strip().casefold() == "q" else 1.0
        except ValueError:
            continue
        if tag.strip():
            yield tag.strip(), weight


def _plain(tag: str) -> str:
    return tag.replace("_", "-").casefold()


def _broader(tag: str) -> Iterator[str]:
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


@cache
def _own(path: Path) -> NullTranslations:
    with path.open("rb") as file:
        return GNUTranslations(file)


def _read(path: Path) -> NullTranslations:
    """Read a catalogue; a text that is marked fuzzy or is not translated is left to the next one."""
    from babel.messages.pofile import PoFileError  # noqa: PLC0415 - costs 30 ms, and not everyone has catalogues of their own

    try:
        with path.open("rb") as file:
            return GNUTranslations(file if path.suffix == ".mo" else BytesIO(compiled(file)))
    except (OSError, ValueError, LookupError, PoFileError) as error:
        raise Refused("translation.invalid", f"The catalogue {str(path)!r} cannot be read: {error}", field="templates") from error


def compiled(file: IO[bytes]) -> bytes:
    """Compile a catalogue in source form; a text that is marked fuzzy or is not translated is left out of it."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - as above
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    catalogue, made = read_po(file, abort_invalid=True), BytesIO()
    catalogue.creation_date = catalogue.revision_date = _NO_DATE  # the same words make the same bytes
    write_mo(made, catalogue)
    return made.getvalue()
