"""The pace of messages: so many a minute, so many to one person, and none at night; what waits is told later, once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import time, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from attrs import evolve

from books import NOON, OTTO
from dunning.chases import open_chase
from lockportal import SYSTEM, Limited
from lockportal.core.messages import MessageKind
from lockportal.dunning import ReminderStatus
from lockportal.messages import HeldMessage, MessagesSettings
from lockportal.messages.models import held_id
from lockportal.messages.pacing import Pacing
from lockportal.outbox import Delivered
from lockportal.profiles.messages import INVITATION
from lockportal.profiles.models import Address
from messages.conftest import Office, refuse
from promises.words import records

WANTED = MessageKind(name="x.y", variables=object, category="documents")


@pytest.fixture
def paced(sqlite_url, tmp_path):
    """Makes an office with settings of one's own."""
    made = []

    def paced(url=sqlite_url, **settings):
        made.append(Office(url, tmp_path, settings=(MessagesSettings(**settings),)))
        return made[-1]

    yield paced
    for one in made:
        one.portal.close()


def subjects(office, to="anna@example.com"):
    return [mail.subject.split()[1] for mail in office.box.to(to)]


def test_so_many_leave_in_a_minute_and_the_rest_in_the_next_ones(paced, database_url):
    office = paced(database_url, per_minute=2)
    for number in ("100", "200", "300"):
        office.contact(office.customer(number), f"a{number}@example.com")
        office.invoice(f"R-{number}", number=number)
    assert office.deliver() == Delivered(2, 0, waiting=1)
    assert len(office.box.mails) == 2
    office.clock.forward(seconds=59)
    office.deliver()
    assert len(office.box.mails) == 2
    office.clock.forward(seconds=1)
    assert office.deliver() == Delivered(1, 0)
    assert len(office.box.mails) == 3
    assert office.portal.messages.dead_letters(by=OTTO).items == ()


def test_what_waits_for_its_turn_is_never_given_up_for_it(paced, database_url):
    """Twelve tries end what fails; these are no tries, of the news nor of what is held for later."""
    office = paced(database_url, per_minute=1, attempts=2, quiet_hours=True, awake_from=time(14), rest_days=False)
    for number in ("100", "200", "300", "400"):
        office.contact(office.customer(number), f"a{number}@example.com")
    office.invoice("R-100")
    office.deliver()
    office.clock.forward(hours=2)
    for number in ("200", "300", "400"):
        office.invoice(f"R-{number}", number=number)
    rounds = []
    for _ in range(4):
        rounds.append(office.deliver())
        office.clock.forward(minutes=1)
    assert rounds == [Delivered(1, 0, waiting=left) for left in (3, 2, 1, 0)]
    assert len(office.box.mails) == 4
    assert office.portal.messages.dead_letters(by=OTTO).items == ()


def test_a_failure_beside_one_who_waits_is_told_as_such(paced):
    office, failed = paced(per_minute=2), []

    def refuse_the_first(mail):
        if not failed:
            failed.append(mail.to)
            refuse(mail)

    account = office.customer()
    for name in ("anna", "bert", "cleo"):
        office.contact(account, f"{name}@example.com", name)
        office.box.acts[f"{name}@example.com"] = refuse_the_first
    office.invoice("R-1")
    assert office.deliver() == Delivered(0, 1)
    assert len(office.box.mails) == 1
    office.clock.forward(minutes=1)
    assert office.deliver() == Delivered(1, 0)
    assert len(office.box.mails) == 3


def race(pacing, most):
    def tried(_):
        try:
            pacing.check()
        except Limited:
            return False
        return True

    with ThreadPoolExecutor(most) as pool:
        return sum(pool.map(tried, range(most)))


def test_of_eight_who_send_at_once_no_more_leave_than_may(paced, database_url):
    office = paced(database_url, per_minute=3)
    assert race(Pacing(office.portal.context), 8) == 3


def test_who_looks_first_and_counts_afterwards_lets_all_of_them_through(paced):
    """The control: all have looked before any of them counts."""
    pacing = Pacing(paced(per_minute=3).portal.context)
    windows, looked = pacing._windows, Barrier(8)

    class Naive:
        def hit(self, item, named):
            free = windows.test(item, named)
            looked.wait(timeout=60)
            windows.hit(item, named)
            return free

    pacing.__dict__["_windows"] = Naive()
    assert race(pacing, 8) == 8


