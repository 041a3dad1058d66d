"""The supplier's ERP writes what happens into its books; what it refuses with a reason is for a person to see to."""

import json

import pytest

from books import OTTO
from lockportal.core.money import Money
from lockportal.disputes import Claim, DisputeCategory
from lockportal.documents.service import Filter
from lockportal.payments import MethodKind
from lockportal.testing.world.http import Answer as Reply
from lockportal.testing.world.http import HttpParty
from lockportal.webhooks import AttemptOutcome
from webhooks.test_attempts import answering

REFUSED = Reply(422, b'{"type": "about:blank", "title": "Unprocessable", "detail": "Period 2026-03 is closed."}')


def test_what_is_refused_with_a_reason_becomes_a_task_and_is_not_asked_again(house):
    with answering(REFUSED, Reply(200)) as erp:
        house.add(erp, write_back=True)
        house.portal.profiles.change_customer(house.account, by=OTTO, collector="casey")
        house.promise()
        house.deliver()
        house.deliver(days=4)
        assert len(erp.done) == 1
        (attempt,) = house.attempts()
        assert (attempt.outcome, attempt.status, attempt.last) == (AttemptOutcome.REFUSED, 422, True)
        assert attempt.reason == "Period 2026-03 is closed."
        (task,) = house.tasks("webhooks.refused")
        assert (task.account_id, task.owner) == (house.account, "casey")
        assert task.reason.startswith("ERP did not take what happened here into its books.")
        assert task.reason.endswith("promises.promise_made, 422: Period 2026-03 is closed.")
        # Put right over there, it is sent again and taken: nothing is left to do.
        house.webhooks.replay(attempt.id, OTTO)
        house.deliver()
        assert house.tasks("webhooks.refused") == []
        assert [one.outcome for one in house.attempts()] == ["delivered", "refused"]


def test_what_is_refused_again_is_one_task_and_after_it_was_taken_another(house):
    with answering(REFUSED, REFUSED, Reply(200), REFUSED) as erp:
        house.add(erp, write_back=True)
        house.promise()
        house.deliver()
        for tasks in (1, 0, 1):
            house.webhooks.replay(house.attempts()[0].id, OTTO)
            house.deliver(seconds=1)
            assert len(house.tasks("webhooks.refused")) == tasks


@pytest.mark.parametrize(
    "reply",
    [Reply(422, b"<html>No</html>"), Reply(404, b""), *(Reply(status, REFUSED.body) for status in (408, 425, 429, 500))],
)
def test_what_says_nothing_of_the_event_is_tried_again(house, reply):
    with answering(reply, Reply(200)) as erp:
        house.add(erp, write_back=True)
        house.promise()
        house.deliver()
        house.deliver(seconds=5)
        assert [one.outcome for one in house.attempts()] == ["delivered", "failed"]
    assert house.tasks("webhooks.refused") == []


def test_who_only_listens_refuses_nothing(house):
    with answering(REFUSED, Reply(200)) as party:
        house.add(party)
        house.promise()
        house.deliver()
        house.deliver(seconds=5)
        assert [one.outcome for one in house.attempts()] == ["delivered", "failed"]
    assert house.tasks("webhooks.refused") == []


def test_payments_promises_and_proposed_credit_memos_reach_the_books(house):
    with HttpParty() as erp:
        wanted = ["payments.*", "ledger.*", "disputes.credit_memo_proposed", "promises.promise_made"]
        house.add(erp, write_back=True, events=wanted)
        document = house.portal.documents.search(house.account, OTTO, Filter(text="B-1")).items[0].id
        wrong = Claim(category=DisputeCategory.OTHER, expected_amount=Money(89_000, "EUR"))
        dispute = house.portal.disputes.open(house.account, document, OTTO, claims=[wrong])
        house.portal.disputes.accept(house.account, dispute.id, OTTO)
        house.promise()
        house.portal.payments.record(
            house.account, OTTO, money=Money(200, "EUR"), received_on=house.clock.time.date(), method=MethodKind.CHEQUE
        )
        house.deliver()
        told = [json.loads(one.body) for one in erp.done]
    by_type = {one["type"]: one for one in told}
    assert {"disputes.credit_memo_proposed", "promises.promise_made", "ledger.entries_posted"} <= set(by_type)
    proposed = by_type["disputes.credit_memo_proposed"]["data"]
    assert (proposed["amount"], proposed["dispute"]["reference"]) == ({"currency": "EUR", "minor": 1000}, dispute.reference)
    (entry,) = by_type["ledger.entries_posted"]["data"]["entries"]
    assert entry["amount"] == {"currency": "EUR", "minor": -200}
    # Within the account they can be put in order again, in whatever order they came.
    places = [(one["version"], one["n"]) for one in told]
    assert len(set(places)) == len(places)
