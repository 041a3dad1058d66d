"""What is raised says what is known of the money; the key is told nobody; nothing is sent twice, or without our own key."""

import json
import socket

import pytest
from lockportal_stripe import DESCRIPTOR, StripeSettings, open_gateway
from lockportal_stripe.marks import KIND
from lockportal_stripe.marks import OPERATION as MARK
from lockportal_stripe.stub import KEY, StripeStub
from lockportal_stripe.transcript import line, scrub
from stripe_ground import CARD, gateway_of

from lockportal.core.errors import Refused
from lockportal.payments.errors import CredentialsInvalid, NotSent, OutcomeUnknown, RequestRejected
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import FetchRequest, Found, MethodRef
from lockportal.testing import HttpParty, Outcome, Script
from lockportal.testing.gateways import loopback_only
from lockportal.testing.gateways.trial import EMAIL, raised_by, start_request
from lockportal.testing.world.http import Answer

SAID = {"type": "invalid_request_error", "message": f"No. Not for {EMAIL}, nor with {KEY}."}


def error(**changes):
    return json.dumps({"error": {**SAID, **changes}}).encode()


def asked(party, tmp_path, **settings):
    return raised_by(lambda: gateway_of(party.url, tmp_path, **settings).start(start_request(CARD)))


@pytest.mark.parametrize(
    ("status", "body", "raised", "code"),
    [
        (400, error(), RequestRejected, "stripe.invalid_request_error"),
        (400, error(code="amount_too_small"), RequestRejected, "stripe.amount_too_small"),
        (400, error(type="idempotency_error"), RequestRejected, "stripe.idempotency_error"),
        (404, error(code="resource_missing"), RequestRejected, "stripe.resource_missing"),
        (401, error(), CredentialsInvalid, "stripe.invalid_request_error"),
        (403, error(code="more_permissions_required"), CredentialsInvalid, "stripe.more_permissions_required"),
        (429, error(code="rate_limit"), NotSent, "stripe.rate_limit"),
        (429, b"<h1>Too many</h1>", NotSent, None),
        (409, error(code="idempotency_key_in_use"), OutcomeUnknown, "stripe.idempotency_key_in_use"),
        (408, error(), OutcomeUnknown, None),
        (424, error(type="api_error"), OutcomeUnknown, None),
        (400, b"<h1>Bad Request</h1>", OutcomeUnknown, None),
        (404, b"", OutcomeUnknown, None),
        (302, b"", OutcomeUnknown, None),
        (500, error(type="api_error"), OutcomeUnknown, None),
        (502, b"<h1>Bad Gateway</h1>", OutcomeUnknown, None),
        (503, b"", OutcomeUnknown, None),
        (200, b"<h1>Welcome</h1>", OutcomeUnknown, None),
        (200, b"", OutcomeUnknown, None),
        (200, b"[]", OutcomeUnknown, None),
        (200, b"\xff\xfe", OutcomeUnknown, None),
    ],
)
def test_a_status_means_what_is_known_of_the_money(tmp_path, status, body, raised, code):
    with HttpParty(answer=lambda _: Answer(status, body)) as party:
        found = asked(party, tmp_path)
        assert type(found) is raised, found
        assert code in {None, found.code}
        assert len(party.asked) == 1, "nothing is sent a second time by itself"
        assert not [secret for secret in (KEY, EMAIL) if secret in repr(found)]
        assert found.__context__ is None, "what it came of is not told along"


@pytest.mark.parametrize("outcome", [Outcome.RESET, Outcome.CUT, Outcome.GARBAGE, Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER])
def test_whatever_breaks_after_the_connection_stood_is_unknown(tmp_path, outcome):
    with HttpParty(Script(outcome)) as party:
        assert type(asked(party, tmp_path, seconds=3)) is OutcomeUnknown
        assert len(party.asked) == 1


def test_a_connection_that_is_refused_is_not_sent(tmp_path):
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        gateway = gateway_of(f"http://127.0.0.1:{place.getsockname()[1]}", tmp_path)
        assert type(raised_by(lambda: gateway.start(start_request(CARD)))) is NotSent
        report = gateway.check()
    assert (report.well, report.message) == (False, "Stripe cannot be reached: stripe.unreachable.")


def test_a_handshake_that_fails_is_not_sent(tmp_path):
    with HttpParty() as party:  # it speaks no TLS
        gateway = gateway_of(party.url.replace("http://", "https://"), tmp_path)
        assert type(raised_by(lambda: gateway.start(start_request(CARD)))) is NotSent
        assert not party.asked


