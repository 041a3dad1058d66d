"""Webhooks that are a hint, payments that only `complete` takes, pages that only a void closes, captures with their own name."""

from collections import defaultdict

import pytest
from attrs import evolve

from books import OTTO, invoice
from lockportal.payments import MerchantAccount, OpKind, OpStatus, PaymentState
from lockportal.payments.ports import GatewayResult, WebhookRequest
from lockportal.plugins import hookimpl
from payments.test_paying import opened, pay
from payments.tills import DESCRIPTOR, NOON, SETTINGS, Shop, Till, event, open_portal, seen


class Slow(Till):
    """A till whose payers agree first: the money is taken when it is asked to complete."""

    def __init__(self):
        super().__init__()
        self.agreed, self.completed, self.default = set(), [], OpStatus.ACTION_REQUIRED

    def complete(self, request):
        self.completed.append(request.operation_id)
        if request.operation_id in self.agreed:
            self.set(request.operation_id, OpStatus.SUCCEEDED)
        return super().complete(request)

    parent = ""

    def capture(self, request):
        made = super().capture(request)
        return evolve(made, observations=tuple(evolve(one, parent_ref=self.parent) for one in made.observations))

    def void(self, request):
        self.set(request.parent.operation_id, OpStatus.CANCELED)
        return GatewayResult()


@pytest.fixture
def make(sqlite_url):
    made = []

    def make(**able):
        till = Slow()
        methods = tuple(evolve(one, **able) for one in DESCRIPTOR.methods)

        class Plugin:
            @hookimpl
            def lockportal_payment_gateways(self, register):
                register(evolve(DESCRIPTOR, methods=methods), lambda _: till)

        made.append(Shop(open_portal(sqlite_url, settings=(SETTINGS,), plugins=(Plugin(),)), till))
        return made[-1]

    yield make
    for shop in made:
        assert shop.portal.verify(OTTO) == ()
        shop.portal.close()


def begun(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    return account, made.payment_id, operation


def state(shop, account, payment_id):
    return shop.portal.payments.progress(account, payment_id, OTTO).state


@pytest.mark.parametrize("completes", [True, False])
def test_what_was_agreed_is_taken_when_it_is_asked_for_where_only_complete_does_that(make, completes):
    shop = make(completes=completes)
    account, payment_id, operation = begun(shop)
    shop.portal.payments.reconcile(OTTO)
    assert state(shop, account, payment_id) is PaymentState.ACTION_REQUIRED
    shop.till.agreed.add(operation.id)
    shop.portal.payments.reconcile(OTTO)
    assert state(shop, account, payment_id) is (PaymentState.PAID if completes else PaymentState.ACTION_REQUIRED)
    assert bool(shop.till.completed) is completes


@pytest.mark.parametrize("hint", [True, False])
def test_a_hint_has_the_gateway_asked_at_once(make, hint):
    shop = make(completes=True)
    account, payment_id, operation = begun(shop)
    shop.till.agreed.add(operation.id)
    told = seen(operation.id, OpKind.SALE, OpStatus.ACTION_REQUIRED, operation.amount)
    shop.till.events = [(evolve(event("e-1", told), hint=hint),)]
    shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, received_at=NOON))
    assert state(shop, account, payment_id) is (PaymentState.PAID if hint else PaymentState.ACTION_REQUIRED)


@pytest.mark.parametrize("closes", [True, False])
def test_a_page_left_open_is_closed_where_a_void_does_that(make, closes):
    shop = make(operations={OpKind.SALE}, closes_pages=closes)
    account, payment_id, _ = begun(shop)
    if closes:
        assert shop.portal.payments.cancel(account, payment_id, OTTO).state is PaymentState.CANCELED
        return
    with pytest.raises(Exception, match="page of this payment is still open"):
        shop.portal.payments.cancel(account, payment_id, OTTO)


def test_a_hint_of_another_account_of_ours_asks_nothing(sqlite_url):
    tills = defaultdict(Slow)

    class Plugin:
        @hookimpl
        def lockportal_payment_gateways(self, register):
            register(DESCRIPTOR, lambda config: tills[config.merchant_account])

    merchants = {name: MerchantAccount(gateway="till", webhook_secrets=("s1",)) for name in ("main", "other")}
    shop = Shop(open_portal(sqlite_url, settings=(evolve(SETTINGS, merchants=merchants),), plugins=(Plugin(),)), tills["main"])
    account, payment_id, operation = begun(shop)
    told = seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, operation.amount)
    tills["other"].events = [(evolve(event("e-1", told), hint=True),)]
    shop.portal.payments.receive("other", WebhookRequest(headers={"secret": "s1"}, received_at=NOON))
    assert state(shop, account, payment_id) is PaymentState.ACTION_REQUIRED
    shop.portal.close()


@pytest.mark.parametrize("apart", [True, False])
def test_what_happened_to_a_capture_finds_it_where_the_gateway_tells_its_own_reference_apart(make, apart):
    shop = make()
    shop.till.default = OpStatus.SUCCEEDED
    account, _, ids = opened(shop, invoice("R-1", "100.00"))
    held = pay(shop, account, OTTO, [ids["R-1"]], authorize=True)
    (authorize,) = shop.portal.payments.payment(account, held.payment_id, OTTO).operations
    shop.till.parent = authorize.gateway_ref if apart else ""
    shop.portal.payments.capture(account, held.payment_id, OTTO)
    operations = shop.portal.payments.payment(account, held.payment_id, OTTO).operations
    (capture,) = [one for one in operations if one.kind is OpKind.CAPTURE]
    back = seen(None, OpKind.CHARGEBACK, OpStatus.SUCCEEDED, capture.amount, ref="cb-1", parent=capture.gateway_ref)
    shop.till.events = [(event("e-1", back),)]
    shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, received_at=NOON))
    assert state(shop, account, held.payment_id) is (PaymentState.REVERSED if apart else PaymentState.PAID)
