"""Questions about follow-up: who is to be gone through, reminders, charges, holds, handovers, the last run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.dunning.models import Charge, DunningHold, DunningRun, Handover, Reminder
from lockportal.ledger.models import DueBalance
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

_OFFICE = Audience(staff=True, system=True)
_MOST = sa.bindparam("most", type_=sa.Integer())


def _debtors(source: Source) -> sa.Select[Any]:
    due, customer = source(DueBalance), source(Customer)
    owing = (
        sa.select(due.c.account_id)
        .where(due.c.due_on <= sa.bindparam("until", type_=sa.Date()), due.c.amount_minor > 0)
        .distinct()
        .subquery()
    )
    return sa.select(customer).join_from(owing, customer, customer.c.account_id == owing.c.account_id)


def _with_customer(made: Any, source: Source) -> sa.Select[Any]:  # noqa: ANN401 - a table
    customer = source(Customer)
    return sa.select(made, customer.c.number.label("customer_number"), customer.c.name.label("customer_name")).select_from(
        made.outerjoin(customer, customer.c.account_id == made.c.account_id)
    )


def _reminders(source: Source, *, after: bool = False) -> sa.Select[Any]:
    made = source(Reminder)
    chosen = _with_customer(made, source)
    if after:
        at, last = sa.bindparam("at", type_=made.c.at.type), sa.bindparam("last", type_=made.c.id.type)
        chosen = chosen.where(made.c.at <= at, sa.or_(made.c.at < at, made.c.id < last))
    return chosen.order_by(made.c.at.desc(), made.c.id.desc()).limit(_MOST)


def _reminder(source: Source) -> sa.Select[Any]:
    made = source(Reminder)
    return sa.select(made).where(made.c.id == sa.bindparam("reminder", type_=made.c.id.type))


def _reminded_since(source: Source) -> sa.Select[Any]:
    made = source(Reminder)
    return sa.select(sa.func.count().label("reminders")).where(made.c.at >= sa.bindparam("since", type_=made.c.at.type))


def _charges(source: Source) -> sa.Select[Any]:
    made = source(Charge)
    return sa.select(made).order_by(made.c.on.desc(), made.c.id.desc()).limit(_MOST)


def _holds(source: Source) -> sa.Select[Any]:
    made = source(DunningHold)
    return _with_customer(made, source).where(made.c.live == sa.true()).order_by(made.c.until, made.c.id).limit(_MOST)


def _handovers(source: Source) -> sa.Select[Any]:
    made = source(Handover)
    return _with_customer(made, source).where(made.c.live == sa.true()).order_by(made.c.on, made.c.id).limit(_MOST)


def _run(source: Source) -> sa.Select[Any]:
    return sa.select(source(DunningRun))


def reminder_of(row: Any) -> Reminder:  # noqa: ANN401 - a row of REMINDERS
    """Make the reminder of a row."""
    return record_of(Reminder, row)


def charge_of(row: Any) -> Charge:  # noqa: ANN401 - a row of CHARGES
    """Make the charge of a row."""
    return record_of(Charge, row)


def hold_of(row: Any) -> DunningHold:  # noqa: ANN401 - a row of HOLDS
    """Make the hold of a row."""
    return record_of(DunningHold, row)


def handover_of(row: Any) -> Handover:  # noqa: ANN401 - a row of HANDOVERS
    """Make the handover of a row."""
    return record_of(Handover, row)


DEBTORS = Question(name="dunning.debtors", audience=_OFFICE, build=_debtors)
"""The customers with anything open that falls due by a day. Parameter: until."""
REMINDERS = Question(name="dunning.reminders", audience=_OFFICE, build=_reminders)
"""Reminders with their customers, the newest first. Parameters: most; at, last (after)."""
REMINDER = Question(name="dunning.reminder", audience=_OFFICE, build=_reminder)
"""One reminder. Parameter: reminder."""
REMINDED_SINCE = Question(name="dunning.reminded_since", audience=_OFFICE, build=_reminded_since)
"""How many reminders were made from a time on. Parameter: since."""
CHARGES = Question(name="dunning.charges", audience=_OFFICE, build=_charges)
"""Fees and interest, the newest first. Parameter: most."""
HOLDS = Question(name="dunning.holds", audience=_OFFICE, build=_holds)
"""Holds that count, with their customers, those that end first. Parameter: most."""
HANDOVERS = Question(name="dunning.handovers", audience=_OFFICE, build=_handovers)
"""What waits to be handed to an agency, with its customers. Parameter: most."""
RUN = Question(name="dunning.run", audience=_OFFICE, build=_run)
"""The last run, of the supplier's own account."""
