"""The grounds on which gateways are tried here: the sandbox with its own other side."""

import json
from datetime import timedelta

from attrs import evolve

from lockportal.payments.fake import DESCRIPTOR, FakeGateway, FakeSettings
from lockportal.payments.fake.books import MemoryBooks
from lockportal.payments.fake.ledger import Leaf, standing
from lockportal.payments.operations import DeclineCode
from lockportal.payments.ports import GatewayConfig, Secret
from lockportal.testing.bench import StillClock
from lockportal.testing.gateways import GatewayGround

SECRETS = (Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Secret("whsec_c2Vjb25kIHNlY3JldCwgdG9v"))
MOVES = {"sale", "capture", "refund"}


def config(settings=None, clock=None):
    return GatewayConfig(
        merchant_account="main",
        settings=settings or FakeSettings(),
        base_url="http://127.0.0.1:8000",
        now=(clock or StillClock()).now,
    )


def fake(kind=FakeGateway, clock=None, books=None, **settings):
    made = FakeSettings(**settings)
    return kind(config(made, clock), made, MemoryBooks() if books is None else books)


def moved(gateway):
    """What succeeded at the bank, of whatever order, in the order of its success."""
    books = gateway._bank._books
    orders = [key for key in books._kept if len(key) == 32]
    logs = [gateway._bank.log(gateway.hosted._order(key).id) for key in orders]
    found = [fact for log in logs for fact in standing(log).values() if fact.kind in MOVES and fact.status == "succeeded"]
    return [fact.money for fact in found]


def unheard(gateway, operation_id):
    def decide(log):
        return Leaf(evolve(log[-1].fact, status="on_its_way_to_the_moon"))

    gateway._bank.append(operation_id, decide)


def fake_ground(kind=FakeGateway, **changes):
    clock = StillClock()
    gateway = fake(kind, clock)
    press = gateway.hosted.press

    def press_it(word):
        return lambda operation_id: press(operation_id.hex, word)

    def decline(operation_id):
        press(operation_id.hex, "insufficient_funds")
        return DeclineCode.INSUFFICIENT_FUNDS

    def other_amount(operation_id):
        press(operation_id.hex, "other_amount")
        money = gateway.hosted._order(operation_id.hex).money
        return type(money)(money.minor - 1, money.currency)

    def body(**event):
        whole = {"id": "evt_1", "type": "sale.succeeded", "at": "2026-03-01T12:00:00Z", **event}
        return json.dumps({"events": [whole]}).encode()

    fact = {"ref": "fake_1", "kind": "sale", "status": "succeeded", "at": "2026-03-01T12:00:00Z"}
    ground = GatewayGround(
        descriptor=DESCRIPTOR,
        gateway=gateway,
        approve=press_it("ok"),
        decline=decline,
        moved=lambda: moved(gateway),
        settle=lambda operation_id: clock.advance(timedelta(days=4)),
        return_=press_it("return"),
        other_amount=other_amount,
        unheard=lambda operation_id: unheard(gateway, operation_id),
        webhooks=lambda operation_id: gateway.hosted.events_for(operation_id.hex, SECRETS[0]),
        together=lambda operation_id: gateway.hosted.events_for(operation_id.hex, SECRETS[0], together=True)[0],
        sign=lambda content, secret: gateway.hosted.signed("msg_1", content, secret),
        secrets=SECRETS,
        unknown_type=body(type="payout.paid", data={"amount": 1}),
        foreign=body(fact={**fact, "money": {"minor": 100, "currency": "EUR"}}),
    )
    return evolve(ground, **changes)
