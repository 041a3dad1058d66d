"""Webhooks are verified without asking PayPal's API, and nothing of a stranger's is read or fetched."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from cryptography import x509
from lockportal_paypal import PayPalSettings
from lockportal_paypal.settings import CERTIFICATE_NAMES
from lockportal_paypal.stub import payments, vault
from lockportal_paypal.stub.signing import new_signer
from lockportal_paypal.webhooks.events import read
from lockportal_paypal.webhooks.signing import message, signed
from paypal_ground import DATA, NOW, SECRETS, back, order_id, sale, signer

from lockportal.payments import OpKind, OpStatus
from lockportal.payments.errors import WebhookMalformed, WebhookUnverified
from lockportal.payments.ports import MethodStatus

VECTORS = DATA / "vectors"
ONE = SECRETS[0].value


def certs_fetched(stub):
    return [path for _, path in stub.asked if "/certs/" in path]


def body(event_type, **resource):
    made = {"id": "WH-1", "create_time": "2026-03-02T12:00:00Z", "event_type": event_type, "resource": resource}
    return json.dumps(made).encode()


def observed(raw):
    (event,) = read(raw, NOW).events
    return event.observations


@pytest.mark.skipif(not VECTORS.exists(), reason="no public data of PayPal's: set LOCKPORTAL_PUBLIC_DATA to its folder")
def test_the_example_that_paypal_publishes_is_known_again():
    certificate = x509.load_pem_x509_certificate((VECTORS / "paypal_cert.pem").read_bytes())
    told = json.loads((VECTORS / "paypal_spec_example.json").read_text())
    raw = json.dumps(told["webhook_event"], separators=(",", ":")).encode()
    content = message(told["transmission_id"], told["transmission_time"], told["webhook_id"], raw)
    # Its key is PayPal's own and the certificate a stand-in: so the form is right, and the signature is not of this key.
    assert content.startswith(b"69cd13f0-d67a-11e5-baa3-778b53f4ae55|2016-02-18T20:01:35Z|1JE4291016473214C|")
    assert len(b64decode(told["transmission_sig"], validate=True)) == certificate.public_key().key_size // 8
    assert not signed(certificate, content, b64decode(told["transmission_sig"]))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/notifications/certs/CERT-1",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/other/CERT-1",
        "https://169.254.169.254/v1/notifications/certs/CERT-1",
        "http://127.0.0.1:1/v1/notifications/certs/CERT-1",
        "file:///etc/passwd",
    ],
)
def test_a_certificate_is_fetched_from_paypal_by_https_and_from_nowhere_else(url, paypal):
    stub, proxy, gateway = paypal
    sent = stub.sign(b"{}", ONE)
    before = len(proxy.asked)
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(evolve(sent, headers={**sent.headers, "paypal-cert-url": url}), SECRETS)
    assert len(proxy.asked) == before
    live = PayPalSettings(client_id="a", client_secret="env:A")
    assert not live.hands_out(url) or "/other/" in url


def test_the_hosts_of_an_environment_are_its_own():
    live, sandbox = (PayPalSettings(client_id="a", client_secret="env:A", environment=one) for one in ("live", "sandbox"))
    assert live.hands_out("https://api.paypal.com/v1/notifications/certs/CERT-1")
    assert not sandbox.hands_out("https://api.paypal.com/v1/notifications/certs/CERT-1")
    assert sandbox.hands_out("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1")


def test_a_certificate_is_fetched_once_for_many_webhooks(paypal):
    stub, _, gateway = paypal
    for _ in range(3):
        gateway.parse_webhook(stub.sign(body("X.Y", id="1"), ONE), SECRETS)
    assert len(certs_fetched(stub)) == 1


def test_unknown_certificates_are_not_fetched_without_end(paypal):
    stub, proxy, gateway = paypal
    before = len(proxy.asked)
    for number in range(30):
        sent = stub.sign(b"{}", ONE)
        url = f"{proxy.url}/v1/notifications/certs/CERT-{number}"
        with pytest.raises(WebhookUnverified):
            gateway.parse_webhook(evolve(sent, headers={**sent.headers, "paypal-cert-url": url}), SECRETS)
    assert len(proxy.asked) - before == 10
    known = stub.sign(body("X.Y", id="1"), ONE)
    later = evolve(known, received_at=known.received_at + timedelta(minutes=2))
    assert gateway.parse_webhook(later, SECRETS).status == 200


def test_what_is_stale_costs_no_request(paypal):
    stub, proxy, gateway = paypal
    sent, before = stub.sign(b"{}", ONE), len(proxy.asked)
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(evolve(sent, received_at=sent.received_at + timedelta(days=4)), SECRETS)
    assert len(proxy.asked) == before


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: new_signer(CERTIFICATE_NAMES["sandbox"], NOW), id="another root"),
        pytest.param(lambda: new_signer("api.paypal.com", NOW), id="another name"),
        pytest.param(lambda: new_signer(CERTIFICATE_NAMES["sandbox"], NOW - timedelta(days=90)), id="expired"),
        pytest.param(lambda: new_signer(CERTIFICATE_NAMES["sandbox"], NOW + timedelta(days=90)), id="not yet valid"),
        pytest.param(lambda: evolve(signer(), chain=b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----"), id="garbage"),
        pytest.param(lambda: evolve(signer(), chain=b"x" * 100_000), id="too long"),
    ],
)
def test_a_certificate_that_is_not_trusted_signs_nothing(other, paypal, tmp_path):
    stub, _, gateway = paypal
    made = other()
    stub.signer = made
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(stub.sign(body("X.Y", id="1"), ONE), SECRETS)


def test_a_root_does_not_sign_webhooks_itself(paypal):
    stub, _, gateway = paypal
    stub.signer = evolve(signer(), chain=signer().root)
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(stub.sign(body("X.Y", id="1"), ONE), SECRETS)


def test_another_algorithm_is_unverified(paypal):
    stub, _, gateway = paypal
    sent = stub.sign(body("X.Y", id="1"), ONE)
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(evolve(sent, headers={**sent.headers, "paypal-auth-algo": "SHA1withRSA"}), SECRETS)


def test_a_certificate_that_cannot_be_had_is_unverified_and_costs_no_other_webhook(paypal):
    stub, _, gateway = paypal
    sent = stub.sign(body("X.Y", id="1"), ONE)
    gone = evolve(sent, headers={**sent.headers, "paypal-cert-url": sent.headers["paypal-cert-url"] + "0"})
    with pytest.raises(WebhookUnverified):
        gateway.parse_webhook(gone, SECRETS)
    assert gateway.parse_webhook(sent, SECRETS).status == 200


def test_a_webhook_asks_nothing_of_the_api(paypal):
    stub, _, gateway = paypal
    request = sale()
    stub.choose(order_id(gateway.start(request)))
    events, before = stub.events(str(request.operation_id)), len(stub.asked)
    for one in events:
        gateway.parse_webhook(stub.webhook(one, ONE), SECRETS)
    assert len(stub.asked) == before + 1
    assert len(certs_fetched(stub)) == 1


def test_a_refund_that_somebody_made_at_paypal_is_a_return(paypal):
    amount = {"currency_code": "EUR", "value": "20.00"}
    links = [{"rel": "up", "href": "https://api-m.paypal.com/v2/payments/captures/CAP1", "method": "GET"}]
    (told,) = observed(body("PAYMENT.CAPTURE.REFUNDED", id="REF1", status="COMPLETED", amount=amount, links=links))
    assert (told.kind, told.status, told.parent_ref, told.gateway_ref) == (OpKind.RETURN, OpStatus.SUCCEEDED, "CAP1", "REF1")
    assert told.operation_id is None
    assert str(told.money) == "EUR 20.00"


def test_a_reversal_is_a_chargeback_and_a_dispute_only_threatens_one(paypal):
    stub, _, gateway = paypal
    request = sale()
    begun = gateway.start(request)
    stub.choose(order_id(begun))
    capture = back(gateway, request, begun).observations[0].gateway_ref
    found = stub.books.captures[capture]
    dispute = vault.dispute(stub.books, found)
    payments.reverse(stub.books, found)
    vault.resolve(stub.books, dispute, "RESOLVED_BUYER_FAVOUR")
    told = [
        one
        for event in stub.books.events[-3:]
        for parsed in gateway.parse_webhook(stub.webhook(event, ONE), SECRETS).events
        for one in parsed.observations
    ]
    assert [(one.kind, one.status) for one in told] == [
        (OpKind.CHARGEBACK, OpStatus.PENDING),
        (OpKind.CHARGEBACK, OpStatus.SUCCEEDED),
        (OpKind.CHARGEBACK, OpStatus.CANCELED),
    ]
    assert {one.parent_ref for one in told} == {capture}
    assert told[0].gateway_ref == told[2].gateway_ref != told[1].gateway_ref
    assert {one.money for one in told} == {request.money}


def test_a_method_that_its_payer_took_back_is_revoked():
    (event,) = read(body("VAULT.PAYMENT-TOKEN.DELETED", id="8kk8451t", customer={"id": "C1"}), NOW).events
    assert (event.method.ref.ref, event.method.status) == ("8kk8451t", MethodStatus.REVOKED)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[1]", b'{"id": "1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": 7}', b"\xff", b"[" * 10**5],
)
def test_what_is_signed_and_cannot_be_read_is_malformed(raw):
    with pytest.raises(WebhookMalformed):
        read(raw, NOW)


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"id": "1", "custom_id": ["sale:1"]},
        {"id": "1", "custom_id": "sale:not-an-id"},
        {"id": "1", "custom_id": "refund:0190a7f0-0000-7000-8000-000000000000"},
    ],
)
def test_what_bears_no_mark_of_ours_says_nothing(resource):
    assert observed(body("PAYMENT.CAPTURE.COMPLETED", **resource)) == ()


def test_a_capture_of_an_authorization_is_told_as_that_and_not_as_a_sale():
    promised, taken = "0190a7f0-0000-7000-8000-000000000001", "0190a7f0-0000-7000-8000-000000000002"
    amount = {"currency_code": "EUR", "value": "20.00"}
    marks = {"custom_id": f"authorize:{promised}", "invoice_id": f"capture:{taken}"}
    (told,) = observed(body("PAYMENT.CAPTURE.COMPLETED", id="CAP1", status="COMPLETED", amount=amount, **marks))
    assert (told.kind, str(told.operation_id)) == (OpKind.CAPTURE, taken)


def test_the_tolerance_counts_from_the_transmission(paypal):
    stub, _, gateway = paypal
    sent = stub.sign(body("X.Y", id="1"), ONE)
    assert datetime.fromisoformat(sent.headers["paypal-transmission-time"]).tzinfo == UTC
    assert gateway.parse_webhook(evolve(sent, received_at=sent.received_at + timedelta(hours=72)), SECRETS).status == 200
