"""Saved methods, and what is told of payers in transcripts."""

import pytest
from lockportal_paypal.api.transcripts import scrub
from paypal_ground import SECRET, back, follow, order_id, sale, saved, setup, status

from lockportal.core.money import Money
from lockportal.payments import DeclineCode, OpStatus
from lockportal.payments.errors import RequestRejected
from lockportal.payments.ports import (
    MethodStatus,
    OperationRef,
)
from lockportal.testing.gateways.trial import EMAIL, NAME, new_id

# methods


def test_a_method_pays_only_after_its_payer_agreed(paypal):
    stub, _, gateway = paypal
    begun = setup(gateway)
    assert begun.next_action.url.startswith(stub.books.address)
    assert gateway.fetch_method(begun.method.ref).status is MethodStatus.PENDING_VERIFICATION
    with pytest.raises(RequestRejected):
        gateway.start(sale(method=begun.method.ref, off_session=True))
    stub.choose(begun.method.ref.ref.removeprefix("setup:"))
    ready = gateway.fetch_method(begun.method.ref)
    assert (ready.status, ready.ref.ref) == (MethodStatus.ACTIVE, begun.method.ref.ref)
    assert gateway.fetch_method(begun.method.ref) == ready  # asked twice, exchanged once
    assert gateway.fetch_method(ready.ref) == ready
    assert not stub.moved()


def test_a_method_can_be_saved_while_paying(paypal):
    stub, _, gateway = paypal
    request = sale(save=True)
    begun = gateway.start(request)
    assert begun.method is None
    stub.choose(order_id(begun))
    method = back(gateway, request, begun).method
    assert method.status is MethodStatus.ACTIVE
    again = gateway.start(sale(method=method.ref, off_session=True))
    assert (status(again), again.next_action) == (OpStatus.SUCCEEDED, None)


def test_a_method_that_its_payer_took_back_is_declined_and_revoked(paypal):
    stub, _, gateway = paypal
    method = saved(stub, gateway)
    stub.books.tokens.clear()
    told = gateway.start(sale(method=method, off_session=True))
    assert (status(told), told.decline.code) == (OpStatus.FAILED, DeclineCode.MANDATE_REVOKED)
    assert gateway.fetch_method(method).status is MethodStatus.REVOKED
    gateway.detach_method(method)


# what is told


def test_transcripts_name_no_person_and_no_secret(paypal):
    stub, _, gateway = paypal
    request = sale()
    begun = gateway.start(request)
    stub.choose(order_id(begun))
    done = back(gateway, request, begun)
    told = begun.exchange + done.exchange
    (token,) = stub.tokens
    for private in (SECRET, token, NAME, EMAIL, "vera.vogel", "Vera", "QYR5Z8XDVJNXQ", "127.0.0.1"):
        assert private not in told
    assert str(request.operation_id) in told
    assert "COMPLETED" in told
    assert done.request_id == "" or done.request_id.isalnum()  # the proxy hands no headers on


def test_what_is_new_in_an_answer_is_not_shown():
    shown = scrub(
        {"id": "1", "status": "X", "payer": {"name": {"surname": "Vogel"}}, "tomorrow": "secret", "amount": {"value": "1"}}
    )
    assert shown == '{"amount":{"value":"1"},"id":"1","status":"X"}'


@pytest.mark.parametrize("ref", ["", "../x", "a/b", "a?b", "é", "a" * 65])
def test_a_reference_that_is_none_leads_nowhere(ref, paypal):
    stub, _, gateway = paypal
    before = len(stub.asked)
    parent = OperationRef(operation_id=new_id(), gateway_ref=ref, money=Money(100, "EUR"))
    with pytest.raises(RequestRejected):
        gateway.refund(follow(parent, 1))
    assert len(stub.asked) == before
