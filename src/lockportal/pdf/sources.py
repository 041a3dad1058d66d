"""The files that a template is made of: the bundled ones, replaced one by one by those of the application."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Final

import attrs

from lockportal.pdf.errors import PdfError

WORDS: Final = "words.json"
_PACKAGE: Final = re.compile(r"@preview\b|\"@[\w.-]+/")

Words = Mapping[str, Mapping[str, str]]


@attrs.frozen
class Sources:
    """Every file that templates may read, and their words by language."""

    files: Mapping[str, bytes]
    words: Words

    def template(self, name: str) -> bytes:
        """Answer the source of a template, named without its ending; PdfError where there is none."""
        try:
            return self.files[f"{name}.typ"]
        except KeyError:
            known = ", ".join(sorted(path[:-4] for path in self.files if path.endswith(".typ")))
            raise PdfError("pdf.template_unknown", f"there is no template {name!r}; there are: {known}") from None

    def language(self, *wanted: object) -> str:
        """Answer the first of the wanted languages that has words, else English, for words and figures."""
        tags = (str(tag) for tag in wanted if tag)
        return next((tag for tag in tags if tag in self.words or _main(tag) in self.words), "en")

    def words_of(self, language: str) -> dict[str, str]:
        """Answer all words in a language, those of its variant first, the English one where it has none."""
        chosen = dict(self.words["en"])
        for tag in (_main(language), language):
            chosen |= self.words.get(tag, {})
        return chosen


def _main(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


def read_sources(overrides: Path | None) -> Sources:
    """Read the bundled files and, over them, a folder of the application's own.

    A file replaces the bundled one of the same name; `words.json` is merged and may add a language.
    """
    found = dict(_bundled())
    words = _words(found.pop(WORDS), WORDS)
    if overrides is not None:
        own = _read_folder(Path(overrides))
        for language, more in _words(own.pop(WORDS, b"{}"), str(Path(overrides) / WORDS)).items():
            words[language] = {**words.get(language, {}), **more}
        found |= own
    return Sources(found, words)


@lru_cache(maxsize=1)
def _bundled() -> Mapping[str, bytes]:
    folder = files("lockportal.pdf") / "templates"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


def _read_folder(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise PdfError("pdf.template_refused", f"the folder of overrides {folder} does not exist")
    own: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            own[str(name)] = path.read_bytes()
            if path.suffix == ".typ":
                _refuse_packages(path, own[str(name)])
    return own


def _refuse_packages(path: Path, source: bytes) -> None:
    try:
        text = source.decode()
    except UnicodeDecodeError:
        raise PdfError("pdf.template_refused", f"{path} is not UTF-8") from None
    for place, line in enumerate(text.splitlines(), start=1):
        if _PACKAGE.search(line):
            raise PdfError(
                "pdf.template_refused",
                f"{path}, line {place}: packages would be fetched from the network while a document is made; "
                f"copy the package into the folder and import it by its path",
            )


def _words(source: bytes, name: str) -> dict[str, dict[str, str]]:
    try:
        read = json.loads(source)
        return {str(language): {str(k): str(v) for k, v in words.items()} for language, words in read.items()}
    except (ValueError, AttributeError) as error:
        raise PdfError("pdf.template_refused", f'{name} must be JSON like {{"en": {{"invoice": "Invoice"}}}}: {error}') from None
