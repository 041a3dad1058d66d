"""What contacts are told of their promises, each thing once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Attachment, Draft
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.queries import SHOWN
from lockportal.profiles import queries as profiles
from lockportal.promises.calendars import calendar_of
from lockportal.promises.messages import PromisedDocument, PromisedPart, PromiseTold
from lockportal.promises.models import Promise, PromiseLine, PromiseStatus
from lockportal.promises.queries import PROMISE, promise_of

_THREAD: Final = "promises"
_LISTED: Final = 10


class PromiseNotices:
    """Turns what became of promises into messages."""

    def __init__(self, context: Context) -> None:
        """Take the shell, what customers see, and where the portal is reached."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._visibility = visibility_of(context)

    def made(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the confirmation, with the days as a calendar file; without one while staff has to decide."""
        promise = self._promise(row)
        waits = _body(row)["promise"]["status"] == PromiseStatus.PROPOSED
        told = evolve(self._told(promise), waits=waits)
        seen = evolve(promise, lines=self._seen(promise))
        files: tuple[Attachment, ...] = () if waits else (calendar_of(seen, self._supplier.name, told.link),)
        key = f"promise-{'proposed' if waits else 'made'}/{promise.id}"
        return [Draft(variables=told, thread=_THREAD, key=key, attachments=files)]

    def declined(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told where staff declined."""
        promise = self._promise(row)
        return [Draft(variables=self._told(promise), thread=_THREAD, key=f"promise-declined/{promise.id}")]

    def reminded(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the reminder of a day that is near, unless nothing is to come by it any more."""
        promise, on = self._promise(row), date.fromisoformat(_body(row)["on"])
        due = [part for part in promise.due if part.on == on]
        if promise.status is not PromiseStatus.OPEN or not due:
            return []
        told = evolve(self._told(promise), on=on, amount=due[0].amount)
        return [Draft(variables=told, thread=_THREAD, key=f"promise-reminder/{promise.id}/{on}")]

    def kept(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the thanks."""
        return self._judged(row)

    def broken(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told where the money did not come, or only a part of it."""
        return self._judged(row)

    def _judged(self, row: JournalRow) -> Sequence[Draft]:
        promise, verdict = self._promise(row), _body(row)["promise"]
        came = Money(int(verdict["paid"]), promise.currency)
        told = evolve(self._told(promise), came=came, partly=verdict["status"] == PromiseStatus.PARTLY_KEPT)
        return [Draft(variables=told, thread=_THREAD, key=f"promise-judged/{promise.id}/{verdict['verdicts']}")]

    def _promise(self, row: JournalRow) -> Promise:
        key = _body(row)["promise"]["id"]
        found = self._shell.ask(PROMISE, SYSTEM, account_id=row.account_id, promise=UUID(key))
        return promise_of(found[0])

    def _seen(self, promise: Promise) -> tuple[PromiseLine, ...]:
        ids, shape = [line.document_id for line in promise.lines], {"hidden": self._visibility.hidden_kinds}
        found = self._shell.ask(SHOWN, SYSTEM, account_id=promise.account_id, shape=shape, documents=ids) if ids else ()
        seen = {row.id for row in found}
        return tuple(line for line in promise.lines if line.document_id in seen)

    def _told(self, promise: Promise) -> PromiseTold:
        lines = self._seen(promise)
        return PromiseTold(
            customer=str(self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=promise.account_id)[0].name),
            amount=promise.amount,
            on=promise.last_on,
            parts=tuple(PromisedPart(on=part.on, amount=part.amount) for part in promise.parts),
            documents=tuple(PromisedDocument(number=line.number, amount=line.amount) for line in lines[:_LISTED]),
            more=max(len(lines) - _LISTED, 0),
            came=Money(promise.paid, promise.currency),
            link=f"{self._base_url}/accounts/{promise.account_id}/promises",
        )


def _body(row: JournalRow) -> Any:  # noqa: ANN401 - JSON
    return json.loads(row.body)
