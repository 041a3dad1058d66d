"""A folder as an input: every file in it and below it, none outside of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.documents.imports.inputs import Entry, Input, is_litter, opened, unreadable


def folder_input(path: Path) -> Input:
    """List a folder; Refused for a link that leads out of it, for what is no file, and for a name that is no text."""
    root = path.resolve()
    entries: list[Entry] = []
    passed_over: list[str] = []
    for place in _walk(root):
        name = place.relative_to(root).as_posix()
        if is_litter(name):
            passed_over.append(_text(name))
        else:
            entries += _entry(root, place, _text(name))
    entries.sort(key=lambda entry: entry.name)
    return Input(entries=tuple(entries), passed_over=tuple(sorted(passed_over)), many=True)


def _walk(root: Path) -> Iterator[Path]:
    """Answer every file, and every folder that is not entered: litter and links."""

    def fail(error: OSError) -> None:
        raise unreadable(Path(error.filename).name, error) from error

    for base, folders, files in os.walk(root, onerror=fail):
        here = Path(base)
        stay = [name for name in folders if is_litter(name) or (here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in stay]
        for name in (*stay, *files):
            yield here / name


def _entry(root: Path, place: Path, name: str) -> Iterator[Entry]:
    """Answer the entry of a file, or nothing for a link to a folder that is entered by its own name."""
    try:
        real = place.resolve(strict=True)
        if not real.is_relative_to(root):
            raise Refused("folder.link", f"{name} is a link that leads out of the folder.", field="file")
        size = real.stat().st_size
    except (OSError, RuntimeError) as error:
        raise Refused("folder.link", f"{name} is a link that leads nowhere.", field="file") from error
    if real.is_file():
        yield Entry(name, size, partial(opened, real))
    elif not real.is_dir():
        raise Refused("folder.special", f"{name} is no file that can be read from its beginning to its end.", field="file")


def _text(name: str) -> str:
    try:
        return codec.check_text(name)
    except ValueError as error:
        raise Refused("file.name", f"The name {name!a} is no text: {error}.", field="file") from error
