"""`localstripe`, which others wrote, and the stub say the same of what both know: intents, captures, refunds, and refusals."""

import json
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException

import pytest
import stripe
from attrs import frozen
from lockportal_stripe.stub import KEY, StripeStub
from lockportal_stripe.stub.methods import attach, make_method
from stripe_ground import SECRETS

pytest.importorskip("localstripe", reason="localstripe, the second opinion on Stripe's API, is not installed")
UNKEPT = """
import runpy
from localstripe import resources
resources.Store.dump_to_disk = lambda store: None  # its one name for all may be another person's file
runpy.run_module("localstripe", run_name="__main__")
"""


@frozen
class Place:
    """One of the two."""

    client: stripe.StripeClient
    method: str
    customer: str
    refused: str

    def ask(self, path, **params):
        """Status, type and code of a refusal, or the object."""
        try:
            return json.loads(self.client.raw_request("post", path, **params).body)
        except stripe.StripeError as error:
            return {"refused": error.http_status, "code": error.code}

    def intent(self, **params):
        return self.ask("/v1/payment_intents", amount=2000, currency="usd", customer=self.customer, **params)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    with socket.socket() as held:  # nobody else is given the port, and a server may listen there all the same
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield from _serving(held.getsockname()[1], tmp_path_factory)


def _serving(port, tmp_path_factory):
    command = [sys.executable, "-c", UNKEPT, "--from-scratch", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=tmp_path_factory.mktemp("localstripe"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        _up(port)
        client = stripe.StripeClient(KEY, base_addresses={"api": f"http://127.0.0.1:{port}"}, max_network_retries=0)
        made = Place(client, "", "", "")
        customer = made.ask("/v1/customers", name="V")["id"]
        methods = []
        for number in ("4242424242424242", "4000000000000341"):  # the second is declined when it is charged
            card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
            method = made.ask("/v1/payment_methods", type="card", card=card)["id"]
            assert made.ask(f"/v1/payment_methods/{method}/attach", customer=customer).get("refused") is None
            methods.append(method)
        yield Place(client, methods[0], customer, methods[1])
    finally:
        server.terminate()
        server.communicate(timeout=60)


@pytest.fixture
def ours():
    with StripeStub(secrets=SECRETS) as stub:
        client = stripe.StripeClient(KEY, base_addresses={"api": stub.url}, max_network_retries=0)
        methods = [make_method(stub.books(), "card", word) for word in ("ok", "declined")]
        customer = attach(stub.books(), methods[0], None)
        attach(stub.books(), methods[1], customer)
        yield Place(client, methods[0]["id"], customer, methods[1]["id"])


def _up(port):
    for _ in range(2400):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    pytest.fail("localstripe does not come up")


def facts(thing, *names):
    return {name: thing.get(name) for name in ("refused", *names)}


def test_a_payment_and_its_refunds(ours, theirs):
    told = []
    for place in (ours, theirs):
        intent = place.intent(payment_method=place.method, confirm=True)
        charge = intent["latest_charge"]
        charge = charge if isinstance(charge, str) else charge["id"]
        refunds = [place.ask("/v1/refunds", charge=charge, amount=amount) for amount in (500, 500, 1000)]
        told.append([facts(intent, "status", "amount", "currency"), *(facts(one, "status", "amount") for one in refunds)])
    assert told[0] == told[1]
    assert {step["refused"] for step in told[0]} == {None}


def test_a_promise_is_captured_once_and_no_more_than_it_is(ours, theirs):
    told = []
    for place in (ours, theirs):
        intent = place.intent(payment_method=place.method, confirm=True, capture_method="manual")
        path = f"/v1/payment_intents/{intent['id']}"
        steps = [facts(intent, "status")]
        steps += [facts(place.ask(f"{path}/capture", amount_to_capture=amount), "status") for amount in (2001, 2000, 2000)]
        told.append([*steps, facts(place.ask(f"{path}/cancel"), "status")])
    assert told[0] == told[1]
    assert [step["refused"] for step in told[0]] == [None, 400, None, 400, 400]


def test_what_was_called_off_is_called_off(ours, theirs):
    told = []
    for place in (ours, theirs):
        intent = place.intent(payment_method=place.method, confirm=True, capture_method="manual")
        told.append(facts(place.ask(f"/v1/payment_intents/{intent['id']}/cancel"), "status"))
    assert told[0] == told[1] == {"refused": None, "status": "canceled"}


def test_a_card_that_is_declined_is_answered_402(ours, theirs):
    told = [facts(place.intent(payment_method=place.refused, confirm=True), "code") for place in (ours, theirs)]
    assert told[0] == told[1] == {"refused": 402, "code": "card_declined"}


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/v1/payment_intents", {"amount": "ten", "currency": "usd"}, 400),
        ("/v1/payment_intents", {"currency": "usd"}, 400),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "colour": "red"}, 400),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "payment_method": "pm_nowhere"}, 404),
        ("/v1/refunds", {"charge": "ch_nowhere"}, 404),
        ("/v1/refunds", {}, 400),
        ("/v1/payment_intents/pi_nowhere/capture", {}, 404),
        ("/v1/payment_methods/pm_nowhere/detach", {}, 404),
    ],
)
def test_both_refuse_alike(ours, theirs, path, params, status):
    told = [place.ask(path, **params).get("refused") for place in (ours, theirs)]
    assert told == [status, status]


def test_where_the_other_one_is_laxer_than_stripe_the_stub_refuses(ours, theirs):
    """Stripe gives back no more than is left, captures nothing that was given up, and forgets a method once."""
    told = []
    for place in (ours, theirs):
        paid = place.intent(payment_method=place.method, confirm=True)
        charge = paid["latest_charge"] if isinstance(paid["latest_charge"], str) else paid["latest_charge"]["id"]
        refunds = [place.ask("/v1/refunds", charge=charge, amount=amount).get("refused") for amount in (1000, 1001)]
        promised = place.intent(payment_method=place.method, confirm=True, capture_method="manual")
        path = f"/v1/payment_intents/{promised['id']}"
        captured = [place.ask(f"{path}/{what}").get("refused") for what in ("cancel", "capture")]
        forgotten = [place.ask(f"/v1/payment_methods/{place.refused}/detach").get("refused") for _ in range(2)]
        told.append((refunds, captured, forgotten))
    assert told[0] == ([None, 400], [None, 400], [None, 400])
    assert told[1] == ([None, None], [None, None], [None, None]), "it has become stricter: then compare it above"
