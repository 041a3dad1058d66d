"""Documents: invoices, credit memos, statements, purchase orders, bills of lading."""

from lockportal.access.sharing.models import ShareLinksEnded
from lockportal.core.account import Capability, Derive, on
from lockportal.core.messages import Notice
from lockportal.core.verify import Recompute
from lockportal.documents.commands import AttachFile, StoreDocuments, rebalance
from lockportal.documents.files.models import DocumentDownloaded, DownloadForm
from lockportal.documents.matching import Difference, MatchLine, ThreeWay
from lockportal.documents.messages import READY
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
    File,
    FileAttached,
    FileFacts,
    FileRole,
    Line,
    Reference,
)
from lockportal.documents.parties import BillTo, StatedId
from lockportal.documents.ports import Syntax
from lockportal.documents.settling import close_links, close_links_of_corrected
from lockportal.documents.shared.commands import PublishPaper, WithdrawPaper
from lockportal.documents.shared.models import PaperKind, PaperLine, PaperPublished, PaperWithdrawn, SharedPaper
from lockportal.documents.views import (
    DocumentRow,
    DocumentView,
    Download,
    DownloadLine,
    FileLine,
    Filter,
    HistoryLine,
    Linked,
    Paper,
    Statement,
    StatementItem,
    derive_links,
    recomputed,
    recomputed_file,
)
from lockportal.ledger.models import EntriesPosted

capability = Capability(
    name="documents",
    records=(Document, File, SharedPaper),
    derived=(DocumentLink,),
    observations=(DocumentDownloaded,),
    events=(DocumentsStored, DocumentsRebalanced, FileAttached, PaperPublished, PaperWithdrawn),
    commands=(StoreDocuments, AttachFile, PublishPaper, WithdrawPaper),
    reactions=(
        on(EntriesPosted, rebalance, emits=(DocumentsRebalanced,)),
        on(DocumentsRebalanced, close_links, emits=(ShareLinksEnded,)),
        on(DocumentsStored, close_links_of_corrected, emits=(ShareLinksEnded,)),
    ),
    derive=(Derive((Document,), (DocumentLink,), derive_links, of="document_id", name="links"),),
    recompute=(Recompute(Document, recomputed), Recompute(File, recomputed_file)),
    messages=(READY,),
    notices=(
        Notice(
            event=DocumentsStored,
            kind=READY,
            compose="lockportal.documents.notices:DocumentNotices.ready",
            address="lockportal.documents.notices:DocumentNotices.addressed",
        ),
    ),
    published=(DocumentsStored, DocumentsRebalanced, FileAttached, PaperPublished, PaperWithdrawn),
    settings=DocumentsSettings,
    service="lockportal.documents.service:Documents",
    questions="lockportal.documents.queries",
    hookspecs="lockportal.documents.ports:Hooks",
)

__all__ = [
    "AttachFile",
    "BillTo",
    "CustomField",
    "Difference",
    "Document",
    "DocumentDownloaded",
    "DocumentFacts",
    "DocumentKind",
    "DocumentLink",
    "DocumentRow",
    "DocumentState",
    "DocumentView",
    "DocumentsRebalanced",
    "DocumentsSettings",
    "DocumentsStored",
    "Download",
    "DownloadForm",
    "DownloadLine",
    "File",
    "FileAttached",
    "FileFacts",
    "FileLine",
    "FileRole",
    "Filter",
    "HistoryLine",
    "Line",
    "Linked",
    "MatchLine",
    "Paper",
    "PaperKind",
    "PaperLine",
    "PaperPublished",
    "PaperWithdrawn",
    "PublishPaper",
    "Reference",
    "SharedPaper",
    "StatedId",
    "Statement",
    "StatementItem",
    "StoreDocuments",
    "Syntax",
    "ThreeWay",
    "WithdrawPaper",
    "capability",
]
