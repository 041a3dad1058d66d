"""What contacts are told of their disputes, each thing once; their answers by mail come back into the thread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, ActorKind
from lockportal.core.messages import Draft
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.core.replies import ThreadRef
from lockportal.disputes.messages import THREAD, DisputeTold, ToldLine
from lockportal.disputes.models import Dispute
from lockportal.disputes.queries import ABOUT, DISPUTE, MESSAGE, dispute_of, message_of
from lockportal.disputes.states import DisputeStatus
from lockportal.documents import queries as documents
from lockportal.documents.visibility.showing import visibility_of

_LISTED: Final = 10
_ALL: Final = {"hidden": None}
"""The shape of questions about whatever there is, hidden or not."""


class DisputeNotices:
    """Turns what became of disputes into messages; a document that is hidden from its customer is told of to nobody."""

    def __init__(self, context: Context) -> None:
        """Take the shell, what customers see, and where the portal is reached."""
        self._shell = context.shell
        self._base_url = context.base_url
        self._visibility = visibility_of(context)

    def opened(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the confirmation."""
        return self._drafts(row)

    def asked(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the question that was put to the customer."""
        return self._drafts(row, text=self._text(row))

    def written(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what the supplier's people wrote; nothing of what is internal, or the customer's own."""
        message = _body(row)["message"]
        ours = message["by"] != ActorKind.CUSTOMER and not message["internal"]
        return self._drafts(row, text=self._text(row)) if ours else []

    def accepted(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the decision, where something was granted."""
        return self._decided(row, rejected=False)

    def rejected(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the decision, where nothing was granted."""
        return self._decided(row, rejected=True)

    def credited(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what has arrived, and whether that closes the dispute."""
        return self._drafts(row, closed=_body(row)["dispute"]["status"] == DisputeStatus.CLOSED)

    def reopened(self, row: JournalRow) -> Sequence[Draft]:
        """Draft that it is open again."""
        return self._drafts(row)

    def withdrawn(self, row: JournalRow) -> Sequence[Draft]:
        """Draft that it is withdrawn; a draft that was thrown away is nobody's news."""
        return self._drafts(row) if _body(row)["dispute"]["opened_at"] is not None else []

    def _decided(self, row: JournalRow, *, rejected: bool) -> Sequence[Draft]:
        decided = _body(row)["dispute"]
        if (decided["outcome"] == DisputeStatus.REJECTED) is not rejected:
            return []
        return self._drafts(row, text=decided["answer"], partly=decided["outcome"] == DisputeStatus.PARTLY_ACCEPTED)

    def _drafts(self, row: JournalRow, **said: Any) -> Sequence[Draft]:  # noqa: ANN401 - fields of DisputeTold
        key = UUID(_body(row)["dispute"]["id"])
        (found,) = self._shell.ask(DISPUTE, SYSTEM, account_id=row.account_id, shape=_ALL, dispute=key)
        dispute = dispute_of(found)
        shape = {"hidden": self._visibility.hidden_kinds}
        papers = self._shell.ask(
            documents.DOCUMENT, SYSTEM, account_id=row.account_id, shape=shape, document_id=dispute.document_id
        )
        if not papers:
            return []
        customer = documents.owner_of(papers[0])
        told = DisputeTold(
            customer="" if customer is None else customer.name,
            reference=dispute.reference,
            number=dispute.number,
            amount=dispute.amount,
            granted=dispute.granted,
            credited=dispute.credited,
            undisputed=self._undisputed(dispute, documents.document_of(papers[0]).balance),
            lines=tuple(
                ToldLine(name=line.description or line.line, amount=line.amount, granted=line.granted)
                for line in dispute.lines[:_LISTED]
                if line.line
            ),
            more=max(len(dispute.lines) - _LISTED, 0),
            link=f"{self._base_url}/accounts/{dispute.account_id}/disputes/{dispute.id}",
        )
        return [Draft(variables=evolve(told, **said), thread=f"{THREAD}/{key}", replies=ThreadRef(THREAD, key))]

    def _undisputed(self, dispute: Dispute, balance: Money | None) -> Money:
        """Answer what of the document is open and disputed by nobody."""
        rows = self._shell.ask(ABOUT, SYSTEM, account_id=dispute.account_id, shape=_ALL, document=dispute.document_id)
        held = sum(one.share.minor for one in map(dispute_of, rows) if one.live)
        return Money(max((0 if balance is None else balance.minor) - held, 0), dispute.amount.currency)

    def _text(self, row: JournalRow) -> str:
        key = UUID(_body(row)["message"]["id"])
        return message_of(self._shell.ask(MESSAGE, SYSTEM, account_id=row.account_id, message=key)[0]).text


def _body(row: JournalRow) -> Any:  # noqa: ANN401 - JSON
    return json.loads(row.body)
