"""Documents: invoices, credit memos, statements, purchase orders, bills of lading."""

from lockportal.core.account import Capability, Derive, on
from lockportal.documents.commands import StoreDocuments, rebalance
from lockportal.documents.models import (
    CustomField,
    Document,
    DocumentFacts,
    DocumentKind,
    DocumentLink,
    DocumentsRebalanced,
    DocumentsSettings,
    DocumentsStored,
    DocumentState,
    Line,
    Reference,
)
from lockportal.documents.views import (
    DocumentRow,
    DocumentView,
    Filter,
    HistoryLine,
    Linked,
    Paper,
    Statement,
    StatementItem,
    derive_links,
)
from lockportal.ledger.models import EntriesPosted

capability = Capability(
    name="documents",
    records=(Document,),
    derived=(DocumentLink,),
    events=(DocumentsStored, DocumentsRebalanced),
    commands=(StoreDocuments,),
    reactions=(on(EntriesPosted, rebalance, emits=(DocumentsRebalanced,)),),
    derive=(Derive((Document,), (DocumentLink,), derive_links),),
    settings=DocumentsSettings,
    service="lockportal.documents.service:Documents",
    questions="lockportal.documents.queries",
)

__all__ = [
    "CustomField",
    "Document",
    "DocumentFacts",
    "DocumentKind",
    "DocumentLink",
    "DocumentRow",
    "DocumentState",
    "DocumentView",
    "DocumentsRebalanced",
    "DocumentsSettings",
    "DocumentsStored",
    "Filter",
    "HistoryLine",
    "Line",
    "Linked",
    "Paper",
    "Reference",
    "Statement",
    "StatementItem",
    "StoreDocuments",
    "capability",
]
