"""The work list: every reason to act by its score, taken by one alone, put off, done; and what is best done next."""

import threading
import time
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import OTTO, account_of, closing, customer, day, invoice, open_portal, store
from lockportal.activities import ActivitiesSettings, NextAction, Scoring
from lockportal.activities.scoring import BROKEN, ESCALATION, OVERDUE
from lockportal.activities.work.views import next_action, score
from lockportal.core.actor import staff
from lockportal.core.errors import Denied, LockportalError, Refused
from lockportal.testing import counting

ANN, BEN = staff("ann"), staff("ben")
SCORING = Scoring(full_amount=100_000, full_days=100)


def refused(code, run, *args, **kwargs):
    with pytest.raises(LockportalError) as caught:
        run(*args, **kwargs)
    assert caught.value.code == code


def fill(portal):
    """Three customers: one owes little since long and pays late, one much since yesterday, one nothing that is due."""
    late = [invoice(f"P-{n}", "10.00", -100 + n, -90 + n, settled_on=day(-60 + n)) for n in range(4)]
    store(portal, *late, invoice("A-1", "50.00", -90, -50), number="A", name="Alpha", source="a")
    store(portal, invoice("B-1", "2000.00", -30, -1), number="B", name="Beta", source="b")
    store(portal, invoice("C-1", "70.00", -3, 20), number="C", name="Gamma", source="c")
    return tuple(account_of(portal, number) for number in "ABC")


@pytest.fixture
def book(sqlite_url):
    with closing(open_portal(sqlite_url, settings=(ActivitiesSettings(scoring=SCORING),))) as portal:
        yield portal, *fill(portal)


def told(page):
    return [(item.customer_number, item.kind, item.score) for item in page.items]


def test_what_is_overdue_stands_in_the_list_without_a_task_the_most_pressing_first(book):
    portal, _alpha, _beta, gamma = book
    with counting(portal.engines) as sent:
        page = portal.activities.work(ANN)
    assert len([one for one in sent if "lockportal_" in one]) == 1
    # 2,000 of 1,000 in full and one day of a hundred; 5 % of 1,000, half of a hundred days, all of four invoices late
    assert told(page) == [("B", OVERDUE, 40), ("A", OVERDUE, 2 + 15 + 15)]
    second = page.items[1]
    assert (str(second.overdue.decimal), second.days_past_due, second.late_percent) == ("50.00", 50, 100)
    assert (second.action, second.why) == (
        NextAction.CALL,
        "The oldest is 50 days past due. 100 % of the invoices settled within a year were late.",
    )
    assert page.items[0].late_percent is None
    assert gamma not in {item.account_id for item in page.items}


def test_an_open_task_stands_in_the_list_with_what_its_customer_owes(book):
    portal, alpha, _beta, gamma = book
    portal.activities.open(gamma, ANN, kind="promises.decide", key="k", reason="Decide it.\nFor technicians.")
    portal.activities.open(alpha, ANN, kind="messages.undeliverable", key="k", reason="It bounced.", owner="ben")
    assert told(portal.activities.work(ANN)) == [
        ("B", OVERDUE, 40),
        *sorted([("A", OVERDUE, 32), ("A", "messages.undeliverable", 32)], key=lambda row: place(portal, row)),
        ("C", "promises.decide", 15),
    ]
    assert told(portal.activities.work(BEN, owner="ben")) == [("A", "messages.undeliverable", 32)]
    assert [row[1] for row in told(portal.activities.work(ANN, owner=""))] == [OVERDUE, OVERDUE, "promises.decide"]
    (last,) = portal.activities.work(ANN).items[3:]
    assert (last.reason, last.overdue, last.action) == ("Decide it.", None, NextAction.DECIDE)
    refused("work.owner", portal.activities.work, ANN, owner="ben")


def place(portal, row):
    """Where equal scores stand: by the id of the task, or of the account."""
    item = next(one for one in portal.activities.work(ANN).items if (one.customer_number, one.kind) == row[:2])
    return (item.task_id or item.account_id).bytes