def test_a_name_that_is_not_found_is_not_sent(tmp_path, monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror("no such name")

    gateway = gateway_of("https://stripe.invalid", tmp_path)
    with loopback_only(), monkeypatch.context() as patched:  # undone before the guard is, or the guard would stay
        patched.setattr(socket, "getaddrinfo", nobody)
        assert type(raised_by(lambda: gateway.start(start_request(CARD)))) is NotSent


def test_a_key_that_stripe_does_not_know_is_told_as_such(tmp_path):
    with StripeStub() as stub:
        stranger = gateway_of(stub.url, tmp_path, key="sk_test_stranger")
        assert type(raised_by(lambda: stranger.start(start_request(CARD)))) is CredentialsInvalid
        assert not stranger.check().well
        assert gateway_of(stub.url, tmp_path).check().well


def test_a_restricted_key_opens_what_it_is_for(tmp_path):
    with StripeStub(restricted={"rk_test_pages": ["/v1/checkout/"], "rk_test_charges": ["/v1/charges"]}) as stub:
        assert gateway_of(stub.url, tmp_path, key="rk_test_pages").start(start_request(CARD)).next_action is not None
        refused = raised_by(lambda: gateway_of(stub.url, tmp_path, key="rk_test_charges").start(start_request(CARD)))
        assert type(refused) is CredentialsInvalid


def test_a_platform_acts_in_the_name_of_its_account(tmp_path):
    with StripeStub(accounts=["acct_1"]) as stub:
        request = start_request(CARD)
        gateway = gateway_of(stub.url, tmp_path, account="acct_1")
        gateway.start(request)
        assert stub.payer("acct_1").of("checkout.session", request.operation_id)
        assert not stub.books().of("checkout.session")
        stranger = gateway_of(stub.url, tmp_path, account="acct_2")
        assert type(raised_by(lambda: stranger.start(request))) is CredentialsInvalid


def test_each_post_bears_a_key_of_ours(tmp_path):
    with HttpParty(answer=lambda _: Answer(500)) as party:
        gateway = gateway_of(party.url, tmp_path, account="acct_1")
        request = start_request(CARD)
        for _ in range(2):
            assert raised_by(lambda: gateway.start(request)) is not None
        assert raised_by(lambda: gateway.detach_method(MethodRef(ref="pm_1"))) is not None
        headers = [one.headers for one in party.asked]
    assert [one["idempotency-key"] for one in headers] == [str(request.operation_id)] * 2 + ["detach-pm_1"]
    assert party.asked[0].body == party.asked[1].body
    assert {one["stripe-account"] for one in headers} == {"acct_1"}
    assert {one["stripe-version"] for one in headers} == {"2026-10-28.endive"}


def test_what_was_done_is_told_though_asking_how_it_stands_now_fails(tmp_path):
    """The answer may be an old one, as no header came through; it is asked for, and whatever becomes of that, it was done."""
    session = {"id": "cs_1", "status": "open", "payment_status": "unpaid", "amount_total": 100, "currency": "eur", "created": 1}
    request = start_request(CARD)
    session |= {"url": "http://127.0.0.1/pay", "metadata": {MARK: str(request.operation_id), KIND: "sale"}}

    def answer(asked):
        return Answer(200, json.dumps(session).encode()) if asked.method == "POST" else Answer(429, error())

    with HttpParty(answer=answer) as party:
        result = gateway_of(party.url, tmp_path).start(request)
        assert [one.status for one in result.observations] == [OpStatus.ACTION_REQUIRED]
        assert result.next_action.url == session["url"]
        assert [one.method for one in party.asked] == ["POST", "GET"]


def test_asking_that_fails_is_raised_and_never_taken_for_not_found(tmp_path):
    with HttpParty(answer=lambda _: Answer(500)) as party:
        gateway = gateway_of(party.url, tmp_path)
        request = start_request(CARD)
        asked = FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)
        assert type(raised_by(lambda: gateway.fetch(asked))) is OutcomeUnknown
    with StripeStub() as stub:
        assert gateway_of(stub.url, tmp_path).fetch(asked).found is Found.NOT_FOUND


@pytest.mark.parametrize(
    "secret",
    [
        "sk_live_51HabcDEF",
        "rk_test_51HabcDEF",
        "whsec_c2Vjb25k",
        "pi_1_secret_Dm43xiq1k0",
        "4242 4242 4242 4242",
        "4242424242424242",
        "DE89370400440532013000",
        "vera.vogel@example.com",
        "Bearer abc.def",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(secret):
    assert secret not in scrub(f"the {secret} is told")
    assert secret not in line("get", f"/v1/charges?email={secret}", 200, {"id": "ch_1", "message": secret, "status": secret})


def test_of_an_answer_is_kept_what_is_known_to_be_harmless():
    body = {
        "id": "ch_1",
        "status": "failed",
        "billing_details": {"name": "Vera Vogel"},
        "customer_email": "x",
        "client_secret": "y",
    }
    assert line("get", "/v1/charges/ch_1", 200, body, "req_1") == (
        "GET /v1/charges/ch_1 200 req_1 {'id': 'ch_1', 'status': 'failed'}"
    )


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"secret_key": "sk_test_bare"}, "secret_key"),
        ({"secret_key": "env:X", "account": "me"}, "account"),
        ({"secret_key": "env:X", "base_url": "http://api.stripe.com"}, "base_url"),
        ({"secret_key": "env:X", "base_url": "ftp://["}, "base_url"),
        ({"secret_key": "env:X", "seconds": 21}, "seconds"),
        ({"secret_key": "env:X", "seconds": 0}, "seconds"),
        ({"secret_key": "env:X", "three_d_secure": "never"}, "three_d_secure"),
        ({"secret_key": "env:X", "pad_transaction_type": "both"}, "pad_transaction_type"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, field):
    with pytest.raises(ValueError, match=field):
        StripeSettings(**settings)


@pytest.mark.parametrize("content", [None, "", "pk_test_public", "whsec_x"])
def test_a_key_that_is_not_there_is_refused(monkeypatch, content):
    monkeypatch.delenv("STRIPE_KEY", raising=False)
    if content is not None:
        monkeypatch.setenv("STRIPE_KEY", content)
    with pytest.raises(Refused) as refused:
        StripeSettings(secret_key="env:STRIPE_KEY").key()
    assert refused.value.code == "stripe.secret_key"
    assert content in {None, ""} or content not in str(refused.value)


def test_a_key_is_in_no_repr(tmp_path):
    gateway = gateway_of("http://127.0.0.1:1", tmp_path)
    assert KEY not in repr(vars(gateway))
    assert KEY not in repr(StripeSettings(secret_key=f"file:{tmp_path / 'stripe_key'}"))


def test_another_gateways_settings_are_a_type_error():
    config = type("Config", (), {"settings": object(), "now": None})
    with pytest.raises(TypeError):
        open_gateway(config)
    assert DESCRIPTOR.config_schema is StripeSettings
