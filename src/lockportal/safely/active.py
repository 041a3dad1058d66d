"""What a PDF makes a viewer do besides showing pages."""

from __future__ import annotations

import re
from typing import Any, Final

_STRING: Final = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_RUNS: Final = re.compile(rb"/(ImportData|JavaScript|Launch|RichMedia|XFA)(?![^\s/<>\[\]()])")
"""Names that stand for a script, a program, a film that is one, or a form with scripts of its own."""


def what_runs(pdf: Any) -> tuple[str, ...]:  # noqa: ANN401 - pikepdf's, imported lazily
    """Answer the names of what runs in an open PDF: `JavaScript`, `Launch` and the like, in the order of the alphabet.

    Every object is looked through, whether anything leads to it or not; files inside the PDF are not.
    """
    import pikepdf  # noqa: PLC0415 - an extra: whoever takes no PDFs need not have it

    found: set[bytes] = set()
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Object):
            continue  # a number, or nothing
        spelt = (one.stream_dict if isinstance(one, pikepdf.Stream) else one).unparse(resolved=True)
        if _RUNS.search(spelt):
            found |= set(_RUNS.findall(_STRING.sub(b"", spelt)))
    return tuple(sorted(name.decode() for name in found))
