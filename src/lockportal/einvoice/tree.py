"""Tables that say where a syntax puts each term; one table serves reading and writing.

A table lists rows in the order that the syntax's schema asks for. A field that begins with `/` belongs to the invoice as a
whole, wherever the syntax puts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from lockportal.core.errors import Refused
from lockportal.einvoice.forms import TEXT, Form
from lockportal.einvoice.model import EInvoice
from lockportal.einvoice.parts import term_of

if TYPE_CHECKING:
    from lxml import etree

When = Callable[[Any, EInvoice], bool]
"""Whether to write a value: it is told the value, or what the row's fields are of, and the invoice."""

_EMPTY: Final = (None, "", b"", ())


def _always(_value: object, _invoice: EInvoice) -> bool:
    return True


@frozen
class Leaf:
    """One value: the text of an element, or an attribute (`cbc:ID/@schemeID`); `.` is the element itself."""

    name: str
    path: str
    form: Form = TEXT
    when: When = _always
    filler: str = field(default="", kw_only=True)
    """What the schema wants where nothing is stated but something beside it; read, it is nothing."""
    fillers: tuple[str, ...] = field(default=(), kw_only=True)
    """What others write there."""
    over: bool = field(default=False, kw_only=True)
    """Read, it stands above what was found before."""
    once: bool = field(default=False, kw_only=True)
    """Written in the first of the repeated elements only."""


@frozen
class Mark:
    """A fixed text by which an element is told from others of its name."""

    path: str
    value: str = ""
    also: tuple[str, ...] = field(default=(), kw_only=True)
    """Other texts that mean the same."""
    unless: tuple[str, ...] = field(default=(), kw_only=True)
    """Any text but these will do, and none; in capitals."""


@frozen
class At:
    """Fields that stand together in an element, which is there when one of them is."""

    path: str
    rows: tuple[Row, ...]
    when: When = _always
    always: bool = field(default=False, kw_only=True)


@frozen
class Group:
    """An element that is a thing of its own: one, or a list of them."""

    name: str
    path: str
    cls: type[Any]
    rows: tuple[Row, ...]
    when: When = _always
    many: bool = field(default=False, kw_only=True)


@frozen
class Coded:
    """A list of things, each written in one text."""

    name: str
    path: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


Row = Leaf | Mark | At | Group | Coded


@frozen
class Table:
    """A syntax's document: its root, its namespaces by prefix ("" is that of names without one), and its rows."""

    root: str
    namespaces: Mapping[str, str]
    rows: tuple[Row, ...]

    def name(self, path: str) -> str:
        """Answer a path in the notation of lxml."""
        steps = (step.rpartition(":") for step in path.split("/"))
        return "/".join(f"{{{self.namespaces[prefix]}}}{local}" for prefix, _, local in steps)


def read(table: Table, element: etree._Element) -> EInvoice:
    """Answer what a document states; Refused names the term that cannot be read."""
    values: dict[str, Any] = {}
    _Reader(table, values).fill(table.rows, element, EInvoice, values)
    return EInvoice(**values)


@frozen
class _Reader:
    table: Table
    whole: dict[str, Any]

    def fill(self, rows: tuple[Row, ...], element: etree._Element, cls: type[Any], values: dict[str, Any]) -> None:
        """Read rows into the values of a class of the model."""
        for row in rows:
            match row:
                case Leaf():
                    self.leaf(row, element, cls, values)
                case At():
                    for found in self.found(element, row.path, row.rows):
                        self.fill(row.rows, found, cls, values)
                case Group():
                    for found in self.found(element, row.path, row.rows):
                        self.take(row, found, values)
                case Coded():
                    texts = [text.strip() for text in self.texts(element, row.path)]
                    values[row.name] = tuple(row.read(text) for text in texts if text)
                case Mark():
                    pass

    def leaf(self, row: Leaf, element: etree._Element, cls: type[Any], values: dict[str, Any]) -> None:
        target, of, name = (self.whole, EInvoice, row.name[1:]) if row.name[0] == "/" else (values, cls, row.name)
        for text in self.texts(element, row.path):
            value = _parsed(row, text, of, name)
            if value not in _EMPTY and (row.over or name not in target):
                target[name] = value
                return

    def take(self, row: Group, element: etree._Element, values: dict[str, Any]) -> None:
        target, name = (self.whole, row.name[1:]) if row.name[0] == "/" else (values, row.name)
        own: dict[str, Any] = {}
        self.fill(row.rows, element, row.cls, own)
        if row.many:
            target[name] = (*target.get(name, ()), row.cls(**own))
        else:
            target.setdefault(name, row.cls(**own))

    def found(self, element: etree._Element, path: str, rows: tuple[Row, ...]) -> Iterator[etree._Element]:
        marks = [row for row in rows if isinstance(row, Mark)]
        for one in [element] if path == "." else element.findall(self.table.name(path)):
            if all(self.bears(one, mark) for mark in marks):
                yield one

    def bears(self, element: etree._Element, mark: Mark) -> bool:
        text = next((found.strip() for found in self.texts(element, mark.path)), "")
        if mark.unless:
            return text.upper() not in mark.unless
        return text.upper() in {mark.value.upper(), *mark.also}

    def texts(self, element: etree._Element, path: str) -> Iterator[str]:
        steps, _, attribute = path.partition("@")
        steps = steps.rstrip("/")
        for one in [element] if steps in {"", "."} else element.findall(self.table.name(steps)):
            text = one.get(attribute) if attribute else one.text
            if text is not None:
                yield text


def _parsed(row: Leaf, text: str, cls: type[Any], name: str) -> object:
    try:
        value = row.form.read(text.strip())
    except ValueError as error:
        term = term_of(cls, name)
        raise Refused(
            "einvoice.unreadable", f"{term} is not {row.form.name}: {text.strip()[:40]!r} ({error})", field=term
        ) from None
    empty = [row.form.read(filler) for filler in (row.filler, *row.fillers) if filler]
    return None if value in empty else value
