"""The stub is as Stripe: its objects have Stripe's fields, and it refuses what Stripe refuses."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from lockportal_stripe.signing import verify
from lockportal_stripe.stub import KEY, StripeStub
from lockportal_stripe.stub.routes import ROUTES
from lockportal_stripe.stub.scripts import DEBITS, SCRIPTS
from lockportal_stripe.stub.shapes import SHAPES as OURS
from stripe_ground import ACH, CARD, PAD, SECRETS, gateway_of

from lockportal.clock import SystemClock
from lockportal.core.money import Money
from lockportal.payments import OpKind, OpStatus
from lockportal.payments.ports import Intent, SetupRequest
from lockportal.testing import HttpParty
from lockportal.testing.gateways.trial import customer, new_id, start_request

FREE = {
    "metadata",
    "next_action",
    "payment_method_details",
    "payment_method_options",
    "last_payment_error",
    "outcome",
    "last_setup_error",
}
OLD = {"charge": {"source", "refunds"}, "payment_intent": {"source"}}
"""Fields of versions of the API before the one that is spoken here."""


@pytest.fixture
def stub():
    with StripeStub(secrets=SECRETS[:1]) as made:
        yield made


@pytest.fixture
def client(stub):
    return stripe.StripeClient(KEY, base_addresses={"api": stub.url}, max_network_retries=0)


def post(client, path, key=None, **params):
    options = {"idempotency_key": key} if key else {}
    return json.loads(client.raw_request("post", path, **params, **options).body)


def refused(client, path, **params):
    with pytest.raises(stripe.StripeError) as found:
        post(client, path, **params)
    return found.value


def page_of(**changes):
    price = {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "P-1"}}
    whole = {"mode": "payment", "success_url": "http://127.0.0.1/yes", "line_items": [{"quantity": 1, "price_data": price}]}
    return {**whole, **changes}


PRICE = {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "P-1"}}


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/v1/checkout/sessions", page_of(payment_method_types=["card"]), "parameter_unknown"),
        ("/v1/checkout/sessions", page_of(line_items=[{"price_data": {**PRICE, "colour": "red"}}]), "parameter_unknown"),
        (
            "/v1/checkout/sessions",
            page_of(line_items=[{"price_data": {**PRICE, "unit_amount": "ten"}}]),
            "parameter_invalid_integer",
        ),
        ("/v1/checkout/sessions", page_of(line_items=[{"price_data": {**PRICE, "unit_amount": 49}}]), "amount_too_small"),
        ("/v1/checkout/sessions", page_of(line_items=[{"price_data": {**PRICE, "unit_amount": 10**8}}]), "amount_too_large"),
        (
            "/v1/checkout/sessions",
            page_of(line_items=[{"price_data": {**PRICE, "currency": "kwd", "unit_amount": 5124}}]),
            "invalid_charge_amount_no_decimal_compatible",
        ),
        (
            "/v1/checkout/sessions",
            page_of(line_items=[{"price_data": {**PRICE, "currency": "isk", "unit_amount": 1050}}]),
            "invalid_charge_amount_no_decimal_compatible",
        ),
        ("/v1/checkout/sessions", page_of(line_items=[{"price_data": {"currency": "usd"}}]), None),
        ("/v1/checkout/sessions", page_of(mode="subscription"), None),
        ("/v1/checkout/sessions", page_of(mode="gift"), None),
        ("/v1/checkout/sessions", page_of(locale="xx"), None),
        ("/v1/checkout/sessions", page_of(adaptive_pricing={"enabled": "perhaps"}), None),
        ("/v1/checkout/sessions", page_of(allowed_payment_method_types=["sepa_debit"]), None),
        ("/v1/checkout/sessions", page_of(allowed_payment_method_types=["acss_debit"]), "parameter_missing"),
        ("/v1/checkout/sessions", page_of(expires_at=1), None),
        ("/v1/checkout/sessions", page_of(setup_intent_data={"description": "x"}), None),
        ("/v1/checkout/sessions", page_of(mode="setup"), None),
        ("/v1/checkout/sessions", {"mode": "payment", "success_url": "http://127.0.0.1/"}, "parameter_missing"),
        ("/v1/checkout/sessions", {"mode": "payment"}, "parameter_missing"),
        ("/v1/payment_intents", {"amount": 1000}, "parameter_missing"),
        ("/v1/payment_intents", {"amount": 1000, "currency": "xyz"}, None),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "off_session": True}, None),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "mandate": "mandate_1"}, None),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "confirm": True}, "payment_intent_unexpected_state"),
        ("/v1/payment_intents", {"amount": 1000, "currency": "usd", "payment_method": "pm_0"}, "resource_missing"),
        ("/v1/refunds", {"amount": 100}, None),
        ("/v1/refunds", {"charge": "ch_0", "payment_intent": "pi_0"}, None),
        ("/v1/refunds", {"charge": "ch_0"}, "resource_missing"),
        ("/v1/refunds", {"charge": "ch_0", "reason": "whim"}, None),
        ("/v1/payment_intents/pi_0/capture", {}, "resource_missing"),
        ("/v1/customers", {"name": "V"}, None),
    ],
)
def test_what_stripe_refuses_is_refused(client, path, params, code):
    error = refused(client, path, **params)
    assert 400 <= error.http_status < 500
    assert error.code == code


def test_a_charge_is_given_back_once(desk):
    client = stripe.StripeClient(KEY, base_addresses={"api": desk.stub.url}, max_network_retries=0)
    charge = desk.paid().gateway_ref
    assert "greater than unrefunded" in str(refused(client, "/v1/refunds", charge=charge, amount=12001))
    post(client, "/v1/refunds", charge=charge)
    assert refused(client, "/v1/refunds", charge=charge).code == "charge_already_refunded"
    disputed = desk.paid()
    desk.payer.dispute(disputed.operation_id)
    assert refused(client, "/v1/refunds", charge=disputed.gateway_ref).code == "charge_disputed"
    promised = desk.paid(intent=Intent.AUTHORIZE)
    assert refused(client, "/v1/refunds", charge=promised.gateway_ref).code == "charge_not_refundable"


def test_the_intent_of_an_open_page_cannot_be_called_off(desk):
    client = stripe.StripeClient(KEY, base_addresses={"api": desk.stub.url}, max_network_retries=0)
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id, "declined")
    intent = desk.payer.of("payment_intent", request.operation_id)["id"]
    assert "Checkout Session" in str(refused(client, f"/v1/payment_intents/{intent}/cancel"))
    desk.payer.leave(request.operation_id)
    session = desk.payer.of("checkout.session", request.operation_id)["id"]
    assert refused(client, f"/v1/checkout/sessions/{session}/expire").http_status == 400


def test_a_key_is_bound_to_its_request_for_a_day():
    clock = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    with StripeStub(now=lambda: clock[0]) as stub:
        client = stripe.StripeClient(KEY, base_addresses={"api": stub.url}, max_network_retries=0)
        first = post(client, "/v1/checkout/sessions", "k1", **page_of())
        again = client.raw_request("post", "/v1/checkout/sessions", **page_of(), idempotency_key="k1")
        assert (json.loads(again.body), again.headers["Idempotent-Replayed"]) == (first, "true")
        error = refused(client, "/v1/checkout/sessions", **page_of(locale="de"), key="k1")
        assert (type(error), error.http_status) == (stripe.IdempotencyError, 400)
        clock[0] += timedelta(hours=24)
        assert post(client, "/v1/checkout/sessions", "k1", **page_of())["id"] != first["id"]


def test_a_refusal_is_kept_under_its_key_unless_nothing_was_begun(client):
    small = page_of(line_items=[{"price_data": {**PRICE, "unit_amount": 49}}])
    assert refused(client, "/v1/checkout/sessions", **small, key="k1").code == "amount_too_small"
    assert isinstance(refused(client, "/v1/checkout/sessions", **page_of(), key="k1"), stripe.IdempotencyError)
    assert refused(client, "/v1/checkout/sessions", **page_of(colour="red"), key="k2").code == "parameter_unknown"
    assert post(client, "/v1/checkout/sessions", "k2", **page_of())["status"] == "open"


def test_a_list_goes_on_page_by_page(client, stub):
    ids = [post(client, "/v1/checkout/sessions", **page_of())["id"] for _ in range(5)]
    first = json.loads(client.raw_request("get", "/v1/checkout/sessions", limit=3).body)
    rest = json.loads(client.raw_request("get", "/v1/checkout/sessions", limit=3, starting_after=first["data"][-1]["id"]).body)
    assert [one["id"] for one in (*first["data"], *rest["data"])] == ids[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    with pytest.raises(stripe.InvalidRequestError):
        client.raw_request("get", "/v1/checkout/sessions", limit=101)
    with pytest.raises(stripe.InvalidRequestError):
        client.raw_request("get", "/v1/checkout/sessions", starting_after="cs_0")
    with pytest.raises(stripe.InvalidRequestError):
        client.raw_request("get", f"/v1/checkout/sessions/{ids[0]}", expand=["soul"])


def lived(desk):
    """Everything that can be at the stub."""
    for capability, word in ((CARD, "ok"), (CARD, "three_d_secure"), (CARD, "declined"), (ACH, "micro_deposits"), (PAD, "ok")):
        request, _ = desk.begun(capability, save=True)
        desk.payer.pay(request.operation_id, word)
    desk.saved(ACH)
    paid = desk.paid()
    desk.follow(OpKind.REFUND, paid, 500)
    desk.payer.decide(desk.payer.dispute(paid.operation_id), won=True)
    desk.payer.dispute(desk.paid(ACH).operation_id, "insufficient_funds")
    return desk.stub.books()


def test_objects_have_stripes_fields(desk, examples):
    shapes = json.loads((examples / "fixtures3.json").read_text("utf-8"))["resources"]
    books = lived(desk)
    seen = set()
    for thing in [books.shown(one) for one in books.things.values()]:
        kind, shape = thing["object"], shapes[thing["object"]]
        seen.add(kind)
        wanted = set(shape) - OLD.get(kind, set()) - ({"card"} if thing.get("type") != "card" else set())
        missing, unknown = wanted - set(thing), set(thing) - set(shape) - {thing.get("type")}
        assert not missing, f"{kind} lacks {missing}"
        assert not unknown - {"request"}, f"{kind} has {unknown}"
        assert not _unlike(thing, shape, kind), _unlike(thing, shape, kind)
    assert seen == set(OURS)


def _unlike(thing, shape, path):
    """The fields whose JSON is of another kind than in Stripe's example, where both have one."""
    found = []
    for name, value in thing.items():
        theirs = shape.get(name)
        if name in FREE or value is None or theirs is None:
            continue
        alike = isinstance(value, type(theirs)) or {type(value), type(theirs)} <= {int, float}
        expandable = isinstance(value, str) and isinstance(theirs, dict)
        if not (alike or expandable):
            found.append(f"{path}.{name}: {value!r} is not as {theirs!r}")
    return found


