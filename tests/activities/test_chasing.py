"""What cannot be delivered becomes somebody's task, once for each time that it failed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lockportal.activities import TaskState
from lockportal.core.actor import SYSTEM, staff
from lockportal.core.messages import Undelivered
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter

ANN = staff("ann")


REFUSED = "mail.recipient_refused: mail.example.com:25: the server refuses the recipient (code 550)."


def fail(portal, account, letter, **how):
    given = {"receiver": "messages.notices", "type": "documents.documents_stored", "reason": REFUSED, **how}
    undelivered = Undelivered(account_id=account, version=1, n=0, attempts=12, **given)
    portal.shell.run(KeepDeadLetter(account_id=account, letter_id=letter, undelivered=undelivered), SYSTEM)


def test_a_dead_letter_is_the_collectors_task_and_the_same_one_again_no_second(portal, account):
    portal.profiles.change_customer(account, by=ANN, collector="ben")
    letter = uuid4()
    fail(portal, account, letter)
    fail(portal, account, letter)
    (row,) = portal.activities.tasks(ANN).items
    assert (row.kind, row.owner, row.about_id) == ("messages.undeliverable", "ben", letter)
    assert row.words == (
        "The mail about new invoices did not reach every contact of this customer: the mail server does not take mail for one of"
        " the addresses. Ask the customer for the right address and correct the contact, then send it again."
    )
    assert row.detail == f"messages.notices, documents.documents_stored, 12 tries: {REFUSED}"
    assert portal.verify(SYSTEM) == ()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"type": "ledger.entries_posted"}, ("The receipt for a payment", "right address")),
        ({"type": "profiles.contact_invited"}, ("The invitation to the portal", "right address")),
        ({"type": "loyalty.points_lost"}, ("A mail of the portal did not reach", "right address")),
        (
            {"receiver": "loyalty.hear", "reason": "KeyError"},
            ("Another program", "went wrong on the way", "looks after the portal"),
        ),
        ({"reason": "mail.not_sent: no connection, or it broke."}, ("could not be reached", "looks after the portal")),
        ({"reason": "notifier.timed_out: no answer"}, ("nobody knows whether it arrived", "Ask the customer whether")),
        ({"reason": "notifier.failed: KeyError at x.py:1"}, ("the program that sends the mail failed",)),
        ({"reason": "outbox.unfinished: the process ended at each try"}, ("the portal ended at each try",)),
    ],
)
def test_a_task_says_what_was_to_be_told_why_it_was_not_and_what_to_do(portal, account, how, words):
    fail(portal, account, uuid4(), **how)
    (row,) = portal.activities.tasks(ANN).items
    assert all(part in row.words for part in words)
    assert "_" not in row.words
    assert row.detail.endswith(how.get("reason", REFUSED))


def test_a_reason_of_one_line_has_no_details(portal, account):
    portal.activities.open(account, ANN, kind="erp.blocked", key="k", reason="The ERP has blocked this customer.")
    (row,) = portal.activities.tasks(ANN).items
    assert (row.words, row.detail) == ("The ERP has blocked this customer.", "")


def test_a_dead_letter_of_the_supplier_itself_waits_for_whoever_takes_it(portal):
    fail(portal, portal.supplier.id, uuid4())
    (row,) = portal.activities.tasks(ANN, owner="").items
    assert (row.account_id, row.customer_number) == (portal.supplier.id, "")


def test_a_replay_ends_the_task_and_a_second_failure_makes_another(portal, account):
    letter = uuid4()
    fail(portal, account, letter)
    (first,) = portal.activities.tasks(ANN).items
    portal.shell.run(ReplayDeadLetter(account_id=account, letter_id=letter), ANN)
    ended = portal.activities.get(account, first.id, ANN)
    assert (ended.state, ended.note) == (TaskState.CANCELLED, "Handed over once more.")
    portal.clock.advance(timedelta(hours=1))
    fail(portal, account, letter)
    (second,) = portal.activities.tasks(ANN).items
    assert second.id != first.id


def test_a_replay_leaves_a_task_that_was_closed_as_it_is(portal, account):
    letter = uuid4()
    fail(portal, account, letter)
    (row,) = portal.activities.tasks(ANN).items
    closed = portal.activities.close(account, row.id, ANN, outcome="wrong_contact")
    portal.shell.run(ReplayDeadLetter(account_id=account, letter_id=letter), ANN)
    assert portal.activities.get(account, row.id, ANN) == closed
