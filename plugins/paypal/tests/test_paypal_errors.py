"""What PayPal and the way to it answer, and what is known of the money then."""

from datetime import timedelta

import pytest
from lockportal_paypal.api.answers import judged
from lockportal_paypal.stub.refusals import No
from paypal_ground import NOW, SECRET, paid, sale, world

from lockportal.payments.errors import CredentialsInvalid, NotSent, OutcomeUnknown, RequestRejected
from lockportal.testing.bench import StillClock
from lockportal.testing.gateways import Fault


def test_a_token_that_paypal_forgot_is_replaced_and_the_request_is_done_once(paypal):
    stub, _, gateway = paypal
    stub.forget_tokens()
    request = sale()
    paid(stub, gateway, request)
    assert stub.moved() == [request.money]


def test_a_token_lasts_as_long_as_paypal_says_by_the_clock_that_is_given(tmp_path):
    clock = StillClock(time=NOW)
    with world(tmp_path, clock) as (stub, _, gateway):
        gateway.start(sale())
        clock.advance(timedelta(hours=8, minutes=50))
        gateway.start(sale())
        assert [path for _, path in stub.asked].count("/v1/oauth2/token") == 1
        clock.advance(timedelta(minutes=9))
        gateway.start(sale())
        assert [path for _, path in stub.asked].count("/v1/oauth2/token") == 2


def test_a_wrong_secret_is_told_as_that_and_names_no_secret(paypal):
    stub, _, gateway = paypal
    stub.secret = "another"
    stub.forget_tokens()
    with pytest.raises(CredentialsInvalid) as caught:
        gateway.start(sale())
    assert SECRET not in repr(caught.value)
    report = gateway.check()
    assert not report.well
    assert "secret" in report.message
    assert SECRET not in report.message


def test_where_nobody_listens_nothing_was_sent(tmp_path):
    with world(tmp_path, base_url="http://127.0.0.1:9") as (_, _, gateway), pytest.raises(NotSent):
        gateway.start(sale())


@pytest.mark.parametrize("fault", list(Fault))
def test_whatever_breaks_while_a_token_is_fetched_nothing_was_sent(fault, tmp_path):
    clock = StillClock(time=NOW)
    with world(tmp_path, clock) as (stub, proxy, gateway):
        _breaks(fault, clock, stub, proxy, gateway)


def _breaks(fault, clock, stub, proxy, gateway):
    stub.forget_tokens()
    clock.advance(timedelta(hours=10))
    proxy.fail(fault)
    with pytest.raises(NotSent):
        gateway.start(sale())
    assert not stub.books.orders


@pytest.mark.parametrize(
    ("answered", "raised"),
    [
        (429, NotSent),
        (401, CredentialsInvalid),
        (403, CredentialsInvalid),
        (400, RequestRejected),
        (404, RequestRejected),
        (422, RequestRejected),
        (408, OutcomeUnknown),
        (409, OutcomeUnknown),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
        (302, OutcomeUnknown),
    ],
)
def test_a_status_means_what_is_known_of_the_money(answered, raised):
    with pytest.raises(raised):
        judged(answered, b'{"name": "X"}', "")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"7", b"[" * 10**5, b"\xff"])
def test_an_answer_that_is_no_object_is_unknown(content):
    with pytest.raises(OutcomeUnknown):
        judged(200, content, "")


@pytest.mark.parametrize("issue", ["DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS"])
def test_another_request_under_the_same_key_tells_nothing_of_the_first(issue):
    with pytest.raises(OutcomeUnknown):
        judged(422, No(issue).issue.join(('{"details": [{"issue": "', '"}]}')).encode(), "")