def test_one_person_gets_so_many_over_all_their_accounts_and_the_rest_later(paced, database_url):
    office = paced(database_url, per_person=2)
    account, other = office.customer("100"), office.customer("200")
    for one in (account, other):
        office.contact(one)
    office.contact(account, "bert@example.com", "Bert")
    office.invoice("R-1")
    office.deliver()
    office.invoice("R-2", number="200")
    office.deliver()
    office.invoice("R-3")
    assert office.deliver() == Delivered(1, 0)
    assert subjects(office) == ["R-1", "R-2"]
    assert subjects(office, "bert@example.com") == ["R-1", "R-3"]
    office.clock.forward(hours=23, minutes=59)
    assert office.deliver() == Delivered(0, 0)
    office.clock.forward(minutes=1)
    assert office.deliver() == Delivered(1, 0)
    assert subjects(office) == ["R-1", "R-2", "R-3"]
    assert len(subjects(office, "bert@example.com")) == 2, "who was told is not told again"
    assert records(office.portal, HeldMessage, account) == []
    assert office.portal.verify(SYSTEM) == ()


def test_what_is_tried_again_counts_once_and_what_cannot_be_switched_off_never_waits(paced):
    pacing, anna = Pacing(paced(per_person=1).portal.context), uuid4()
    first, second = uuid4(), uuid4()
    assert [pacing.waits_until(WANTED, "", anna, one) for one in (first, first)] == [None, None]
    assert pacing.waits_until(WANTED, "", anna, second) == NOON + timedelta(hours=24)
    assert pacing.waits_until(WANTED, "", anna, first) is None
    assert pacing.waits_until(INVITATION, "", anna, second) is None
    assert pacing.waits_until(WANTED, "", uuid4(), second) is None


def test_at_night_and_on_days_of_rest_nothing_leaves_that_may_wait(paced, database_url):
    office = paced(database_url, quiet_hours=True)
    office.contact(office.customer("100", address=Address(country="JP")))
    office.contact(office.customer("200"), "bert@example.com", "Bert")
    office.invoice("R-1")
    office.invoice("R-2", number="200")
    office.deliver()
    assert (subjects(office), subjects(office, "bert@example.com")) == ([], ["R-2"]), "in Japan it is nine in the evening"
    office.clock.forward(hours=10, minutes=59)
    office.deliver()
    assert subjects(office) == []
    office.clock.forward(minutes=1)
    assert office.deliver() == Delivered(1, 0)
    assert subjects(office) == ["R-1"]


def test_what_waits_is_kept_once_and_tried_again_where_it_fails(paced):
    office = paced(quiet_hours=True, awake_from=time(14))
    account = office.customer()
    office.contact(account)
    office.invoice("R-1")
    assert office.deliver().failed == 0
    rows = office.portal.shell.store.journal(account, 0, 100)
    row = next(one for one in rows if one.type == "documents.documents_stored")
    office.portal.messages.notify(row)  # once more, as after a crash between the two commits
    (held,) = records(office.portal, HeldMessage, account)
    assert (held.id, held.wake_at) == (held_id(account, row.version, row.n), NOON + timedelta(hours=2))
    with pytest.raises(Limited) as limited:
        office.portal.messages.release(held)
    assert limited.value.retry_after == 7200
    office.box.acts["anna@example.com"] = refuse
    office.clock.forward(hours=2)
    assert office.deliver().failed == 1
    office.box.acts.clear()
    office.clock.forward(minutes=1)
    office.deliver()
    assert subjects(office) == ["R-1"]
    office.portal.messages.release(evolve(held, version=999))
    assert len(office.box.mails) == 1


def test_a_reminder_counts_as_sent_when_all_have_it(tmp_path):
    late = MessagesSettings(quiet_hours=True, awake_from=time(14), rest_days=False)
    chase = open_chase("sqlite://", tmp_path, others=(late,))
    with closing(chase.portal):
        assert chase.run(5) == [("reminder", 1, [("A", "USD 100.00")])]
        assert [row.status for row in chase.dunning.reminders(OTTO).items] == [ReminderStatus.WAITING]
        chase.at(5, hour=14)
        assert len(chase.mails()) >= 2
        assert [row.status for row in chase.dunning.reminders(OTTO).items] == [ReminderStatus.SENT]


def test_settings_that_let_nothing_leave_are_refused():
    for wrong in ({"awake_from": time(20)}, {"zones": {"US": "Mars/Olympus"}}, {"per_minute": -1}, {"per_person_hours": 0}):
        with pytest.raises(ValueError, match=r"messages\."):
            MessagesSettings(**wrong)
