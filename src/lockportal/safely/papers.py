"""PDFs from strangers: opened with bounds, and refused where they are locked, damaged, or something else besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lockportal.core.errors import Refused
from lockportal.safely.active import RUNS, what_acts
from lockportal.safely.enclosed import invoice_of
from lockportal.safely.extras import library
from lockportal.safely.weighing import check_weight
from lockportal.safely.zips import is_zip_too

if TYPE_CHECKING:
    import pikepdf

MOST_PDF: Final = 20_000_000
"""Bytes of a PDF, where nothing else is said."""
MOST_PAGES: Final = 2_000
"""Pages of a PDF."""
MOST_WARNINGS: Final = 4_000
"""What may be amiss with a PDF: qpdf warns of every page that is named twice, and makes a copy of it."""
MOST_STREAM: Final = 16_000_000
"""Bytes to which one stream of a PDF may unfold."""
ODD: Final = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What pikepdf raises where a PDF that can be opened has one thing in the place of another."""

_PDF_END: Final = re.compile(rb"startxref\s{1,9}[0-9]{1,12}\s{1,9}%%EOF[\s\0]*\Z")
_PRINT_AGAIN: Final = "print the paper to a new PDF and send that"


@contextmanager
def open_pdf(content: bytes | Path, *, limit: int = MOST_PDF) -> Iterator[pikepdf.Pdf]:
    """Open a PDF (its bytes, or where it lies) of so many bytes at most for reading.

    Refused `pdf.*` says what to mend, also of what is found damaged while it is open. The limits on unfolding are qpdf's, which
    has one set of them for a process: they are set where none is set yet.
    """
    _check_bytes(content.read_bytes() if isinstance(content, Path) else content, limit)
    pike = library("pikepdf", "pdf", "pdf")
    _limit(pike)
    source = content if isinstance(content, Path) else BytesIO(content)
    try:
        with pike.open(source, attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused("pdf.encrypted", f"the PDF is encrypted: {_PRINT_AGAIN}")
            if len(pdf.pages) > MOST_PAGES:
                raise Refused("pdf.too_many_pages", f"the PDF has more than {MOST_PAGES:,} pages: split it")
            yield pdf
    except pike.PasswordError:
        raise Refused("pdf.encrypted", f"the PDF wants a password: {_PRINT_AGAIN}") from None
    except (pike.PdfError, pike.exceptions.DataDecodingError) as error:
        raise _damaged(str(error).rpartition(">")[2]) from None


def check_pdf(content: bytes, *, limit: int = MOST_PDF, active: bool = False) -> None:
    """Refuse a PDF that may not be kept: what `open_pdf` refuses, two e-invoices in one, and, but for `active`, what runs."""
    runs = [name for name in acts_of(content, limit=limit) if name in RUNS]
    if runs and not active:
        raise active_pdf(runs)


def acts_of(content: bytes, *, limit: int = MOST_PDF) -> tuple[str, ...]:
    """Answer what a PDF would make a viewer do besides showing pages; Refused where it may not be kept in any case."""
    with open_pdf(content, limit=limit) as pdf:
        try:
            invoice_of(pdf)
            return what_acts(pdf)
        except ODD as error:
            raise _damaged(str(error)) from None


def active_pdf(names: Iterable[str]) -> Refused:
    """Answer the refusal of a PDF that would make a viewer do something."""
    return Refused("pdf.active", f"the PDF may run something ({', '.join(names)}): {_PRINT_AGAIN}")


def _check_bytes(content: bytes, limit: int) -> None:
    if not content.strip(b"\0\t\n\f\r "):
        raise Refused("pdf.empty", "the file is empty: send it again")
    if len(content) > limit:
        raise Refused("pdf.too_large", f"the PDF has more than {limit:,} bytes: scan it more coarsely or split it")
    if not content.startswith(b"%PDF-"):
        raise Refused("pdf.not_pdf", f"this does not begin as a PDF does: {_PRINT_AGAIN}")
    if not _PDF_END.search(content, max(0, len(content) - 1_024)):
        raise Refused("pdf.no_end", f"the PDF is cut off or something else follows its end: {_PRINT_AGAIN}")
    if is_zip_too(content):
        raise Refused("pdf.two_formats", f"the file is a PDF and a ZIP at once: {_PRINT_AGAIN}")
    check_weight(content)


def _damaged(reason: str) -> Refused:
    return Refused("pdf.broken", f"the PDF is damaged ({reason.strip(' ,:')[:200]}): {_PRINT_AGAIN}")


def _limit(pike: Any) -> None:  # noqa: ANN401 - pikepdf, imported lazily
    limits = pike.settings.get_qpdf_limits()
    names = ("flate_max_memory", "run_length_max_memory", "png_max_memory", "tiff_max_memory")
    wanted = dict.fromkeys(names, MOST_STREAM) | {"doc_max_warnings": MOST_WARNINGS}
    if unset := {name: most for name, most in wanted.items() if not limits[name]}:
        pike.settings.set_qpdf_limits(**unset)
