"""Questions about payments that are to come: scheduled ones, rules of autopay, instalment plans, deposits."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.payments.autopay.models import AutopayRule
from lockportal.payments.earmarks import Deposit
from lockportal.payments.instalments.models import InstalmentPlan
from lockportal.payments.scheduling.models import ScheduledPayment
from lockportal.storage.tables import Source, record_of

_READERS = Audience(customer=Right.VIEW, staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _schedules(source: Source, *, waiting: bool = False) -> sa.Select[Any]:
    made = source(ScheduledPayment)
    chosen = sa.select(made)
    if waiting:
        chosen = chosen.where(made.c.live == sa.true())
    return chosen.order_by(made.c.on.desc(), made.c.id.desc()).limit(_LIMIT)


def _schedules_of(source: Source) -> sa.Select[Any]:
    made = source(ScheduledPayment)
    return sa.select(made).where(made.c.id.in_(sa.bindparam("schedules", type_=made.c.id.type, expanding=True)))


def _rules(source: Source) -> sa.Select[Any]:
    made = source(AutopayRule)
    return sa.select(made).order_by(made.c.currency, made.c.id)


def _plans(source: Source) -> sa.Select[Any]:
    made = source(InstalmentPlan)
    return sa.select(made).order_by(made.c.agreed_at.desc(), made.c.id.desc()).limit(_LIMIT)


def _deposits(source: Source) -> sa.Select[Any]:
    made = source(Deposit)
    return sa.select(made).order_by(made.c.asked_at.desc(), made.c.id.desc()).limit(_LIMIT)


def schedule_of(row: Any) -> ScheduledPayment:  # noqa: ANN401 - a row of SCHEDULES
    """Make the scheduled payment of a row."""
    return record_of(ScheduledPayment, row)


def rule_of(row: Any) -> AutopayRule:  # noqa: ANN401 - a row of AUTOPAY
    """Make the rule of autopay of a row."""
    return record_of(AutopayRule, row)


def plan_of(row: Any) -> InstalmentPlan:  # noqa: ANN401 - a row of PLANS
    """Make the instalment plan of a row."""
    return record_of(InstalmentPlan, row)


def deposit_of(row: Any) -> Deposit:  # noqa: ANN401 - a row of DEPOSITS
    """Make the deposit of a row."""
    return record_of(Deposit, row)


SCHEDULES = Question(name="payments.schedules", audience=_READERS, build=_schedules)
"""Scheduled payments, the latest day first. Parameter: limit."""
SCHEDULES_OF = Question(name="payments.schedules_of", audience=_READERS, build=_schedules_of)
"""Scheduled payments by their ids. Parameter: schedules."""
AUTOPAY = Question(name="payments.autopay", audience=_READERS, build=_rules)
"""The rules of autopay."""
PLANS = Question(name="payments.plans", audience=_READERS, build=_plans)
"""Instalment plans, the newest first. Parameter: limit."""
DEPOSITS = Question(name="payments.deposits", audience=_READERS, build=_deposits)
"""Deposits, the newest first. Parameter: limit."""