def test_the_list_goes_on_page_by_page(book):
    portal, alpha, *_ = book
    for n in range(3):
        portal.activities.open(alpha, ANN, kind="erp.check", key=str(n), reason="Look.")
    whole, rows, after = portal.activities.work(ANN).items, [], None
    while True:
        page = portal.activities.work(ANN, after=after, limit=2)
        rows += page.items
        after = page.after
        if after is None:
            break
    assert tuple(rows) == whole
    assert len(rows) == 5


def test_what_is_taken_is_one_s_own_and_nobody_else_s(book):
    portal, alpha, beta, _ = book
    task = portal.activities.claim(beta, ANN)
    assert (task.kind, task.owner) == (OVERDUE, "ann")
    assert portal.activities.claim(beta, ANN) == task
    refused("task.taken", portal.activities.claim, beta, BEN)
    refused("task.taken", portal.activities.claim, beta, BEN, task=task.id)
    assert told(portal.activities.work(BEN, owner="")) == [("A", OVERDUE, 32)]
    assert told(portal.activities.work(ANN, owner="ann")) == [("B", OVERDUE, 40)]
    free = portal.activities.open(alpha, ANN, kind="erp.check", key="k", reason="Look.")
    assert portal.activities.claim(alpha, BEN, task=free.id).owner == "ben"
    refused("task.not_found", portal.activities.claim, beta, BEN, task=free.id)


def test_what_is_put_off_comes_back_on_its_day_and_what_is_done_after_a_while(book):
    portal, _alpha, beta, _ = book
    task = portal.activities.claim(beta, ANN)
    portal.activities.reschedule(beta, task.id, ANN, due_on=day(3))
    assert told(portal.activities.work(ANN)) == [("A", OVERDUE, 32)]
    portal.clock.time += timedelta(days=3)
    assert [row[0] for row in told(portal.activities.work(ANN, owner="ann"))] == ["B"]
    portal.activities.close(beta, task.id, ANN, outcome="left_message")
    assert [row[0] for row in told(portal.activities.work(ANN))] == ["A"]
    refused("task.closed", portal.activities.claim, beta, BEN, task=task.id)
    portal.clock.time += timedelta(days=5)
    assert [row[0] for row in told(portal.activities.work(ANN))] == ["B", "A"], "nobody called for a week"


def test_who_asks_for_the_next_is_given_the_most_pressing_until_none_is_left(book):
    portal, alpha, beta, _ = book
    assert portal.activities.claim_next(ANN).account_id == beta
    assert portal.activities.claim_next(BEN).account_id == alpha
    assert portal.activities.claim_next(ANN) is None


def test_who_asks_for_the_next_looks_as_far_as_it_takes(book, monkeypatch):
    monkeypatch.setattr("lockportal.activities.service._AT_ONCE", 1)
    activities = book[0].activities
    claim, faster = activities.claim, []

    def taken(account_id, by, **which):
        if not faster:
            faster.append(account_id)
            raise Refused("task.taken", "Somebody was faster.")
        return claim(account_id, by, **which)

    monkeypatch.setattr(activities, "claim", taken)
    assert activities.claim_next(ANN).account_id not in faster


def test_customers_see_no_work(book):
    portal, alpha, *_ = book
    with pytest.raises(Denied):
        portal.activities.work(customer(alpha))
    with pytest.raises(Denied):
        portal.activities.claim_next(customer(alpha))
    with pytest.raises(Denied):
        portal.activities.claim(alpha, customer(alpha))


def race(portal, names, take):
    """Everybody takes until nothing is left; answer what each took."""
    start, taken, failed = threading.Barrier(len(names)), {name: [] for name in names}, []

    def run(name):
        try:
            start.wait()
            while (found := take(staff(name))) is not None:
                taken[name].append(found)
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return taken


def crowd(portal, count):
    number = str(portal.clock.new_id())
    store(portal, invoice(f"N-{number}", "1.00", -3, 20), number=number, source=number)
    account = account_of(portal, number)
    return account, {portal.activities.open(account, OTTO, kind="erp.check", key=str(n), reason="Look.").id for n in range(count)}


