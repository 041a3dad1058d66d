"""Questions about webhooks: the endpoints, and what came of telling them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience
from lockportal.core.ports import Question
from lockportal.profiles.models import Customer
from lockportal.storage.tables import Source, record_of
from lockportal.webhooks.models import AttemptOutcome, WebhookAttempt, WebhookEndpoint

_OFFICE = Audience(staff=True, system=True)
_SYSTEM = Audience(system=True)


def _endpoints(source: Source, *, one: bool = False) -> sa.Select[Any]:
    endpoint = source(WebhookEndpoint)
    made = sa.select(endpoint).where(endpoint.c.live == sa.true())
    if one:
        made = made.where(endpoint.c.id == sa.bindparam("endpoint", type_=endpoint.c.id.type))
    return made.order_by(endpoint.c.added_at, endpoint.c.id)


def endpoint_of(row: Any) -> WebhookEndpoint:  # noqa: ANN401 - a row of ENDPOINTS
    """Make the endpoint of a row."""
    return record_of(WebhookEndpoint, row)


ENDPOINTS = Question(name="webhooks.endpoints", audience=_OFFICE, build=_endpoints)
"""The endpoints that were not removed, the oldest first. Parameter: endpoint (one)."""


def _attempts(source: Source, *, after: bool, endpoint: bool, amiss: bool) -> sa.Select[Any]:
    c = source(WebhookAttempt).c
    named = (c.id, c.account_id, c.endpoint_id, c.call_id, c.type, c.version, c.n)
    made = sa.select(*named, c.number, c.at, c.outcome, c.last, c.status, c.reason)
    if endpoint:
        made = made.where(c.endpoint_id == sa.bindparam("endpoint", type_=c.endpoint_id.type))
    if amiss:
        made = made.where(c.last == sa.true(), c.outcome != AttemptOutcome.DELIVERED)
    if after:
        at, key = sa.bindparam("at", type_=c.at.type), sa.bindparam("id", type_=c.id.type)
        made = made.where(sa.or_(c.at < at, sa.and_(c.at == at, c.id < key)))
    return made.order_by(c.at.desc(), c.id.desc()).limit(sa.bindparam("most", type_=sa.Integer()))


ATTEMPTS = Question(name="webhooks.attempts", audience=_OFFICE, build=_attempts)
"""What endpoints were told, the newest first. Parameters: most; endpoint; at, id (after). Shape: amiss are those given up."""


def _attempt(source: Source) -> sa.Select[Any]:
    attempt = source(WebhookAttempt)
    return sa.select(attempt).where(attempt.c.id == sa.bindparam("attempt", type_=attempt.c.id.type))


ATTEMPT = Question(name="webhooks.attempt", audience=_OFFICE, build=_attempt)
"""One attempt. Parameter: attempt."""


def _tried(source: Source) -> sa.Select[Any]:
    c = source(WebhookAttempt).c
    return sa.select(sa.func.count().label("tried")).where(
        c.call_id == sa.bindparam("call", type_=c.call_id.type), c.at >= sa.bindparam("since", type_=c.at.type)
    )


TRIED = Question(name="webhooks.tried", audience=_SYSTEM, build=_tried)
"""How often an endpoint was tried to be told something since a time. Parameters: call, since."""


def _number(source: Source) -> sa.Select[Any]:
    return sa.select(source(Customer).c.number)


NUMBER = Question(name="webhooks.customer_number", audience=_SYSTEM, build=_number)
"""The number of an account's customer."""
