"""Payments by card and by debit, from the first try to what comes back months later: webhooks and asking come to the same."""

from datetime import timedelta
from itertools import permutations

import pytest
from lockportal_stripe.stub import after, intents
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import DEBITS, SCRIPTS
from stripe_ground import ACH, CARD, PAD, SEPA, desk_of, gateway_of, happened, same

from lockportal.clock import SystemClock
from lockportal.core.money import Money
from lockportal.payments import Advice, DeclineCode, NextKind, OpKind, OpStatus
from lockportal.payments.errors import Unsupported
from lockportal.payments.folding import merged
from lockportal.payments.ports import FetchRequest, Found, Intent, OperationRef
from lockportal.testing.gateways.trial import new_id, start_request


def test_a_card_that_was_declined_on_the_page_may_be_followed_by_one_that_is_not(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id, "insufficient_funds")
    waiting = desk.known(request)
    assert waiting.status is OpStatus.ACTION_REQUIRED
    assert waiting.decline.code is DeclineCode.INSUFFICIENT_FUNDS
    assert desk.told(request).status is OpStatus.ACTION_REQUIRED
    desk.payer.pay(request.operation_id)
    for known in (desk.known(request), desk.told(request)):
        assert (known.status, known.conflict) == (OpStatus.SUCCEEDED, False)
    assert same(desk.known(request), desk.told(request))
    failed, succeeded = desk.stub.books().of("charge")[::-1]
    assert desk.known(request).gateway_ref == succeeded["id"] != failed["id"]


def test_a_card_whose_bank_asks_is_charged_when_its_holder_answered(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id, "three_d_secure")
    assert desk.known(request).status is OpStatus.ACTION_REQUIRED
    desk.payer.authenticate(request.operation_id)
    assert desk.known(request).status is OpStatus.SUCCEEDED
    assert same(desk.known(request), desk.told(request))


def test_a_card_whose_holder_did_not_answer_may_be_tried_again(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id, "three_d_secure")
    desk.payer.authenticate(request.operation_id, passed=False)
    known = desk.known(request)
    assert (known.status, known.decline.code) == (OpStatus.ACTION_REQUIRED, DeclineCode.AUTHENTICATION_FAILED)
    desk.payer.leave(request.operation_id)
    assert desk.known(request).status is desk.told(request).status is OpStatus.FAILED
    assert desk.known(request).decline.code is DeclineCode.AUTHENTICATION_FAILED


@pytest.mark.parametrize("capability", [CARD, ACH])
def test_a_page_that_is_left_open_is_closed_by_a_void_and_nobody_can_pay_there(desk, capability):
    request, _ = desk.begun(capability)
    tried = capability is CARD
    if tried:
        desk.payer.pay(request.operation_id, "insufficient_funds")  # then it has an intent, which cannot be canceled by itself
    left = OperationRef(operation_id=request.operation_id, gateway_ref=desk.known(request).gateway_ref, money=request.money)
    void, closed = desk.follow(OpKind.VOID, left, operation_id=new_id())
    assert [(one.kind, one.status, one.operation_id) for one in closed.observations] == [
        (OpKind.VOID, OpStatus.SUCCEEDED, void.operation_id)
    ]
    assert desk.known(request).status is (OpStatus.FAILED if tried else OpStatus.CANCELED)
    assert same(desk.known(request), desk.told(request))
    with pytest.raises(Refusal):
        desk.payer.pay(request.operation_id)
    assert desk.stub.books().moved == []


def test_a_page_that_nobody_used_is_called_off(desk):
    request, _ = desk.begun()
    desk.payer.leave(request.operation_id)
    known = desk.known(request)
    assert (known.status, known.decline.code) == (OpStatus.CANCELED, DeclineCode.EXPIRED)
    assert same(known, desk.told(request))


@pytest.mark.parametrize("word", sorted(set(SCRIPTS) - {"three_d_secure"}))
def test_whatever_a_saved_card_does_answer_asking_and_webhooks_say_alike(desk, word):
    method = desk.saved(word=word)
    request, result = desk.begun(method=method, off_session=True)
    answered = merged(request.money, result.observations)
    assert answered.status is (OpStatus.SUCCEEDED if word == "ok" else OpStatus.FAILED)
    assert same(answered, desk.known(request))
    assert same(answered, desk.told(request))
    if word != "ok":
        assert result.decline.code not in {DeclineCode.OTHER, DeclineCode.EXPIRED}
        assert result.decline == answered.decline == desk.told(request).decline
        assert result.decline.network_code == SCRIPTS[word].network_code


