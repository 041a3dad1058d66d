"""The ground on which PayPal's gateway is tried: the stub behind a proxy, a payer who comes back, and what lockportal keeps."""

import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from attrs import evolve
from lockportal_paypal import DESCRIPTOR, PayPalSettings, open_gateway
from lockportal_paypal.settings import CERTIFICATE_NAMES
from lockportal_paypal.stub import PayPalStub
from lockportal_paypal.stub.signing import new_signer
from lockportal_paypal.webhooks.signing import TOLERANCE

from lockportal.core.money import Money
from lockportal.payments import DeclineCode, MethodKind
from lockportal.payments.ports import (
    CompleteRequest,
    FetchRequest,
    FollowRequest,
    GatewayConfig,
    GatewayResult,
    Intent,
    InvoiceRef,
    MethodStatus,
    OperationRef,
    Secret,
    SetupRequest,
    StartRequest,
)
from lockportal.testing.bench import StillClock
from lockportal.testing.gateways import FaultProxy, GatewayGround
from lockportal.testing.gateways.trial import customer, new_id

DATA = Path(os.environ.get("LOCKPORTAL_PUBLIC_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data") / "payments"
"""Where PayPal's published examples lie: `paypal_api_examples.json` and `vectors/`."""
SECRETS = (Secret("1JE4291016473214C"), Secret("9XL90610J3647323C"))
SECRET = "EGnHDxD_qRPdaLdZz8iCr8N7_MzF-YHPTkjs6NKYQvQSBngp4PTTVWkPZRbL"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Kept:
    """What lockportal keeps between two calls and hands the gateway again: its references, and methods that wait."""

    def __init__(self, gateway):
        self._gateway, self._refs, self.methods = gateway, {}, {}

    def __getattr__(self, name):
        return getattr(self._gateway, name)

    def __repr__(self):
        return repr(self._gateway)

    def ref(self, operation_id):
        return self._refs.get(operation_id, "")

    def start(self, request):
        return self._note(request.operation_id, self._gateway.start(request))

    def complete(self, request):
        if request.operation_id in self.methods:
            self.methods[request.operation_id] = facts = self._gateway.fetch_method(self.methods[request.operation_id].ref)
            return GatewayResult(method=facts)
        known = evolve(request, gateway_ref=request.gateway_ref or self.ref(request.operation_id))
        return self._note(request.operation_id, self._gateway.complete(known))

    def fetch(self, request):
        known = evolve(request, gateway_ref=request.gateway_ref or self.ref(request.operation_id))
        return self._note(request.operation_id, self._gateway.fetch(known))

    def setup_method(self, request):
        result = self._gateway.setup_method(request)
        if result.method.status is MethodStatus.PENDING_VERIFICATION:
            self.methods[request.operation_id] = result.method
            return evolve(result, method=None)
        return result

    def setup_token(self, operation_id):
        return self.methods[operation_id].ref.ref.removeprefix("setup:")

    def _note(self, operation_id, result):
        for one in result.observations:
            if one.operation_id == operation_id and one.gateway_ref:
                self._refs[operation_id] = one.gateway_ref
        return result


@cache
def signer():
    """One key for all tests: to make one takes a while."""
    return new_signer(CERTIFICATE_NAMES["sandbox"], NOW)


@contextmanager
def world(tmp_path, clock=None, **changes):
    """A stub, a proxy before it, and a gateway that speaks to both."""
    clock = clock or StillClock(time=NOW)
    with PayPalStub(now=clock.now, secret=SECRET, signer=signer()) as stub, FaultProxy(stub.url) as proxy:
        stub.reached_at(proxy.url)
        (tmp_path / "anchors.pem").write_bytes(stub.trust_anchor)
        (tmp_path / "secret").write_text(SECRET + "\n")
        given = {
            "client_id": stub.client_id,
            "client_secret": f"file:{tmp_path / 'secret'}",
            "environment": "sandbox",
            "base_url": proxy.url,
            "trust_anchors": str(tmp_path / "anchors.pem"),
            "seconds": 3.0,
        }
        settings = PayPalSettings(**{**given, **changes})
        config = GatewayConfig(merchant_account="main", settings=settings, base_url="http://127.0.0.1:8000", now=clock.now)
        gateway = open_gateway(config)
        gateway.check()  # its token is there before anything breaks
        yield stub, proxy, gateway


def ground_of(stub, proxy, gateway):
    kept = Kept(gateway)

    def order(operation_id):
        return kept.ref(operation_id).removeprefix("order:")

    def come_back(operation_id, choice):
        """The payer presses a button of PayPal's page, and their browser comes back to the portal."""
        if operation_id in kept.methods:
            stub.choose(kept.setup_token(operation_id), choice)
            return
        stub.choose(order(operation_id), choice)
        kept.complete(CompleteRequest(operation_id=operation_id, gateway_ref="", money=Money.zero("AUD")))

    def decline(operation_id):
        stub.choose(order(operation_id), "declined")
        return DeclineCode.DECLINED

    def other_amount(operation_id):
        stub.books.orders[order(operation_id)]["_amount"] = {"currency_code": "AUD", "value": "119.99"}
        come_back(operation_id, "approve")
        return Money(119_99, "AUD")

    def unheard(operation_id):
        stub.books.orders[order(operation_id)]["status"] = "ON_ITS_WAY_TO_THE_MOON"

    def body(event_type, **resource):
        amount = {"currency_code": "EUR", "value": "1.00"}
        whole = {"id": "3C679366HE2834149", "status": "COMPLETED", "amount": amount, **resource}
        time = "2026-03-02T12:00:00Z"
        return json.dumps({"id": "WH-1", "create_time": time, "event_type": event_type, "resource": whole}).encode()

    return GatewayGround(
        descriptor=DESCRIPTOR,
        gateway=kept,
        approve=lambda operation_id: come_back(operation_id, "approve"),
        decline=decline,
        moved=stub.moved,
        other_amount=other_amount,
        unheard=unheard,
        webhooks=lambda operation_id: [stub.webhook(one, SECRETS[0].value) for one in stub.events(str(operation_id))],
        sign=lambda content, secret: stub.sign(content, secret.value),
        secrets=SECRETS,
        unknown_type=body("MERCHANT.PARTNER-CONSENT.REVOKED"),
        foreign=body("PAYMENT.CAPTURE.COMPLETED", custom_id="somebody else's"),
        tolerance=TOLERANCE,
        proxy=proxy,
        private=(SECRET, "vera.vogel@example.com"),
    )


def sale(**changes):
    """A request to pay 120 EUR with the payer there."""
    operation_id = new_id()
    made = StartRequest(
        operation_id=operation_id,
        money=Money(120_00, "EUR"),
        intent=Intent.SALE,
        kind=MethodKind.PAYPAL,
        customer=customer(),
        reference=f"P-{operation_id.hex[-8:]}",
        invoices=(InvoiceRef(number="R-1", amount=Money(120_00, "EUR")),),
        return_url="http://127.0.0.1:8000/back",
        cancel_url="http://127.0.0.1:8000/cancelled",
    )
    return evolve(made, **changes)


def back(gateway, request, result):
    """The payer comes back."""
    ref = result.observations[0].gateway_ref
    return gateway.complete(CompleteRequest(operation_id=request.operation_id, gateway_ref=ref, money=request.money))


def paid(stub, gateway, request):
    """A payment that its payer agreed to, as an operation that others follow."""
    begun = gateway.start(request)
    stub.choose(order_id(begun))
    ref = back(gateway, request, begun).observations[0].gateway_ref
    return OperationRef(operation_id=request.operation_id, gateway_ref=ref, money=request.money)


def follow(parent, minor):
    """A request to capture, void or refund so much of a payment."""
    return FollowRequest(operation_id=new_id(), money=Money(minor, parent.money.currency), parent=parent)


def order_id(result):
    return result.observations[0].gateway_ref.removeprefix("order:")


__all__ = ["DATA", "NOW", "SECRET", "SECRETS", "Kept", "back", "follow", "ground_of", "order_id", "paid", "sale", "world"]


def fetch(gateway, request, kind, parent=None, ref=""):
    return gateway.fetch(
        FetchRequest(operation_id=request.operation_id, kind=kind, money=request.money, gateway_ref=ref, parent=parent)
    )


def status(result):
    return result.observations[0].status


def setup(gateway):
    request = SetupRequest(
        operation_id=new_id(),
        kind=MethodKind.PAYPAL,
        customer=customer(),
        return_url="http://127.0.0.1:8000/back",
        cancel_url="http://127.0.0.1:8000/cancelled",
    )
    return gateway.setup_method(request)


def saved(stub, gateway):
    begun = setup(gateway)
    stub.choose(begun.method.ref.ref.removeprefix("setup:"))
    return gateway.fetch_method(begun.method.ref).ref
