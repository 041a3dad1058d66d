"""What payments that are short dispute: before they are made, afterwards, and whose it is where a host decides that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Audience, Right
from lockportal.core.errors import Conflict, NotFound, Refused
from lockportal.core.money import Money
from lockportal.disputes.deciding.commands import AssignDispute
from lockportal.disputes.lists import DisputeLists
from lockportal.disputes.models import Dispute
from lockportal.disputes.queries import SHARES
from lockportal.disputes.routing import Assignment
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.short_paying import disputed_rest, may_dispute
from lockportal.disputes.views import DisputeFilter, DisputeOrder, DisputeRow, told_row
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.lines import PaymentLine

_PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True, holder_right=Right.PAY)
_MOST: Final = 200

Route = Callable[[Dispute], Assignment | None]
"""Asks the host whose a dispute is."""


class ShortPays:
    """What is disputed by paying less, with a reason."""

    def __init__(self, context: Context, lists: DisputeLists) -> None:
        """Take the shell, the settings, and where lists of disputes come from."""
        self._shell = context.shell
        self._settings = context.shell.settings(DisputesSettings)
        self._visibility = visibility_of(context)
        self._lists = lists

    def offered(self, account_id: UUID, by: Actor) -> bool:
        """Say whether what somebody leaves open for a reason is disputed: the settings and their rights say so."""
        return self._settings.short_pay and may_dispute(by, account_id)

    def coming(self, account_id: UUID, lines: Sequence[PaymentLine], by: Actor, *, later: bool = False) -> Mapping[UUID, Money]:
        """Answer what the lines of a quote would dispute, by document; `later` of a payment on another day. One statement."""
        _PAYERS.check(by, account_id)
        short = [line for line in lines if line.short]
        if not (short and self.offered(account_id, by) and may_dispute(by, account_id, later=later)):
            return {}
        if by.kind is ActorKind.HOLDER and any(line.document_id != by.document_id for line in short):
            raise NotFound("document.not_found", "There is no such document.")
        asks = SYSTEM if by.kind is ActorKind.HOLDER else by
        rows = self._shell.ask(SHARES, asks, account_id=account_id, shape={"hidden": self._visibility.hidden(asks)})
        disputed = {row.document_id: int(row.minor) for row in rows}
        rests = {line.document_id: disputed_rest(line, disputed.get(line.document_id, 0)) for line in short}
        return {key: rest for key, rest in rests.items() if rest}

    def made(self, account_id: UUID, payment_id: UUID, by: Actor) -> tuple[DisputeRow, ...]:
        """Answer the disputes that a payment opened, as they stand now. One statement."""
        if by.kind is not ActorKind.HOLDER:
            return self._page(account_id, DisputeFilter(payment_id=payment_id), by)
        _PAYERS.check(by, account_id)
        rows = self._page(account_id, DisputeFilter(payment_id=payment_id, document_id=by.document_id), SYSTEM)
        return tuple(told_row(row, by) for row in rows)

    def route(self, dispute: Dispute, asked: Route) -> None:
        """Give a dispute that a payment opened to whom the host says, unless somebody has changed it meanwhile."""
        given = asked(dispute)
        if given is None:
            return
        command = AssignDispute(
            account_id=dispute.account_id,
            dispute_id=dispute.id,
            assignee=given.owner,
            department=given.department,
            seen=dispute.revision,
        )
        try:
            self._shell.run(command, SYSTEM)
        except (Conflict, Refused) as error:
            if error.code not in {"dispute.changed", "dispute.status"}:
                raise

    def _page(self, account_id: UUID, wanted: DisputeFilter, by: Actor) -> tuple[DisputeRow, ...]:
        page: Any = self._lists.page(by, wanted, DisputeOrder.OLDEST, account_id, None, _MOST)
        return tuple(page.items)
