"""Ten attempts over three days, what each answer means, who is told of what failed, and how it is sent again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import NOON, OTTO
from lockportal import NotFound, Refused
from lockportal.testing.world.http import Answer as Reply
from lockportal.testing.world.http import HttpParty
from lockportal.testing.world.script import Outcome, Script
from lockportal.webhooks import AttemptOutcome, EndpointState, WebhookCall, WebhooksSettings
from lockportal.webhooks.judging import ATTEMPTS, WAITS, Answer, judged, next_wait, reason_in
from webhooks.conftest import House

NOTHING = timedelta(0)


def answering(*replies):
    """A party that answers with these, one after the other, and with the last one for ever."""
    left = list(replies)
    return HttpParty(answer=lambda _: left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.guarantee(43)
def test_there_are_ten_attempts_over_three_days_and_then_a_task(house):
    with answering(Reply(500)) as party:
        endpoint = house.add(party)
        house.promise()
        house.deliver()
        for wait in WAITS:
            made = len(party.done)
            house.deliver(seconds=wait.total_seconds() - 1)
            assert len(party.done) == made
            house.deliver(seconds=1)
            assert len(party.done) == made + 1
        assert house.clock.time - NOON == sum(WAITS, NOTHING)
        assert timedelta(days=2, hours=20) < sum(WAITS, NOTHING) < timedelta(days=3)
        house.deliver(days=30)
        assert len(party.done) == len({one.body for one in party.done}) * ATTEMPTS == 10
        assert len({one.headers["webhook-id"] for one in party.done}) == 1
    attempts = house.attempts()
    assert [one.number for one in attempts] == list(range(10, 0, -1))
    assert [one.last for one in attempts] == [True] + [False] * 9
    assert attempts[0].reason == "webhook.answered: the endpoint answered 500."
    (task,) = house.tasks("webhooks.failing")
    assert task.about_id == endpoint.id
    assert house.webhooks.endpoint(endpoint.id, OTTO).failing_since is not None
    assert [one.number for one in house.attempts(amiss=True)] == [10]


def test_an_endpoint_that_failed_makes_one_task_whatever_was_given_up_and_none_once_it_works(house):
    with answering(Reply(500)) as party:
        endpoint = house.add(party)
        house.promise()
        house.promise(2)
        house.deliver()
        for wait in WAITS:
            house.deliver(seconds=wait.total_seconds())
        assert len(party.done) == 20
        assert len(house.tasks("webhooks.failing")) == 1
        failed = house.attempts(amiss=True)
        assert len(failed) == 2
    with HttpParty() as party:
        house.clock.time += timedelta(seconds=1)
        house.webhooks.change(endpoint.id, OTTO, url=f"{party.url}/new")
        house.webhooks.replay(failed[0].id, OTTO)
        house.deliver()
        (request,) = party.done
        assert request.headers["webhook-id"] == str(failed[0].call_id)
    assert house.tasks("webhooks.failing") == []
    assert house.webhooks.endpoint(endpoint.id, OTTO).failing_since is None
    newest = house.attempts()[0]
    assert (newest.number, newest.outcome) == (1, AttemptOutcome.DELIVERED)


@pytest.mark.guarantee(43)
def test_410_disables_the_endpoint_and_makes_a_task(house):
    with answering(Reply(410)) as party:
        endpoint = house.add(party)
        house.promise()
        house.promise(2)
        house.deliver()
        house.deliver(days=3)
        assert len(party.done) == 1
    after = house.webhooks.endpoint(endpoint.id, OTTO)
    assert (after.state, after.reason[:12]) == (EndpointState.DISABLED, "webhook.gone")
    assert {one.outcome for one in house.attempts()} == {AttemptOutcome.GONE, AttemptOutcome.HELD}
    (task,) = house.tasks("webhooks.gone")
    assert task.about_id == endpoint.id
    with pytest.raises(Refused, match=r"webhook.disabled"):
        house.webhooks.replay(house.attempts()[0].id, OTTO)
    with HttpParty() as party:
        house.webhooks.change(endpoint.id, OTTO, url=party.url)
        house.webhooks.enable(endpoint.id, OTTO)
        assert house.tasks("webhooks.gone") == []
        for attempt in house.attempts():
            house.webhooks.replay(attempt.id, OTTO)
        house.deliver()
        assert len(party.done) == 2


@pytest.mark.guarantee(43)
def test_429_and_503_are_given_the_time_that_they_ask_for(house):
    minute = Reply(429, headers=(("Retry-After", "3600"),))
    with answering(minute, Reply(503, headers=(("Retry-After", "1"),)), Reply(204)) as party:
        house.add(party)
        house.promise()
        house.deliver()
        house.deliver(seconds=3599)
        assert len(party.done) == 1
        house.deliver(seconds=1)
        assert len(party.done) == 2
        house.deliver(seconds=59)  # it asked for a second, and the next attempt is due after a minute
        assert len(party.done) == 2
        house.deliver(seconds=1)
        assert [one.outcome for one in house.attempts()] == ["delivered", "failed", "failed"]


@pytest.mark.guarantee(43)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_leads_nowhere(house, status):
    with HttpParty() as elsewhere, answering(Reply(status, headers=(("Location", elsewhere.url),))) as party:
        house.add(party)
        house.promise()
        house.deliver()
        assert (len(party.done), elsewhere.asked) == (1, [])
    (attempt,) = house.attempts()
    assert (attempt.outcome, attempt.last) == (AttemptOutcome.FAILED, False)
    assert attempt.reason.startswith("webhook.redirected")


@pytest.mark.parametrize("outcome", [Outcome.RESET, Outcome.CUT, Outcome.GARBAGE])
def test_what_breaks_on_the_way_is_told_again(house, outcome):
    with HttpParty(Script(outcome)) as party:
        house.add(party)
        house.promise()
        house.deliver()
        house.deliver(seconds=5)
        assert len(party.asked) == 2
    assert [one.outcome for one in house.attempts()] == ["delivered", "failed"]
    assert house.attempts()[1].reason.startswith("webhook.unreachable")


def test_an_endpoint_that_hangs_is_left_in_peace_and_keeps_nobody_waiting(sqlite_url):
    house = House(sqlite_url, WebhooksSettings(enabled=True, private_networks=("127.0.0.0/8",), send_seconds=3))
    with HttpParty(Script(Outcome.TIMEOUT_BEFORE)) as hanging, HttpParty() as party:
        first, second = house.add(hanging), house.add(party)
        for number in range(1, 4):
            house.promise(number)
        house.deliver()
        assert len(hanging.asked) == 1  # asked once, and the other two wait
        assert len(party.done) == 3
        (attempt,) = house.attempts(endpoint_id=first.id)
        assert attempt.reason.startswith("webhook.timed_out")
        house.deliver(seconds=61)
        assert len(hanging.done) == 3
        assert all(one.number == 1 for one in house.attempts(endpoint_id=second.id))
        # To be left in peace was no attempt.
        assert sorted(one.number for one in house.attempts(endpoint_id=first.id)) == [1, 1, 1, 2]
    house.portal.close()


def test_too_many_at_once_is_no_attempt(house, party, monkeypatch):
    monkeypatch.setattr(house.webhooks._caller._line, "post", lambda *_: Answer(fault="webhook.busy: …", silent=True))
    house.add(party)
    house.promise()
    house.deliver()
    assert house.attempts() == ()
    monkeypatch.undo()
    house.deliver(seconds=1)
    assert [one.number for one in house.attempts()] == [1]


def test_an_endpoint_can_be_tried(house, party):
    endpoint = house.add(party)
    tried = house.webhooks.ping(endpoint.id, OTTO)
    assert (tried.type, tried.outcome) == ("webhooks.ping", AttemptOutcome.DELIVERED)
    assert b'"webhooks.ping"' in party.done[0].body
    with pytest.raises(Refused, match=r"webhook.ping"):
        house.webhooks.replay(tried.id, OTTO)
    with pytest.raises(NotFound):
        house.webhooks.ping(uuid4(), OTTO)


def test_what_waits_for_its_next_attempt_is_sent_at_once_by_a_replay(house):
    with HttpParty(Script(Outcome.LATER, Outcome.LATER)) as party:
        house.add(party)
        house.promise()
        house.deliver()
        for _ in range(2):
            house.webhooks.replay(house.attempts()[0].id, OTTO)
            house.deliver()
        assert len(party.asked) == 3
    assert [one.number for one in house.attempts()] == [3, 2, 1]


def test_history_comes_in_pages_of_an_endpoint_and_of_a_customer(house, party):
    endpoint = house.add(party)
    for number in range(1, 6):
        house.clock.time += timedelta(seconds=1)
        house.promise(number)
        house.deliver()
    first = house.webhooks.attempts(OTTO, endpoint_id=endpoint.id, limit=3)
    rest = house.webhooks.attempts(OTTO, endpoint_id=endpoint.id, after=first.after)
    assert [one.at for one in (*first.items, *rest.items)] == sorted((one.at for one in house.attempts()), reverse=True)
    assert (len(first.items), len(rest.items), rest.after) == (3, 2, None)
    assert len(house.attempts(account_id=house.account)) == 5
    assert house.webhooks.attempt(first.items[0].id, OTTO) == first.items[0]
    with pytest.raises(NotFound):
        house.webhooks.attempt(uuid4(), OTTO)


def test_what_is_to_be_told_of_nothing_any_more_is_dropped(house, party):
    endpoint = house.add(party)
    promise = house.promise()
    house.deliver()
    known = house.attempts()[0]
    gone = WebhookCall(
        id=promise, account_id=house.account, endpoint_id=endpoint.id, type=known.type, version=9_999, n=0, since=NOON
    )
    house.webhooks.call(gone)
    house.webhooks.remove(endpoint.id, OTTO)
    with pytest.raises(NotFound):
        house.webhooks.replay(known.id, OTTO)
    house.webhooks.call(evolve(gone, id=known.call_id, version=known.version, n=known.n))
    assert len(party.done) == 1


def test_a_dispatcher_that_died_after_the_answer_tells_it_again_under_the_same_id(house, party, monkeypatch):
    house.add(party)
    house.promise()
    store = house.portal.shell.store
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "forget", lambda *_: None)  # the process ends before the call is forgotten
        while house.portal.deliver().handled:
            house.clock.time += timedelta(minutes=2)
            if len(party.done) > 1:
                break
    house.deliver(minutes=2)
    assert len(party.done) > 1
    assert len({one.headers["webhook-id"] for one in party.done}) == 1


# what an answer means


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (299, "delivered"), (199, "failed"), (300, "failed"), (400, "failed"), (410, "gone"), (500, "failed")],
)
def test_an_answer_is_judged_by_its_status(status, outcome):
    assert judged(Answer(status=status), write_back=False, now=NOON).outcome == outcome


@given(st.integers(0, 999), st.text(max_size=40), st.binary(max_size=60), st.booleans())
def test_whatever_is_answered_is_judged(status, header, body, write_back):
    verdict = judged(Answer(status=status, retry_after=header, body=body), write_back=write_back, now=NOON)
    assert NOTHING <= verdict.wait <= timedelta(hours=24)
    assert (verdict.outcome == "delivered") is (200 <= status < 300)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Mon, 02 Mar 2026 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 02 Mar 2026 13:00:00 -0000", timedelta(hours=1)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", NOTHING),
        ("soon", NOTHING),
        ("", NOTHING),
        ("²", NOTHING),
    ],
)
def test_how_long_an_endpoint_asks_to_be_left_in_peace(header, wait):
    assert judged(Answer(status=429, retry_after=header), write_back=False, now=NOON).wait == wait


def test_after_the_last_attempt_there_is_none():
    assert next_wait(1, NOTHING) == WAITS[0]
    assert next_wait(1, timedelta(hours=2)) == timedelta(hours=2)
    assert next_wait(ATTEMPTS, timedelta(hours=2)) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"reason": "Customer is blocked."}', "Customer is blocked."),
        (b'{"type": "x", "title": "No", "detail": "Closed\\nperiod\\u0007."}', "Closed period ."),
        (b'{"reason": 5, "message": "  "}', ""),
        (b'["reason"]', ""),
        (b"<html>Not found</html>", ""),
        (b"[" * 60_000, ""),
        (b'{"reason": "' + b"x" * 900 + b'"}', "x" * 500),
        (b"\xff", ""),
    ],
)
def test_the_reason_of_a_refusal_is_read_from_json(body, reason):
    assert reason_in(body) == reason
