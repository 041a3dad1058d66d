"""What a PDF makes a viewer do besides showing pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

RUNS: Final = frozenset({"ImportData", "JavaScript", "Launch", "RichMedia", "XFA"})
"""Names that stand for a script, a program, a film that is one, or a form with scripts of its own."""

_STRING: Final = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_END: Final = rb")(?![^\s/<>\[\]()])"
_RUNS: Final = re.compile(rb"/(" + b"|".join(name.encode() for name in sorted(RUNS)) + _END)
_ACTIONS: Final = frozenset({"/GoTo3DView", "/GoToE", "/GoToR", "/Movie", "/Rendition", "/Sound", "/SubmitForm"})
"""Actions (PDF 32000-1, 12.6.4) that reach outside the paper or play something."""
_FILMS: Final = frozenset({"/3D", "/Movie", "/Screen", "/Sound"})
"""Annotations that play something."""
_HINTS: Final = re.compile(
    rb"/(AA|EF|EmbeddedFile|OpenAction|" + b"|".join(sorted({name[1:].encode() for name in _ACTIONS | _FILMS})) + _END
)
"""Names without which an object need not be walked through."""
_QUIET: Final = "/GoTo"
"""The action that shows a page of the same paper."""


def what_runs(pdf: Any) -> tuple[str, ...]:  # noqa: ANN401 - pikepdf's, imported lazily
    """Answer the names of what runs in an open PDF, those of `RUNS`, in the order of the alphabet.

    Every object is looked through, whether anything leads to it or not; files inside the PDF are not.
    """
    return tuple(name for name in what_acts(pdf) if name in RUNS)


def what_acts(pdf: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
    """Answer what an open PDF would do besides showing pages: what runs, and the likes of `AA`, `EmbeddedFile`, `SubmitForm`.

    What only shows a page of the same paper, or follows a link, is left out. Objects in streams of objects are looked through
    as all others, and what stands within them directly.
    """
    import pikepdf  # noqa: PLC0415 - an extra: whoever takes no PDFs need not have it

    found: set[str] = set()
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Object):
            continue  # a number, or nothing
        whole = one.stream_dict if isinstance(one, pikepdf.Stream) else one
        spelt = whole.unparse(resolved=True)
        if _RUNS.search(spelt):
            found |= {name.decode() for name in _RUNS.findall(_STRING.sub(b"", spelt))}
        if _HINTS.search(spelt):
            found.update(_acts(pikepdf, whole))
    return tuple(sorted(found))


def _acts(pike: Any, whole: Any) -> Iterator[str]:  # noqa: ANN401 - pikepdf, and an object of it
    """Walk through an object and what stands directly in it."""
    left = [whole]
    while left:
        one = left.pop()
        if isinstance(one, pike.Dictionary):
            yield from _of_dictionary(pike, one)
            left.extend(value for _, value in one.items() if _is_direct(pike, value))
        elif isinstance(one, pike.Array):
            left.extend(value for value in one if _is_direct(pike, value))


def _is_direct(pike: Any, value: Any) -> bool:  # noqa: ANN401 - as above
    """Say whether something stands where it is named; what stands elsewhere is looked at there."""
    return isinstance(value, pike.Object) and not value.is_indirect


def _of_dictionary(pike: Any, one: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    action, kind = str(one.get("/S", "")), str(one.get("/Subtype", ""))
    if action in _ACTIONS:
        yield action[1:]
    if kind in _FILMS:
        yield kind[1:]
    if isinstance(one.get("/EF"), pike.Dictionary) or str(one.get("/Type", "")) == "/EmbeddedFile":
        yield "EmbeddedFile"
    if "/OpenAction" in one and _does(pike, one["/OpenAction"]):
        yield "OpenAction"
    further = one.get("/AA")
    if isinstance(further, pike.Dictionary) and any(_does(pike, value) for _, value in further.items()):
        yield "AA"


def _does(pike: Any, what: Any) -> bool:  # noqa: ANN401 - as above
    """Say whether what is done by itself is more than to show a page of the same paper."""
    return isinstance(what, pike.Dictionary) and (str(what.get("/S", "")) != _QUIET or "/Next" in what)
