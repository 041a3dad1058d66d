"""Writing an invoice by a syntax's table."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from lockportal.core.errors import Refused
from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.tree import At, Coded, Group, Leaf, Mark, Row, Table

if TYPE_CHECKING:
    from lxml import etree


def lxml() -> Any:  # noqa: ANN401 - a module that may not be there
    """Answer the library that writes XML; Refused `einvoice.not_installed` where it is missing."""
    try:
        return import_module("lxml.etree")
    except ImportError as error:
        message = 'E-invoices need lxml: pip install "lockportal[einvoice]"'
        raise Refused("einvoice.not_installed", message) from error


def write(table: Table, invoice: EInvoice) -> bytes:
    """Answer the document that states an invoice."""
    etree = lxml()
    root = etree.Element(table.name(table.root), nsmap=_prefixes(table))
    _Writer(table, invoice).state(table.rows, root, invoice)
    made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return made


def _prefixes(table: Table) -> dict[Any, str]:
    return {prefix or None: uri for prefix, uri in table.namespaces.items()}


@frozen
class _Writer:
    table: Table
    invoice: EInvoice
    once: set[str] = field(factory=set)

    def state(self, rows: tuple[Row, ...], element: etree._Element, of: Any) -> bool:  # noqa: ANN401 - a class of the model
        """Write rows into an element and say whether anything was stated."""
        stated = False
        for row in rows:
            match row:
                case Leaf():
                    stated |= self.leaf(row, element, of)
                case At():
                    stated |= self.at(row, element, of)
                case Group():
                    stated |= self.group(row, element, of)
                case Coded():
                    for value in getattr(of, row.name):
                        self.under(element, row.path).text = row.write(value)
                        stated = True
                case Mark():
                    if row.value:
                        self.put(element, row.path, row.value)
        return stated

    def leaf(self, row: Leaf, element: etree._Element, of: Any) -> bool:  # noqa: ANN401 - a class of the model
        value = self.value(row.name, of)
        attributes = {**row.form.attributes, **({"currencyID": self.invoice.currency} if row.form.currency else {})}
        if value in (None, "", b"") or (row.once and row.name in self.once):
            if row.filler:
                self.put(element, row.path, row.filler, attributes)
            return False
        if not row.when(value, self.invoice):
            return False
        if row.once:
            self.once.add(row.name)
        self.put(element, row.path, row.form.write(value), attributes)
        return True

    def at(self, row: At, element: etree._Element, of: Any) -> bool:  # noqa: ANN401 - a class of the model
        if not row.when(of, self.invoice):
            return False
        place, _, last = row.path.rpartition("/")
        made = element.makeelement(self.table.name(last))
        stated = self.state(row.rows, made, of)
        if stated or row.always:
            self.last(element, place).append(made)
        return stated

    def group(self, row: Group, element: etree._Element, of: Any) -> bool:  # noqa: ANN401 - a class of the model
        if row.name in self.once:
            return False
        if row.name[0] == "/":
            self.once.add(row.name)
        value = self.value(row.name, of)
        wanted = [one for one in (value if row.many else [value]) if one is not None and row.when(one, self.invoice)]
        outer, _, inner = row.path.partition("/") if row.many else ("", "", row.path)
        for one in wanted:
            place = self.under(element, outer) if inner and outer else element
            self.state(row.rows, self.under(place, inner or outer), one)
        return bool(wanted)

    def value(self, name: str, of: Any) -> Any:  # noqa: ANN401 - any field of the model
        return getattr(self.invoice, name[1:]) if name[0] == "/" else getattr(of, name)

    def put(self, element: etree._Element, path: str, text: str, attributes: dict[str, str] | None = None) -> None:
        steps, _, attribute = path.partition("@")
        steps = steps.rstrip("/")
        if attribute:
            self.last(element, steps).set(attribute, text)
            return
        place = element if steps == "." else self.under(element, steps)
        place.text = text
        for name, value in (attributes or {}).items():
            place.set(name, value)

    def under(self, element: etree._Element, path: str) -> etree._Element:
        """Make a new element at the end of a path."""
        place, _, last = path.rpartition("/")
        return self.added(self.last(element, place), last)

    def last(self, element: etree._Element, path: str) -> etree._Element:
        """Answer the element at a path that was made last, or make it."""
        for step in [] if path in {"", "."} else path.split("/"):
            made = element[-1] if len(element) and element[-1].tag == self.table.name(step) else None
            element = self.added(element, step) if made is None else made
        return element

    def added(self, element: etree._Element, step: str) -> etree._Element:
        made = element.makeelement(self.table.name(step))
        element.append(made)
        return made
