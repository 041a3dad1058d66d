"""Parents and children among customers: nobody stands below themselves, or too far below the topmost parent."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.verify import Finding
from lockportal.profiles import queries
from lockportal.profiles.commands import ChangeCustomer
from lockportal.profiles.models import DEEPEST

_FINDINGS: Final = 100
_CYCLE: Final = "customer.parent_cycle"


class Families:
    """Checks who is to be whose parent, before it is stored and after."""

    def __init__(self, context: Context) -> None:
        """Take the shell."""
        self._shell = context.shell

    def check(self, parent_id: UUID | None, account_id: UUID, by: Actor) -> None:
        """Refuse a parent that there is not, that stands below this customer itself, or that has too many above it."""
        if parent_id is None:
            return
        above = self._line(parent_id, by)
        if not above:
            raise Refused("customer.parent_unknown", "There is no such parent customer.", field="parent_id")
        if account_id in above[1:]:
            raise Refused(_CYCLE, "This parent stands below the customer itself.", field="parent_id")
        if len(above) >= DEEPEST:
            raise Refused("customer.parent_too_deep", f"At most {DEEPEST} customers, one below the other.", field="parent_id")

    def part(self, account_id: UUID, by: Actor) -> None:
        """Refuse a circle that two changes at once have closed, and open it: this customer has no parent then.

        Each of the two is a change of an account of its own, so that neither saw the other; the later one sees both. What has
        no parent is in no circle, whatever else is changed meanwhile.
        """
        if account_id in self._line(account_id, by)[1:]:
            self._shell.run(ChangeCustomer(account_id=account_id, parent_id=None), by)
            message = "Somebody has put this parent below the customer at the same time; the customer has no parent now."
            raise Refused(_CYCLE, message, field="parent_id")

    def verify(self, by: Actor) -> tuple[Finding, ...]:
        """Answer customers that stand below themselves, the first hundred: a change that crashed may leave such."""
        rows = self._shell.ask(queries.CIRCLES, by, most=_FINDINGS)
        return tuple(Finding("profiles.parent", str(row.account_id), "the customer stands below itself") for row in rows)

    def _line(self, account_id: UUID, by: Actor) -> list[UUID]:
        """Answer a customer and those above it, the nearest first."""
        return [row.account_id for row in self._shell.ask(queries.ANCESTORS, by, account=account_id)]
