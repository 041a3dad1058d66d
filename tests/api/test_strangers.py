"""Whatever is another's is answered by the API as what does not exist, on every route, to everybody."""

import re

import pytest
from attrs import asdict

from api_calls import CALLS, NAMES, filled
from estate import Door, Estate
from lockportal import Right, codec
from lockportal.api import ROUTES
from lockportal.core.actor import ActorKind, staff
from lockportal.http import Request, Upload
from lockportal.shell import Shell
from lockportal.web import Front


class ByHeader:
    challenge = ""

    def __call__(self, request):
        name = request.header("X-Staff")
        return staff(name) if name else None


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    return Estate(tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="module")
def met(estate):
    """The front of a copy, and somebody with every right in the own account: nothing that is refused changes it."""
    with estate.copy() as portal:
        token = Door(portal).come_in(estate.contacts[tuple(Right)].email).cookie
        yield Front(portal, staff=ByHeader()), {"Authorization": f"Bearer {token}"}


def named(route):
    """The kinds of thing that a route's path names."""
    nouns = {name.removesuffix("_id") for name in re.findall(r"\{(\w+)\}", route.path)} - {"syntax"}
    return {NAMES.get(noun, noun) for noun in nouns}


class Ids:
    def __init__(self, own, other, names):
        self.__dict__.update({name: getattr(other if name in names else own, name) for name in asdict(own, recurse=False)})


def asked(front, route, ids, headers):
    call = CALLS.get(route.name, lambda _: {})(ids)
    query = call.get("query") or {}
    files = {name: Upload(*given) for name, given in call.get("files", {}).items()}
    answer = front.handle(
        Request(
            method=route.method,
            path=filled(route.path, ids),
            query=query,
            repeated={name: (value,) for name, value in query.items()},
            headers={"Content-Type": "application/json", "Idempotency-Key": "k", **headers},
            body=codec.dumps(call.get("json", {})),
            files=files,
            form=call.get("form", {}),
            secure=True,
        )
    )
    body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    body = re.sub(rb"/download/[^\"]+", b"/download/an address", body)  # it names the document, and is signed
    for name in vars(ids):
        body = body.replace(str(getattr(ids, name)).encode(), name.encode())
    return answer.status, [pair for pair in answer.header_lines() if pair[0] != "ETag"], body


def swaps(used):
    """Which ids are another's: all that are named, and each one but the account's alone."""
    if not used:
        return []
    return [used, *({name} for name in sorted(used - {"account"}) if len(used) > 1)]


@pytest.mark.guarantee(34)
@pytest.mark.parametrize("route", [one for one in ROUTES if "{" in one.path], ids=lambda route: route.name)
def test_a_route_tells_nothing_of_anothers_thing(estate, met, route):
    front, me = met
    desk = {"X-Staff": "casey", "Origin": "https://portal.example"}
    for foreign, headers, shared in (
        (estate.other, me, {"paper"}),
        (estate.theirs, me, set()),
        (estate.theirs, desk, set()),
        (estate.own, {}, set()),
    ):
        for names in swaps(named(route) - shared):
            one, missing = Ids(estate.own, foreign, names), Ids(estate.own, estate.unknown, names)
            assert asked(front, route, one, headers) == asked(front, route, missing, headers), (names, headers)


def test_the_trial_would_see_a_door_that_is_open(estate, met, monkeypatch):
    """A control: a service that forgets to whom it speaks is seen."""
    ask = Shell.ask

    def open_door(self, question, by, **given):
        return ask(self, question, staff("casey") if by.kind is ActorKind.CUSTOMER else by, **given)

    monkeypatch.setattr(Shell, "ask", open_door)
    front, me = met
    route = next(one for one in ROUTES if one.name == "profiles.customer")
    one, missing = (Ids(estate.own, foreign, {"account"}) for foreign in (estate.other, estate.unknown))
    assert asked(front, route, one, me) != asked(front, route, missing, me)
