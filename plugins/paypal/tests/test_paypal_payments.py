"""Payments beyond the contract: PayPal's amounts, payers who come back or do not, answers that were lost."""

from datetime import timedelta

import pytest
from attrs import evolve
from lockportal_paypal import DESCRIPTOR
from lockportal_paypal.stub import payments
from paypal_ground import NOW, back, fetch, follow, order_id, paid, sale, saved, status, world

from lockportal.clock import SystemClock
from lockportal.core.money import Money
from lockportal.payments import DeclineCode, MethodKind, OpKind, OpStatus
from lockportal.payments.errors import OutcomeUnknown, RequestRejected, Unsupported
from lockportal.payments.ports import (
    CompleteRequest,
    Found,
    Intent,
    OperationRef,
)
from lockportal.testing.bench import StillClock
from lockportal.testing.gateways import Fault

# amounts


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_whole_amounts_of_currencies_without_decimals_are_written_without_them(currency, paypal):
    stub, _, gateway = paypal
    request = sale(money=Money(1200_00, currency))
    paid(stub, gateway, request)
    (order,) = stub.books.orders.values()
    assert order["purchase_units"][0]["amount"] == {"currency_code": currency, "value": "1200"}
    assert stub.moved() == [request.money]


def test_a_part_of_a_forint_is_refused_before_paypal_hears_of_it(paypal):
    stub, _, gateway = paypal
    before = len(stub.asked)
    with pytest.raises(RequestRejected, match="decimals"):
        gateway.start(sale(money=Money(1200_50, "HUF")))
    assert len(stub.asked) == before


def test_a_currency_of_three_digits_is_unsupported(paypal):
    with pytest.raises(Unsupported):
        paypal[2].start(sale(money=Money(1000, "KWD")))


def test_paypal_would_take_more_than_was_authorized_and_is_not_asked_to(paypal):
    stub, _, gateway = paypal
    promised = paid(stub, gateway, sale(intent=Intent.AUTHORIZE))
    before = len(stub.asked)
    with pytest.raises(RequestRejected):
        gateway.capture(follow(promised, promised.money.minor + 1))
    assert len(stub.asked) == before


# the payer


def test_a_payer_who_cancels_finds_the_way_on(paypal):
    stub, _, gateway = paypal
    request = sale()
    begun = gateway.start(request)
    where = stub.choose(order_id(begun), "cancel")
    assert where.startswith("http://127.0.0.1:8000/cancelled?token=")
    again = back(gateway, request, begun)
    assert (status(again), again.next_action) == (OpStatus.ACTION_REQUIRED, begun.next_action)
    assert not stub.moved()


def test_a_payer_whose_bank_said_no_may_not_be_captured_behind_their_back(paypal):
    stub, _, gateway = paypal
    request = sale()
    begun = gateway.start(request)
    stub.choose(order_id(begun), "declined")
    told = back(gateway, request, begun)
    assert (status(told), told.decline.code, told.decline.raw_code) == (
        OpStatus.FAILED,
        DeclineCode.DECLINED,
        "INSTRUMENT_DECLINED",
    )
    asked = fetch(gateway, request, OpKind.SALE, ref=begun.observations[0].gateway_ref)
    assert status(asked) is not OpStatus.SUCCEEDED
    assert not stub.moved()


def test_what_was_approved_is_taken_when_the_payer_is_back_and_asking_takes_nothing(paypal):
    stub, _, gateway = paypal
    request = sale()
    begun = gateway.start(request)
    stub.choose(order_id(begun))
    ref = begun.observations[0].gateway_ref
    assert status(fetch(gateway, request, OpKind.SALE, ref=ref)) is OpStatus.ACTION_REQUIRED
    assert not stub.moved()
    assert status(back(gateway, request, begun)) is OpStatus.SUCCEEDED
    assert status(back(gateway, request, begun)) is OpStatus.SUCCEEDED
    assert stub.moved() == [request.money]


def test_the_token_in_an_address_finds_a_lost_order_but_never_another_ones(paypal):
    stub, _, gateway = paypal
    mine, theirs = sale(), sale()
    orders = [order_id(gateway.start(one)) for one in (mine, theirs)]
    for one in orders:
        stub.choose(one)
    lost = CompleteRequest(operation_id=mine.operation_id, gateway_ref="", money=mine.money, params={"token": orders[1]})
    assert gateway.complete(lost).observations == ()
    assert gateway.complete(evolve(lost, params={"token": "../../v1/oauth2/token"})).observations == ()
    assert gateway.complete(evolve(lost, params={})).observations == ()
    assert not stub.moved()
    assert status(gateway.complete(evolve(lost, params={"token": orders[0]}))) is OpStatus.SUCCEEDED


