"""Taking a report of delivery: what became of a mail is noted, and an address that is dead is written to no more."""

from __future__ import annotations

from typing import Final
from uuid import uuid5

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.messages.models import Delivery, Outcome
from lockportal.messages.suppressing.commands import SuppressAddress
from lockportal.messages.suppressing.queries import REPORTED
from lockportal.messages.suppressing.reports import Report, Reported

_OUTCOMES: Final = {
    Reported.DELIVERED: Outcome.DELIVERED,
    Reported.FAILED: Outcome.RETURNED,
    Reported.DEAD: Outcome.RETURNED,
}


class Reporting:
    """What servers report of the mails of one supplier."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the clock."""
        self._shell, self._clock = context.shell, context.clock

    def take(self, report: Report) -> bool:
        """Note what a report says, once; False where it is of no mail of this portal, or of another address."""
        rows = self._shell.ask(REPORTED, SYSTEM, message=report.message_id)
        if not rows or rows[0].email.lower() != report.email:
            return False
        (about,) = rows
        outcome = _OUTCOMES.get(report.said)
        if outcome is not None:
            noted = Delivery(
                id=uuid5(about.message_id, f"report/{outcome}"),
                account_id=about.account_id,
                message_id=about.message_id,
                kind=about.kind,
                contact_id=about.contact_id,
                channel=about.channel,
                at=self._clock.now(),
                outcome=outcome,
                reason=f"report.{report.status}" if report.status and outcome is Outcome.RETURNED else "",
                version=about.version,
                n=about.n,
            )
            self._shell.observe(noted)
        if report.said is Reported.DEAD:
            command = SuppressAddress(
                account_id=about.account_id,
                contact_id=about.contact_id,
                email=report.email,
                status=report.status,
                kind=about.kind,
                message_id=about.message_id,
                version=about.version,
                n=about.n,
            )
            self._shell.run(command, SYSTEM)
        return True
