"""Who pays, hears of a payment or gives it back is killed at every boundary: started again, each unit of money has moved once."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from attrs import evolve, frozen

from faults.flows import contact, import_, invoices
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.documents.models import DocumentsSettings
from lockportal.ledger.models import Entry, LedgerSettings
from lockportal.payments import LineChoice, MerchantAccount, MethodKind, MethodRule, Payer, PaymentsSettings
from lockportal.payments.fake import DESCRIPTOR, FakeGateway, open_gateway
from lockportal.payments.fake.ledger import standing
from lockportal.payments.requests import Intent, Secret, StartRequest
from lockportal.plugins import hookimpl
from lockportal.storage.tables import table
from lockportal.testing.book import TERMS
from lockportal.testing.faults import boundaries, crash
from lockportal.testing.world import World

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
THERE = Payer(return_url="https://portal.example.com/back", cancel_url="https://portal.example.com/no")


class Heard:
    """Registers the sandbox under another name; around each call of it is a boundary to be killed at."""

    def __init__(self, world):
        self.world = world

    @hookimpl
    def lockportal_payment_gateways(self, register):
        register(evolve(DESCRIPTOR, gateway_type="heard"), self.open)

    def open(self, config):
        gateway, world = open_gateway(config), self.world

        class Around(FakeGateway):
            def __getattribute__(self, name):
                found = getattr(gateway, name)
                if name not in {"start", "refund", "complete", "fetch"}:
                    return found

                def call(request):
                    world.heard(f"before {name}")
                    answer = found(request)
                    world.heard(f"after {name}")
                    return answer

                return call

        return object.__new__(Around)


class Till(World):
    """A world with a till whose bank keeps its books in a folder: they outlive whoever is killed."""

    def __init__(self, seed, *, folder, outcome, **given):
        self.bank = Path(folder, given["key"])
        sandbox = MerchantAccount(
            gateway="heard", settings={"folder": str(self.bank), "outcome": outcome}, webhook_secrets=(SECRET,)
        )
        options = (
            DocumentsSettings(terms=TERMS, default_terms="NET30", notice_days=0),
            LedgerSettings(receipt_days=0),
            PaymentsSettings(merchants={"main": sandbox}, methods=(MethodRule(method=MethodKind.CARD, merchant_account="main"),)),
        )
        super().__init__(seed, options=options, plugins=[Heard(self)], **given)


@frozen
class Given:
    """What was prepared."""

    account: object
    lines: list
    payment: object = None
    operation: object = None


def billed(world):
    account = contact(world)
    import_(world.portal, invoices(world, "R-1", "R-2"))
    return Given(account, [LineChoice(document_id=key) for key in world.portal.payments.payable(account, "USD", SYSTEM)])


def pay(portal, given):
    return portal.payments.start(
        given.account, SYSTEM, key="button", currency="USD", method=MethodKind.CARD, lines=given.lines, payer=THERE
    )


def begun(world):
    given = billed(world)
    made = pay(world.portal, given)
    (operation,) = world.portal.payments.payment(given.account, made.payment_id, SYSTEM).operations
    return Given(given.account, given.lines, made.payment_id, operation.id)


def agreed(world):
    given = begun(world)
    gateway(world.portal).hosted.press(given.operation.hex, "ok")
    return given


def hear(portal, given):
    for sent in gateway(portal).hosted.events_for(given.operation.hex, Secret(SECRET)):
        portal.payments.receive("main", sent)


def give_back(portal, given):
    portal.payments.refund(given.account, given.payment, SYSTEM, money=Money(1200, "USD"), key="refund")


def gateway(portal):
    return portal.payments.gateways.merchant("main").gateway


FLOWS = {"pay": (billed, pay, "ok"), "webhook": (agreed, hear, "ask"), "refund": (begun, give_back, "ok")}


def moved(world):
    """What the bank has done, of whatever order: each sum that moved."""
    bank = gateway(world.portal)._bank
    orders = [bank.order_of(UUID(path.name.removeprefix("key-"))) for path in world.bank.glob("*/key-*")]
    logs = [bank.log(order) for order in set(orders)]
    facts = [fact for log in logs for fact in standing(log).values() if fact.status == "succeeded"]
    return sorted((fact.kind, fact.money.minor) for fact in facts)


def books(world):
    """What must be the same, however often somebody was killed."""
    kept = table(Entry)
    statement = sa.select(kept.c.kind, kept.c.amount_minor).where(kept.c.supplier_id == world.portal.supplier.id)
    entries = sorted(map(tuple, world.portal.shell.store._access.all(statement)))
    payments = [(row.state, row.unknown, row.needs_review) for row in world.portal.payments.payments(SYSTEM).items]
    return moved(world), entries, payments, world.portal.verify(SYSTEM)


def finish(world, portal, act, given):
    """What happens after a restart: the same again, and the clock goes on."""
    act(portal, given)
    for _ in range(3):
        world.clock.advance(timedelta(hours=2))
        portal.tick()


def opened(ground, seed, flow, key, folder):
    prepare, act, outcome = FLOWS[flow]
    world = Till(seed, folder=folder, outcome=outcome, key=key, beside=ground)
    return world, prepare(world), act


def undisturbed(ground, seed, flow, folder, act=None):
    world, given, usual = opened(ground, seed, flow, f"till-{flow}", folder)
    with world:
        passed = boundaries(world, lambda portal: (act or usual)(portal, given))
        finish(world, world.portal, act or usual, given)
        return passed, books(world)


def killed(ground, seed, flow, at, folder, act=None):
    world, given, usual = opened(ground, seed, flow, f"till-{flow}-{at}", folder)
    with world:
        assert crash(world, lambda portal: (act or usual)(portal, given), at=at).killed
        finish(world, world.again("restart"), act or usual, given)
        return books(world)


@pytest.mark.guarantee(23)
@pytest.mark.parametrize("flow", FLOWS)
def test_who_is_killed_while_money_moves_has_moved_it_once(flow, ground, seed, tier, tmp_path):
    passed, expected = undisturbed(ground, seed, flow, tmp_path)
    assert expected[0], "money has moved"
    assert expected[3] == ()
    for at in tier.some(len(passed), 4, 24):
        assert killed(ground, seed, flow, at, tmp_path) == expected, passed[at]


def charge_first(portal, given):
    """Ask the gateway, then keep what it did: under a key that the process alone knows."""
    request = _request(portal, given, portal.clock.new_id())
    gateway(portal).start(request)
    portal.payments.record(
        given.account,
        SYSTEM,
        money=request.money,
        received_on=portal.ledger.today(),
        method=MethodKind.CHEQUE,
        key="naive",
    )


def _request(portal, given, key):
    return StartRequest(
        operation_id=key,
        money=Money(3000, "USD"),
        intent=Intent.SALE,
        kind=MethodKind.CARD,
        customer=portal.payments._calling.stored.customer(given.account),
        reference="naive",
        return_url=THERE.return_url,
        cancel_url=THERE.cancel_url,
    )


def test_who_asks_the_gateway_before_anything_is_kept_charges_twice_by_the_same_kills(ground, seed, tmp_path):
    passed, expected = undisturbed(ground, seed, "pay", tmp_path / "plain", charge_first)
    at = passed.index("after start")
    assert len(killed(ground, seed, "pay", at, tmp_path / "naive", charge_first)[0]) > len(expected[0]) - 1 > 0
