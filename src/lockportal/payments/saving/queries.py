"""Questions about saved methods."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.payments.saving.models import SavedMethod
from lockportal.storage.tables import Source, record_of


def _methods(source: Source) -> sa.Select[Any]:
    method = source(SavedMethod)
    return sa.select(method).where(method.c.live == sa.true()).order_by(method.c.added_at, method.c.id)


def _method(source: Source) -> sa.Select[Any]:
    method = source(SavedMethod)
    return sa.select(method).where(method.c.id == sa.bindparam("method", type_=method.c.id.type))


def method_of(row: Any) -> SavedMethod:  # noqa: ANN401 - a row of METHODS
    """Make the saved method of a row."""
    return record_of(SavedMethod, row)


METHODS = Question(name="payments.methods", audience=Audience(customer=Right.PAY, staff=True, system=True), build=_methods)
"""The saved methods that were not removed, the oldest first."""
METHOD = Question(name="payments.method", audience=Audience(system=True), build=_method)
"""One saved method."""
