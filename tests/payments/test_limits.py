"""What a gateway declares bounds what is decided: amounts, currencies, countries, refunds, and mandates."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, invoice, usd
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments import KeepMethod, LineChoice, MethodKind, OpKind, OpStatus, PaymentState, Saved
from lockportal.payments.checking.checks import findings
from lockportal.payments.limits import GatewayLimits
from lockportal.payments.requests import MethodFacts, MethodRef
from payments.sandbox import THERE, open_bank
from payments.test_loose_ends import hook
from payments.test_paying import opened, pay, ties
from payments.tills import DESCRIPTOR, SETTINGS, event, open_shop, seen


@pytest.fixture
def limited(monkeypatch):
    """A shop whose gateway can do less than it might."""
    shops = []

    def made(settings=SETTINGS, **changes):
        methods = tuple(evolve(one, **changes) for one in DESCRIPTOR.methods)
        monkeypatch.setattr("payments.tills.DESCRIPTOR", evolve(DESCRIPTOR, methods=methods))
        shops.append(open_shop("sqlite://", settings=settings))
        return shops[-1]

    yield made
    for shop in shops:
        shop.portal.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"least": usd("100.01")}, "payment.amount"),
        ({"most": usd("99.99")}, "payment.amount"),
        ({"currencies": frozenset({"EUR"})}, "payment.method"),
        ({"operations": frozenset({OpKind.AUTHORIZE})}, "payment.method"),
        ({"kind": MethodKind.PAD}, "payment.method"),
        ({"least": usd(100), "most": usd(100), "currencies": frozenset({"USD"})}, ""),
        ({"least": Money(1_000_00, "EUR"), "countries": frozenset({"CA"})}, ""),
    ],
    ids=str,
)
def test_a_payment_is_begun_within_what_its_gateway_declares(limited, changes, code):
    shop = limited(**changes)
    account, payer, ids = opened(shop, invoice("R-1"))
    if code:
        with pytest.raises(Refused) as refused:
            pay(shop, account, payer, [ids["R-1"]])
        assert (refused.value.code, shop.till.calls) == (code, [])
    else:
        assert pay(shop, account, payer, [ids["R-1"]]).state is PaymentState.PAID


def test_the_narrower_bound_of_the_settings_and_of_the_gateway_holds(limited):
    rules = tuple(evolve(one, most=80) for one in SETTINGS.methods)
    shop = limited(evolve(SETTINGS, methods=rules), most=usd(90), least=usd(20))
    account, payer, ids = opened(shop, invoice("R-1"))
    for refused in ("10.00", "85.00"):
        with pytest.raises(Refused, match=r"payment\.amount"):
            pay(shop, account, payer, [LineChoice(document_id=ids["R-1"], pay=usd(refused))])
    assert pay(shop, account, payer, [LineChoice(document_id=ids["R-1"], pay=usd(80))]).amount == usd(80)


@pytest.mark.parametrize("whole", [True, False])
def test_a_gateway_that_gives_nothing_back_in_part_gives_the_whole(limited, whole):
    shop = limited(partial_refund=not whole)
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]])
    if whole:
        with pytest.raises(Refused, match=r"payment\.refund_whole"):
            shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("40.00"))
    else:
        shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("40.00"))
    assert shop.portal.payments.refund(account, made.payment_id, OTTO).state is PaymentState.REFUNDED
    ties(shop)


def test_after_its_window_a_gateway_is_asked_for_no_refund(limited):
    shop = limited(refund_window=timedelta(days=180))
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.portal.clock.time += timedelta(days=180)
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"))
    shop.portal.clock.time += timedelta(seconds=1)
    with pytest.raises(Refused, match=r"payment\.refund_late"):
        shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"))
    assert [kind for _, kind, _ in shop.till.calls] == [OpKind.SALE, OpKind.REFUND]


@pytest.mark.parametrize("mandate", ["", "m-1"])
def test_a_saved_account_is_debited_only_by_a_mandate_where_its_gateway_needs_one(mandate):
    bank = open_bank("sqlite://", invoice("R-1"))
    ref = MethodRef(ref="fake_ok.ach_debit.x", mandate_ref=mandate)
    facts = MethodFacts(ref=ref, kind=MethodKind.ACH_DEBIT)
    key = bank.payments.methods.add(bank.account, bank.payer, kind=MethodKind.ACH_DEBIT, payer=THERE).method.id
    bank.portal.shell.run(KeepMethod(account_id=bank.account, method_id=key, merchant_account="main", facts=facts), SYSTEM)

    def debit():
        return bank.payments.start(
            bank.account, bank.payer, currency="USD", method=MethodKind.ACH_DEBIT, lines=bank.lines("R-1"), saved_method=key
        )

    if mandate:
        assert debit().state is PaymentState.PROCESSING
    else:
        with pytest.raises(Refused, match=r"method\.no_mandate"):
            debit()
    bank.portal.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"saved": Saved.OFF_SESSION}, ""),
        ({"saved": Saved.ON_SESSION}, "method.not_usable"),
        ({"saved": Saved.OFF_SESSION, "kind": MethodKind.PAD}, "payment.method"),
    ],
    ids=str,
)
def test_a_saved_card_is_charged_with_nobody_there_only_where_its_gateway_does_that(limited, changes, code):
    shop = limited(**changes)
    account, _, ids = opened(shop, invoice("R-1"))
    key = shop.portal.clock.new_id()
    facts = MethodFacts(ref=MethodRef(ref="card_1"), kind=MethodKind.CARD)
    shop.portal.shell.run(KeepMethod(account_id=account, method_id=key, merchant_account="main", facts=facts), SYSTEM)
    lines = [LineChoice(document_id=ids["R-1"])]

    def charge():
        options = {"currency": "USD", "method": MethodKind.CARD, "lines": lines, "saved_method": key}
        return shop.portal.payments.start(account, OTTO, **options)

    if code:
        with pytest.raises(Refused) as refused:
            charge()
        assert (refused.value.code, shop.till.calls) == (code, [])
    else:
        assert charge().state is PaymentState.PAID


def test_what_a_gateway_cannot_do_is_not_asked_of_it(limited):
    shop = limited(operations=frozenset({OpKind.SALE}))
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]])
    with pytest.raises(Refused, match=r"payment\.unsupported"):
        shop.portal.payments.refund(account, made.payment_id, OTTO)
    assert [kind for _, kind, _ in shop.till.calls] == [OpKind.SALE]


@pytest.mark.parametrize(("status", "past_it"), [(OpStatus.UNKNOWN, True), (OpStatus.PENDING, False)])
def test_what_a_gateway_has_told_of_was_received_however_long_it_finds_nothing(limited, status, past_it):
    shop = limited()
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.next = ["before" if status is OpStatus.UNKNOWN else status]
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.till.bank.clear()
    shop.portal.clock.time += timedelta(days=3)
    shop.portal.payments.reconcile(OTTO)
    state = shop.portal.payments.progress(account, made.payment_id, payer).state
    assert state is (PaymentState.FAILED if past_it else PaymentState.PROCESSING)


def test_of_a_gateway_that_is_not_known_nothing_is_forbidden():
    assert not GatewayLimits().knows("main")
    assert GatewayLimits().of("main", MethodKind.CARD) is None


@pytest.mark.parametrize("told", ["parent", "itself"])
def test_a_second_return_that_is_told_by_the_first_ones_id_is_one_of_its_own(limited, told):
    shop = limited()
    account, payer, ids = opened(shop, invoice("R-1"))
    made = pay(shop, account, payer, [ids["R-1"]])
    (sale,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    hook(shop, event("e1", seen(sale.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd("30.00"), ref="back-1")))
    (first,) = (one for one in _read(shop, account, made.payment_id)[1] if one.kind is OpKind.RETURN)
    by = sale.id if told == "parent" else first.id
    for name in ("e2", "e3"):
        hook(shop, event(name, seen(by, OpKind.RETURN, OpStatus.SUCCEEDED, usd("20.00"), ref="back-2")))
    hook(shop, event("e4", seen(first.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd("30.00"), ref="back-1")))
    payment, operations = _read(shop, account, made.payment_id)
    assert sorted(one.amount for one in operations) == [usd("20.00"), usd("30.00"), usd("100.00")]
    assert (payment.totals.back, payment.posted, payment.needs_review) == (50_00, 50_00, False)
    assert {one.parent_id for one in operations} == {None, sale.id}
    ties(shop)


def _read(shop, account, payment_id):
    details = shop.portal.payments.payment(account, payment_id, OTTO)
    return details.payment, details.operations


def test_a_payment_that_says_another_thing_than_the_ledger_is_found(limited):
    shop = limited()
    account, payer, ids = opened(shop, invoice("R-1"))
    payment, operations = _read(shop, account, pay(shop, account, payer, [ids["R-1"]]).payment_id)
    assert findings(payment, operations, {"USD": -100_00}) == []
    for entries in ({}, {"USD": -99_99}, {"USD": -100_00, "EUR": -1}):
        assert [one.check for one in findings(payment, operations, entries)] == ["payments.posted"]
    assert [one.check for one in findings(evolve(payment, unknown=True), operations, {"USD": -100_00})] == ["payments.fold"]
    foreign = evolve(payment, foreign_posted=(Money(7, "EUR"),))
    assert findings(foreign, operations, {"USD": -100_00, "EUR": -7}) == []
    ties(shop)
