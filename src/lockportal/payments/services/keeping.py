"""What the clock and operators do for payments: ask gateways again, see to what is parked, hold payments against the books."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from lockportal import codec
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind
from lockportal.core.errors import Denied, LockportalError, NotFound
from lockportal.core.ports import JournalRow
from lockportal.core.verify import Finding
from lockportal.payments.calling import Calling
from lockportal.payments.following.commands import CloseByHand
from lockportal.payments.models import Operation, OperationDue
from lockportal.payments.parking.commands import CloseParked
from lockportal.payments.parking.models import ParkedDue, ParkedEvent
from lockportal.payments.queries import PARKED, PARKED_ONE, parked_of
from lockportal.payments.receiving import Receiving
from lockportal.payments.saving.models import MethodDue
from lockportal.payments.scheduling.models import ScheduleDue
from lockportal.payments.services.checking import Checking
from lockportal.payments.services.methods import Methods
from lockportal.payments.services.reading import Reading
from lockportal.payments.services.schedules import Schedules
from lockportal.payments.settings import PaymentsSettings

_LOG: Final = logging.getLogger("lockportal.payments")
_MOST: Final = 200


class Keeping:
    """Keeps the payments of one supplier in step with gateways, clock and ledger."""

    def __init__(
        self, context: Context, reading: Reading, calling: Calling, receiving: Receiving, methods: Methods, schedules: Schedules
    ) -> None:
        """Take the clock, the settings, and what can be done about each thing that is due."""
        self._shell = context.shell
        self._clock = context.clock
        self._supplier = context.supplier
        self._settings = context.shell.settings(PaymentsSettings)
        self._reading, self._calling, self._receiving = reading, calling, receiving
        self._methods, self._schedules = methods, schedules
        self._checking = Checking(context, calling)

    def reconcile(self, by: Actor, account_id: UUID | None) -> int:
        """Ask gateways what became of everything that is under way; answer how many payments that were.

        The clock does the same by itself, payment by payment, later each time.
        """
        if by.kind not in {ActorKind.STAFF, ActorKind.SYSTEM}:
            raise Denied("actor.denied", "You may not do this.")
        asked, after = 0, None
        while True:
            page = self._reading.payments(SYSTEM, account_id, after, _MOST, under_way=True)
            for row in page.items:
                for operation in self._calling.stored.operations(row.account_id, row.id):
                    try:
                        self._overdue(operation, by)
                        self._calling.pursue(row.account_id, operation.id)
                    except LockportalError:
                        _LOG.exception("an operation could not be asked about", extra={"operation": str(operation.id)})
                asked += 1
            if page.after is None:
                return asked
            after = page.after

    def hear(self, row: JournalRow) -> None:
        """Do what the clock has called for: ask a gateway, make a scheduled payment, look for a parked event's operation."""
        if row.type == "payments.operation_due":
            due: OperationDue = codec.load_stored(OperationDue, row.body)
            self._calling.pursue(row.account_id, due.operation.id)
        elif row.type == "payments.method_due":
            saved: MethodDue = codec.load_stored(MethodDue, row.body)
            self._methods.pursue(self._calling.stored.saved(row.account_id, saved.method.id))
        elif row.type == "payments.schedule_due":
            coming: ScheduleDue = codec.load_stored(ScheduleDue, row.body)
            self._schedules.run(row.account_id, coming.schedule.id)
        else:
            waiting: ParkedDue = codec.load_stored(ParkedDue, row.body)
            self._receiving.retry(waiting.parked)

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Fold every payment anew from its operations, hold it against the ledger, and answer which are kept otherwise."""
        found: list[Finding] = []
        after = None
        while True:
            page = self._reading.payments(by, None, after, _MOST)
            found += self._checking.look(page.items, by)
            if page.after is None:
                return tuple(found)
            after = page.after

    def _overdue(self, operation: Operation, by: Actor) -> None:
        """Wait no more for a transfer or a cheque that nothing would wake: it is older than such are waited for."""
        waits = operation.live and not operation.merchant_account and operation.wake_at is None
        if waits and self._clock.now() - operation.created_at >= timedelta(days=self._settings.instructions_days):
            self._shell.run(CloseByHand(account_id=operation.account_id, payment_id=operation.payment_id), by)

    def parked(self, by: Actor) -> tuple[ParkedEvent, ...]:
        """Answer the events of gateways whose operation was looked for in vain, the oldest first, 200 at most."""
        rows = self._shell.ask(PARKED, by, account_id=self._supplier.id, limit=_MOST)
        return tuple(parked_of(row) for row in rows)

    def retry_parked(self, parked_id: UUID, by: Actor) -> bool:
        """Look for the operation of a parked event once more; say whether it was found, and the event applied."""
        rows = self._shell.ask(PARKED_ONE, by, account_id=self._supplier.id, parked=parked_id)
        if not rows:
            raise NotFound("parked_event.not_found", "There is no such event.")
        parked = parked_of(rows[0])
        return parked.done or self._receiving.retry(parked)

    def close_parked(self, parked_id: UUID, note: str, by: Actor) -> None:
        """Say what was decided of an event whose operation nobody knows: it is looked for no more."""
        self._shell.run(CloseParked(account_id=self._supplier.id, parked_id=parked_id, note=note), by)

    # gateways
