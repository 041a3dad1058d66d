"""The receivables ledger: append-only entries and what follows from them."""

from lockportal.core.account import Capability, Derive
from lockportal.core.messages import Notice
from lockportal.core.verify import Recompute
from lockportal.ledger.commands import RecordCredit
from lockportal.ledger.messages import PAYMENT_RECEIVED
from lockportal.ledger.models import (
    AgingBasis,
    Credit,
    CreditStored,
    DueBalance,
    EntriesPosted,
    Entry,
    EntryKind,
    LedgerSettings,
    Posting,
)
from lockportal.ledger.views import (
    AccountBalance,
    Aging,
    Bucket,
    DueDate,
    Position,
    RollForward,
    aging,
    derive_due_balances,
    recomputed,
    roll_forward,
)

capability = Capability(
    name="ledger",
    records=(Entry, Credit),
    derived=(DueBalance,),
    events=(EntriesPosted, CreditStored),
    commands=(RecordCredit,),
    derive=(Derive((Entry,), (DueBalance,), derive_due_balances),),
    recompute=(Recompute(DueBalance, recomputed),),
    messages=(PAYMENT_RECEIVED,),
    notices=(
        Notice(
            event=EntriesPosted,
            kind=PAYMENT_RECEIVED,
            compose="lockportal.ledger.notices:LedgerNotices.payment_received",
        ),
    ),
    published=(EntriesPosted, CreditStored),
    settings=LedgerSettings,
    service="lockportal.ledger.service:Ledger",
    questions="lockportal.ledger.queries",
)

__all__ = [
    "AccountBalance",
    "Aging",
    "AgingBasis",
    "Bucket",
    "Credit",
    "CreditStored",
    "DueBalance",
    "DueDate",
    "EntriesPosted",
    "Entry",
    "EntryKind",
    "LedgerSettings",
    "Position",
    "Posting",
    "RecordCredit",
    "RollForward",
    "aging",
    "capability",
    "derive_due_balances",
    "roll_forward",
]
