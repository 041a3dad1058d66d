"""What is told of the ledger's events: receipts for money that came in of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Draft
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.ledger.messages import PaymentReceived, ReceivedPayment
from lockportal.ledger.models import EntriesPosted, Entry, EntryKind, LedgerSettings
from lockportal.profiles import queries as profiles

_LISTED: Final = 10


class LedgerNotices:
    """Turns postings into receipts."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and where the portal is reached."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._settings = context.shell.settings(LedgerSettings)

    def payment_received(self, row: JournalRow) -> Sequence[Draft]:
        """Draft one receipt for each currency, of what came in by no payment, and is no older than the settings say."""
        event: EntriesPosted = codec.load_stored(EntriesPosted, row.body)
        if event.payment_id is not None:
            return []
        since = self._supplier.today(row.at) - timedelta(days=self._settings.receipt_days)
        paid: dict[str, list[Entry]] = defaultdict(list)
        for entry in event.entries:
            if entry.kind is EntryKind.PAYMENT and entry.amount.minor < 0 and entry.effective_on > since:
                paid[entry.amount.currency].append(entry)
        customers = self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=row.account_id) if paid else ()
        return [self._draft(row.account_id, customers[0].name, paid[code]) for code in sorted(paid) if customers]

    def _draft(self, account_id: UUID, customer: str, entries: Sequence[Entry]) -> Draft:
        told = PaymentReceived(
            customer=customer,
            amount=Money(-sum(entry.amount.minor for entry in entries), entries[0].amount.currency),
            received_on=max(entry.effective_on for entry in entries),
            payments=tuple(
                ReceivedPayment(amount=-entry.amount, received_on=entry.effective_on, reference=_reference(entry))
                for entry in entries[:_LISTED]
            ),
            link=f"{self._base_url}/accounts/{account_id}/",
        )
        return Draft(variables=told, thread="payments")


def _reference(entry: Entry) -> str:
    """Answer what the payer wrote; what was posted to a document says so in the books' words."""
    return entry.reference if entry.issued_on is None else ""