@pytest.mark.parametrize("capability", [ACH, SEPA, PAD], ids=lambda one: one.kind)
@pytest.mark.parametrize("word", sorted(set(DEBITS) - {"micro_deposits", "blocked"}))
def test_a_debit_is_pending_until_its_bank_answers(desk, capability, word):
    request, _ = desk.begun(capability)
    desk.payer.pay(request.operation_id, word)
    for known in (desk.known(request), desk.told(request)):
        assert known.status is OpStatus.PENDING
    desk.payer.settle(request.operation_id)
    known = desk.known(request)
    assert known.status is (OpStatus.SUCCEEDED if word == "ok" else OpStatus.FAILED)
    assert same(known, desk.told(request))
    assert desk.told(request).decline == known.decline
    assert word == "ok" or known.decline.network_code == DEBITS[word].network_code


def test_a_debit_that_stripe_does_not_begin_may_be_tried_with_another_account(desk):
    request, _ = desk.begun(ACH)
    desk.payer.pay(request.operation_id, "blocked")
    known = desk.known(request)
    assert (known.status, known.decline.advice) == (OpStatus.ACTION_REQUIRED, Advice.NEVER)
    desk.payer.pay(request.operation_id)
    desk.payer.settle(request.operation_id)
    assert same(desk.known(request), desk.told(request))
    assert not desk.known(request).conflict


def test_small_deposits_are_asked_for_and_then_the_debit_begins(desk):
    request, _ = desk.begun(ACH)
    desk.payer.pay(request.operation_id, "micro_deposits")
    result = desk.complete(request)
    assert result.next_action.kind is NextKind.MICRO_DEPOSITS
    assert result.next_action.url.startswith(desk.stub.url + "/verify/pi_")
    assert desk.known(request).status is desk.told(request).status is OpStatus.ACTION_REQUIRED
    desk.payer.verify(request.operation_id)
    assert desk.known(request).status is OpStatus.PENDING


def test_small_deposits_that_were_not_known_are_a_failure(desk):
    request, _ = desk.begun(ACH)
    desk.payer.pay(request.operation_id, "micro_deposits")
    desk.payer.verify(request.operation_id, passed=False)
    assert desk.known(request).status is OpStatus.FAILED
    assert same(desk.known(request), desk.told(request))
    assert desk.told(request).decline == desk.known(request).decline
    result = desk.complete(request)
    assert result.decline.raw_code == "payment_method_microdeposit_verification_attempts_exceeded"
    assert result.next_action is None


def test_a_debit_whose_charge_tells_of_no_money_that_moved_fails_with_its_page(desk):
    """Stripe is trusted for the reversal of a pending debit to be on its charge; where it is not, the page tells the failure."""
    request, _ = desk.begun(ACH)
    desk.payer.pay(request.operation_id, "no_account")
    desk.payer.settle(request.operation_id)
    for event in desk.stub.books().of("event"):
        if event["data"]["object"]["object"] == "charge":
            event["data"]["object"]["failure_balance_transaction"] = None
    assert desk.told(request).status is OpStatus.FAILED


def test_webhooks_in_any_order_come_to_the_same(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id, "declined")
    desk.payer.pay(request.operation_id)
    seen = desk.heard(request.operation_id)
    assert len({_sum(request, order) for order in permutations(seen)}) == 1


def test_a_part_is_captured_and_the_rest_is_given_up(desk):
    promised = desk.paid(intent=Intent.AUTHORIZE)
    taken, result = desk.follow(OpKind.CAPTURE, promised, 7000)
    (told,) = result.observations
    assert (told.kind, told.status, told.money) == (OpKind.CAPTURE, OpStatus.SUCCEEDED, Money(7000, promised.money.currency))
    assert told.parent_ref == promised.gateway_ref
    again = desk.fetch(taken.operation_id, OpKind.CAPTURE, taken.money, promised).observations
    assert [(one.money, one.operation_id) for one in again] == [(told.money, taken.operation_id)]
    heard = [one for one in desk.heard(promised.operation_id) if one.kind is OpKind.CAPTURE]
    assert {(one.operation_id, one.money) for one in heard} == {(taken.operation_id, told.money)}


def test_a_capture_of_somebody_else_is_none_of_ours(desk):
    promised = desk.paid(intent=Intent.AUTHORIZE)
    desk.follow(OpKind.CAPTURE, promised)
    found = desk.fetch(new_id(), OpKind.CAPTURE, promised.money, promised)
    assert found.found is Found.NOT_FOUND


