"""From a customer's choice over the gateway to the ledger: what is posted, held, refused, and given back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from books import NOON, OTTO, TODAY, account_of, credit_memo, customer, invoice, store, usd
from lockportal.core.actor import Actor, ActorKind, Grant, Right
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings, document_id
from lockportal.payments import CreditChoice, CreditUse, LineChoice, MethodKind, PaymentState
from lockportal.payments.calling import Payer
from lockportal.payments.methods import Idempotency
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.settings import FeeRule, MerchantAccount, MethodRule
from payments.tills import SETTINGS, event, open_shop, seen

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")


def opened(shop, *facts):
    """Store documents of one customer; answer the account, who may pay there, and the ids by number."""
    store(shop.portal, *facts)
    account = account_of(shop.portal)
    payer = customer(account, rights=(Right.VIEW, Right.PAY))
    return account, payer, {fact.number: document_id(account, "books", fact.external_id) for fact in facts}


def pay(shop, account, payer, lines=(), *, key="k1", method=MethodKind.CARD, **options):
    choices = tuple(one if isinstance(one, LineChoice) else LineChoice(document_id=one) for one in lines)
    return shop.portal.payments.start(
        account, payer, key=key, currency="USD", method=method, lines=choices, payer=THERE, **options
    )


def balance(shop, account, key):
    return shop.portal.documents.get(account, key, OTTO).document.balance


def position(shop, account):
    found = shop.portal.ledger.position(account, OTTO)
    return found[0].balance if found else usd("0")


def ties(shop):
    assert shop.portal.verify(OTTO) == ()


def test_several_invoices_are_paid_at_once_one_in_part(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"), invoice("R-3", "30.00"))
    lines = (LineChoice(document_id=ids["R-1"]), LineChoice(document_id=ids["R-2"], pay=usd("20.00")))
    quote = shop.portal.payments.quote(account, payer, currency="USD", method=MethodKind.CARD, lines=lines)
    assert (quote.amount, quote.left) == (usd("120.00"), usd("30.00"))
    assert position(shop, account) == usd("180.00"), "a quote moves nothing"
    made = pay(shop, account, payer, lines, expected=quote.amount)
    assert made.state is PaymentState.PAID
    assert [balance(shop, account, ids[n]) for n in ("R-1", "R-2", "R-3")] == [usd("0"), usd("30.00"), usd("30.00")]
    assert [money for _, _, money in shop.till.calls] == [usd("120.00")]
    ties(shop)


def test_the_same_key_again_answers_alike_and_charges_nothing_more(shop):
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2"))
    first = pay(shop, account, payer, [ids["R-1"]])
    assert pay(shop, account, payer, [ids["R-1"]]) == first
    assert len(shop.till.bank) == 1
    with pytest.raises(Conflict, match=r"key\.reused"):
        pay(shop, account, payer, [ids["R-2"]])


def test_what_is_under_way_cannot_be_paid_again(shop):
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-1"]], method=MethodKind.ACH_DEBIT)
    assert made.state is PaymentState.PROCESSING
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [ids["R-1"]], key="k2")
    (operation,) = shop.till.bank
    shop.till.set(operation, OpStatus.SUCCEEDED)
    assert shop.portal.payments.reconcile(OTTO) == 1
    assert balance(shop, account, ids["R-1"]) == usd("0")
    ties(shop)


def test_a_decline_says_what_to_do_and_frees_the_invoice(shop):
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.next = [OpStatus.FAILED]
    made = pay(shop, account, payer, [ids["R-1"]])
    assert made.state is PaymentState.FAILED
    assert made.decline.advice == "other_method"
    assert pay(shop, account, payer, [ids["R-1"]], key="k2").state is PaymentState.PAID
    ties(shop)


@pytest.mark.parametrize(("fault", "charged"), [("before", 0), ("after", 1), ("garbage", 1)])
def test_an_unknown_outcome_holds_the_balance_until_the_gateway_tells(shop, fault, charged):
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.next = [fault]
    made = pay(shop, account, payer, [ids["R-1"]])
    assert (made.state, made.unknown, len(shop.till.bank)) == (PaymentState.PROCESSING, True, charged)
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [ids["R-1"]], key="k2")
    shop.portal.clock.time = NOON + timedelta(hours=2)
    shop.portal.tick()
    state = shop.portal.payments.progress(account, made.payment_id, payer)
    assert (state.state, state.unknown) == ((PaymentState.PAID if charged else PaymentState.FAILED), False)
    assert len({operation for operation, _, _ in shop.till.calls}) == 1, "never a new key"
    ties(shop)


def test_what_was_never_sent_fails_at_once_and_can_be_tried_again(shop):
    account, payer, ids = opened(shop, invoice("R-1"))
    shop.till.next = ["not_sent"]
    assert pay(shop, account, payer, [ids["R-1"]]).state is PaymentState.FAILED
    shop.till.next = ["rejected"]
    assert pay(shop, account, payer, [ids["R-1"]], key="k2").state is PaymentState.FAILED
    assert pay(shop, account, payer, [ids["R-1"]], key="k3").state is PaymentState.PAID


def test_credit_goes_first_and_the_rest_is_charged(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), credit_memo("C-1", "30.00"))
    made = pay(shop, account, payer, [ids["R-1"]], credits=(CreditChoice(credit_id=ids["C-1"]),))
    assert made.amount == usd("70.00")
    assert (balance(shop, account, ids["R-1"]), balance(shop, account, ids["C-1"])) == (usd("0"), usd("0"))
    ties(shop)


def test_only_credit_needs_no_gateway(shop):
    account, payer, ids = opened(shop, invoice("R-1", "20.00"), credit_memo("C-1", "30.00"))
    made = pay(shop, account, payer, [ids["R-1"]], credits=(CreditChoice(credit_id=ids["C-1"]),))
    assert (made.state, made.amount, shop.till.calls) == (PaymentState.PAID, usd("0"), [])
    assert balance(shop, account, ids["C-1"]) == usd("-10.00")
    ties(shop)


def test_money_on_account_stands_as_credit_and_pays_later(shop):
    account, payer, ids = opened(shop, invoice("R-1", "40.00"))
    made = pay(shop, account, payer, on_account=usd("60.00"))
    assert made.state is PaymentState.PAID
    (credit,) = shop.portal.payments.credits(account, payer)
    assert credit.amount == usd("60.00")
    assert pay(shop, account, payer, [ids["R-1"]], key="k2", credits=(CreditChoice(credit_id=credit.id),)).amount == usd("0")
    assert position(shop, account) == usd("-20.00")
    ties(shop)


def test_a_discount_is_earned_and_goes_with_the_money_when_it_comes_back(database_url):
    terms = Terms("2-10", net_days=30, discounts=(Discount(Decimal(2), 10),))
    shop = open_shop(database_url, others=(DocumentsSettings(terms={"2-10": terms}),))
    account, payer, ids = opened(shop, invoice("R-1", "100.00", issued=-5, due=25, terms="2-10"))
    made = pay(shop, account, payer, [ids["R-1"]])
    assert made.amount == usd("98.00")
    assert balance(shop, account, ids["R-1"]) == usd("0")
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("49.00"), key="r1")
    assert balance(shop, account, ids["R-1"]) == usd("50.00"), "half of the discount is lost with half of the money"
    shop.portal.payments.refund(account, made.payment_id, OTTO, key="r2")
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    ties(shop)
    shop.portal.close()


def test_a_fee_is_charged_beside_the_documents_and_refunded_in_proportion(database_url):
    fee = FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal("2.5"), fixed=Decimal("0.30"), cap=Decimal(10))
    shop = open_shop(database_url, settings=evolve(SETTINGS, fees=(fee,)))
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    assert made.amount == usd("102.80")
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("51.40"), key="r1")
    assert balance(shop, account, ids["R-1"]) == usd("50.00")
    assert position(shop, account) == usd("50.00")
    ties(shop)
    shop.portal.close()


def test_two_equal_refunds_are_two_and_more_than_was_taken_is_refused(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    for key in ("r1", "r2"):
        shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("40.00"), key=key)
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("40.00"), key="r2")
    assert balance(shop, account, ids["R-1"]) == usd("80.00")
    with pytest.raises(Refused, match=r"payment\.not_refundable"):
        shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("20.01"), key="r3")
    assert sum(kind is OpKind.REFUND for kind, _, _ in shop.till.bank.values()) == 2
    ties(shop)


def test_an_authorized_payment_is_captured_in_parts_and_the_rest_given_up(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, OTTO, [ids["R-1"]], authorize=True)
    assert (made.state, balance(shop, account, ids["R-1"])) == (PaymentState.AUTHORIZED, usd("100.00"))
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [ids["R-1"]], key="k2")
    service = shop.portal.payments
    assert service.capture(account, made.payment_id, OTTO, money=usd("60.00"), key="c1").state is PaymentState.PARTLY_PAID
    assert balance(shop, account, ids["R-1"]) == usd("40.00")
    service.void(account, made.payment_id, OTTO, key="v1")
    assert pay(shop, account, payer, [ids["R-1"]], key="k3").amount == usd("40.00")
    ties(shop)


def test_a_customer_authorizes_nothing(shop):
    account, payer, ids = opened(shop, invoice("R-1"))
    link = holder(account, ids["R-1"], payer)
    for by in (payer, link):
        with pytest.raises(Denied, match=r"actor\.denied"):
            pay(shop, account, by, [ids["R-1"]], authorize=True)
    assert shop.till.calls == []


def holder(account, document, payer, name="link"):
    """Somebody who came by a link to one document, which was sent to the payer."""
    grants = (Grant(account, payer.grants[0].contact_id, frozenset({Right.VIEW, Right.PAY})),)
    return Actor(kind=ActorKind.HOLDER, id=name, document_id=document, grants=grants)


def test_a_refund_takes_a_capture_that_has_so_much_left(shop):
    account, _, ids = opened(shop, invoice("R-1", "100.00"))
    made, service = pay(shop, account, OTTO, [ids["R-1"]], authorize=True), shop.portal.payments
    for name, minor in (("c1", "70.00"), ("c2", "30.00")):
        service.capture(account, made.payment_id, OTTO, money=usd(minor), key=name)
    captures = service.payment(account, made.payment_id, OTTO).payment.operations[1:]
    with pytest.raises(Refused, match=r"payment\.not_refundable.*at most USD 70\.00"):
        service.refund(account, made.payment_id, OTTO)
    shop.till.next = [OpStatus.PENDING]
    for name, minor in (("r1", "50.00"), ("r2", "30.00"), ("r3", "20.00")):
        service.refund(account, made.payment_id, OTTO, money=usd(minor), key=name)
        if name == "r1":
            with pytest.raises(Refused, match=r"at most USD 30\.00"):
                service.refund(account, made.payment_id, OTTO, money=usd("31.00"), key="much")
    refunds = [one for one in service.payment(account, made.payment_id, OTTO).operations if one.kind is OpKind.REFUND]
    assert {one.amount: one.parent_id for one in refunds} == {
        usd("50.00"): captures[0],
        usd("30.00"): captures[1],
        usd("20.00"): captures[0],
    }
    ties(shop)


def test_what_is_left_to_do_is_told_to_whoever_began_it_or_may_pay(shop):
    account, payer, ids = opened(shop, invoice("R-1"), invoice("R-2", "50.00"))
    shop.till.default = OpStatus.ACTION_REQUIRED
    colleague, reader = (
        evolve(payer, grants=(Grant(account, shop.portal.clock.new_id(), frozenset(rights)),))
        for rights in ({Right.VIEW, Right.PAY}, {Right.VIEW})
    )
    link, other = holder(account, ids["R-1"], payer), holder(account, ids["R-1"], payer, "other link")
    made = pay(shop, account, payer, [ids["R-1"]])
    service = shop.portal.payments
    assert made.next_action.url == "https://till.test/pay"
    for by, knows in ((payer, True), (colleague, True), (OTTO, True), (reader, False)):
        assert (service.progress(account, made.payment_id, by).next_action is not None) is knows
        shown = service.payment(account, made.payment_id, by)
        if by is not OTTO:
            assert (shown.payment.contact_id, shown.payment.method_id) == (None, None)
            assert {
                (one.payer, one.gateway_ref, *(seen.gateway_ref for seen in one.observations)) for one in shown.operations
            } == {(None, "", "", "")}
    assert service.progress(account, made.payment_id, link).next_action is None
    assert service.complete(account, made.payment_id, link, {}).next_action is None
    assert service.payment(account, made.payment_id, link).operations[0].payer is None
    waiting = pay(shop, account, payer, [ids["R-2"]], key="k3")
    with pytest.raises(NotFound, match=r"payment\.not_found"):
        service.progress(account, waiting.payment_id, link)
    shop.till.set(service.payment(account, made.payment_id, OTTO).operations[0].id, OpStatus.FAILED)
    service.complete(account, made.payment_id, payer, {})
    own = pay(shop, account, link, [ids["R-1"]], key="k2")
    assert own.next_action == service.progress(account, own.payment_id, link).next_action is not None
    assert service.progress(account, own.payment_id, other).next_action is None


def returned(shop, account, made, name="e-1", kind=OpKind.RETURN, money=None):
    """Let the bank take a payment back, by webhook."""
    details = shop.portal.payments.payment(account, made.payment_id, OTTO)
    operation = details.operations[0]
    told = seen(operation.id, kind, OpStatus.SUCCEEDED, money or operation.amount, ref=f"{kind}-{name}", event=name)
    hook(shop, event(name, told))


def hook(shop, *events, secret="s2"):
    from lockportal.payments.ports import WebhookRequest

    shop.till.events = [tuple(events)]
    return shop.portal.payments.receive("main", WebhookRequest(headers={"secret": secret}, body=b"{}", received_at=NOON))


def test_a_returned_debit_reopens_the_invoice_once(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]], method=MethodKind.ACH_DEBIT)
    for _ in range(2):
        returned(shop, account, made)
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.REVERSED
    ties(shop)


def test_a_chargeback_that_is_won_counts_once_whichever_operation_it_is_told_of(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    returned(shop, account, made, "e-1", OpKind.CHARGEBACK)
    sale, back = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    for name, parent in (("e-2", back), ("e-3", sale)):
        told = seen(parent.id, OpKind.REINSTATEMENT, OpStatus.SUCCEEDED, usd("100.00"), ref="won", event=name)
        hook(shop, event(name, told))
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.PAID
    assert balance(shop, account, ids["R-1"]) == usd("0")
    assert shop.portal.payments.payments(OTTO, review=True).items == ()
    ties(shop)


def test_without_a_payer_nothing_goes_to_a_gateway(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    with pytest.raises(Refused, match=r"payment\.payer_missing"):
        shop.portal.payments.start(
            account, payer, currency="USD", method=MethodKind.CARD, lines=[LineChoice(document_id=ids["R-1"])]
        )
    assert shop.till.calls == []


def test_a_chargeback_that_is_won_pays_again(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    returned(shop, account, made, "e-1", OpKind.CHARGEBACK)
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    returned(shop, account, made, "e-2", OpKind.REINSTATEMENT)
    assert balance(shop, account, ids["R-1"]) == usd("0")
    ties(shop)


def test_a_webhook_before_our_own_answer_and_a_foreign_one_are_kept_and_applied_when_they_can_be(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = ["after"]
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    told = seen(None, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"), ref=f"till-{operation}", event="early")
    hook(shop, event("early", told))
    assert shop.portal.payments.progress(account, made.payment_id, payer).unknown, "the reference is not known yet"
    shop.portal.payments.reconcile(OTTO)
    shop.portal.clock.time = NOON + timedelta(minutes=1)
    shop.portal.tick()
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.PAID
    assert position(shop, account) == usd("0")
    ties(shop)


def test_another_amount_than_was_asked_is_posted_and_flagged(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    hook(shop, event("odd", seen(operation, OpKind.SALE, OpStatus.SUCCEEDED, usd("99.00"), event="odd")))
    (row,) = shop.portal.payments.payments(OTTO, review=True).items
    assert row.id == made.payment_id
    assert balance(shop, account, ids["R-1"]) == usd("1.00")
    shop.portal.payments.review(account, made.payment_id, "The bank says 99.00; asked them.", OTTO)
    assert shop.portal.payments.payments(OTTO, review=True).items == ()
    assert balance(shop, account, ids["R-1"]) == usd("1.00")
    ties(shop)


def test_a_late_failure_downgrades_nothing_but_is_looked_at(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    hook(shop, event("late", seen(operation, OpKind.SALE, OpStatus.FAILED, usd("100.00"), event="late")))
    state = shop.portal.payments.progress(account, made.payment_id, payer)
    assert state.state is PaymentState.PAID
    assert balance(shop, account, ids["R-1"]) == usd("0")
    assert len(shop.portal.payments.payments(OTTO, review=True).items) == 1


def test_money_that_came_by_cheque_is_recorded_and_what_is_left_stands_as_credit(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    lines = (LineChoice(document_id=ids["R-1"]),)
    given = {"money": usd("120.00"), "received_on": TODAY, "method": MethodKind.CHEQUE, "lines": lines, "reference": "4711"}
    shop.portal.payments.record(account, OTTO, **given, key="q")
    shop.portal.payments.record(account, OTTO, **given, key="q")
    assert position(shop, account) == usd("-20.00")
    with pytest.raises(Denied):
        shop.portal.payments.record(account, payer, **given)
    ties(shop)


def test_staff_apply_credit_and_take_it_off_again(shop):
    account, _, ids = opened(shop, invoice("R-1", "100.00"), credit_memo("C-1", "30.00"))
    use = CreditUse(credit_id=ids["C-1"], document_id=ids["R-1"], amount=usd("30.00"))
    shop.portal.payments.apply(account, [use], OTTO)
    assert balance(shop, account, ids["R-1"]) == usd("70.00")
    with pytest.raises(Refused, match=r"credit\.spent"):
        shop.portal.payments.apply(account, [evolve(use, amount=usd("0.01"))], OTTO)
    shop.portal.payments.unapply(account, evolve(use, amount=usd("10.00")), OTTO)
    assert (balance(shop, account, ids["R-1"]), balance(shop, account, ids["C-1"])) == (usd("80.00"), usd("-10.00"))
    with pytest.raises(Refused, match=r"credit\.not_applied"):
        shop.portal.payments.unapply(account, evolve(use, amount=usd("20.01")), OTTO)
    ties(shop)


@pytest.mark.parametrize("later", ["not_sent", "rejected", "before"])
def test_the_same_button_again_after_a_lost_answer_fails_nothing(shop, later):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = ["lost"]
    made = pay(shop, account, payer, [ids["R-1"]])
    assert made.unknown
    (operation,) = shop.till.bank
    done = shop.till.bank.pop(operation)  # the gateway is at it still
    shop.till.next = [later]
    again = pay(shop, account, payer, [ids["R-1"]])
    assert again.unknown, "only the gateway can tell"
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [ids["R-1"]], key="k2")
    shop.till.bank[operation] = done
    shop.portal.payments.reconcile(OTTO)
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.PAID
    ties(shop)


def test_a_gateway_that_does_not_know_its_keys_again_is_asked_and_not_told_twice(shop, monkeypatch):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    able = shop.portal.payments.gateways.merchant("main").descriptor.methods
    forgetful = tuple(evolve(one, idempotency=Idempotency.NONE) for one in able)
    merchant = shop.portal.payments.gateways.merchant("main")
    known = {"main": evolve(merchant, descriptor=evolve(merchant.descriptor, methods=forgetful))}
    monkeypatch.setattr(shop.portal.payments.gateways, "_merchants", known)
    shop.till.next = ["after"]
    assert pay(shop, account, payer, [ids["R-1"]]).unknown
    assert pay(shop, account, payer, [ids["R-1"]]).state is PaymentState.PAID
    assert len(shop.till.calls) == 1


def test_a_refund_at_the_gateways_own_desk_is_an_operation_of_its_own(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    for name in ("d-1", "d-2"):
        told = seen(operation, OpKind.REFUND, OpStatus.SUCCEEDED, usd("40.00"), ref="re-1", event=name)
        hook(shop, event(name, told))
    assert balance(shop, account, ids["R-1"]) == usd("40.00")
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.PARTLY_REFUNDED
    with pytest.raises(Refused, match=r"payment\.not_refundable"):
        shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("60.01"), key="r")
    ties(shop)


def test_a_refund_of_ours_that_is_told_of_the_sale_is_counted_once(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    (sale,) = shop.till.bank
    shop.till.next = ["after"]
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd("40.00"), key="r")
    hook(shop, event("e", seen(sale, OpKind.REFUND, OpStatus.SUCCEEDED, usd("40.00"), ref="re-1", event="e")))
    assert balance(shop, account, ids["R-1"]) == usd("40.00")
    ties(shop)


def test_each_observation_of_a_parked_event_is_applied(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = ["after"]
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    sold = seen(None, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"), ref=f"till-{operation}", event="e")
    back = seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("100.00"), ref="rt", event="e", parent=f"till-{operation}")
    hook(shop, event("e" * 255, sold, back))
    shop.portal.payments.reconcile(OTTO)
    shop.portal.clock.time = NOON + timedelta(minutes=1)
    shop.portal.tick()
    assert shop.portal.payments.progress(account, made.payment_id, payer).state is PaymentState.REVERSED
    assert balance(shop, account, ids["R-1"]) == usd("100.00")
    ties(shop)


def test_what_is_won_again_but_never_went_is_no_money(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    returned(shop, account, made, "odd", OpKind.REFUND_REVERSAL)
    assert position(shop, account) == usd("0")
    assert len(shop.portal.payments.payments(OTTO, review=True).items) == 1
    ties(shop)


def test_a_chargeback_in_another_currency_is_looked_at_and_not_posted(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    returned(shop, account, made, "eur", OpKind.CHARGEBACK, money=Money(9200, "EUR"))
    assert balance(shop, account, ids["R-1"]) == usd("0")
    assert len(shop.portal.payments.payments(OTTO, review=True).items) == 1


def test_what_is_doubtful_is_held_until_a_person_has_looked(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = shop.till.bank
    hook(shop, event("odd", seen(operation, OpKind.SALE, OpStatus.SUCCEEDED, usd("99.00"), event="odd")))
    with pytest.raises(Refused, match=r"payment\.under_way"):
        pay(shop, account, payer, [ids["R-1"]], key="k2")
    shop.portal.payments.review(account, made.payment_id, "It is the bank's charge; recorded by hand.", OTTO)
    shop.till.default = OpStatus.SUCCEEDED
    assert pay(shop, account, payer, [ids["R-1"]], key="k3").state is PaymentState.PAID


def test_a_customer_reads_of_a_payment_what_concerns_them(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = [OpStatus.FAILED]
    made = pay(shop, account, payer, [ids["R-1"]])
    theirs, ours = (shop.portal.payments.payment(account, made.payment_id, by) for by in (payer, OTTO))
    assert theirs.exchanges == ()
    assert theirs.operations[0].merged.decline.raw_message == ""
    assert ours.operations[0].merged.decline.raw_message == "51: no funds"
    assert [one.outcome for one in ours.exchanges] == ["answered"]


def test_rules_for_several_currencies_are_told_apart(database_url):
    rules = (
        MethodRule(method=MethodKind.CARD, merchant_account="main", currencies=frozenset({"EUR"})),
        MethodRule(method=MethodKind.CARD, merchant_account="other"),
    )
    accounts = {name: MerchantAccount(gateway="till") for name in ("main", "other")}
    shop = open_shop(database_url, settings=evolve(SETTINGS, merchants=accounts, methods=rules))
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.merchant_account == "other"
    shop.portal.close()
