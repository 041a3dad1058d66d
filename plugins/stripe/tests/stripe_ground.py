"""The ground on which the gateway is tried: the stub, its payers and banks, and its signed webhooks."""

import json
from contextlib import contextmanager

from attrs import evolve, frozen
from lockportal_stripe import DESCRIPTOR, StripeGateway, StripeSettings, open_gateway
from lockportal_stripe.amounts import from_stripe
from lockportal_stripe.stub import KEY, Payer, StripeStub

from lockportal.clock import SystemClock
from lockportal.core.money import Money
from lockportal.payments import DeclineCode, OpKind
from lockportal.payments.folding import merged
from lockportal.payments.operations import UNASKED
from lockportal.payments.ports import CompleteRequest, FetchRequest, FollowRequest, GatewayConfig, OperationRef, Secret
from lockportal.testing.gateways import FaultProxy, GatewayGround
from lockportal.testing.gateways.trial import Trial, new_id, start_request

SECRETS = (Secret("whsec_b25l"), Secret("whsec_dHdv"))
CARD, ACH, SEPA, PAD = DESCRIPTOR.methods


def gateway_of(url, folder, key=KEY, clock=None, **settings):
    place = folder / "stripe_key"
    place.write_text(key + "\n")
    made = StripeSettings(secret_key=f"file:{place}", base_url=url, **settings)
    now = (clock or SystemClock()).now
    return open_gateway(GatewayConfig(merchant_account="main", settings=made, base_url="http://127.0.0.1:8000", now=now))


@contextmanager
def ground_of(folder, *, breaks=True):
    with StripeStub(secrets=SECRETS[:1]) as stub, FaultProxy(stub.url) as proxy:
        gateway = gateway_of(proxy.url, folder, seconds=3.0) if breaks else gateway_of(stub.url, folder)
        yield made_ground(stub, gateway, proxy)


def event_of(**changes):
    whole = {"id": "evt_1", "object": "event", "type": "charge.succeeded", "created": 1_900_000_000, "livemode": False}
    return json.dumps({**whole, **changes}).encode()


def made_ground(stub, gateway, proxy=None):
    payer = stub.payer()

    def decline(operation_id):
        payer.pay(operation_id, "insufficient_funds")
        if payer.of("checkout.session", operation_id)["status"] == "open":
            payer.leave(operation_id)  # a card: until then they may try another one
        else:
            payer.settle(operation_id)
        return DeclineCode.INSUFFICIENT_FUNDS

    def other_amount(operation_id):
        session = payer.of("checkout.session", operation_id)
        payer.pay(operation_id, amount=session["amount_total"] - 100)
        return from_stripe(session["amount_total"] - 100, session["currency"])

    def unheard(operation_id):
        payer.of("checkout.session", operation_id)["status"] = "on_the_moon"

    charge = {"id": "ch_0", "object": "charge", "status": "succeeded", "captured": True, "amount": 100, "amount_captured": 100}
    foreign = {**charge, "currency": "eur", "metadata": {"order": "4711"}, "created": 1_900_000_000, "customer": None}
    return GatewayGround(
        descriptor=DESCRIPTOR,
        gateway=gateway,
        approve=payer.pay,
        decline=decline,
        moved=lambda: [from_stripe(amount, currency) for amount, currency in stub.books().moved],
        settle=payer.settle,
        return_=lambda operation_id: payer.dispute(operation_id, "insufficient_funds"),
        other_amount=other_amount,
        unheard=unheard,
        webhooks=lambda operation_id: [stub.signed(json.dumps(one).encode()) for one in payer.events(operation_id)],
        sign=stub.signed,
        secrets=SECRETS,
        unknown_type=event_of(type="payout.paid", data={"object": {"id": "po_1", "object": "payout", "amount": 1}}),
        foreign=event_of(data={"object": foreign}),
        proxy=proxy,
        private=(KEY,),
    )


@frozen
class Desk:
    """Asks the gateway, and knows what webhooks and asking come to."""

    stub: StripeStub
    gateway: StripeGateway
    payer: Payer
    ground: GatewayGround

    def begun(self, capability=CARD, money=None, **changes):
        request = start_request(capability, money, **changes)
        return request, self.gateway.start(request)

    def paid(self, capability=CARD, money=None, word="ok", **changes):
        request, _ = self.begun(capability, money, **changes)
        self.payer.pay(request.operation_id, word)
        self.payer.settle(request.operation_id)
        known = self.known(request)
        return OperationRef(operation_id=request.operation_id, gateway_ref=known.gateway_ref, money=request.money)

    def saved(self, capability=CARD, word="ok"):
        method = Trial(self.ground).setup(capability)
        self.stub.books().things[method.ref]["_word"] = word
        return method

    def complete(self, request):
        return self.gateway.complete(
            CompleteRequest(operation_id=request.operation_id, gateway_ref="", money=getattr(request, "money", Money.zero("USD")))
        )

    def fetch(self, operation_id, kind=OpKind.SALE, money=None, parent=None, ref=""):
        money = money or Money.zero("USD")
        request = FetchRequest(operation_id=operation_id, kind=kind, money=money, gateway_ref=ref, parent=parent)
        return self.gateway.fetch(request)

    def known(self, request):
        """What asking comes to."""
        kind = OpKind(request.intent.value)
        told = self.fetch(request.operation_id, kind, request.money).observations
        return merged(request.money, [one for one in told if one.kind is kind])

    def heard(self, operation_id):
        """What the webhooks of an operation say, with what happened to it."""
        sent = [self.stub.signed(json.dumps(one).encode()) for one in self.payer.events(operation_id)]
        events = [event for one in sent for event in self.gateway.parse_webhook(one, SECRETS).events]
        return [one for event in events for one in event.observations]

    def told(self, request):
        """What the webhooks come to."""
        kind = OpKind(request.intent.value)
        return merged(request.money, [one for one in self.heard(request.operation_id) if one.kind is kind])

    def follow(self, kind, parent, minor=None, operation_id=None):
        money = parent.money if minor is None else Money(minor, parent.money.currency)
        request = FollowRequest(operation_id=operation_id or new_id(), money=money, parent=parent)
        asked = {OpKind.CAPTURE: self.gateway.capture, OpKind.VOID: self.gateway.void, OpKind.REFUND: self.gateway.refund}
        return request, asked[kind](request)


@contextmanager
def desk_of(folder, **options):
    with StripeStub(secrets=SECRETS[:1], **options) as stub:
        gateway = gateway_of(stub.url, folder)
        yield Desk(stub, gateway, stub.payer(), made_ground(stub, gateway))


def happened(observations):
    """What was done without being asked, each once."""
    return sorted({(one.kind, one.status, one.money, one.parent_ref) for one in observations if one.kind in UNASKED})


def same(one, other):
    """Whether two ways to learn of an operation come to the same."""
    facts = [(it.status, it.money, it.gateway_ref, it.mismatch, it.conflict) for it in (one, other)]
    return facts[0] == facts[1]


__all__ = ["ACH", "CARD", "PAD", "SEPA", "desk_of", "event_of", "evolve", "gateway_of", "ground_of", "happened", "same"]
