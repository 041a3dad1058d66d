"""What cannot be delivered becomes somebody's task, once for each time that it failed."""

from datetime import timedelta
from uuid import uuid4

from lockportal.activities import TaskState
from lockportal.core.actor import SYSTEM, staff
from lockportal.core.messages import Undelivered
from lockportal.messages.commands import KeepDeadLetter, ReplayDeadLetter

ANN = staff("ann")


def fail(portal, account, letter):
    undelivered = Undelivered(
        account_id=account,
        receiver="messages.notices",
        type="documents.documents_stored",
        version=1,
        n=0,
        attempts=12,
        reason="mail.not_sent",
    )
    portal.shell.run(KeepDeadLetter(account_id=account, letter_id=letter, undelivered=undelivered), SYSTEM)


def test_a_dead_letter_is_the_collectors_task_and_the_same_one_again_no_second(portal, account):
    portal.profiles.change_customer(account, by=ANN, collector="ben")
    letter = uuid4()
    fail(portal, account, letter)
    fail(portal, account, letter)
    (row,) = portal.activities.tasks(ANN).items
    assert (row.kind, row.owner, row.about_id) == ("messages.undeliverable", "ben", letter)
    assert row.reason == "documents.documents_stored could not be delivered by 12 tries: mail.not_sent"
    assert portal.verify(SYSTEM) == ()


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
