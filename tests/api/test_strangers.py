"""Whatever is another's is answered by the API as what does not exist: on every route, by every id it takes, to everybody."""

import re
import shutil
from uuid import uuid4, uuid5

import pytest
from attrs import asdict, evolve
from attrs import fields as attrs_of

from api_calls import CALLS, NAMES, filled, send
from estate import ByHeader, Estate, Watched, callers, known_to
from estate import Ids as Things
from lockportal import codec
from lockportal.api import ROUTES, Api
from lockportal.core.actor import ActorKind, staff
from lockportal.core.routes import Entrance
from lockportal.documents.service import Filter
from lockportal.shell import Shell
from lockportal.web import Front

THEIR_OWN = {
    "external_id": "a number of the supplier's own books",
    "tax_ids": "numbers of tax offices",
    "about_id": "kept as it comes; what it leads to is looked up anew, by its own rules",
}
NOUNS = {**NAMES, "parent": "account", "draft": "dispute"}
HERE = "https://portal.example/"
KINDS = {one.name for one in attrs_of(Things)} - {"number", "sheet"}
KNOWN = [route for route in ROUTES if route.entrance is not Entrance.ANYONE]
FILLED = {
    "payments.quote": lambda o: {"credits": _credits(o)},
    "payments.start": lambda o: {"credits": _credits(o), "payer": {"return_url": HERE, "cancel_url": HERE}},
    "payments.schedules.schedule": lambda o: {"credits": _credits(o)},
    "activities.call": lambda o: {
        "promise": CALLS["promises.make"](o)["json"],
        "dispute": {**CALLS["disputes.open"](o)["json"], "document_id": str(o.document)},
    },
    "payments.record": lambda o: {"lines": [{"document_id": str(o.document)}]},
}
"""What a body has besides, so that it names every kind of thing that it can."""


def _credits(o):
    return [{"credit_id": str(uuid5(o.payment, "rest"))}]


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    return Estate(tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="module")
def met(estate):
    """The front of a copy, and who comes: somebody with every right in the own account, whoever opened its document, staff."""
    with estate.copy() as portal:
        who = callers(portal, estate)
        kinds = {"me": "without", "holder": "document link", "staff": "staff"}
        yield Front(portal, staff=ByHeader()), {"nobody": {}, **{kind: who[column] for kind, column in kinds.items()}}


@pytest.fixture(scope="module")
def beside(estate):
    """The own things, but for the document: another one of the same account."""
    with estate.open() as portal:
        (other,) = portal.documents.search(estate.own.account, staff("casey"), Filter(text=f"L-{estate.own.number}")).items
        return evolve(estate.own, document=other.id)


# which ids a route takes


@pytest.fixture(scope="module")
def fields(estate):
    """By a route's name: the ids in its query and in its body, as the API's own description has them."""
    with estate.open() as portal:
        told = codec.decode(Api(portal, cookie="c").openapi)
    found = {}
    for route in ROUTES:
        operation = told["paths"][route.path][route.method.lower()]
        query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and names_a_thing(one["name"])]
        bodies = (one["schema"] for one in operation.get("requestBody", {}).get("content", {}).values())
        body = {at for schema in bodies for at in within(schema, told["components"]["schemas"])}
        found[route.name] = sorted({("query", name) for name in query} | {("json", *at) for at in body})
    return found


def names_a_thing(name):
    return name.endswith(("_id", "_ids")) and name not in THEIR_OWN


def within(schema, known, at=()):
    """The fields of a schema that name a thing, each by the fields that it is in."""
    if "$ref" in schema:
        yield from within(known[schema["$ref"].rpartition("/")[2]], known, at)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from within(part, known, at)
    for name, part in schema.get("properties", {}).items():
        if names_a_thing(name):
            yield (*at, name)
        yield from within(part, known, (*at, name))


def call_of(route, fields, ids):
    """What a route is sent beside its path, with every id that it takes."""
    call = {**CALLS.get(route.name, lambda _: {})(ids)}
    if route.name in FILLED:
        call["json"] = {**call["json"], **FILLED[route.name](ids)}
    for place, name, *deeper in fields[route.name]:
        noun = name.removesuffix("s").removesuffix("_id")
        kind = NOUNS.get(noun, noun)
        if not deeper and kind in KINDS and name not in call.get(place, {}):
            call[place] = {**call.get(place, {}), name: str(getattr(ids, kind))}
    return call


def paths_of(value, at=()):
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*at, name)
            yield from paths_of(part, (*at, name))
    elif isinstance(value, list):
        for part in value:
            yield from paths_of(part, at)


