"""Every route of the pages and of the API, through both applications: what one says, the other says, to everybody who comes."""

import re

import pytest

from api_calls import CALLS, ENDING, filled
from estate import CASEY
from examples.twins import OWN, ByHeader, Twins, held, held_without_bodies
from lockportal.core.routes import Entrance
from lockportal.web import Front
from recipes import FORMS, QUERIES

OVER = (*ENDING[1:], "sign_out", "end_session", "end_sessions")
"""What ends a session: somebody's of their own."""
LAST = (*OVER, ENDING[0], "desk_remove_upload")
DONE = {200, 201, 204, 303, 422}
"""Answered, or refused by the rules behind the route."""


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    made = Twins(tmp_path_factory.mktemp("twins"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def routes(twins):
    with twins.estate.open() as portal:
        found = Front(portal, staff=ByHeader()).routes
    return sorted(found, key=lambda route: route.name in LAST)


def requests_of(twins, route):
    """Every request that a route is tried by, and what it is called."""
    if route.path.startswith("/api/"):
        yield from calls_of(twins, route)
    else:
        yield from visits_of(twins, route)


def calls_of(twins, route):
    people = {name: {"Authorization": f"Bearer {one.cookie}"} for name, one in twins.people.items()}
    people |= {"nobody": {}, "staff": {"X-Staff": "casey", **OWN}}
    if route.method != "GET":
        people["staff, from elsewhere"] = {"X-Staff": "casey"}
    one = twins.ending.pop() if route.name in OVER else None
    if one is not None:
        people = {**people, "one": {"Authorization": f"Bearer {one.cookie}"}}
    for who, headers in reversed(people.items()):
        own = {} if one is None or who != "one" else {"person": one.actor.person_id, "session": one.actor.session_id}
        ids = twins.ids(link_token=twins.links[0], **own)
        call = CALLS.get(route.name, lambda _: {})(ids)
        given = {"headers": {**headers, "Idempotency-Key": f"{route.name}/{who}"}, "params": call.get("query")}
        if "json" in call:
            given["json"] = call["json"]
        if "files" in call:
            given["files"] = {name: (file, content, kind) for name, (file, kind, content) in call["files"].items()}
            given["data"] = call.get("form")
        yield who, filled(route.path, ids), given


def visits_of(twins, route):
    people = {"nobody": None, **twins.people}
    one = twins.ending.pop() if route.name in OVER else None
    people = {"staff": CASEY, **({} if one is None else {"one": one}), **people}
    tokens = {"inspect_share_link": twins.shared, "open_share_link": twins.shared, "download": twins.download}
    for who, person in people.items():
        ids = twins.ids(token=tokens.get(route.name, twins.links[1]), name="lockportal.css")
        if one is not None and who == "one":
            ids.session = one.actor.session_id
        headers = {**OWN, **({"X-Staff": "casey"} if who == "staff" else {"Cookie": twins.cookie(person)})}
        asks = route.entrance is Entrance.ANYONE
        actor = None if asks or person is None else person if who == "staff" else person.actor
        if asks:
            headers["Cookie"] = "; ".join(filter(None, (headers.get("Cookie"), twins.cookie(None))))
        given = {"headers": headers, "params": QUERIES.get(route.name, lambda _: None)(ids)}
        if route.method != "GET":
            given["data"] = {**FORMS.get(route.name, lambda _: {})(ids), "form_token": twins.token(actor)}
        yield who, filled(route.path, ids), given


def test_both_say_the_same_of_every_route_to_everybody(twins, routes):
    met, statuses = {}, set()
    for route in routes:
        for who, path, given in requests_of(twins, route):
            try:
                answers = twins.send(route.method, path, **given)
                status = held(answers)
                if route.method == "GET":
                    held_without_bodies(twins.send("HEAD", path, **given), answers)
            except AssertionError as error:
                pytest.fail(f"{route.method} {route.path} for {who}: {error}")
            statuses.add(status)
            met.setdefault(route.name, set()).add(status)
    signed = {route.name for route in routes if route.entrance is Entrance.GATEWAY}  # what a gateway must sign, nobody here can
    unanswered = {name: said for name, said in met.items() if not said & DONE and name not in signed}
    assert not unanswered, "write in tests/api_calls.py or tests/recipes.py what these routes need to be answered well"
    assert met.keys() == {route.name for route in routes}
    assert {200, 201, 204, 303, 401, 403, 404, 422} <= statuses


def test_a_method_that_a_path_does_not_know_is_refused_alike(twins, routes):
    for path in sorted({route.path for route in routes}):
        filled_path = re.sub(r"\{\w+\}", "x", path)
        for method in ("OPTIONS", "TRACE", "PURGE"):
            assert held(twins.send(method, filled_path)) == 405
