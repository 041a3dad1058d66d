"""Making a Factur-X: the CII attached to a PDF/A-3, which stays what it was, accessible too."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any, Final

from lockportal.core.errors import Refused
from lockportal.einvoice import hybrid, syntaxes, xmp
from lockportal.safely.enclosed import invoice_of
from lockportal.safely.markup import parse_xml
from lockportal.safely.papers import open_pdf

_PART: Final = "3"
_MEDIA_TYPE: Final = "/text/xml"
_DESCRIPTION: Final = "Factur-X invoice"


def embed(paper: bytes, xml: bytes) -> bytes:
    """Answer the PDF with the CII inside; the same paper and XML give the same bytes.

    Refused `pdf.not_archivable` for a paper that is no PDF/A-3, `einvoice.not_cii` for another XML, `pdf.two_invoices` for a
    paper that has an e-invoice already.
    """
    root = parse_xml(xml)
    if str(root.tag) != syntaxes.CII_ROOT:
        raise Refused("einvoice.not_cii", "a Factur-X has a CII inside, no other XML", field="xml")
    level = xmp.level_of(syntaxes.interpret(root).specification)
    with open_pdf(paper) as pdf:
        if invoice_of(pdf) is not None:
            raise Refused("pdf.two_invoices", "the paper has an e-invoice inside already", field="paper")
        described = pdf.Root.get("/Metadata")
        stated = b"" if described is None else described.read_bytes()
        if xmp.part_of(stated) != _PART:
            raise Refused(
                "pdf.not_archivable", "a Factur-X is made of a PDF/A-3, and the paper does not say that it is one", field="paper"
            )
        _attach(pdf, xml)
        pdf.Root.Metadata = pdf.make_stream(xmp.extended(stated, hybrid.FACTUR_X, level), Type="/Metadata", Subtype="/XML")
        made = BytesIO()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


def _attach(pdf: Any, xml: bytes) -> None:  # noqa: ANN401 - pikepdf's, imported lazily
    import pikepdf  # noqa: PLC0415 - an extra: whoever has no e-invoices need not have it

    dated = pdf.docinfo.get("/ModDate", pdf.docinfo.get("/CreationDate"))
    parameters = pikepdf.Dictionary(Size=len(xml), CheckSum=pikepdf.String(hashlib.md5(xml, usedforsecurity=False).digest()))
    if dated is not None:
        parameters.ModDate = dated
    stream = pdf.make_stream(xml, Type=pikepdf.Name.EmbeddedFile, Subtype=pikepdf.Name(_MEDIA_TYPE), Params=parameters)
    specification = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=hybrid.FACTUR_X,
            UF=hybrid.FACTUR_X,
            Desc=_DESCRIPTION,
            AFRelationship=pikepdf.Name.Alternative,
            EF=pikepdf.Dictionary(F=stream, UF=stream),
        )
    )
    names = pdf.Root.get("/Names")
    if names is None:
        names = pdf.Root.Names = pikepdf.Dictionary()
    if "/EmbeddedFiles" not in names:
        names.EmbeddedFiles = pdf.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array()))
    pikepdf.NameTree(names.EmbeddedFiles)[hybrid.FACTUR_X] = specification
    pdf.Root.AF = pikepdf.Array([*pdf.Root.get("/AF", pikepdf.Array()), specification])