def used(route, fields, ids):
    """The kinds of thing that a request names: in its path, its query and its body."""
    watched = Watched(ids)
    call_of(route, fields, watched)
    filled(route.path, watched)
    return watched.names & KINDS


@pytest.mark.guarantee(34)
def test_every_id_that_a_route_takes_is_sent(estate, fields):
    assert sum(len(taken) for taken in fields.values()) > 15
    assert not any(fields[route.name] for route in ROUTES if route not in KNOWN)
    for route in KNOWN:
        call = call_of(route, fields, estate.own)
        sent = {(place, *at) for place in ("query", "json") for at in paths_of(call.get(place, {}))}
        assert set(fields[route.name]) <= sent, f"write in FILLED how {route.name} is sent an id"


# another's


class Ids:
    def __init__(self, own, other, names):
        self.__dict__.update({name: getattr(other if name in names else own, name) for name in asdict(own, recurse=False)})


def asked(front, route, fields, ids, headers):
    answer = send(front, route, ids, headers, call=call_of(route, fields, ids), key=uuid4().hex)
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    plain = re.sub(rb"/download/[^\"]+", b"/download/an address", body)  # it names the document, and is signed
    left_out = {"ETag", *({"Content-Length"} if plain != body else ())}
    for name in vars(ids):
        plain = plain.replace(str(getattr(ids, name)).encode(), name.encode())
    return answer.status, [pair for pair in answer.header_lines() if pair[0] not in left_out], plain


def swaps(used):
    """Which ids are another's: all that are named, and each one but the account's alone."""
    if not used:
        return []
    return [used, *({name} for name in sorted(used - {"account"}) if len(used) > 1)]


@pytest.mark.guarantee(34)
@pytest.mark.parametrize("route", KNOWN, ids=lambda route: route.name)
def test_a_route_tells_nothing_of_anothers_thing(estate, beside, fields, met, route):
    front, who = met
    names_of = used(route, fields, estate.own)
    for foreign, name, shared in (
        (estate.other, "me", {"paper"}),
        (estate.theirs, "me", set()),
        (estate.other, "holder", {"paper"}),
        (estate.theirs, "holder", set()),
        (beside, "holder", KINDS - {"document"}),
        (estate.theirs, "staff", set()),
        (estate.own, "nobody", set()),
    ):
        for names in swaps(names_of - shared):
            one, missing = Ids(estate.own, foreign, names), Ids(estate.own, estate.unknown, names)
            told = asked(front, route, fields, one, who[name])
            assert told == asked(front, route, fields, missing, who[name]), (name, names)
            assert b"input.invalid" not in told[2], "the request is not even one"


@pytest.mark.guarantee(34)
def test_who_is_known_to_another_supplier_is_nobody_here(estate, fields):
    """By every route: a session and an opened document of the other supplier, on the same database and under the same keys."""
    tokens, own = [], Ids(estate.own, estate.own, set())
    for key, ids in (("south", estate.theirs), ("north", estate.own)):
        with estate.open(key) as portal:
            tokens.append(known_to(portal, ids))
    shutil.copy(estate.folder / "estate.sqlite", estate.folder / "both.sqlite")
    with estate.open(database="both.sqlite") as portal:
        front = Front(portal, staff=ByHeader())
        for route in KNOWN:
            junk = asked(front, route, fields, own, {"Authorization": "Bearer junk"})
            for token in tokens[0]:
                assert asked(front, route, fields, own, {"Authorization": f"Bearer {token}"}) == junk, route.name
        get = next(route for route in KNOWN if route.name == "documents.get")
        for token in tokens[1]:
            assert asked(front, get, fields, own, {"Authorization": f"Bearer {token}"})[0] == 200, "it would be seen"


def test_the_trial_would_see_a_door_that_is_open(estate, fields, met, monkeypatch):
    """A control: a service that forgets to whom it speaks is seen, whether the id is in the path or in the body."""
    ask = Shell.ask

    def open_door(self, question, by, **given):
        return ask(self, question, staff("casey") if by.kind in {ActorKind.CUSTOMER, ActorKind.HOLDER} else by, **given)

    monkeypatch.setattr(Shell, "ask", open_door)
    front, who = met
    for name, me in (("profiles.customer", "me"), ("ledger.balances", "me"), ("documents.get", "holder")):
        route = next(one for one in ROUTES if one.name == name)
        one, missing = (Ids(estate.own, foreign, {"account", "document"}) for foreign in (estate.other, estate.unknown))
        seen = [asked(front, route, fields, ids, who[me]) for ids in (one, missing)]
        assert seen[0] != seen[1], name
