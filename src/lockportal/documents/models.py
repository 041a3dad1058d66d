"""Documents: what was billed, ordered and shipped, by line, with the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid5

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.core.record import TEXT, WITHHELD, Event, Index, Record, length
from lockportal.core.terms import Terms
from lockportal.documents.parties import BillTo


class DocumentKind(StrEnum):
    """The kinds of document; the first three change what is owed."""

    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"
    DEBIT_MEMO = "debit_memo"
    STATEMENT = "statement"
    PURCHASE_ORDER = "purchase_order"
    DESPATCH_ADVICE = "despatch_advice"
    BILL_OF_LADING = "bill_of_lading"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    CONTRACT = "contract"
    TAX_FORM = "tax_form"
    RECEIPT = "receipt"
    REMITTANCE_ADVICE = "remittance_advice"
    OTHER = "other"


POSTED: frozenset[DocumentKind] = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_MEMO, DocumentKind.DEBIT_MEMO})
"""The kinds that are posted to the ledger."""


class DocumentState(StrEnum):
    """What a customer reads of a document's balance."""

    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDIT = "credit"
    FILED = "filed"


@frozen(kw_only=True)
class Line:
    """One line of a document: quantities as ordered, shipped, received and billed; prices before tax, `amount` as stated."""

    number: str = ""
    product_code: str = ""
    description: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    """Billed on an invoice, ordered on an order, shipped on a bill of lading."""
    ordered: Decimal | None = None
    shipped: Decimal | None = None
    received: Decimal | None = None
    unit_price: Decimal | None = None
    price_per: Decimal | None = None
    """How many units the price is for; one if None."""
    discount: Money | None = None
    tax: Money | None = None
    tax_category: str = ""
    """UNTDID 5305: S standard, Z zero, E exempt, AE reverse charge, O outside the scope of tax …"""
    tax_rate: Decimal | None = None
    """Per cent."""
    amount: Money | None = None
    order_line: str = ""
    """The line of the purchase order that this line answers."""
    delivery_line: str = ""
    """The line of the bill of lading or despatch advice that this line answers."""


@frozen(kw_only=True)
class TaxShare:
    """The tax of one category and rate within a document, as stated: `base` is what it is taken of, `rate` per cent."""

    category: str
    rate: Decimal | None = None
    base: Money
    amount: Money
    reason: str = ""
    """Why nothing is taken, in words."""


@frozen(kw_only=True)
class Adjustment:
    """An allowance (below zero) or a charge (above zero) on a document as a whole, before tax."""

    amount: Money
    reason: str = ""
    tax_category: str = ""
    tax_rate: Decimal | None = None


@frozen
class Reference:
    """Another document that this one names: an invoice's purchase order, a bill of lading's order."""

    kind: DocumentKind
    number: str


@frozen
class CustomField:
    """A field that the host added; shown as it is."""

    name: str
    value: str


