"""Every payment of a supplier held against its operations and the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.verify import Finding
from lockportal.payments.calling import Calling
from lockportal.payments.checking.checks import findings
from lockportal.payments.checking.queries import POSTED
from lockportal.payments.views import PaymentRow

_AT_ONCE: Final = 200


class Checking:
    """Looks for payments that are kept otherwise than they should be."""

    def __init__(self, context: Context, calling: Calling) -> None:
        """Take the shell, and what is stored of payments."""
        self._shell = context.shell
        self._calling = calling

    def look(self, rows: Sequence[PaymentRow], by: Actor) -> Iterator[Finding]:
        """Answer what is wrong with some payments; the entries of each account are read at once."""
        accounts: dict[UUID, list[PaymentRow]] = {}
        for row in rows:
            accounts.setdefault(row.account_id, []).append(row)
        for account_id, of_account in accounts.items():
            entries = self._entries(account_id, [row.reference for row in of_account], by)
            for row in of_account:
                payment, operations = (
                    self._calling.stored.payment(account_id, row.id),
                    self._calling.stored.operations(account_id, row.id),
                )
                yield from findings(payment, operations, entries.get(row.reference, {}))

    def _entries(self, account_id: UUID, references: list[str], by: Actor) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for row in self._shell.ask(POSTED, by, account_id=account_id, references=references):
            found.setdefault(row.reference, {})[row.currency] = int(row.minor)
        return found