def test_the_sequence_by_which_stripes_own_tool_makes_a_refund_works(desk, examples):
    sequence = examples / "cli-triggers" / "charge.refund.updated.json"
    intent, refund, *_ = json.loads(sequence.read_text("utf-8"))["fixtures"]
    client = stripe.StripeClient(KEY, base_addresses={"api": desk.stub.url}, max_network_retries=0)
    method = desk.saved()
    given = {**intent["params"], "payment_method": method.ref, "customer": method.customer_ref}
    types = given.pop("payment_method_types")  # the version of the API that is spoken here has another name for it
    made = post(client, intent["path"], **given, allowed_payment_method_types=types)
    assert made["status"] == "succeeded"
    told = post(client, refund["path"], **{**refund["params"], "payment_intent": made["id"]})
    assert (told["status"], told["amount"], told["charge"]) == ("succeeded", 100, made["latest_charge"])


def browse(stub, method, path, word=None):
    parts = urlsplit(path)
    connection = HTTPConnection("127.0.0.1", urlsplit(stub.url).port, timeout=60)
    body = urlencode({"word": word}) if word else ""
    connection.request(method, parts.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, answer.headers.get("Location", ""), content


def test_a_payer_goes_through_the_pages(desk):
    request, result = desk.begun(money=Money(12345, "USD"))
    url = result.next_action.url
    status, _, content = browse(desk.stub, "GET", url)
    assert (status, "USD 123.45" in content, request.reference in content) == (200, True, True)
    assert all(f'value="{word}"' in content for word in (*SCRIPTS, "back"))
    assert browse(desk.stub, "POST", url, "back")[1] == request.cancel_url
    status, _, content = browse(desk.stub, "POST", url, "insufficient_funds")
    assert (status, "Try another one" in content) == (200, True)
    status, bank, _ = browse(desk.stub, "POST", url, "three_d_secure")
    assert (status, "/authenticate/pi_" in bank) == (303, True)
    assert browse(desk.stub, "GET", bank)[0] == 200
    assert browse(desk.stub, "POST", bank, "no")[1] == url
    _, bank, _ = browse(desk.stub, "POST", url, "three_d_secure")
    assert browse(desk.stub, "POST", bank, "yes")[1] == request.return_url
    assert desk.known(request).status is OpStatus.SUCCEEDED
    assert browse(desk.stub, "GET", url)[0] == 400
    assert browse(desk.stub, "GET", "/pay/cs_0")[0] == browse(desk.stub, "GET", "/elsewhere")[0] == 404


def test_a_payer_enters_small_deposits_on_a_page(desk):
    request, result = desk.begun(ACH)
    content = browse(desk.stub, "GET", result.next_action.url)[2]
    assert all(f'value="{word}"' in content for word in DEBITS)
    browse(desk.stub, "POST", result.next_action.url, "micro_deposits")
    verify_url = desk.complete(request).next_action.url
    assert browse(desk.stub, "GET", verify_url)[0] == 200
    assert browse(desk.stub, "POST", verify_url, "yes")[0] == 200
    assert desk.known(request).status is OpStatus.PENDING


def test_a_payer_saves_a_method_on_a_page(desk):
    setup = SetupRequest(
        operation_id=new_id(),
        kind=CARD.kind,
        customer=customer(),
        return_url="http://127.0.0.1/yes",
        cancel_url="http://127.0.0.1/no",
    )
    url = desk.gateway.setup_method(setup).next_action.url
    assert "Save a method" in browse(desk.stub, "GET", url)[2]
    assert browse(desk.stub, "POST", url, "ok")[1] == setup.return_url
    assert desk.complete(setup).method.last4 == "4242"


def test_webhooks_go_to_their_endpoint_by_themselves(tmp_path):
    with HttpParty() as endpoint:
        with StripeStub(secrets=SECRETS[:1], endpoint=f"{endpoint.url}/webhooks/stripe") as stub:
            request = start_request(CARD)
            gateway_of(stub.url, tmp_path).start(request)
            stub.payer().pay(request.operation_id)
        assert [one.path for one in endpoint.asked] == ["/webhooks/stripe"] * len(stub.payer().events(request.operation_id))
        for one in endpoint.asked:
            verify(one.headers, one.body, SECRETS, SystemClock().now())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_stub_serves_by_itself_until_it_is_interrupted(number):
    command = [sys.executable, "-m", "lockportal_stripe.stub", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        told = dict(serving.stdout.readline().strip().split(" = ") for _ in range(3))
        connection = HTTPConnection("127.0.0.1", urlsplit(told["base_url"]).port, timeout=60)
        connection.request("GET", "/v1/checkout/sessions", headers={"Authorization": f"Bearer {told['key']}"})
        assert connection.getresponse().status == 200
        connection.close()
        serving.send_signal(number)
        try:
            assert serving.wait(60) == 0
        finally:
            serving.kill()


def test_every_route_has_the_parameters_that_stripes_client_declares():
    assert all(route.params is not None for route in ROUTES)
    assert len({(route.method, route.path.pattern) for route in ROUTES}) == len(ROUTES)