@frozen(kw_only=True)
class DocumentFacts:
    """What the books state of one document: what an import or the host hands in.

    `total` is the stated grand total and `payable` what is due of it (the total if None); a credit memo states both above zero.
    What is due of an invoice is below zero where more was `prepaid` than it bills: the rest is the customer's credit.
    `settled_on` says that the books hold it settled since that day.
    """

    external_id: str
    kind: DocumentKind
    number: str
    total: Money | None = None
    payable: Money | None = None
    issued_on: date
    due_on: date | None = None
    posted_on: date | None = None
    settled_on: date | None = None
    terms: str = ""
    po_number: str = ""
    source_version: str = ""
    notes: str = ""
    subtotal: Money | None = None
    tax: Money | None = None
    taxes: tuple[TaxShare, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    prepaid: Money | None = None
    rounding: Money | None = None
    lines: tuple[Line, ...] = ()
    references: tuple[Reference, ...] = ()
    bill_to: BillTo | None = None
    custom: tuple[CustomField, ...] = ()
    flags: tuple[str, ...] = ()
    """What a reader found not to add up, such as `br-co-15`; a document bears it beside what is found here."""
    visible: bool = True
    """Whether customers may see the document. What it adds to the balance is stated to them in any case."""


@frozen(kw_only=True)
class Document(Record):
    """One document of a customer. `balance` is a copy of what the ledger says is open of it, below zero for credit."""

    indexes: ClassVar[tuple[Index, ...]] = (
        Index(("source", "external_id"), unique=True),
        Index(("source", "external_id"), wide=True),
        Index(("live", "due_on", "id")),
        Index(("issued_on", "id")),
        Index(("due_on", "id")),
        Index(("number",)),
    )

    kind: DocumentKind
    number: str = field(metadata=length(128))
    source: str = field(metadata=length(64))
    external_id: str = field(metadata=length(128))
    digest: bytes
    source_version: str = field(default="", metadata=length(64))
    issued_on: date
    due_on: date | None = None
    posted_on: date
    settled_on: date | None = None
    total: Money | None = None
    payable: Money | None = None
    balance: Money | None = None
    subtotal: Money | None = None
    tax: Money | None = None
    taxes: tuple[TaxShare, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    prepaid: Money | None = None
    rounding: Money | None = None
    terms: str = field(default="", metadata=length(64))
    po_number: str = field(default="", metadata=length(128))
    notes: str = field(default="", metadata=TEXT)
    lines: tuple[Line, ...] = ()
    references: tuple[Reference, ...] = ()
    bill_to: BillTo | None = None
    """The buyer as billed, where the document states it."""
    custom: tuple[CustomField, ...] = ()
    flags: tuple[str, ...] = ()
    """What does not add up in the stated amounts; nothing is recomputed silently."""
    visible: bool = True
    search: str = field(default="", metadata=TEXT | WITHHELD)
    """Lower-case text that a search looks into."""

    @property
    def live(self) -> bool:
        """Only what is open takes part in decisions."""
        return self.balance is not None and not self.balance.is_zero

    def state(self, today: date) -> DocumentState:
        """Answer what a customer reads on this day."""
        minor = None if self.balance is None else self.balance.minor
        return state_of(minor, self.due_on, today)


def document_id(account_id: UUID, source: str, external_id: str) -> UUID:
    """Answer the id of a document: always the same, so that the same row stored twice, or by two at once, is one document."""
    return uuid5(account_id, f"document/{source}/{external_id}")


def signed(kind: DocumentKind, minor: int) -> int:
    """Answer what a stated amount does to the account: a credit memo, stated above zero, takes from what is owed."""
    return -minor if kind is DocumentKind.CREDIT_MEMO else minor


def state_of(balance: int | None, due_on: date | None, today: date) -> DocumentState:
    """Tell the state of a balance in minor units: none is a filed paper, below zero a credit."""
    if balance is None:
        return DocumentState.FILED
    if balance == 0:
        return DocumentState.PAID
    if balance < 0:
        return DocumentState.CREDIT
    return DocumentState.OVERDUE if due_on is not None and due_on < today else DocumentState.OPEN


@frozen(kw_only=True)
class DocumentLink(Record):
    """One reference of one document, kept so that it can be followed from both ends. Derived from the document."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("kind", "number")), Index(("document_id",)))

    document_id: UUID
    kind: DocumentKind
    number: str = field(metadata=length(128))
    dropped: bool = False

    @property
    def live(self) -> bool:
        """A reference that the document no longer makes is deleted."""
        return not self.dropped


def link_id(document_id: UUID, reference: Reference) -> UUID:
    """Answer the id under which a reference is kept."""
    return uuid5(document_id, f"{reference.kind}/{reference.number}")


FILE_TYPES: frozenset[str] = frozenset(
    {"application/pdf", "application/xml", "image/jpeg", "image/png", "image/tiff", "image/webp"}
)
"""The media types that a file may have, unless the settings say otherwise."""


class FileRole(StrEnum):
    """What a file is to its document."""

    ORIGINAL = "original"
    """The document itself, as it was received."""
    ATTACHMENT = "attachment"
    """What came with it: a photo, a signed proof, a time sheet."""


@frozen(kw_only=True)
class FileFacts:
    """A file whose content is in the file store under its SHA-256; `name` is what a download is called."""

    role: FileRole
    name: str
    media_type: str
    size: int
    sha256: bytes


@frozen(kw_only=True)
class File(Record):
    """One file of one document. Its content is kept once, however many documents have it."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("document_id", "id")), Index(("sha256",), wide=True))

    document_id: UUID
    role: FileRole
    name: str
    media_type: str = field(metadata=length(128))
    size: int
    sha256: bytes
    added_at: datetime

    @property
    def live(self) -> bool:
        """No decision needs a file but by its id."""
        return False


def file_id(document_id: UUID, sha256: bytes) -> UUID:
    """Answer the id of a file: always the same, so that a content is with a document once."""
    return uuid5(document_id, f"file/{sha256.hex()}")


@frozen(kw_only=True)
class DocumentsStored(Event):
    """Documents arrived, or changed; `files` came with them."""

    documents: tuple[Document, ...]
    files: tuple[File, ...] = ()
    added: tuple[UUID, ...] = ()
    """The ids of those documents that were not known before."""


@frozen(kw_only=True)
class FileAttached(Event):
    """One more file came to a document."""

    file: File


@frozen(kw_only=True)
class DocumentsRebalanced(Event):
    """The ledger moved: documents have new balances."""

    documents: tuple[Document, ...]


@frozen(kw_only=True)
class DocumentsSettings:
    """`terms`: what the codes of the books mean, for rows without a due date; `default_terms`: the code for rows without one.

    In lockportal.toml a table for each code: `[documents.terms.NET30]` with `net_days = 30`.
    """

    terms: Mapping[str, Terms] = field(factory=dict)
    default_terms: str = ""
    hidden_kinds: frozenset[DocumentKind] = frozenset()
    """The kinds of document that customers do not see; a customer may have further ones."""
    file_limit: int = 20_000_000
    """The most bytes that one file may have."""
    file_types: frozenset[str] = FILE_TYPES
    """The media types that a file may have. Whatever stands here, what a browser would run is refused."""
    active_pdfs: bool = False
    """Whether a PDF may have what a viewer runs: scripts, programs to be launched, forms with scripts of their own (XFA)."""
    notice_days: int = 7
    """Contacts are told of new invoices that were issued in so many days up to now; for 0 of none."""

    @staticmethod
    def written(raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put the name of each table of terms into it as its code."""
        terms = raw.get("terms")
        if not isinstance(terms, Mapping):
            return raw
        coded = {code: {"code": code, **one} if isinstance(one, Mapping) else one for code, one in terms.items()}
        return {**raw, "terms": coded}