def test_collectors_who_take_from_one_list_at_once_take_nothing_twice(database_url, tier):
    people, whole = tier.times(4, 6, 20), tier.times(24, 60, 5000)
    with closing(open_portal(database_url)) as portal:
        per = tier.times(12, 12, 50)
        tasks = [task for _ in range(whole // per) for task in crowd(portal, per)[1]]
        names = tuple(f"collector-{number}" for number in range(people))
        taken = race(portal, names, for_a_while(portal.activities.claim_next, None if tier.name != "F" else 60))
        ids = [task.id for own in taken.values() for task in own]
        assert len(set(ids)) == len(ids), "nothing twice"
        free, after = set(), None
        while True:
            page = portal.activities.tasks(OTTO, owner="", after=after, limit=200)
            free |= {row.id for row in page.items}
            after = page.after
            if after is None:
                break
        assert sorted({*ids, *free}) == sorted(tasks), "nothing is lost"
        assert not free & set(ids)
        for name, own in taken.items():
            assert all(task.owner == name for task in own)


def for_a_while(take, seconds):
    """Take until nothing is left, or for so many seconds: then nobody takes any more."""
    end = None if seconds is None else time.monotonic() + seconds
    return lambda by: None if end is not None and time.monotonic() > end else take(by)


def test_taking_without_looking_whether_it_is_taken_takes_twice(sqlite_url):
    with closing(open_portal(sqlite_url)) as portal:
        account, _tasks = crowd(portal, 1)
        both = threading.Barrier(2)
        done = set()

        def careless(by):
            if by.id in done:
                return None
            done.add(by.id)
            page = portal.activities.work(by, owner="")
            both.wait()
            return portal.activities.assign(account, page.items[0].task_id, by, owner=by.id)

        taken = race(portal, ("ann", "ben"), careless)
        assert [len(own) for own in taken.values()] == [1, 1], "two hold the one task to be theirs"


@pytest.mark.parametrize("after", [None, 1])
def test_each_database_scores_as_the_view_does(database_url, after):
    with closing(open_portal(database_url, settings=(ActivitiesSettings(scoring=SCORING),))) as portal:
        alpha, *_ = fill(portal)
        portal.activities.open(alpha, ANN, kind=BROKEN, key="k", reason="Not kept.")
        items = portal.activities.work(ANN).items
        assert len(items) == 3
        for item in items:
            owed = 0 if item.overdue is None else item.overdue.minor
            assert item.score == score(SCORING, owed, item.days_past_due, item.late_percent, item.kind)
        page = portal.activities.work(ANN, limit=after or 3)
        rest = () if page.after is None else portal.activities.work(ANN, after=page.after).items
        assert (*page.items, *rest) == items


AMOUNTS, DAYS = st.integers(-(10**10), 10**10), st.integers(-400, 4000)


@given(AMOUNTS, DAYS, st.none() | st.integers(0, 100), st.sampled_from([OVERDUE, BROKEN, "erp.check"]))
def test_a_score_is_of_a_hundred_and_more_is_never_less(owed, days, percent, kind):
    scoring = Scoring()
    found = score(scoring, owed, days, percent, kind)
    assert 0 <= found <= 100
    assert found <= score(scoring, owed + 1, days, percent, kind)
    assert found <= score(scoring, owed, days + 1, percent, kind)
    assert score(evolve(scoring, amount=0, lateness=0, pattern=0, kind=0), owed, days, percent, kind) == 0


@pytest.mark.parametrize(
    ("kind", "days", "percent", "action"),
    [
        (OVERDUE, 3, None, NextAction.REMIND),
        (OVERDUE, 3, 80, NextAction.CALL),
        (OVERDUE, 15, None, NextAction.CALL),
        (OVERDUE, 91, 0, NextAction.ESCALATE),
        (BROKEN, 0, None, NextAction.CALL),
        (ESCALATION, 0, None, NextAction.ESCALATE),
        ("messages.undeliverable", 0, None, NextAction.FIND_CONTACT),
        ("disputes.answered", 0, None, NextAction.ANSWER),
        ("erp.check", 99, 99, NextAction.LOOK),
    ],
)
def test_what_is_best_done_next_has_its_reason_in_words(kind, days, percent, action):
    found, why = next_action(kind, days, percent)
    assert found is action
    assert why.endswith(".")
