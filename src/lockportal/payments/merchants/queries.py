"""Questions about accounts with gateways."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.payments.merchants.models import ClosedMerchant
from lockportal.storage.tables import Source, record_of


def _closed(source: Source) -> sa.Select[Any]:
    merchant = source(ClosedMerchant)
    return sa.select(merchant).where(merchant.c.live == sa.true()).order_by(merchant.c.closed_at, merchant.c.id)


def closed_of(row: Any) -> ClosedMerchant:  # noqa: ANN401 - a row of CLOSED
    """Make the closed account of a row."""
    return record_of(ClosedMerchant, row)


CLOSED = Question(name="payments.closed_merchants", audience=Audience(staff=True, system=True), build=_closed)
"""The accounts with gateways that are closed, the longest closed first."""
