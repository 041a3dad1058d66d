"""What an application asks of deposits."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.money import Money
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.coming.queries import DEPOSITS, deposit_of
from lockportal.payments.coming.views import DepositRow, deposit_row
from lockportal.payments.deposits.commands import AskDeposit, CancelDeposit
from lockportal.payments.queries import SHOWN

_MOST: Final = 200


class Deposits:
    """The deposits of a supplier's customers: `portal.payments.deposits`."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and what customers see."""
        self._shell = context.shell
        self._visibility = visibility_of(context)

    def ask(
        self,
        account_id: UUID,
        document_id: UUID,
        by: Actor,
        *,
        amount: Money,
        due_on: date | None = None,
        note: str = "",
        key: str | None = None,
    ) -> UUID:
        """Ask for a deposit against an order; it is paid by `portal.payments.start(…, deposit=…)`. The same `key` asks once."""
        command = AskDeposit(account_id=account_id, document_id=document_id, amount=amount, due_on=due_on, note=note)
        return self._shell.run(command, by, key=key).id

    def cancel(self, account_id: UUID, deposit_id: UUID, by: Actor) -> None:
        """Call a deposit off; what was paid of it is credit as any other from now on."""
        self._shell.run(CancelDeposit(account_id=account_id, deposit_id=deposit_id), by)

    def list(self, account_id: UUID, by: Actor) -> tuple[DepositRow, ...]:
        """Answer the deposits on the orders that whoever asks may see, the newest first, 200 at most."""
        found = [deposit_of(row) for row in self._shell.ask(DEPOSITS, by, account_id=account_id, limit=_MOST)]
        ids, shape = sorted({one.document_id for one in found}), {"hidden": self._visibility.hidden(by)}
        shown = self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=ids) if ids else ()
        seen_ids = {row.id for row in shown}
        return tuple(deposit_row(one) for one in found if one.document_id in seen_ids)
