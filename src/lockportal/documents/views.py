"""Answers about documents, pure: flags, search text, links, and the plain data that papers are made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Change
from lockportal.core.money import Money
from lockportal.core.record import Record
from lockportal.documents.files.models import DownloadForm
from lockportal.documents.models import (
    Document,
    DocumentFacts,
    DocumentKind,
    DocumentLink,
    DocumentState,
    File,
    FileRole,
    Reference,
    document_id,
    file_id,
    link_id,
)
from lockportal.ledger.models import EntryKind
from lockportal.ledger.views import Bucket

_SEARCHED = 4000
_LINES_DIFFER, _PARTS_DIFFER = "lines_differ_from_total", "subtotal_and_tax_differ_from_total"


@frozen(kw_only=True)
class Filter:
    """Which documents to list. State open means all that is owed, overdue or not.

    Amounts are of the total as lists show it (below zero for a credit memo), in major units of `currency`; where an amount is
    given without one, of the supplier's first.
    """

    kind: DocumentKind | None = None
    state: DocumentState | None = None
    text: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currency: str | None = None


@frozen(kw_only=True)
class DocumentRow:
    """One document in a list; amounts are what it does to the account, so those of a credit memo are below zero."""

    id: UUID
    account_id: UUID
    kind: DocumentKind
    number: str
    po_number: str
    issued_on: date
    due_on: date | None
    total: Money | None
    balance: Money | None
    state: DocumentState
    overdue_days: int


@frozen
class Linked:
    """Another document that belongs to this one; without an id it is named but not here."""

    kind: DocumentKind
    number: str
    document_id: UUID | None


@frozen
class HistoryLine:
    """One posting to a document, as its history shows it."""

    on: date
    kind: EntryKind
    amount: Money
    reference: str


@frozen(kw_only=True)
class FileLine:
    """One file of a document, as it is offered for download."""

    id: UUID
    role: FileRole
    name: str
    media_type: str
    size: int
    sha256: bytes
    added_at: datetime


@frozen(kw_only=True)
class DocumentView:
    """One document with what belongs to it; `total` is what it does to the account: below zero for a credit memo."""

    document: Document
    customer_name: str
    state: DocumentState
    total: Money | None
    references: tuple[Linked, ...]
    history: tuple[HistoryLine, ...]
    files: tuple[FileLine, ...] = ()
    has_paper: bool = False
    """Whether `pdf` answers."""
    einvoices: tuple[DownloadForm, ...] = ()
    """The syntaxes in which `einvoice` answers."""


@frozen(kw_only=True)
class StatementItem:
    """One open item of a statement; `days_late` is 0 for what is not overdue. A credit's balance is below zero.

    So is its `original`, but for an invoice of which more was paid than it bills.

    `visible` says whether customers may see the document behind it; if not, they are told neither its number nor its reference.
    """

    item_id: UUID
    kind: str
    number: str
    reference: str
    issued_on: date
    due_on: date | None
    original: Money
    balance: Money
    days_late: int
    visible: bool


@frozen(kw_only=True)
class Statement:
    """An open-item statement in one currency as of a day. `balance` is what the buckets add up to less the unapplied credit.

    `items` are what is owed, `credits` (their balances below zero) what is not applied yet. Every open item is stated, also
    one whose document customers may not see: else the statement would not add up.
    """

    account_id: UUID
    customer_number: str
    customer_name: str
    currency: str
    as_of: date
    items: tuple[StatementItem, ...]
    credits: tuple[StatementItem, ...]
    buckets: tuple[Bucket, ...]
    unapplied: Money
    balance: Money


@frozen
class Paper:
    """A file to download."""

    name: str
    media_type: str
    content: bytes


@frozen(kw_only=True)
class Download:
    """A file to download piece by piece: `chunks` is read once; `size` in bytes, None where it is not known before the end."""

    name: str
    media_type: str
    size: int | None
    chunks: Iterator[bytes] = field(eq=False, repr=False)


@frozen(kw_only=True)
class DownloadLine:
    """That a customer downloaded something: who, when, and in which form; names are those of now, empty for what is gone.

    A document has `document_id`, `kind`, `number` and, for one file of it, `file_id`; a paper of the supplier has `paper_id` and
    the `title` that it had; a statement has its `currency` and the day as of which it states.
    """

    at: datetime
    document_id: UUID | None
    kind: DocumentKind | None
    number: str
    form: DownloadForm
    file_id: UUID | None
    paper_id: UUID | None
    title: str
    currency: str
    as_of: date | None
    person_id: UUID | None
    contact_id: UUID | None
    contact_name: str


def search_text(facts: DocumentFacts | Document) -> str:
    """Answer the text that a search looks into: numbers, codes, descriptions; of a very long document its beginning."""
    parts = [facts.number, facts.external_id, facts.po_number, facts.notes]
    parts += [f"{line.product_code} {line.description}" for line in facts.lines]
    parts += [reference.number for reference in facts.references]
    parts += [field.value for field in facts.custom]
    return "\n".join(dict.fromkeys(searchable(part) for part in parts if part.strip()))[:_SEARCHED]


def searchable(text: str) -> str:
    """Answer the form in which texts are compared: without case, one form of each letter, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def flags(facts: DocumentFacts | Document) -> tuple[str, ...]:
    """Say which stated amounts do not add up; the stated ones stand."""
    found = list(facts.flags)
    amounts = [line.amount for line in facts.lines if line.amount is not None]
    base = facts.subtotal if facts.subtotal is not None else facts.total
    if amounts and base is not None and len(amounts) == len(facts.lines):
        without_tax = facts.subtotal is not None
        taxes = 0 if without_tax else sum(line.tax.minor for line in facts.lines if line.tax is not None)
        adjusted = sum(one.amount.minor for one in facts.adjustments)
        if sum(amount.minor for amount in amounts) + adjusted + taxes != base.minor:
            found.append(_LINES_DIFFER)
    if None not in {facts.subtotal, facts.tax, facts.total}:
        stated = sum(part.minor for part in (facts.subtotal, facts.tax) if part is not None)
        if facts.total is not None and stated != facts.total.minor:
            found.append(_PARTS_DIFFER)
    return tuple(found)


