"""What is inside a PDF: the files that have a name, and which of them is its e-invoice."""

from __future__ import annotations

from typing import Any, Final

from lockportal.core.errors import Refused

NAMES: Final = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
"""What an e-invoice inside a PDF is called, in small letters."""
_LONGEST: Final = 200


def invoice_of(pdf: Any) -> Any | None:  # noqa: ANN401 - pikepdf's, imported lazily
    """Answer the file specification of the e-invoice inside a PDF, None if there is none.

    Refused `pdf.two_invoices` where it is not clear which: two programs may read two invoices.
    """
    found = [one for name, one in named_files(pdf) if name.lower() in NAMES]
    if len(found) > 1:
        raise Refused("pdf.two_invoices", f"the PDF has {len(found)} e-invoices inside: send a PDF with one", field="attachments")
    return found[0] if found else None


def named_files(pdf: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - pikepdf's
    """Answer the file specifications of a PDF that have a name, each once."""
    import pikepdf  # noqa: PLC0415 - an extra: whoever takes no PDFs need not have it

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