def test_a_promise_is_given_up(desk):
    promised = desk.paid(intent=Intent.AUTHORIZE)
    assert desk.fetch(new_id(), OpKind.VOID, promised.money, promised).found is Found.NOT_FOUND
    void, result = desk.follow(OpKind.VOID, promised)
    (told,) = result.observations
    assert (told.kind, told.status, told.operation_id) == (OpKind.VOID, OpStatus.SUCCEEDED, void.operation_id)
    assert desk.fetch(void.operation_id, OpKind.VOID, void.money, promised).found is Found.FOUND


def test_a_promise_that_lapsed_at_stripe_is_told_as_given_up(desk):
    promised = desk.paid(intent=Intent.AUTHORIZE)
    intents.cancel(desk.stub.books(), desk.payer.of("payment_intent", promised.operation_id), "automatic")
    voids = [one for one in desk.heard(promised.operation_id) if one.kind is OpKind.VOID]
    assert [(one.status, one.operation_id, one.parent_ref) for one in voids] == [(OpStatus.SUCCEEDED, None, promised.gateway_ref)]
    known = merged(promised.money, [one for one in desk.heard(promised.operation_id) if one.kind is OpKind.AUTHORIZE])
    assert (known.status, known.conflict) == (OpStatus.SUCCEEDED, False)


def test_a_debit_cannot_be_captured(desk):
    with pytest.raises(Unsupported):
        desk.follow(OpKind.CAPTURE, desk.paid(ACH))


def test_a_refund_of_a_debit_arrives_later(desk):
    paid = desk.paid(ACH)
    request, result = desk.follow(OpKind.REFUND, paid, 500)
    assert [one.status for one in result.observations] == [OpStatus.PENDING]
    desk.payer.settle(request.operation_id)
    by_id = desk.fetch(request.operation_id, OpKind.REFUND, request.money, paid).observations
    by_ref = desk.fetch(request.operation_id, OpKind.REFUND, request.money, ref=by_id[0].gateway_ref).observations
    assert [one.status for one in by_id] == [one.status for one in by_ref] == [OpStatus.SUCCEEDED]
    assert desk.fetch(new_id(), OpKind.REFUND, request.money, paid).found is Found.NOT_FOUND
    assert desk.fetch(new_id(), OpKind.REFUND, request.money).found is Found.CANNOT_TELL


def test_a_refund_that_came_back_is_told_as_gone_and_back(desk):
    request, _ = desk.follow(OpKind.REFUND, desk.paid(), 500)
    desk.payer.bounce(request.operation_id)
    told = desk.fetch(request.operation_id, OpKind.REFUND, request.money, ref=_ref(desk, request)).observations
    refund, back = told
    assert (refund.status, back.kind, back.money) == (OpStatus.SUCCEEDED, OpKind.REFUND_REVERSAL, request.money)
    assert back.parent_ref == refund.gateway_ref != back.gateway_ref
    assert happened(desk.heard(request.operation_id)) == happened(told)


def test_a_refund_that_was_made_at_stripe_is_told_with_its_payment(desk):
    paid = desk.paid()
    made = after.refund(desk.stub.books(), {"charge": paid.gateway_ref, "amount": 300})
    (told,) = [one for one in desk.heard(paid.operation_id) if one.kind is OpKind.REFUND]
    assert (told.operation_id, told.gateway_ref, told.parent_ref) == (None, made["id"], paid.gateway_ref)


def test_a_chargeback_takes_the_money_and_winning_it_brings_it_back(desk):
    paid = desk.paid()
    dispute = desk.payer.dispute(paid.operation_id)
    gone = (OpKind.CHARGEBACK, OpStatus.SUCCEEDED, paid.money, paid.gateway_ref)
    back = (OpKind.REINSTATEMENT, OpStatus.SUCCEEDED, paid.money, paid.gateway_ref)
    assert happened(desk.fetch(paid.operation_id, money=paid.money).observations) == [gone]
    assert happened(desk.heard(paid.operation_id)) == [gone]
    desk.payer.decide(dispute, won=True)
    assert happened(desk.fetch(paid.operation_id, money=paid.money).observations) == [gone, back]
    assert happened(desk.heard(paid.operation_id)) == [gone, back]
    refs = {one.kind: one.gateway_ref for one in desk.heard(paid.operation_id) if one.kind in {gone[0], back[0]}}
    assert refs[OpKind.CHARGEBACK] != refs[OpKind.REINSTATEMENT]


def test_a_chargeback_that_was_lost_is_told_once(desk):
    paid = desk.paid()
    desk.payer.decide(desk.payer.dispute(paid.operation_id), won=False)
    assert [one[0] for one in happened(desk.heard(paid.operation_id))] == [OpKind.CHARGEBACK]


