"""The reader of e-invoices: UBL 2.1, CII, and PDFs that have one of them inside."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from typing import Final

from attrs import evolve

from lockportal.documents.ports import Reading
from lockportal.einvoice import hybrid, syntaxes
from lockportal.einvoice.facts import reading_of
from lockportal.einvoice.rules import broken, refusal
from lockportal.einvoice.ruling import Weight
from lockportal.safely.markup import parse_xml

_PDF: Final = b"%PDF-"
_ENCODINGS: Final = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_BEFORE: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:([\w.-]+):)?(Invoice|CreditNote|CrossIndustryInvoice)[\s>]([^<]*)")
_CREDIT_NOTE: Final = "381"
_TYPE: Final = "br-04"


class InvoiceReader:
    """Reads invoices and credit notes that follow EN 16931."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002 - what a file is called proves nothing
        """Say whether this is a PDF or an XML whose root element is an e-invoice's."""
        if head.startswith(_PDF):
            return True
        mark = next((bom for bom in _ENCODINGS if head.startswith(bom)), b"")
        text = head[len(mark) :].decode(_ENCODINGS.get(mark, "utf-8"), "ignore")
        before = _BEFORE.match(text)
        found = _ROOT.match(text, before.end() if before else 0)
        if found is None:
            return False
        prefix, local, attributes = found.groups()
        declared = re.search(rf"""xmlns{f":{re.escape(prefix)}" if prefix else ""}\s*=\s*["']([^"']*)["']""", attributes)
        return declared is not None and f"{{{declared[1]}}}{local}" in syntaxes.roots()

    def read(self, name: str, content: bytes) -> Sequence[Reading]:  # noqa: ARG002 - as recognises()
        """Answer the one reading of an e-invoice, none for a PDF without one.

        Refused names the mandatory term that is missing (`einvoice.br-02`, field `BT-1`). Amounts that do not add up are
        stated as they are and flagged.
        """
        if content.startswith(_PDF):
            inside = hybrid.invoice_in(content)
            return [] if inside is None else [read_xml(inside)]
        return [read_xml(content)]


def read_xml(content: bytes) -> Reading:
    """Answer the reading of an XML e-invoice."""
    root = parse_xml(content)
    invoice = syntaxes.interpret(root)
    found = broken(invoice)
    if not invoice.type_code and str(root.tag) == syntaxes.CREDIT_NOTE_ROOT:
        invoice = evolve(invoice, type_code=_CREDIT_NOTE)  # UBL 2.1 has no need of a code here: the element says it
    for rule in found:
        if rule.weight is Weight.REFUSED and not (rule.id == _TYPE and invoice.type_code):
            raise refusal(rule)
    return reading_of(invoice, tuple(rule.id for rule in found if rule.weight is Weight.FLAGGED))
