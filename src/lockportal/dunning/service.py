"""Follow-up of overdue documents: `portal.dunning`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.account import Account
from lockportal.core.actor import SYSTEM, Actor, Audience
from lockportal.core.days import check_period
from lockportal.core.errors import NotFound, Refused
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.progress import Progress, silent
from lockportal.core.record import Record
from lockportal.documents.models import Document
from lockportal.dunning import queries
from lockportal.dunning.accounts import NEEDS, debtor_of
from lockportal.dunning.commands import EndDunningHold, ExportHandover, FollowUp, HoldDunning, NoteReminder, NoteRun, WaiveCharge
from lockportal.dunning.debtors import Debtor
from lockportal.dunning.explaining import explain
from lockportal.dunning.planning import Action
from lockportal.dunning.policies import Policy, policy_of
from lockportal.dunning.settings import DunningSettings
from lockportal.dunning.silence import Silences
from lockportal.dunning.simulating import advance_one
from lockportal.dunning.views import (
    ChargeRow,
    Explanation,
    HandoverRow,
    HoldRow,
    ReminderRow,
    RunReport,
    Simulation,
    charge_row,
    handover_row,
    hold_row,
    reminder_row,
    simulated_rows,
)
from lockportal.messages.hours import awake
from lockportal.profiles.queries import customer_of

_OFFICE: Final = Audience(staff=True, system=True)
_MOST: Final = 200
_MOST_DAYS: Final = 366 * 3
_FAR: Final = timedelta(days=366)


class Dunning:
    """Who is reminded of what, when, and why not."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the clock, and every capability's reasons for silence."""
        self._shell = context.shell
        self._clock = context.clock
        self._signer = context.signer
        self._supplier = context.supplier
        self._settings = context.shell.settings(DunningSettings)
        silences = context.shell.settings(Silences)
        self._needs: tuple[type[Record], ...] = tuple(
            dict.fromkeys((*NEEDS, *(cls for silence in silences.known for cls in silence.needs)))
        )

    # running

    def run(self, by: Actor, *, progress: Progress = silent) -> RunReport:
        """Go through every customer with anything open, today; what is to be sent goes out with the next deliveries.

        Twice on a day, or by two processes at once, is once. Who is not to be written to at this hour is left for another run.
        Refused `dunning.inactive` while the settings do not switch it on.
        """
        if not self._settings.active:
            raise Refused("dunning.inactive", "Follow-up is switched off: set active = true in [dunning].", field="active")
        _OFFICE.check(by, self._supplier.id)
        now = self._clock.now()
        rows = self._debtors(by)
        commands = [FollowUp(account_id=key, awake=awake(country, now, self._settings, self._supplier)) for key, country in rows]
        ready = [command for command in commands if command.awake]
        before = self._reminded(by, now)

        def noted(done: int) -> None:
            progress("customers", done, len(ready))

        self._shell.run_many(ready, by, noted)
        asleep = len(commands) - len(ready)
        next_at = now + timedelta(minutes=self._settings.again_after) if asleep else self._tomorrow(now)
        self._shell.run(NoteRun(account_id=self._supplier.id, next_at=next_at), by)
        return RunReport(
            on=self._supplier.today(now),
            customers=len(commands),
            reminders=self._reminded(by, now) - before,
            asleep=asleep,
            next_at=next_at,
        )

    def run_due(self, now: datetime) -> RunReport | None:
        """Run if it is time to: once a day, and again where somebody was asleep; None if it is not, or nothing is switched on."""
        if not self._settings.active:
            return None
        last = next(iter(self._shell.ask(queries.RUN, SYSTEM, account_id=self._supplier.id)), None)
        return None if last is not None and now < last.next_at else self.run(SYSTEM)

    def told(self, row: JournalRow, people: int) -> None:
        """Note that a reminder is with all whom it was for."""
        self._shell.run(NoteReminder(account_id=row.account_id, reminder_id=row.ids[0], people=people), SYSTEM)

    # before it is switched on

    def simulate(
        self,
        by: Actor,
        first: date,
        last: date,
        *,
        policies: Sequence[Policy] = (),
        progress: Progress = silent,
    ) -> Simulation:
        """Answer what policies (the settings', if none are given) would do in these days to the book as it stands now.

        Nobody pays in it and nothing new is billed; nothing is written. Refused `dunning.days` for more than three years,
        `period.out_of_range` beyond the years 1000 to 9998.
        """
        check_period(first=first, last=last)
        if not 0 <= (last - first).days <= _MOST_DAYS:
            raise Refused("dunning.days", "Choose a first day and a later one, within three years.", field="last")
        chosen = tuple(policies) or self._settings.policies
        actions: list[Action] = []
        customers = reminded = 0
        keys = [key for key, _ in self._debtors(by)]
        for _, debtor in self._look(keys, by):
            customers += 1
            found = advance_one(debtor, policy_of(chosen, debtor.facts), first, last)[1]
            reminded += bool(found)
            actions += found
            if customers % 100 == 0 or customers == len(keys):
                progress("customers", customers, len(keys))
        return Simulation(first=first, last=last, customers=customers, reminded=reminded, rows=simulated_rows(actions, chosen))

    def why_not(self, account_id: UUID, document_id: UUID, by: Actor, *, on: date | None = None) -> Explanation:
        """Answer why nothing is sent about a document on a day, today if none is given, or that it is, in words."""
        at = self._clock.now()

        def view(account: Account) -> Debtor:
            account.get(Document, document_id)
            return debtor_of(account, at)

        found = dict(self._shell.views([account_id], by, _OFFICE, self._needs, view))
        if account_id not in found:
            raise NotFound("account.not_found", "There is no such account.")
        debtor = found[account_id]
        policy = policy_of(self._settings.policies, debtor.facts)
        return explain(debtor, policy, document_id, on or self._today(), active=self._settings.active)

    def explanations(self, account_id: UUID, by: Actor, *, on: date | None = None) -> tuple[Explanation, ...]:
        """Answer as `why_not` of everything that is overdue in an account, the oldest first, 200 at most."""
        _OFFICE.check(by, account_id)
        day = on or self._today()
        found = []
        for _, debtor in self._look([account_id], by):
            policy = policy_of(self._settings.policies, debtor.facts)
            overdue = sorted((item for item in debtor.items if item.due_on < day), key=lambda item: (item.due_on, item.number))
            found += [explain(debtor, policy, item.document_id, day, active=self._settings.active) for item in overdue[:_MOST]]
        return tuple(found)

    # what staff does

    def hold(
        self,
        account_id: UUID,
        by: Actor,
        *,
        until: date,
        reason: str,
        document_id: UUID | None = None,
        key: str | None = None,
    ) -> UUID:
        """Follow a customer, or one document, up no more until the end of a day; answer the hold's id."""
        command = HoldDunning(account_id=account_id, until=until, reason=reason, document_id=document_id)
        return self._shell.run(command, by, key=key).id

    def resume(self, account_id: UUID, hold_id: UUID, by: Actor) -> None:
        """End a hold before its day is over."""
        self._shell.run(EndDunningHold(account_id=account_id, hold_id=hold_id), by)

    def waive(self, account_id: UUID, charge_id: UUID, by: Actor, *, reason: str) -> None:
        """Give up what is left of a fee, or of interest, with a reason."""
        self._shell.run(WaiveCharge(account_id=account_id, charge_id=charge_id, reason=reason), by)

    def release(self, account_id: UUID, reminder_id: UUID, by: Actor) -> None:
        """Say that a reminder that could not be sent is settled in another way, so that follow-up goes on."""
        self._shell.run(NoteReminder(account_id=account_id, reminder_id=reminder_id), by)

    def export(self, account_id: UUID, handover_id: UUID, by: Actor) -> None:
        """Say that documents went to the agency."""
        self._shell.run(ExportHandover(account_id=account_id, handover_id=handover_id), by)

    # what was done

    def reminders(
        self, by: Actor, *, account_id: UUID | None = None, after: str | None = None, limit: int = 50
    ) -> Page[ReminderRow]:
        """Answer the reminders of the whole book or of a customer, the newest first."""
        limit, of = max(1, min(limit, _MOST)), "dunning/reminders"
        bound: dict[str, Any] = {}
        if after is not None:
            at, last = self._signer.place(of, after)
            bound = {"at": datetime.fromisoformat(at), "last": UUID(last)}
        shape = {"after": after is not None}
        rows = self._shell.ask(queries.REMINDERS, by, account_id=account_id, shape=shape, most=limit + 1, **bound)
        made = [queries.reminder_of(row) for row in rows[:limit]]
        items = tuple(
            reminder_row(one, row.customer_number or "", row.customer_name or "")
            for one, row in zip(made, rows[:limit], strict=True)
        )
        more = len(rows) > limit
        return Page(items, self._signer.cursor(of, made[-1].at.isoformat(), made[-1].id.hex) if more else None)

    def charges(self, by: Actor, *, account_id: UUID | None = None) -> tuple[ChargeRow, ...]:
        """Answer fees and interest, the newest first, 200 at most."""
        rows = self._shell.ask(queries.CHARGES, by, account_id=account_id, most=_MOST)
        return tuple(charge_row(queries.charge_of(row)) for row in rows)

    def holds(self, by: Actor, *, account_id: UUID | None = None) -> tuple[HoldRow, ...]:
        """Answer the holds that count, those that end first, 200 at most."""
        rows = self._shell.ask(queries.HOLDS, by, account_id=account_id, most=_MOST)
        return tuple(hold_row(queries.hold_of(row), row.customer_number or "", row.customer_name or "") for row in rows)

    def handovers(self, by: Actor) -> tuple[HandoverRow, ...]:
        """Answer what waits to be handed to a collection agency, 200 at most."""
        rows = self._shell.ask(queries.HANDOVERS, by, most=_MOST)
        return tuple(handover_row(queries.handover_of(row), row.customer_number or "", row.customer_name or "") for row in rows)

    def policies(self, by: Actor) -> tuple[Policy, ...]:
        """Answer the policies, in the order in which they are tried."""
        _OFFICE.check(by, self._supplier.id)
        return self._settings.policies

    # within

    def _debtors(self, by: Actor) -> Sequence[tuple[UUID, str]]:
        """Answer the customers with anything open that falls due within a year, each with the country they are in."""
        found = self._shell.ask(queries.DEBTORS, by, until=self._today() + _FAR)
        return [(one.account_id, one.address.country) for one in map(customer_of, found)]

    def _look(self, keys: Sequence[UUID], by: Actor) -> Iterator[tuple[UUID, Debtor]]:
        at = self._clock.now()

        def view(account: Account) -> Debtor:
            return debtor_of(account, at)

        return self._shell.views(keys, by, _OFFICE, self._needs, view)

    def _reminded(self, by: Actor, now: datetime) -> int:
        """Answer how many reminders were made since yesterday: what a run makes is the difference."""
        (found,) = self._shell.ask(queries.REMINDED_SINCE, by, since=now - timedelta(days=1))
        return int(found.reminders)

    def _today(self) -> date:
        return self._supplier.today(self._clock.now())

    def _tomorrow(self, now: datetime) -> datetime:
        """Answer when the next day's run may begin: at its first hour in which anybody is written to."""
        over = self._supplier.end_of(self._supplier.today(now))
        start = self._settings.awake_from
        return over + timedelta(hours=start.hour, minutes=start.minute)