def test_a_question_of_the_payers_bank_takes_nothing(desk):
    paid = desk.paid()
    desk.payer.dispute(paid.operation_id, inquiry=True)
    assert happened(desk.fetch(paid.operation_id, money=paid.money).observations) == []
    assert happened(desk.heard(paid.operation_id)) == []


@pytest.mark.parametrize("capability", [ACH, SEPA, PAD], ids=lambda one: one.kind)
@pytest.mark.parametrize(
    ("reason", "code", "advice"),
    [
        ("insufficient_funds", DeclineCode.INSUFFICIENT_FUNDS, Advice.RETRY_LATER),
        ("debit_not_authorized", DeclineCode.UNAUTHORIZED_DEBIT, Advice.NEVER),
        ("incorrect_account_details", DeclineCode.INCORRECT_NUMBER, Advice.FIX_DATA),
    ],
)
def test_a_debit_that_comes_back_late_is_a_return_with_its_reason(desk, capability, reason, code, advice):
    paid = desk.paid(capability)
    desk.payer.dispute(paid.operation_id, reason)
    for told in (desk.fetch(paid.operation_id, money=paid.money).observations, desk.heard(paid.operation_id)):
        returns = [one for one in told if one.kind is OpKind.RETURN]
        assert {(one.money, one.parent_ref, one.decline.code, one.decline.advice) for one in returns} == {
            (paid.money, paid.gateway_ref, code, advice)
        }
        own = [one for one in told if one.kind is OpKind.SALE]
        assert merged(paid.money, own).status is OpStatus.SUCCEEDED


def test_an_operation_is_found_by_its_id_among_hundreds(desk):
    requests = [desk.begun()[0] for _ in range(120)]
    assert desk.known(requests[0]).status is OpStatus.ACTION_REQUIRED
    assert desk.known(requests[-1]).status is OpStatus.ACTION_REQUIRED


def test_too_many_to_look_through_cannot_be_told(desk, monkeypatch):
    monkeypatch.setattr("lockportal_stripe.finding._PAGES", 1)
    requests = [desk.begun()[0] for _ in range(101)]
    assert desk.fetch(requests[0].operation_id).found is Found.CANNOT_TELL


def test_what_was_asked_for_hours_after_the_id_was_made_is_found(tmp_path):
    late = SystemClock().now() + timedelta(hours=20)
    with desk_of(tmp_path, now=lambda: late) as desk:
        request, _ = desk.begun()
        clock = type("Late", (), {"now": staticmethod(lambda: late)})
        found = gateway_of(desk.stub.url, tmp_path, clock=clock).fetch(_by_id(request))
        assert found.found is Found.FOUND


def test_a_reference_of_another_operation_is_not_taken_for_this_one(desk):
    request, result = desk.begun()
    ref = result.observations[0].gateway_ref
    assert desk.fetch(request.operation_id, ref=ref).found is Found.FOUND
    assert desk.fetch(new_id(), ref=ref).found is Found.NOT_FOUND
    assert desk.fetch(new_id(), ref="cs_test_nowhere").found is Found.NOT_FOUND
    assert desk.fetch(new_id(), ref="ch_nowhere").found is Found.NOT_FOUND


def test_a_request_that_was_done_before_is_answered_as_things_stand_now(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id)
    again = desk.gateway.start(request)
    assert merged(request.money, again.observations).status is OpStatus.SUCCEEDED
    assert desk.stub.books().moved == [(request.money.minor, request.money.currency.lower())]


def test_the_page_says_what_is_paid_and_in_which_language(desk):
    request, _ = desk.begun(locale="de_AT")
    session = desk.payer.of("checkout.session", request.operation_id)
    assert (session["locale"], session["client_reference_id"]) == ("de", str(request.operation_id))
    assert desk.begun(locale="xx")[1].next_action.url.startswith(desk.stub.url)


def test_nothing_that_may_change_goes_with_a_request(desk):
    request = start_request(CARD)
    desk.gateway.start(request)
    written = repr(desk.payer.of("checkout.session", request.operation_id))
    assert request.customer.name not in written
    assert request.customer.email not in written


def _by_id(request):
    return FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)


def _ref(desk, request):
    return desk.payer.of("refund", request.operation_id)["id"]


def _sum(request, observations):
    known = merged(request.money, [one for one in observations if one.kind is OpKind.SALE])
    return (known.status, known.money, known.gateway_ref, known.conflict)
