"""The timeline of a customer: its journal, what was written down and the mails, read side by side and shown as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from lockportal.activities.history import queries
from lockportal.activities.history.views import TimelineKind, TimelineRow, merged
from lockportal.activities.models import ActivitiesSettings
from lockportal.activities.views import told
from lockportal.codec import check_text
from lockportal.core.errors import Refused
from lockportal.core.page import Page

if TYPE_CHECKING:
    from lockportal.context import Context
    from lockportal.core.actor import Actor

_CURSOR: Final = "timeline"
_LONGEST: Final = 100
_MAIL: Final = "A mail was sent"
_TEXTS: Final = {TimelineKind.NOTE: "A note", TimelineKind.CALL: "A call"}
_NOWHERE: Final = (-1, -1, "", "", "", "")
_AT_ONCE: Final = 1000
_MOST: Final = 20_000


class Timeline:
    """Reads the timelines of one supplier's customers."""

    def __init__(self, context: Context) -> None:
        """Learn what each type of event is called."""
        self._shell, self._signer, self._supplier = context.shell, context.signer, context.supplier
        self._told = told(context.shell.capabilities)
        self._outcomes = context.shell.settings(ActivitiesSettings).outcomes

    def page(self, account_id: UUID, by: Actor, search: str, after: str | None, limit: int) -> Page[TimelineRow]:
        """Answer a page of the timeline, the newest first."""
        place = _NOWHERE if after is None else tuple(self._signer.place(_CURSOR, after))
        wanted = self._wanted(search)
        sources = self._read(account_id, by, place, wanted, limit + 1)
        rows, taken = merged(sources, limit)
        if sum(map(len, sources)) == len(rows):
            return Page(rows)
        return Page(rows, self._signer.cursor(_CURSOR, *_place(sources, taken, place)))

    def between(self, account_id: UUID, by: Actor, first: date | None, last: date | None) -> tuple[TimelineRow, ...]:
        """Answer everything from a day to another, the oldest first; Refused `timeline.too_long` beyond twenty thousand rows."""
        rows: list[TimelineRow] = []
        after: str | None = None
        while True:
            page = self.page(account_id, by, "", after, _AT_ONCE)
            days = [self._supplier.today(row.at) for row in page.items]
            rows += [row for row, day in zip(page.items, days, strict=True) if (first or date.min) <= day <= (last or date.max)]
            if len(rows) > _MOST:
                raise Refused("timeline.too_long", "That is too much for one paper: choose fewer days.", field="first")
            after = page.after
            if after is None or (first is not None and days[-1] < first):
                return tuple(reversed(rows))

    def _wanted(self, search: str) -> Mapping[str, Any]:
        text = search.strip().lower()[:_LONGEST]
        if not text:
            return {}
        try:
            check_text(text)
        except ValueError as error:
            raise Refused("search.text", f"This cannot be searched for: {error}.", field="search") from error
        needle = text
        for sign in ("/", "%", "_"):
            needle = needle.replace(sign, f"/{sign}")
        return {
            "needle": f"%{needle}%",
            "types": [type_ for type_, words in self._told.items() if text in words.lower()],
            "outcomes": [one for one in self._outcomes if text in one.replace("_", " ")],
        }

    def _read(
        self, account_id: UUID, by: Actor, place: Sequence[Any], wanted: Mapping[str, Any], limit: int
    ) -> tuple[tuple[TimelineRow, ...], ...]:
        version, n, note_at, note_id, mail_at, mail_id = place
        journal = {"version": version, "n": n} if version >= 0 else {}
        with self._shell.moment(by) as moment:

            def ask(question: Any, needs: Sequence[str], after: Mapping[str, Any]) -> Sequence[Any]:  # noqa: ANN401 - a Question
                shape = {"after": bool(after), "search": bool(wanted)}
                params = {name: wanted[name] for name in needs} if wanted else {}
                return moment.ask(question, account_id=account_id, shape=shape, limit=limit, **params, **after)

            events = ask(queries.TIMELINE, ("needle", "types"), journal)
            notes = ask(queries.NOTES, ("needle", "outcomes"), _from(note_at, note_id))
            mails = ask(queries.MAILS, ("needle",), _from(mail_at, mail_id))
        return (
            tuple(_note(row) for row in notes),
            tuple(_mail(row) for row in mails),
            tuple(self._event(row) for row in events),
        )

    def _event(self, row: Any) -> TimelineRow:  # noqa: ANN401 - a row of TIMELINE
        return TimelineRow(
            kind=TimelineKind.EVENT,
            version=row.version,
            n=row.n,
            at=row.at,
            by=row.by,
            type=row.type,
            text=self._told.get(row.type, row.type),
            ids=row.ids,
        )


def _from(at: str, key: str) -> Mapping[str, Any]:
    return {"at": datetime.fromisoformat(at), "last_id": UUID(key)} if at else {}


def _place(sources: Sequence[Sequence[TimelineRow]], taken: Sequence[int], before: Sequence[Any]) -> Sequence[Any]:
    """Answer where each source goes on: behind what was taken of it last, else where it stood."""
    place = list(before)
    for at, source, count in zip((2, 4), sources, taken, strict=False):
        if count:
            place[at : at + 2] = [source[count - 1].at.isoformat(), str(source[count - 1].ids[0])]
    events, count = sources[2], taken[2]
    if count:
        place[:2] = [events[count - 1].version, events[count - 1].n]
    return place


def _note(row: Any) -> TimelineRow:  # noqa: ANN401 - a row of NOTES
    kind = TimelineKind(row.kind)
    return TimelineRow(
        kind=kind,
        at=row.at,
        by=row.by,
        type=f"activities.{'note_written' if kind is TimelineKind.NOTE else 'call_recorded'}",
        text=_TEXTS[kind],
        ids=(row.id,),
        note=row.text,
        outcome=row.outcome,
        contact_name=row.contact_name or "",
        promise_id=row.promise_id,
        dispute_id=row.dispute_id,
        document_id=row.document_id,
    )


def _mail(row: Any) -> TimelineRow:  # noqa: ANN401 - a row of MAILS
    return TimelineRow(
        kind=TimelineKind.MAIL,
        at=row.at,
        by="system:messages",
        type=row.kind,
        text=_MAIL,
        ids=(row.id,),
        outcome=row.outcome.value,
        contact_name=row.contact_name or "",
    )
