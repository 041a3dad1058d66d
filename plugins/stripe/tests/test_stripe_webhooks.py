"""Webhooks are read only as Stripe signs them, and only if they are this account's."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from lockportal_stripe.events import TYPES
from lockportal_stripe.signing import sign, verify
from lockportal_stripe.stub import StripeStub
from lockportal_stripe.stub.payer import revoke
from stripe_ground import ACH, CARD, SECRETS, event_of, gateway_of

from lockportal.payments.errors import WebhookMalformed, WebhookUnverified
from lockportal.payments.operations import OpKind
from lockportal.payments.ports import Intent, MethodStatus, Secret, WebhookRequest
from lockportal.testing.gateways.trial import start_request

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = b'{"id": "evt_1"}'


def received(body, header, now=NOON):
    return WebhookRequest(headers={"stripe-signature": header}, body=body, received_at=now)


def test_stripes_own_client_signs_as_we_verify_and_verifies_as_we_sign():
    theirs = stripe.WebhookSignature.generate_signature_header(BODY.decode(), "whsec_x", timestamp=int(NOON.timestamp()))
    verify({"stripe-signature": theirs}, BODY, (Secret("whsec_x"),), NOON)
    assert stripe.WebhookSignature.verify_header(BODY, sign(BODY, NOON, Secret("whsec_x")), "whsec_x", None)


def test_a_webhook_that_is_signed_by_two_secrets_is_verified_by_either():
    both = sign(BODY, NOON, *SECRETS)
    for secret in SECRETS:
        verify({"stripe-signature": both}, BODY, (secret,), NOON)
    with pytest.raises(WebhookUnverified):
        verify({"stripe-signature": both}, BODY, (Secret("whsec_other"),), NOON)


@pytest.mark.parametrize("scheme", ["v0", "v2", "V1", ""])
def test_another_scheme_of_signatures_counts_for_nothing(scheme):
    header = sign(BODY, NOON, SECRETS[0]).replace("v1=", f"{scheme}=")
    with pytest.raises(WebhookUnverified):
        verify({"stripe-signature": header}, BODY, SECRETS, NOON)


def test_two_times_in_one_header_are_unverified():
    now = sign(BODY, NOON, SECRETS[0])
    with pytest.raises(WebhookUnverified) as refused:
        verify({"stripe-signature": f"t=1,{now}"}, BODY, SECRETS, NOON)
    assert refused.value.code == "webhook.headers"


def test_an_empty_secret_signs_nothing():
    with pytest.raises(WebhookUnverified):
        verify({"stripe-signature": sign(BODY, NOON, Secret(""))}, BODY, (Secret(""),), NOON)


def test_only_a_webhook_that_is_read_within_five_minutes_is_verified():
    header = sign(BODY, NOON, SECRETS[0])
    for late in (timedelta(minutes=5), -timedelta(minutes=5)):
        verify({"stripe-signature": header}, BODY, SECRETS, NOON + late)
    with pytest.raises(WebhookUnverified) as refused:
        verify({"stripe-signature": header}, BODY, SECRETS, NOON + timedelta(minutes=5, seconds=1))
    assert refused.value.code == "webhook.stale"


def test_events_of_another_account_or_mode_say_nothing(tmp_path):
    with StripeStub(secrets=SECRETS, accounts=["acct_1"]) as stub:
        gateway, other = gateway_of(stub.url, tmp_path), gateway_of(stub.url, tmp_path, account="acct_1")
        request = start_request(CARD)
        gateway.start(request)
        stub.payer().pay(request.operation_id)
        (event,) = [one for one in stub.payer().events(request.operation_id) if one["type"] == "charge.succeeded"]

        def seen(by, **changes):
            (read,) = by.parse_webhook(stub.signed(json.dumps({**event, **changes}).encode()), SECRETS).events
            return read.observations

        assert seen(gateway)
        assert not seen(gateway, account="acct_1")
        assert not seen(gateway, livemode=True)
        assert not seen(other)
        assert seen(other, account="acct_1")


def test_an_event_that_saved_a_method_tells_it(desk):
    request, _ = desk.begun(save=True)
    desk.payer.pay(request.operation_id)
    methods = [event.method for event in _events(desk, request.operation_id) if event.method is not None]
    assert {(one.ref.customer_ref[:4], one.last4, one.status) for one in methods} == {("cus_", "4242", MethodStatus.ACTIVE)}
    assert {event.operation_id for event in _events(desk, request.operation_id) if event.method} == {request.operation_id}


def test_what_became_of_a_method_is_told(desk):
    card, account = desk.saved(), desk.saved(ACH)
    desk.gateway.detach_method(card)
    revoke(desk.stub.books(), account.mandate_ref)
    told = {event.type: event.method for event in _all(desk) if event.method is not None}
    assert (told["payment_method.detached"].ref.ref, told["payment_method.detached"].status) == (card.ref, MethodStatus.REVOKED)
    assert (told["mandate.updated"].ref.ref, told["mandate.updated"].status) == (account.ref, MethodStatus.REVOKED)
    assert told["setup_intent.succeeded"].ref.customer_ref


def test_a_method_of_a_kind_that_is_not_taken_is_answered_well(desk):
    method = {"id": "pm_1", "object": "payment_method", "type": "klarna", "customer": "cus_1"}
    body = event_of(type="payment_method.updated", data={"object": method})
    (event,) = desk.gateway.parse_webhook(desk.stub.signed(body), SECRETS).events
    assert (event.method, event.observations) == (None, ())


@pytest.mark.parametrize(
    "body",
    [
        event_of(id=""),
        event_of(created="yesterday"),
        event_of(created=10**30),
        event_of(data={}),
        event_of(data={"object": {"object": "charge", "metadata": {"lockportal_operation": str(SECRETS)}}}, type=7),
        event_of(type="refund.created", data={"object": {"object": "refund"}}),
        event_of(type="refund.created", data={"object": {"object": "refund", "amount": 1.5, "currency": "usd", "id": "re_1"}}),
        event_of(type="charge.dispute.created", data={"object": {"object": "dispute", "amount": 1, "currency": "xyz"}}),
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(desk, body):
    with pytest.raises(WebhookMalformed):
        desk.gateway.parse_webhook(desk.stub.signed(body), SECRETS)


def test_every_event_that_says_something_is_among_those_to_be_sent(desk):
    for capability, word in ((CARD, "declined"), (ACH, "ok"), (ACH, "insufficient_funds"), (ACH, "micro_deposits")):
        request, _ = desk.begun(capability, save=True)
        desk.payer.pay(request.operation_id, word)
        desk.payer.settle(request.operation_id)
    paid = desk.paid()
    desk.payer.decide(desk.payer.dispute(paid.operation_id), won=True)
    desk.follow(OpKind.REFUND, desk.paid(ACH), 100)
    desk.follow(OpKind.VOID, desk.paid(intent=Intent.AUTHORIZE))
    desk.follow(OpKind.CAPTURE, desk.paid(intent=Intent.AUTHORIZE))
    desk.gateway.detach_method(desk.saved())
    saying = {event.type for event in _all(desk) if event.observations or event.method is not None}
    beside = {
        "charge.refunded",
        "checkout.session.async_payment_succeeded",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
    }
    assert saying <= {*TYPES, *beside}
    heard = [one for event in _all(desk) if event.type in beside for one in event.observations]
    needed = [one for event in _all(desk) if event.type in TYPES for one in event.observations]
    final = {(one.operation_id, one.kind, one.status) for one in heard if one.status.value in {"succeeded", "failed"}}
    assert final <= {(one.operation_id, one.kind, one.status) for one in needed}, "what they say is said by those, too"


def _all(desk):
    every = reversed(list(desk.stub.books().of("event")))
    bodies = [json.dumps(desk.stub.books().shown(one)).encode() for one in every]
    return [event for body in bodies for event in desk.gateway.parse_webhook(desk.stub.signed(body), SECRETS).events]


def _events(desk, operation_id):
    bodies = [json.dumps(one).encode() for one in desk.payer.events(operation_id)]
    return [event for body in bodies for event in desk.gateway.parse_webhook(desk.stub.signed(body), SECRETS).events]
