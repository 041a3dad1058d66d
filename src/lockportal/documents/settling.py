"""What follows where a document is paid: its links open it no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lockportal.access.sharing.models import ShareLink, ShareLinksEnded, ShareState, ended
from lockportal.core.account import Account
from lockportal.core.record import Stamp
from lockportal.documents.models import Document, DocumentKind, DocumentsRebalanced, DocumentsStored

_PAYABLE = frozenset({DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO})


def close_links(event: DocumentsRebalanced, account: Account, stamp: Stamp) -> Sequence[ShareLinksEnded]:
    """End the links to invoices whose balance has become nothing."""
    return _closed(event.documents, account, stamp)


def close_links_of_corrected(event: DocumentsStored, account: Account, stamp: Stamp) -> Sequence[ShareLinksEnded]:
    """End the links to invoices that the books state as paid; to new ones there is no link yet."""
    return _closed((document for document in event.documents if document.id not in event.added), account, stamp)


def _closed(documents: Iterable[Document], account: Account, stamp: Stamp) -> Sequence[ShareLinksEnded]:
    paid = {d.id for d in documents if d.kind in _PAYABLE and d.balance is not None and d.balance.minor <= 0}
    if not paid:
        return []
    return ended([link for link in account.all(ShareLink) if link.document_id in paid], ShareState.PAID, stamp.at)
