"""PDFs with an e-invoice inside: Factur-X, ZUGFeRD 2 and XRechnung as attachments, read and made."""

from __future__ import annotations

from typing import Any, Final

from lockportal.core.errors import Refused
from lockportal.safely.enclosed import invoice_of
from lockportal.safely.papers import open_pdf

FACTUR_X: Final = "factur-x.xml"
"""What one that is made here is called."""
_RELATIONSHIPS: Final = frozenset({"/Alternative", "/Data", "/Source"})


def invoice_in(content: bytes) -> bytes | None:
    """Answer the XML of the e-invoice inside a PDF, None if there is none; Refused `pdf.*` where it is not clear which."""
    with open_pdf(content) as pdf:
        found = invoice_of(pdf)
        if found is None:
            return None
        relationship = str(found.get("/AFRelationship", "none"))
        if relationship not in _RELATIONSHIPS:
            message = f"the e-invoice inside is related to the PDF as {relationship[:40]}, not as Alternative, Data or Source"
            raise Refused("pdf.relationship", message, field="AFRelationship")
        return _stream_of(found)


def _stream_of(specification: Any) -> bytes:  # noqa: ANN401 - pikepdf's
    import pikepdf  # noqa: PLC0415 - an extra: whoever has no e-invoices need not have it

    embedded = specification.get("/EF")
    for key in ("/UF", "/F"):
        stream = embedded.get(key) if isinstance(embedded, pikepdf.Dictionary) else None
        if isinstance(stream, pikepdf.Stream):
            return stream.read_bytes()
    raise Refused(
        "pdf.broken", "the e-invoice that the PDF names is not inside: print the paper to a new PDF", field="attachments"
    )
