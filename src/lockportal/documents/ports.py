"""What a plugin of documents needs: readers of files, writers of e-invoices, and who decides what customers see."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import pluggy
from attrs import frozen

from lockportal.core.settings import Supplier
from lockportal.documents.models import Document, DocumentFacts
from lockportal.profiles.models import Customer

_spec = pluggy.HookspecMarker("lockportal")


@frozen
class PartyId:
    """One way in which a file names the customer: the scheme (`buyer`, `tax`, `registration`, `endpoint`, `name` …) and value."""

    scheme: str
    value: str


@frozen
class Enclosed:
    """A file inside a file, such as an e-invoice's attachment."""

    name: str
    media_type: str
    content: bytes


@frozen(kw_only=True)
class Reading:
    """One document as a file states it. `customer` lists what names the customer, the most certain first.

    `seller` has the tax ids of whoever issued it: where it has any, one must be the supplier's.
    """

    facts: DocumentFacts
    customer: tuple[PartyId, ...]
    customer_name: str = ""
    seller: tuple[PartyId, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()


class Reader(Protocol):
    """Reads one kind of file. It never opens a network connection or another file."""

    def recognises(self, name: str, head: bytes) -> bool:
        """Say whether this is a file for this reader, by its first 4,096 bytes; the name's ending alone proves nothing."""
        ...

    def read(self, name: str, content: bytes) -> Sequence[Reading]:
        """Answer the documents of a file, none for a file that is a paper without data (a plain PDF).

        Refused says which rule the file breaks: the code is the rule (`einvoice.br-02`), the field is the term at fault.
        """
        ...


class Syntax(StrEnum):
    """The forms of an e-invoice."""

    UBL = "ubl"
    CII = "cii"
    FACTUR_X = "factur-x"


class EInvoices(Protocol):
    """Writes e-invoices, and takes them out of PDFs."""

    def check(self, document: Document, supplier: Supplier, customer: Customer) -> None:
        """Refuse, naming what is lacking, a document that `xml` would refuse in any syntax; nothing is written."""
        ...

    def xml(self, document: Document, supplier: Supplier, customer: Customer, syntax: Syntax) -> bytes:
        """Answer an invoice or credit memo as UBL 2.1 or CII by EN 16931; Refused names what is lacking."""
        ...

    def embed(self, paper: bytes, xml: bytes) -> bytes:
        """Answer a PDF/A-3 that has the CII attached as Factur-X says."""
        ...

    def inside(self, paper: bytes) -> bytes | None:
        """Answer the XML of the e-invoice inside a PDF, as it lies there, None where there is none; Refused for a broken PDF."""
        ...


@frozen(kw_only=True)
class Showing:
    """A document about to be stored: who decides whether customers may see it is told the kind, the facts and the customer."""

    customer_number: str
    facts: DocumentFacts


class Hooks:
    """The hooks of documents."""

    @_spec
    def lockportal_document_readers(self) -> Sequence[Reader]:  # type: ignore[empty-body]  # a hookspec has none
        """Answer readers of files; a stranger's are asked before the built-in ones."""

    @_spec(firstresult=True)
    def lockportal_einvoices(self) -> EInvoices | None:
        """Answer what writes e-invoices."""

    @_spec(firstresult=True)
    def lockportal_document_visible(self, showing: Showing) -> bool | None:
        """Say whether customers may see a document, or None to leave it to others and the settings."""
