"""Saved methods: by a payment or by themselves, debited with nobody there, as they stand."""

import pytest
from stripe_ground import ACH

from lockportal.payments import DeclineCode, NextKind, OpStatus
from lockportal.payments.errors import RequestRejected
from lockportal.payments.folding import merged
from lockportal.payments.ports import MethodRef, MethodStatus, SetupRequest
from lockportal.testing.gateways.trial import customer, new_id


def test_a_method_is_saved_by_a_payment(desk):
    request, _ = desk.begun(ACH, save=True)
    desk.payer.pay(request.operation_id)
    method = desk.complete(request).method
    assert (method.kind, method.last4, method.bank) == (ACH.kind, "6789", "STRIPE TEST BANK")
    assert method.ref.customer_ref.startswith("cus_")
    assert method.ref.mandate_ref.startswith("mandate_")
    desk.payer.settle(request.operation_id)
    debit, result = desk.begun(ACH, method=method.ref, off_session=True)
    assert merged(debit.money, result.observations).status is OpStatus.PENDING


def test_a_payment_that_saves_nothing_tells_of_no_method(desk):
    request, _ = desk.begun()
    desk.payer.pay(request.operation_id)
    assert desk.complete(request).method is None


def test_a_saved_card_whose_bank_asks_is_declined_with_nobody_there_and_asked_for_with_its_holder(desk):
    method = desk.saved(word="three_d_secure")
    _, alone = desk.begun(method=method, off_session=True)
    assert alone.decline.code is DeclineCode.AUTHENTICATION_FAILED
    request, there = desk.begun(method=method)
    assert (there.next_action.kind, there.decline) == (NextKind.REDIRECT, None)
    desk.payer.authenticate(request.operation_id)
    assert desk.known(request).status is OpStatus.SUCCEEDED


def test_a_method_waits_for_its_small_deposits(desk):
    setup = SetupRequest(
        operation_id=new_id(),
        kind=ACH.kind,
        customer=customer(),
        return_url="http://127.0.0.1:8000/back",
        cancel_url="http://127.0.0.1:8000/no",
    )
    result = desk.gateway.setup_method(setup)
    assert result.next_action.kind is NextKind.REDIRECT
    assert desk.gateway.setup_method(setup).next_action == result.next_action
    desk.payer.pay(setup.operation_id, "micro_deposits")
    waiting = desk.complete(setup)
    assert waiting.next_action.kind is NextKind.MICRO_DEPOSITS
    assert (waiting.method.status, waiting.method.off_session) == (MethodStatus.PENDING_VERIFICATION, False)
    desk.payer.verify(setup.operation_id)
    assert desk.complete(setup).method.status is MethodStatus.ACTIVE


def test_a_saved_method_says_how_it_is(desk):
    things = desk.stub.books().things
    card, account = desk.saved(), desk.saved(ACH)
    assert desk.gateway.fetch_method(card).expires_on.isoformat() == "2040-12-31"
    things[card.ref]["card"]["exp_year"] = 2020
    assert desk.gateway.fetch_method(card).status is MethodStatus.EXPIRED
    things[account.mandate_ref]["status"] = "pending"
    assert desk.gateway.fetch_method(account).status is MethodStatus.PENDING_VERIFICATION
    things[account.mandate_ref]["status"] = "inactive"
    assert desk.gateway.fetch_method(account).status is MethodStatus.REVOKED
    things[account.mandate_ref]["status"] = "active"
    things[account.ref]["us_bank_account"]["status_details"] = {"blocked": {"network_code": "R03", "reason": "no_account"}}
    assert desk.gateway.fetch_method(account).status is MethodStatus.BLOCKED
    with pytest.raises(RequestRejected):
        desk.gateway.fetch_method(MethodRef(ref="pm_nowhere"))


def test_a_method_without_its_customer_is_rejected_before_anything_is_sent(desk):
    with pytest.raises(RequestRejected):
        desk.begun(method=MethodRef(ref="pm_1"))
    assert not desk.stub.books().of("payment_intent")
