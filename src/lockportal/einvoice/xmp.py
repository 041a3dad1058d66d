"""The metadata of a Factur-X: what the PDF said of itself before, and what Factur-X 1.0 wants said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lockportal.core.errors import Refused
from lockportal.safely.markup import parse_xml

if TYPE_CHECKING:
    from lxml import etree

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_EXTENSION: Final = "{http://www.aiim.org/pdfa/ns/extension/}"
_PART: Final = "{http://www.aiim.org/pdfa/ns/id/}part"
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
_END: Final = b'\n<?xpacket end="r"?>'
_LEVELS: Final = (
    ("urn:factur-x.eu:1p0:minimum", "MINIMUM"),
    ("urn:factur-x.eu:1p0:basicwl", "BASIC WL"),
    ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC"),
    ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED"),
    ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung", "XRECHNUNG"),
    ("urn:cen.eu:en16931:2017", "EN 16931"),
)
_PROPERTIES: Final = (
    ("DocumentFileName", "The name of the embedded XML document"),
    ("DocumentType", "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER"),
    ("Version", "The actual version of the standard applying to the embedded XML document"),
    ("ConformanceLevel", "The conformance level of the embedded XML document"),
)
_SCHEMA: Final = """
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{name}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>{level}</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
"""
_PROPERTY: Final = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{}</pdfaProperty:name>'
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{}</pdfaProperty:description></rdf:li>"
)


def level_of(specification: str) -> str:
    """Answer what Factur-X calls the profile that an invoice says it follows; Refused for one that it does not know."""
    for beginning, level in _LEVELS:
        if specification == beginning or (level == "XRECHNUNG" and specification.startswith(beginning)):
            return level
    raise Refused("einvoice.profile", f"{specification[:80]!r} is no profile of Factur-X (BT-24)", field="BT-24")


def part_of(packet: bytes) -> str:
    """Answer the part of PDF/A that metadata claim, "" for none."""
    if not packet:
        return ""
    root = parse_xml(packet)
    elements = (one.text for one in root.iter(_PART))
    attributes = (one.get(_PART) for one in root.iter(f"{_RDF}Description"))
    return next((text.strip() for text in (*elements, *attributes) if text), "")


def extended(packet: bytes, name: str, level: str) -> bytes:
    """Answer metadata that say, beside what they said, which e-invoice is inside.

    PDF/A wants one list of extension schemas: the new one goes into it where there is one.
    """
    from lxml import etree  # noqa: PLC0415 - an extra: whoever has no e-invoices need not have it

    root = parse_xml(packet)
    described = root if root.tag == f"{_RDF}RDF" else root.find(f"{_RDF}RDF")
    if described is None:
        raise Refused("pdf.broken", "the PDF's metadata are no RDF", field="paper")
    properties = "".join(_PROPERTY.format(*one) for one in _PROPERTIES)
    added = parse_xml(_SCHEMA.format(name=name, level=level, properties=properties).encode())
    facturx, schemas = added
    described.append(facturx)
    bag: etree._Element | None = described.find(f".//{_EXTENSION}schemas/{_RDF}Bag")
    if bag is None:
        described.append(schemas)
    else:
        bag.append(next(schemas.iter(f"{_RDF}li")))
    return _BEGIN + etree.tostring(root, encoding="utf-8") + _END
