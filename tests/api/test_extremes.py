"""The first and the last day that there is, and numbers at their ends, are answered or refused: never with a failure inside."""

from collections import Counter
from datetime import timedelta
from functools import wraps

import pytest

from api_calls import CALLS, send
from estate import ByHeader, Estate, callers
from lockportal import codec
from lockportal.api import ROUTES, Api
from lockportal.core.routes import Entrance
from lockportal.promises.service import Promises
from lockportal.web import Front

DAYS = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
NUMBERS = (-(2**63) + 1, -1, 0, 2**31, 2**63 - 1)
KNOWN = [route for route in ROUTES if route.entrance is not Entrance.ANYONE]


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    return Estate(tmp_path_factory.mktemp("estate"))


def ends(schema, known, at=()):
    """Answer where in a value of this schema a day, a number or an amount stands, with values at its ends."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name == "Money":
        yield at, [{"minor": number, "currency": "USD"} for number in NUMBERS]
    elif name:
        yield from ends(known[name], known, at)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from ends(part, known, at)
    if "items" in schema:
        yield from ends(schema["items"], known, (*at, 0))
    for inner, part in schema.get("properties", {}).items():
        yield from ends(part, known, (*at, inner))
    if schema.get("format") == "date":
        yield at, DAYS
    elif schema.get("type") == "integer":
        yield at, (*NUMBERS, *(schema[one] for one in ("minimum", "maximum") if one in schema))


def replaced(value, at, new):
    """Answer a value with a new one in one place; None where there is no such place in it."""
    if not at:
        return new
    name, *rest = at
    if name == 0:
        inner = replaced(value[0], rest, new) if isinstance(value, list) and value else None
        return None if inner is None else [inner, *value[1:]]
    if not isinstance(value, dict) or (rest and name not in value):
        return None
    inner = replaced(value.get(name), rest, new)
    return None if inner is None else {**value, name: inner}


def calls(told, ids, room):
    """Answer each route with what it is sent: as it usually is, but for one day, number or amount at one of its ends."""
    known = told["components"]["schemas"]
    for route in (one for one in KNOWN if one.name.startswith(room)):
        operation, usual = told["paths"][route.path][route.method.lower()], CALLS.get(route.name, lambda _: {})(ids)
        asked = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for name, schema in asked.items():
            for _, values in ends(schema, known):
                for value in values:
                    yield route, {**usual, "query": {**usual.get("query", {}), name: str(value)}}
        days = [name for name, schema in asked.items() if any(values is DAYS for _, values in ends(schema, known))]
        for day in DAYS if len(days) > 1 else ():
            yield route, {**usual, "query": {**usual.get("query", {}), **dict.fromkeys(days, day)}}
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            place = "json" if kind == "application/json" else "form"
            for at, values in ends(content["schema"], known):
                for value in values:
                    body = replaced(usual.get(place, {}), at, value if place == "json" else str(value))
                    if body is not None:
                        yield route, {**usual, place: body}


def failed(portal, estate, room=""):
    """Send everything of a room as staff does; answer which routes failed inside by what, and how often which status came."""
    front, staff = Front(portal, staff=ByHeader()), callers(portal, estate)["staff"]
    told = codec.decode(Api(portal, cookie="c").openapi)
    found, statuses = [], Counter()
    for number, (route, call) in enumerate(calls(told, estate.own, room)):
        answer = send(front, route, estate.own, staff, call=call, key=f"k{number}")
        statuses[answer.status] += 1
        if answer.status >= 500:
            found.append((route.name, call))
    return found, statuses


def test_every_day_and_number_at_its_ends_is_answered_or_refused(estate):
    with estate.copy() as portal:
        found, statuses = failed(portal, estate)
    assert found == []
    assert min(statuses[200], statuses[422]) > 100


def test_a_method_that_counts_from_any_day_would_be_found(estate, monkeypatch):
    """A control."""
    real = Promises.rates

    @wraps(real)
    def counting(*args, first=None, **given):
        return real(*args, first=first and first - timedelta(days=1), **given)

    monkeypatch.setattr(Promises, "rates", counting)
    with estate.copy() as portal:
        found, _ = failed(portal, estate, "promises.")
    assert {name for name, _ in found} == {"promises.rates"}
