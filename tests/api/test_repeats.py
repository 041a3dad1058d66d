"""The same POST twice, without an Idempotency-Key where none is needed, or with the same: the second one does nothing more."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from attrs import asdict, evolve

import estate as estates
from api_calls import CALLS, filled
from estate import BINDING, PAYMENTS, ByHeader, Estate, share, sign_in
from lockportal import Right, codec
from lockportal.api import ROUTES
from lockportal.payments import MethodKind
from lockportal.payments.settings import MethodRule
from lockportal.web import Front, Request, Upload

REPEATED = [route for route in ROUTES if route.method == "POST" and route.repeats]
OWN = {"Origin": "https://portal.example", "Sec-Fetch-Site": "same-origin", "Host": "portal.example"}
ASKED_AGAIN = {
    "access.request_link": {"lockportal_link_requested"},
    "access.request_again": {"lockportal_link_requested"},
    "access.sharing.inspect": {"lockportal_share_link_used"},
    "access.sharing.open": {"lockportal_share_link_used"},
    "webhooks.ping": {"lockportal_webhook_attempt"},
    "webhooks.replay": {"lockportal_webhook_call"},
    "activities.claim_next": {"lockportal_account", "lockportal_journal", "lockportal_salt", "lockportal_task"},
}
"""What is done anew for each request, as its reason says, and the tables of that, beside the counters of limits."""
REFUSED_AGAIN = {"access.redeem"}
"""What a second request may find done already, and is told so."""
KEYED = ("access.sharing.revoke", "activities.close", "messages.replay", "payments.arrived", "payments.cancel")
"""What would be refused or lost on a repeat, were it not for the key."""
COUNTERS = "lockportal_quota"


WAITING = {"payments.arrived", "payments.cancel"}
"""What is done to a payment whose money is waited for."""
VERIFYING = {"payments.methods.verify"}
"""What is done to a way to pay that is still being saved."""


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        rules = (*PAYMENTS.methods, MethodRule(method=MethodKind.BANK_TRANSFER))
        patch.setattr(estates, "PAYMENTS", evolve(PAYMENTS, methods=rules))
        yield Estate(tmp_path_factory.mktemp("estate"))


def tables(portal):
    """Every row there is, by table."""
    with portal.engines.reading() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != COUNTERS]
        return {name: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}")))) for name in names}


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def requests_of(portal, estate, route, **more):
    """The request of a route by everybody who might send it, those first who may most; `more` are further headers."""
    keeper = sign_in(portal, estate.contacts[tuple(Right)].email)
    people = [{"X-Staff": "casey", **OWN}, {"Authorization": f"Bearer {keeper.cookie}"}, {}]
    ids = SimpleNamespace(
        **asdict(estate.own, recurse=False),
        share_token=share(portal, estate.own.account, estate.own.document, estate.own.contact)[1],
        link_token=asked_link(portal, estate.contacts[(Right.VIEW,)].email),
        binding=BINDING,
    )
    if route.name in VERIFYING:
        ids.method = ids.pending_method
    if route.name in WAITING:
        ids.payment = waiting(portal, estate)
    call = CALLS.get(route.name, lambda _: {})(ids)
    for headers in people:
        json = call.get("json")
        given = {} if json is None else {"body": codec.dumps(json)}
        if "files" in call:
            given["files"] = {name: Upload(file, kind, content) for name, (file, kind, content) in call["files"].items()}
            given["form"] = call.get("form", {})
        told = {**headers, **more, **({} if json is None else {"Content-Type": "application/json"})}
        yield Request(method="POST", path=filled(route.path, ids), headers=told, secure=True, remote="192.0.2.7", **given)


def waiting(portal, estate):
    """The id of a payment that was announced."""
    wish = {"currency": "USD", "method": "bank_transfer", "lines": [{"document_id": str(estate.own.document)}]}
    headers = {"X-Staff": "casey", **OWN, "Content-Type": "application/json", "Idempotency-Key": "announced"}
    path = f"/api/accounts/{estate.own.account}/payments"
    made = Front(portal, staff=ByHeader()).handle(Request(method="POST", path=path, headers=headers, body=codec.dumps(wish)))
    return codec.decode(made.body)["payment_id"]


def asked_link(portal, address):
    portal.access.request_link(address, binding=BINDING)
    portal.deliver()
    mail = [mail.text for mail in portal.context.notifier.mails if mail.to == address][-1]
    return re.search(r"/sign-in/(\S+)", mail)[1]


def sent_twice(portal, estate, route, **more):
    """Send a request twice for the first one who may; answer what was answered, and which tables the second one changed."""
    front, first = Front(portal, staff=ByHeader()), None
    for request in requests_of(portal, estate, route, **more):
        first = front.handle(request)
        if first.status not in {401, 403, 404}:
            break
    portal.deliver()
    before = tables(portal)
    second = front.handle(request)
    return first, second, changed(before, tables(portal))


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in REPEATED])
def test_a_repeat_does_no_harm(estate, route):
    with estate.copy() as portal:
        first, second, touched = sent_twice(portal, estate, route)
    assert first.status in {200, 201, 204}, first.body
    assert touched <= ASKED_AGAIN.get(route.name, set())
    if second.status != first.status:
        assert route.name in REFUSED_AGAIN
        assert 400 <= second.status < 500
    elif route.name == "access.signed_urls.sign":
        assert second.status == 200, "an address is another one each time"
    elif first.status in {200, 201} and route.name not in ASKED_AGAIN:
        assert second.body == first.body


@pytest.mark.parametrize("name", KEYED)
def test_a_repeat_with_the_same_key_is_answered_as_the_first(estate, name):
    route = next(route for route in ROUTES if route.name == name)
    with estate.copy() as portal:
        first, second, touched = sent_twice(portal, estate, route, **{"Idempotency-Key": "the-same"})
    assert first.status in {200, 204}, first.body
    assert (second.status, second.body, touched) == (first.status, first.body, set())


@pytest.mark.parametrize("name", KEYED)
def test_what_changes_something_is_not_taken_without_a_key(estate, name):
    route = next(route for route in ROUTES if route.name == name)
    with estate.copy() as portal:
        request, *_ = requests_of(portal, estate, route)
        before = tables(portal)
        answer = Front(portal, staff=ByHeader()).handle(request)
        assert (answer.status, codec.decode(answer.body)["code"]) == (400, "key.missing")
        assert changed(before, tables(portal)) == set()


def arrived_at_once(estate, *keys):
    """Say of one payment with each key, all at once, that its money is there; answer what was said and the rows written."""
    route = next(route for route in ROUTES if route.name == "payments.arrived")
    with estate.copy() as portal:
        front, start = Front(portal, staff=ByHeader()), Barrier(len(keys))
        request, *_ = requests_of(portal, estate, route)
        before = tables(portal)

        def send(key):
            start.wait()
            return front.handle(evolve(request, headers={**request.headers, "Idempotency-Key": key}))

        with ThreadPoolExecutor(len(keys)) as pool:
            answers = list(pool.map(send, keys))
        written = {name: len(rows) - len(before[name]) for name, rows in tables(portal).items()}
    return sorted(answer.status for answer in answers), {answer.body for answer in answers}, written


def test_of_two_at_once_that_say_money_is_there_with_the_same_key_one_settles_and_both_are_told(estate):
    _, _, once = arrived_at_once(estate, "one")
    assert once["lockportal_journal"] > 0
    for _ in range(3):
        statuses, bodies, written = arrived_at_once(estate, "one", "one")
        assert (statuses, len(bodies), written) == ([200, 200], 1, once)


def test_of_two_at_once_that_say_money_is_there_with_keys_of_their_own_one_is_refused(estate):
    """A control: without the common key the second one is told that nothing is waited for."""
    _, _, once = arrived_at_once(estate, "one")
    statuses, _, written = arrived_at_once(estate, "one", "other")
    assert (statuses[0], written) == (200, once)
    assert 400 <= statuses[1] < 500


def test_every_such_post_names_its_reason_in_a_sentence():
    assert REPEATED
    for route in REPEATED:
        assert re.fullmatch(r"[A-Z].+\.", route.repeats), route.name


def test_of_two_links_for_one_address_the_newest_serves(estate):
    with estate.copy() as portal:
        address = estate.contacts[(Right.VIEW,)].email
        older, newer = asked_link(portal, address), asked_link(portal, address)
        assert portal.access.inspect(older, BINDING).state != "ready"
        assert portal.access.inspect(newer, BINDING).state == "ready"


def test_a_post_that_does_its_work_again_is_seen(estate):
    """A control: one that has a key, without it being looked at."""
    route = next(route for route in ROUTES if route.name == "ledger.record_credit")
    with estate.copy() as portal:
        front = Front(portal, staff=ByHeader())
        request, *_ = requests_of(portal, estate, route)
        before = tables(portal)
        for n in range(2):
            headers = {**request.headers, "Idempotency-Key": str(n)}
            again = Request(method="POST", path=request.path, headers=headers, body=request.body, secure=True)
            assert front.handle(again).status == 201
            after = tables(portal)
            assert {"lockportal_credit", "lockportal_journal"} <= changed(before, after)
            before = after
