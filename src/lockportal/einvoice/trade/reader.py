"""Reading the UBL papers of a trade by their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from lockportal.core.errors import Refused
from lockportal.documents.models import CustomField, DocumentFacts, DocumentKind, Line, Reference
from lockportal.documents.ports import Enclosed, Reading
from lockportal.einvoice.trade.accounts import REMINDER, REMITTANCE_ADVICE, STATEMENT
from lockportal.einvoice.trade.deliveries import BILL_OF_LADING, DESPATCH_ADVICE, RECEIPT_ADVICE, WAYBILL
from lockportal.einvoice.trade.orders import ORDER, ORDER_RESPONSE
from lockportal.einvoice.trade.paper import NAMESPACES, SCHEMA, Paper
from lockportal.einvoice.trade.parties import customer_of
from lockportal.einvoice.trade.sheet import Sheet, said, stated
from lockportal.safely.markup import parse_xml

if TYPE_CHECKING:
    from lxml import etree

PAPERS: Final = {
    f"{{{SCHEMA}{paper.root}-2}}{paper.root}": paper
    for paper in (
        ORDER,
        ORDER_RESPONSE,
        DESPATCH_ADVICE,
        RECEIPT_ADVICE,
        BILL_OF_LADING,
        WAYBILL,
        STATEMENT,
        REMITTANCE_ADVICE,
        REMINDER,
    )
}
"""The tables, by the document's root element in the notation of lxml."""

_HEAD: Final = 4_096
_ASIDE: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT: Final = re.compile(rb"\s*<(?:[A-Za-z_][\w.-]*:)?([A-Za-z]+)[\s>]")
_BOM: Final = b"\xef\xbb\xbf"
_ROOTS: Final = {paper.root.encode(): f"{SCHEMA}{paper.root}-2".encode() for paper in PAPERS.values()}
_SHARED: Final = frozenset({DocumentKind.BILL_OF_LADING, DocumentKind.OTHER})
_TYPES: Final = {
    "380": DocumentKind.INVOICE,
    "invoice": DocumentKind.INVOICE,
    "381": DocumentKind.CREDIT_MEMO,
    "credit note": DocumentKind.CREDIT_MEMO,
    "383": DocumentKind.DEBIT_MEMO,
    "debit note": DocumentKind.DEBIT_MEMO,
    "105": DocumentKind.PURCHASE_ORDER,
    "220": DocumentKind.PURCHASE_ORDER,
    "order": DocumentKind.PURCHASE_ORDER,
    "purchase order": DocumentKind.PURCHASE_ORDER,
    "351": DocumentKind.DESPATCH_ADVICE,
    "despatch advice": DocumentKind.DESPATCH_ADVICE,
    "705": DocumentKind.BILL_OF_LADING,
    "730": DocumentKind.BILL_OF_LADING,
    "bill of lading": DocumentKind.BILL_OF_LADING,
    "waybill": DocumentKind.BILL_OF_LADING,
    "632": DocumentKind.PROOF_OF_DELIVERY,
    "receipt advice": DocumentKind.PROOF_OF_DELIVERY,
    "315": DocumentKind.CONTRACT,
    "contract": DocumentKind.CONTRACT,
}
"""What a reference says it refers to: codes of UNTDID 1001, and words."""


class TradeReader:
    """Reads one UBL 2.1 paper of a trade that is no invoice."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002 - the content tells, not the name
        """Say whether the root element is that of a paper which has a table."""
        text = _ASIDE.sub(b"", head[:_HEAD].replace(b"\0", b"").removeprefix(_BOM).lstrip(b"\xff\xfe"))
        root = _ROOT.match(text)
        return root is not None and _ROOTS.get(root[1], b"\0") in text

    def read(self, name: str, content: bytes) -> Sequence[Reading]:  # noqa: ARG002 - the content tells, not the name
        """Answer the one document of a file; Refused `ubl.*` names the rule and the field."""
        root = parse_xml(content)
        paper = PAPERS.get(str(root.tag))
        if paper is None:
            local = str(root.tag).rpartition("}")[2][:60]
            raise Refused(
                "ubl.unknown_document", f"a {local} is not read: send an order, an advice, a bill of lading or a statement"
            )
        currency = next(stated(root, "cbc:DocumentCurrencyCode"), "")
        return [_Reading(paper, root, Sheet(paper.name, currency)).whole()]


@frozen
class _Reading:
    paper: Paper
    root: etree._Element
    sheet: Sheet

    def whole(self) -> Reading:
        facts = self.sheet.fields(self.root, self.paper.facts)
        customer, name = customer_of(self.root, self.paper.customers)
        lines = list(self.lines())
        fields = [self.sheet.fields(line, self.paper.line) for line in lines]
        self.check({**facts, "customer": customer, "lines": fields}, fields)
        kind = self.paper.kind
        own = [str(kind)] if kind not in _SHARED or kind == self.paper.name else [str(kind), self.paper.name]
        return Reading(
            facts=DocumentFacts(
                external_id="/".join([*own, facts["number"]]),
                kind=kind,
                lines=tuple(Line(**line) for line in fields),
                references=tuple(dict.fromkeys(self.references())),
                custom=tuple(self.custom(list(zip(lines, fields, strict=True)))),
                **facts,
            ),
            customer=customer,
            customer_name=name,
            enclosed=tuple(self.enclosed()),
        )

    def lines(self) -> Iterator[etree._Element]:
        for place in self.paper.lines:
            found = self.root.findall(place, NAMESPACES)
            if found:
                yield from found
                return

    def check(self, facts: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        for term in self.paper.required:
            whose, _, of_line = term.partition(".")
            if of_line and all(of_line in line for line in lines):
                continue
            if not of_line and facts.get(whose):
                continue
            where = self.paper.line.get(of_line) or self.paper.facts.get(whose) or self.paper.lines or self.paper.customers
            code = f"ubl.{self.paper.name}.{'line_' * bool(of_line)}{of_line or whose}_missing"
            raise Refused(code, f"the {self.paper.root} does not state {where[0]}: add it", field=term)

    def references(self) -> Iterator[Reference]:
        for kind, path in self.paper.references:
            for number in stated(self.root, path):
                yield Reference(kind, number)
        for path in self.paper.typed:
            for one in self.root.iterfind(path, NAMESPACES):
                types = [*stated(one, "cbc:DocumentTypeCode"), *stated(one, "cbc:DocumentType")]
                kinds = [_TYPES[name.lower()] for name in types if name.lower() in _TYPES]
                numbers = list(stated(one, "cbc:ID"))
                if kinds and numbers:
                    yield Reference(kinds[0], numbers[0])

    def custom(self, lines: list[tuple[etree._Element, dict[str, Any]]]) -> Iterator[CustomField]:
        if self.paper.kind in _SHARED:
            yield CustomField("Document type", self.paper.name)
        for name, places in self.paper.custom.items():
            if value := said(self.root, places):
                yield CustomField(name, value)
        for place, (line, fields) in enumerate(lines, 1):
            for name, places in self.paper.line_custom.items():
                if value := said(line, places):
                    yield CustomField(f"Line {fields.get('number', place)} {name}", value)

    def enclosed(self) -> Iterator[Enclosed]:
        for one in self.root.iterfind(".//cac:Attachment/cbc:EmbeddedDocumentBinaryObject", NAMESPACES):
            name = one.get("filename", "").strip() or next(stated(one, "../../cbc:ID"), "attachment")
            content = self.sheet.content(one.text or "")
            if content:
                yield Enclosed(name, one.get("mimeCode", "").strip() or "application/octet-stream", content)
