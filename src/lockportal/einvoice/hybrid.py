"""PDFs with an e-invoice inside: Factur-X, ZUGFeRD 2 and XRechnung as attachments, read and made."""

from __future__ import annotations

from typing import Any, Final

from lockportal.core.errors import Refused
from lockportal.einvoice.safely import open_pdf

FACTUR_X: Final = "factur-x.xml"
"""What one that is made here is called."""
NAMES: Final = frozenset({FACTUR_X, "zugferd-invoice.xml", "xrechnung.xml"})
"""What an e-invoice inside a PDF is called."""
_RELATIONSHIPS: Final = frozenset({"/Alternative", "/Data", "/Source"})
_LONGEST: Final = 200


def invoice_in(content: bytes) -> bytes | None:
    """Answer the XML of the e-invoice inside a PDF, None if there is none; Refused `pdf.*` where it is not clear which."""
    with open_pdf(content) as pdf:
        found = [one for name, one in named_files(pdf) if name.lower() in NAMES]
        if not found:
            return None
        if len(found) > 1:
            raise Refused(
                "pdf.two_invoices", f"the PDF has {len(found)} e-invoices inside: send a PDF with one", field="attachments"
            )
        relationship = str(found[0].get("/AFRelationship", "none"))
        if relationship not in _RELATIONSHIPS:
            message = f"the e-invoice inside is related to the PDF as {relationship[:40]}, not as Alternative, Data or Source"
            raise Refused("pdf.relationship", message, field="AFRelationship")
        return _stream_of(found[0])


def named_files(pdf: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - pikepdf's, imported lazily
    """Answer the file specifications of a PDF that have a name, each once."""
    import pikepdf  # noqa: PLC0415 - an extra: whoever has no e-invoices need not have it

    tree = pdf.Root.get("/Names", pikepdf.Dictionary())
    files = tree.get("/EmbeddedFiles") if isinstance(tree, pikepdf.Dictionary) else None
    listed = [] if files is None else [one for _, one in pikepdf.NameTree(files).items()]
    beside = pdf.Root.get("/AF", pikepdf.Array())
    listed += list(beside) if isinstance(beside, pikepdf.Array) else []
    specifications: dict[object, tuple[str, Any]] = {}
    for one in listed:
        if isinstance(one, pikepdf.Dictionary):
            key = one.objgen if one.is_indirect else id(one)
            specifications.setdefault(key, (_name_of(one), one))
    return [(name, one) for name, one in specifications.values() if name]


def _name_of(specification: Any) -> str:  # noqa: ANN401 - pikepdf's
    import pikepdf  # noqa: PLC0415 - as in named_files()

    for key in ("/UF", "/F"):
        name = specification.get(key)
        if isinstance(name, pikepdf.String) and len(str(name)) <= _LONGEST:
            return str(name)
    return ""


def _stream_of(specification: Any) -> bytes:  # noqa: ANN401 - pikepdf's
    import pikepdf  # noqa: PLC0415 - as in named_files()

    embedded = specification.get("/EF")
    for key in ("/UF", "/F"):
        stream = embedded.get(key) if isinstance(embedded, pikepdf.Dictionary) else None
        if isinstance(stream, pikepdf.Stream):
            return stream.read_bytes()
    raise Refused(
        "pdf.broken", "the e-invoice that the PDF names is not inside: print the paper to a new PDF", field="attachments"
    )
