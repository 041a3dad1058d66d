"""Reading and writing an EInvoice as UBL 2.1 or CII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lockportal.core.errors import Refused
from lockportal.documents.ports import Syntax
from lockportal.einvoice import cii, planting, tree, ubl
from lockportal.einvoice.model import EInvoice
from lockportal.safely.markup import parse_xml

if TYPE_CHECKING:
    from lxml import etree

_TABLES = {table.name(table.root): table for table in (ubl.INVOICE, ubl.CREDIT_NOTE, cii.CROSS_INDUSTRY_INVOICE)}
INVOICE_ROOT = ubl.INVOICE.name(ubl.INVOICE.root)
"""The root element of a UBL invoice."""
CREDIT_NOTE_ROOT = ubl.CREDIT_NOTE.name(ubl.CREDIT_NOTE.root)
"""The root element of a UBL credit note, which says by itself what it is."""
CII_ROOT = cii.CROSS_INDUSTRY_INVOICE.name(cii.CROSS_INDUSTRY_INVOICE.root)
"""The root element of a CII."""


def roots() -> frozenset[str]:
    """Answer the elements that an e-invoice begins with."""
    return frozenset(_TABLES)


def parse(content: bytes) -> EInvoice:
    """Answer what an XML e-invoice states; Refused if it is no e-invoice or cannot be read."""
    return interpret(parse_xml(content))


def interpret(root: etree._Element) -> EInvoice:
    """Answer what the root element of an e-invoice states."""
    table = _TABLES.get(str(root.tag))
    if table is None:
        raise Refused("einvoice.unknown", f"{str(root.tag)[:100]!r} is neither a UBL 2.1 Invoice or CreditNote nor a CII invoice")
    return tree.read(table, root)


def write(invoice: EInvoice, syntax: Syntax) -> bytes:
    """Answer the XML that states an invoice; a Factur-X is a CII."""
    if syntax is not Syntax.UBL:
        return planting.write(cii.CROSS_INDUSTRY_INVOICE, cii.rounded_out(invoice))
    table = ubl.CREDIT_NOTE if invoice.credits else ubl.INVOICE
    return planting.write(table, ubl.rounded_out(invoice))
