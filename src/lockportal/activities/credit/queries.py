"""Questions about credit: what each customer owes against its limit, and what was decided."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lockportal.activities.credit.models import CreditDecision
from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.ledger.models import DueBalance
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of

_OFFICE: Final = Audience(staff=True, system=True)


def passed(source: Source) -> sa.Subquery:
    """Answer the customers who owe more than their limit, in its currency."""
    due, customer = source(DueBalance), source(Customer)
    owed: Any = sa.func.sum(due.c.amount_minor)
    same = sa.and_(due.c.account_id == customer.c.account_id, due.c.amount_currency == customer.c.credit_limit_currency)
    return (
        sa.select(customer.c.account_id, owed.label("minor"))
        .join_from(customer, due, same)
        .where(customer.c.credit_limit_minor.is_not(None))
        .group_by(customer.c.account_id, customer.c.credit_limit_minor)
        .having(owed > customer.c.credit_limit_minor)
        .subquery()
    )


def _exposure(source: Source) -> sa.Select[Any]:
    due = source(DueBalance)
    minor: Any = sa.func.sum(due.c.amount_minor)
    return (
        sa.select(due.c.amount_currency.label("currency"), minor.label("minor"))
        .group_by(due.c.amount_currency)
        .order_by(due.c.amount_currency)
    )


def _decisions(source: Source) -> sa.Select[Any]:
    decision = source(CreditDecision)
    return (
        sa.select(decision).order_by(decision.c.at.desc(), decision.c.id.desc()).limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def decision_of(row: Any) -> CreditDecision:  # noqa: ANN401 - a row of CREDIT_DECISIONS
    """Make the decision of a row."""
    return record_of(CreditDecision, row)


EXPOSURE = Question(name="activities.exposure", audience=_OFFICE, build=_exposure)
"""What an account owes by currency, credit taken off."""
CREDIT_DECISIONS = Question(name="activities.credit_decisions", audience=_OFFICE, build=_decisions)
"""When orders of an account were held back and released, and why, the newest first. Parameter: limit."""
