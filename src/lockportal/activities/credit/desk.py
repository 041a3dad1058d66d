"""What an application asks of credit: `portal.activities.credit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from lockportal.activities.credit import queries
from lockportal.activities.credit.commands import HoldCredit, ReleaseCredit
from lockportal.activities.credit.models import CreditDecision, Exposure, exposure
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.core.money import Money
from lockportal.profiles import queries as profiles

if TYPE_CHECKING:
    from lockportal.context import Context

_MOST: Final = 200


class Credit:
    """The credit of one supplier's customers; for staff. The limit itself is a detail of the customer (`change_customer`)."""

    def __init__(self, context: Context) -> None:
        """Keep the shell."""
        self._shell = context.shell

    def exposure(self, account_id: UUID, by: Actor) -> tuple[Exposure, ...]:
        """Answer what a customer owes by currency, credit taken off, against its limit. Two statements of one moment.

        That of the limit is among them, even if nothing is owed in it.
        """
        with self._shell.moment(by) as moment:
            found = moment.ask(profiles.CUSTOMER, account_id=account_id)
            rows = moment.ask(queries.EXPOSURE, account_id=account_id)
        if not found:
            raise NotFound("account.not_found", "There is no such account.")
        limit = profiles.customer_of(found[0]).credit_limit
        owed = {} if limit is None else {limit.currency: 0}
        owed |= {row.currency: int(row.minor) for row in rows}
        return tuple(exposure(account_id, Money(minor, currency), limit) for currency, minor in sorted(owed.items()))

    def hold(self, account_id: UUID, by: Actor, *, reason: str, key: str | None = None) -> None:
        """Hold new orders of a customer back, with a reason: `activities.credit_held` tells other programs.

        One that is held already stays as it is. Refused `credit.reason_missing`, `credit.reason_too_long`.
        """
        self._shell.run(HoldCredit(account_id=account_id, reason=reason), by, key=key)

    def release(self, account_id: UUID, by: Actor, *, reason: str, key: str | None = None) -> None:
        """Let new orders of a customer go on, with a reason: `activities.credit_released` tells other programs. As `hold`."""
        self._shell.run(ReleaseCredit(account_id=account_id, reason=reason), by, key=key)

    def decisions(self, account_id: UUID, by: Actor, *, limit: int = 25) -> tuple[CreditDecision, ...]:
        """List when orders of a customer were held back and released, by whom and why, the newest first. One statement."""
        rows = self._shell.ask(queries.CREDIT_DECISIONS, by, account_id=account_id, limit=max(1, min(limit, _MOST)))
        return tuple(queries.decision_of(row) for row in rows)
