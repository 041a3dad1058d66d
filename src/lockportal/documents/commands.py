"""What may be asked of documents: store what the books state of one customer, all in one decision; add a file to one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.facts import check_facts, check_file
from lockportal.documents.models import (
    POSTED,
    Document,
    DocumentFacts,
    DocumentKind,
    DocumentsRebalanced,
    DocumentsStored,
    File,
    FileAttached,
    FileFacts,
    document_id,
    file_id,
)
from lockportal.documents.postings import balanced, postings_of
from lockportal.documents.views import flags, references_of, search_text
from lockportal.ledger.models import EntriesPosted, Posting, post
from lockportal.profiles.models import Customer, CustomerStored


@frozen
class StatedDocument:
    """One document as the books state it now: its facts, and the digest by which an equal statement is known.

    The contents of its `files` are in the file store already. Files come to a document and never leave it.
    """

    digest: bytes
    facts: DocumentFacts
    files: tuple[FileFacts, ...] = ()


@frozen(kw_only=True)
class StoreDocuments:
    """Store what the books state of one customer; opens the account at its first document.

    New documents are posted; of changed ones only the difference is, as entries of their own. What is stored already, by its
    digest, is passed over: so the same command again, or another's at the same time, changes nothing more.
    """

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (Customer,)
    opens: ClassVar[bool] = True

    account_id: UUID
    customer_number: str
    customer_name: str
    source: str
    documents: tuple[StatedDocument, ...]

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the customer, its documents and their postings, as far as anything is new."""
        posted_on = account.supplier.today(stamp.at)
        ids = [document_id(account.id, self.source, stated.facts.external_id) for stated in self.documents]
        account.require(Document, ids)
        stored: dict[UUID, Document] = {}
        postings: list[Posting] = []
        balances: dict[UUID, int] = {}
        added: list[UUID] = []
        for key, stated in zip(ids, self.documents, strict=True):
            if key in balances:
                raise Refused("document.twice", f"{stated.facts.external_id!r} is stated twice.", field="external_id")
            check_facts(stated.facts)
            before = account.find(Document, key)
            balances[key] = 0 if before is None or before.balance is None else before.balance.minor
            if before is not None:
                if before.digest == stated.digest:
                    continue
                check_correction(before, stated.facts)
            if before is None:
                added.append(key)
            document = stated_document(stated, before, self.source, account.id, posted_on)
            wanted = list(postings_of(document, before, posted_on))
            postings += wanted
            stored[key] = balanced(document, balances[key] + sum(p.amount.minor for p in wanted))
        files = self._files(account, stamp, ids)
        events: list[Event] = list(self._customer(account))
        if stored or files:
            events.append(DocumentsStored(documents=tuple(stored.values()), files=files, added=tuple(added)))
        if postings:
            events.append(post(postings, balances, account.id, stamp, posted_on))
        return events

    def _files(self, account: Account, stamp: Stamp, ids: Sequence[UUID]) -> tuple[File, ...]:
        """Answer the files that are new, those of unchanged documents too."""
        made = {
            (file := filed(account.id, key, facts, stamp)).id: file
            for key, stated in zip(ids, self.documents, strict=True)
            for facts in stated.files
        }
        account.require(File, list(made))
        return tuple(file for file in made.values() if account.find(File, file.id) is None)

    def _customer(self, account: Account) -> Iterator[Event]:
        known = account.find(Customer, account.id)
        name = self.customer_name or self.customer_number
        if known is None:
            opened = Customer(id=account.id, account_id=account.id, number=self.customer_number, name=name)
            yield CustomerStored(customer=opened)
        elif self.customer_name and known.name != self.customer_name:
            yield CustomerStored(customer=evolve(known, name=self.customer_name))


@frozen(kw_only=True)
class AttachFile:
    """Add one more file to a document; its content is in the file store already. The same content again changes nothing."""

    audience: ClassVar[Audience] = Audience(staff=True, system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    document_id: UUID
    file: FileFacts

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the file, if the document has it not yet; NotFound where there is no such document."""
        account.get(Document, self.document_id)
        file = filed(account.id, self.document_id, self.file, stamp)
        return [FileAttached(file=file)] if account.find(File, file.id) is None else []


def filed(account_id: UUID, document_id: UUID, facts: FileFacts, stamp: Stamp) -> File:
    """Answer the record of a file, or refuse what cannot be one."""
    check_file(facts)
    return File(
        id=file_id(document_id, facts.sha256),
        account_id=account_id,
        document_id=document_id,
        role=facts.role,
        name=facts.name,
        media_type=facts.media_type,
        size=facts.size,
        sha256=facts.sha256,
        added_at=stamp.at,
    )


def check_correction(before: Document, facts: DocumentFacts) -> None:
    """Refuse what no correction of a posted document may change: its kind and its currency."""
    if before.kind is not facts.kind and POSTED & {before.kind, facts.kind}:
        message = f"{facts.number}: a document of kind {before.kind} cannot become another."
        raise Refused("document.kind_changed", message, field="kind")
    kept = None if before.payable is None else before.payable.currency
    if kept is not None and facts.total is not None and kept != facts.total.currency:
        message = f"{facts.number}: it is in {kept} here; credit it and issue a new one."
        raise Refused("document.currency_changed", message, field="currency")


def stated_document(stated: StatedDocument, before: Document | None, source: str, account_id: UUID, posted_on: date) -> Document:
    """Answer the document that facts make, its balance as it was before."""
    facts = stated.facts
    payable = facts.payable if facts.payable is not None else facts.total
    credit = facts.kind is DocumentKind.CREDIT_MEMO or (payable is not None and payable.minor < 0)
    return Document(
        id=document_id(account_id, source, facts.external_id),
        account_id=account_id,
        kind=facts.kind,
        number=facts.number,
        source=source,
        external_id=facts.external_id,
        digest=stated.digest,
        source_version=facts.source_version,
        issued_on=facts.issued_on,
        due_on=None if credit or facts.kind not in POSTED else facts.due_on or facts.issued_on,
        posted_on=facts.posted_on or (posted_on if before is None else before.posted_on),
        settled_on=facts.settled_on,
        total=facts.total,
        payable=payable,
        balance=None if before is None else before.balance,
        subtotal=facts.subtotal,
        tax=facts.tax,
        taxes=facts.taxes,
        adjustments=facts.adjustments,
        prepaid=facts.prepaid,
        rounding=facts.rounding,
        terms=facts.terms,
        po_number=facts.po_number,
        notes=facts.notes,
        lines=facts.lines,
        references=references_of(facts),
        bill_to=facts.bill_to,
        custom=facts.custom,
        flags=flags(facts),
        visible=facts.visible,
        search=search_text(facts),
    )


def rebalance(event: EntriesPosted, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - a reaction's signature
    """Copy the ledger's balance of each item to its document, where the document does not say it already."""
    last = {entry.item_id: entry for entry in event.entries if entry.issued_on is not None}
    account.require(Document, list(last))
    changed = []
    for item_id, entry in last.items():
        document = account.find(Document, item_id)
        balance = Money(entry.item_balance, entry.amount.currency)
        if document is not None and document.balance != balance:
            changed.append(evolve(document, balance=balance))
    return [DocumentsRebalanced(documents=tuple(changed))] if changed else []