def test_an_echeck_is_pending_until_the_bank_has_paid(paypal):
    stub, _, gateway = paypal
    for well, became in ((True, OpStatus.SUCCEEDED), (False, OpStatus.FAILED)):
        request = sale()
        begun = gateway.start(request)
        stub.choose(order_id(begun), "echeck")
        waits = back(gateway, request, begun)
        assert (status(waits), waits.next_action) == (OpStatus.PENDING, None)
        ref = waits.observations[0].gateway_ref
        payments.settle(stub.books, stub.books.captures[ref], well=well)
        assert status(fetch(gateway, request, OpKind.SALE, ref=ref)) is became
        assert (
            status(gateway.complete(CompleteRequest(operation_id=request.operation_id, gateway_ref=ref, money=request.money)))
            is became
        )


def test_the_name_of_the_supplier_and_the_language_are_shown_to_the_payer(tmp_path):
    with world(tmp_path, brand_name="Harbour Supplies") as (stub, _, gateway):
        gateway.start(sale(locale="fr"))
        (order,) = stub.books.orders.values()
        assert (order["_pages"]["brand_name"], order["_pages"]["locale"]) == ("Harbour Supplies", "fr-FR")


# answers that were lost


def test_a_capture_and_a_refund_whose_answers_were_lost_are_found_by_their_marks(paypal):
    stub, proxy, gateway = paypal
    promised = paid(stub, gateway, sale(intent=Intent.AUTHORIZE))
    capture = follow(promised, 60_00)
    proxy.fail(Fault.CUT_AFTER)
    with pytest.raises(OutcomeUnknown):
        gateway.capture(capture)
    found = fetch(gateway, capture, OpKind.CAPTURE, promised)
    assert (found.found, status(found), found.observations[0].money) == (Found.FOUND, OpStatus.SUCCEEDED, capture.money)
    taken = OperationRef(operation_id=capture.operation_id, gateway_ref=found.observations[0].gateway_ref, money=capture.money)
    refund = follow(taken, 10_00)
    assert fetch(gateway, refund, OpKind.REFUND, taken).found is Found.NOT_FOUND
    proxy.fail(Fault.CUT_AFTER)
    with pytest.raises(OutcomeUnknown):
        gateway.refund(refund)
    assert status(fetch(gateway, refund, OpKind.REFUND, taken)) is OpStatus.SUCCEEDED
    assert status(gateway.refund(refund)) is OpStatus.SUCCEEDED
    assert stub.moved() == [capture.money, refund.money]


def test_a_void_whose_answer_was_lost_is_seen_at_its_authorization(paypal):
    stub, proxy, gateway = paypal
    promised = paid(stub, gateway, sale(intent=Intent.AUTHORIZE))
    void = follow(promised, promised.money.minor)
    assert fetch(gateway, void, OpKind.VOID, promised).found is Found.NOT_FOUND
    proxy.fail(Fault.CUT_AFTER)
    with pytest.raises(OutcomeUnknown):
        gateway.void(void)
    assert status(fetch(gateway, void, OpKind.VOID, promised)) is OpStatus.SUCCEEDED


def test_a_debit_whose_answer_was_lost_is_found_by_the_search_of_transactions(tmp_path):
    with world(tmp_path, SystemClock(), transaction_search=True) as (stub, proxy, gateway):
        method = saved(stub, gateway)
        request = sale(method=method, off_session=True)
        proxy.fail(Fault.CUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            gateway.start(request)
        assert status(fetch(gateway, request, OpKind.SALE)) is OpStatus.SUCCEEDED
        assert fetch(gateway, sale(), OpKind.SALE).found is Found.CANNOT_TELL
        stub.search_allowed = False
        assert fetch(gateway, request, OpKind.SALE).found is Found.CANNOT_TELL


def test_an_order_that_paypal_forgot_is_over_after_days_and_not_before(tmp_path):
    class Later(SystemClock):
        ahead = timedelta(0)

        def now(self):
            return super().now() + self.ahead

    clock = Later()
    with world(tmp_path, clock) as (stub, _, gateway):
        request = sale()
        ref = gateway.start(request).observations[0].gateway_ref
        stub.books.orders.clear()
        assert fetch(gateway, request, OpKind.SALE, ref=ref).found is Found.CANNOT_TELL
        clock.ahead = timedelta(days=5)
        gone = fetch(gateway, request, OpKind.SALE, ref=ref)
        assert (status(gone), gone.observations[0].decline.code) == (OpStatus.CANCELED, DeclineCode.EXPIRED)


def test_a_key_that_paypal_has_forgotten_is_no_longer_one(tmp_path):
    clock = StillClock(time=NOW)
    with world(tmp_path, clock) as (stub, _, gateway):
        request = sale()
        gateway.start(request)
        clock.advance(timedelta(hours=5))
        gateway.start(request)
        assert len(stub.books.orders) == 1
        clock.advance(timedelta(hours=2))
        gateway.start(request)  # which is why lockportal does not send it again by then
        assert len(stub.books.orders) == 2
        assert DESCRIPTOR.method(MethodKind.PAYPAL).idempotency_window == timedelta(hours=6)
