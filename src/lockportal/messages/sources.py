"""Where templates and words come from: the built-in ones, those of strangers, and those of the host, which replace both."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.core.messages import MessageKind

COMMON: Final = "common"
"""The words that every kind has."""
LAYOUTS: Final = ("letter.html", "letter.txt")
"""What the templates of kinds extend."""
_BUILT_IN: Final = "lockportal.messages"
_ENDINGS: Final = {".html", ".txt"}

Words = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Words by language, kind (or `common`) and name."""


@frozen
class Sources:
    """Every template by file name, the words, and of each file where it was found."""

    templates: Mapping[str, str]
    words: Words
    places: Mapping[str, str]


def read_sources(kinds: Sequence[MessageKind], overrides: Path | None) -> Sources:
    """Read everything; Refused names a file that cannot be read, or that belongs to no kind."""
    templates: dict[str, str] = {}
    places: dict[str, str] = {}
    words: dict[str, dict[str, dict[str, str]]] = {}
    packages = dict.fromkeys(kind.templates for kind in kinds if kind.templates)
    read = [_folder(files(_BUILT_IN) / "templates", _BUILT_IN), *(_folder(files(package), package) for package in packages)]
    if overrides is not None and (overrides / "messages").is_dir():
        read.append(_folder(overrides / "messages", str(overrides / "messages")))
    for found in read:
        for name, place, text in found:
            if Path(name).suffix == ".toml":
                _merge(words.setdefault(Path(name).stem, {}), _catalogue(place, text))
            else:
                templates[name], places[name] = text, place
    known = {*LAYOUTS, *(f"{kind.name}{ending}" for kind in kinds for ending in _ENDINGS)}
    for name, place in places.items():
        if name not in known and not place.startswith(f"{_BUILT_IN}/"):
            message = f"{place} belongs to no kind of message; there are: {', '.join(sorted(kind.name for kind in kinds))}"
            raise Refused("messages.unknown_template", message, field=name)
    return Sources(templates, words, places)


def _folder(folder: Any, called: str) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - a folder, of a package or not
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and Path(entry.name).suffix in {*_ENDINGS, ".toml"}:
            try:
                yield entry.name, f"{called}/{entry.name}", entry.read_text("utf-8")
            except UnicodeDecodeError:
                raise Refused("messages.template_malformed", f"{called}/{entry.name} is not UTF-8", field=entry.name) from None


def _catalogue(place: str, text: str) -> Mapping[str, Mapping[str, str]]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("messages.words_malformed", f"{place}: {error}", field=place) from error
    for section, words in raw.items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            message = f'{place}: write tables of texts such as ["documents.ready"] with subject = "…"'
            raise Refused("messages.words_malformed", message, field=section)
    return raw


def _merge(words: dict[str, dict[str, str]], more: Mapping[str, Mapping[str, str]]) -> None:
    for section, found in more.items():
        words.setdefault(section, {}).update(found)
