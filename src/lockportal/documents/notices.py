"""What is told of documents' events: that new invoices are ready."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal import codec
from lockportal.access.sharing.models import Shareable
from lockportal.access.sharing.service import Sharing
from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Draft, Recipient
from lockportal.core.ports import JournalRow
from lockportal.documents import queries
from lockportal.documents.messages import DocumentsReady, ReadyDocument
from lockportal.documents.models import DocumentKind, DocumentsSettings, DocumentsStored
from lockportal.documents.visibility.showing import visibility_of

_LISTED: Final = 10


class DocumentNotices:
    """Turns stored documents into messages."""

    def __init__(self, context: Context) -> None:
        """Take the shell, what customers may see, and where the portal is reached."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._visibility = visibility_of(context)
        self._settings = context.shell.settings(DocumentsSettings)
        self._sharing = Sharing(context)

    def ready(self, row: JournalRow) -> Sequence[Draft]:
        """Draft one message of the new invoices of an account, unless they were issued longer ago than the settings say."""
        event: DocumentsStored = codec.load_stored(DocumentsStored, row.body)
        since = self._supplier.today(row.at) - timedelta(days=self._settings.notice_days)
        fresh = [
            document.id
            for document in event.documents
            if document.id in event.added
            and document.kind is DocumentKind.INVOICE
            and document.payable is not None
            and document.issued_on > since
        ]
        if not fresh:
            return []
        shape = {"hidden": self._visibility.hidden_kinds}
        seen = self._shell.ask(queries.SEVERAL, SYSTEM, account_id=row.account_id, shape=shape, document_ids=fresh)
        customers = self._shell.ask(queries.CUSTOMER, SYSTEM, account_id=row.account_id)
        if not seen or not customers:
            return []
        account = f"{self._base_url}/accounts/{row.account_id}"
        documents = [queries.document_of(found) for found in seen]
        told = DocumentsReady(
            customer=customers[0].name,
            count=len(documents),
            documents=tuple(
                ReadyDocument(
                    document_id=document.id,
                    number=document.number,
                    amount=document.payable,
                    due_on=document.due_on,
                    link=f"{account}/documents/{document.id}",
                )
                for document in documents[:_LISTED]
                if document.payable is not None
            ),
            more=max(len(documents) - _LISTED, 0),
            link=f"{account}/documents/{documents[0].id}" if len(documents) == 1 else f"{account}/documents",
        )
        return [Draft(variables=told, thread="documents")]

    def addressed(self, account_id: UUID, told: DocumentsReady, to: Recipient) -> DocumentsReady:
        """Put the recipient's own links to the documents into what is told."""
        wanted = [Shareable(document.document_id, document.number) for document in told.documents]
        links = self._sharing.share(account_id, wanted, to.contact_id, by=SYSTEM)
        documents = tuple(evolve(document, link=links[document.document_id]) for document in told.documents)
        return evolve(told, documents=documents, link=documents[0].link if told.count == 1 else told.link)