def references_of(facts: DocumentFacts | Document) -> tuple[Reference, ...]:
    """Answer what a document refers to: what is stated, and its purchase order number."""
    stated = list(facts.references)
    if facts.po_number and facts.kind is not DocumentKind.PURCHASE_ORDER:
        stated.append(Reference(DocumentKind.PURCHASE_ORDER, facts.po_number))
    return tuple(dict.fromkeys(stated))


def recomputed(document: Document) -> Document:
    """Answer a document whose id, references, search text and flags (but those that came with it) follow from the rest of it."""
    stated = tuple(flag for flag in document.flags if flag not in {_LINES_DIFFER, _PARTS_DIFFER})
    return evolve(
        document,
        id=document_id(document.account_id, document.source, document.external_id),
        references=references_of(document),
        flags=flags(evolve(document, flags=stated)),
        search=search_text(document),
    )


def recomputed_file(file: File) -> File:
    """Answer a file under the id that its document and content give it."""
    return evolve(file, id=file_id(file.document_id, file.sha256))


def derive_links(account: Account, changes: Sequence[Change]) -> Sequence[Record]:
    """Keep one link for each reference of the documents that changed; drop those no longer made."""
    wanted: dict[UUID, DocumentLink] = {}
    documents = [(change.before, change.after) for change in changes if isinstance(change.after, Document)]
    for before, after in documents:
        old = set(before.references) if isinstance(before, Document) else set()
        for reference in sorted(old ^ set(after.references), key=lambda r: (r.kind, r.number)):
            key = link_id(after.id, reference)
            wanted[key] = DocumentLink(
                id=key,
                account_id=account.id,
                document_id=after.id,
                kind=reference.kind,
                number=reference.number,
                dropped=reference in old,
            )
    dropped = [link.id for link in wanted.values() if link.dropped]
    account.require(DocumentLink, dropped)
    return tuple(wanted.values())
