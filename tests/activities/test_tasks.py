"""Tasks: opened once for a reason, listed by owner, put off, closed with an outcome."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from lockportal.activities import Task, TaskState, open_task
from lockportal.core.account import Account, Owner
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant, Right, staff
from lockportal.core.errors import Denied, LockportalError, NotFound
from lockportal.core.record import Stamp
from lockportal.core.settings import Supplier
from lockportal.testing import counting
from lockportal.testing.bench import NOON

ANN, BEN = staff("ann"), staff("ben")
TODAY = NOON.date()


def opened(portal, account, key="k", **details):
    given = {"kind": "messages.undeliverable", "reason": "The address does not exist.", **details}
    return portal.activities.open(account, ANN, key=key, **given)


def refused(code, run, *args, **kwargs):
    with pytest.raises(LockportalError) as caught:
        run(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def test_a_task_is_due_today_and_nobodys_unless_it_is_said_otherwise(portal, account):
    task = opened(portal, account)
    assert (task.state, task.owner, task.due_on, task.opened_at) == (TaskState.OPEN, "", TODAY, NOON)
    about = uuid4()
    other = opened(portal, account, "other", owner="ben", due_on=date(2026, 3, 9), about_id=about)
    assert (other.owner, other.due_on, other.about_id) == ("ben", date(2026, 3, 9), about)


def test_the_same_key_makes_one_task_even_after_it_was_closed(portal, account):
    first = opened(portal, account)
    assert opened(portal, account, reason="Found again.") == first
    portal.activities.close(account, first.id, ANN, outcome="done")
    assert opened(portal, account).state is TaskState.DONE
    assert portal.activities.tasks(ANN).items == ()


def test_a_reaction_opens_a_task_once_in_an_account_that_is_new_to_it(portal):
    supplier = Supplier(name="Nord", currencies=("EUR",))
    account = Account(id=UUID(int=1), kind=Owner.CUSTOMER, supplier=supplier)
    stamp = Stamp(UUID(int=2), NOON, SYSTEM)
    (event,) = open_task(account, stamp, kind="a.b", key="k", reason="Because.")
    assert open_task(account.holding([event.task]), stamp, kind="a.b", key="k", reason="Because.") == ()


def test_a_task_goes_from_one_to_another_and_to_nobody(portal, account):
    task = opened(portal, account)
    assert portal.activities.assign(account, task.id, ANN, owner="ben").owner == "ben"
    assert portal.activities.assign(account, task.id, ANN, owner="ben").owner == "ben"
    assert portal.activities.assign(account, task.id, ANN, owner="").owner == ""


def test_a_task_is_put_off_but_never_into_the_past(portal, account):
    task = opened(portal, account)
    later = TODAY + timedelta(days=7)
    assert portal.activities.reschedule(account, task.id, ANN, due_on=later).due_on == later
    assert portal.activities.reschedule(account, task.id, ANN, due_on=later).due_on == later
    yesterday = TODAY - timedelta(days=1)
    assert refused("task.due_on_past", portal.activities.reschedule, account, task.id, ANN, due_on=yesterday).field == "due_on"


def test_a_task_is_done_with_an_outcome_and_cancelled_without_one(portal, account):
    done = portal.activities.close(account, opened(portal, account, "one").id, BEN, outcome="reached", note="Pays on Friday.")
    assert (done.state, done.outcome, done.note, done.closed_at) == (TaskState.DONE, "reached", "Pays on Friday.", NOON)
    cancelled = portal.activities.close(account, opened(portal, account, "two").id, BEN)
    assert (cancelled.state, cancelled.outcome) == (TaskState.CANCELLED, "")


def test_a_closed_task_stays_as_it_is(portal, account):
    task = opened(portal, account)
    closed = portal.activities.close(account, task.id, ANN, outcome="done")
    assert portal.activities.close(account, task.id, ANN, outcome="done") == closed
    for run, details in (
        (portal.activities.close, {"outcome": "reached"}),
        (portal.activities.assign, {"owner": "ben"}),
        (portal.activities.reschedule, {"due_on": TODAY + timedelta(days=1)}),
    ):
        refused("task.closed", run, account, task.id, ANN, **details)


@pytest.mark.parametrize(
    ("details", "code", "field"),
    [
        ({"kind": "Call them"}, "task.kind_invalid", "kind"),
        ({"kind": f"a.{'b' * 63}"}, "task.kind_invalid", "kind"),
        ({"key": ""}, "task.key_length", "key"),
        ({"key": "k" * 201}, "task.key_length", "key"),
        ({"reason": " "}, "task.reason_missing", "reason"),
        ({"reason": "x" * 2001}, "task.reason_too_long", "reason"),
        ({"owner": "x" * 129}, "task.owner_too_long", "owner"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(quick, quick_account, details, code, field):
    assert refused(code, opened, quick, quick_account, **details).field == field
    assert quick.activities.tasks(ANN).items == ()


def test_an_outcome_that_is_not_the_suppliers_is_refused_with_those_there_are(quick, quick_account):
    task = opened(quick, quick_account)
    fault = refused("task.outcome_unknown", quick.activities.close, quick_account, task.id, ANN, outcome="whatever")
    assert "left_message" in fault.message
    assert refused("task.note_too_long", quick.activities.close, quick_account, task.id, ANN, note="x" * 2001).field == "note"


def test_lists_are_by_owner_and_day_and_neither_skip_nor_repeat(portal, account):
    other = portal.profiles.open_customer("C-2", "Beta", by=ANN)
    for n in range(7):
        home = account if n % 2 else other
        opened(portal, home, f"k{n}", owner="ann" if n < 5 else "", due_on=TODAY + timedelta(days=n // 3))
    seen, after = [], None
    while True:
        with counting(portal.engines) as statements:
            page = portal.activities.tasks(ANN, owner="ann", after=after, limit=2)
        assert len(statements) == 1
        seen += page.items
        after = page.after
        if after is None:
            break
    assert [row.due_on for row in seen] == sorted(row.due_on for row in seen)
    assert len({row.id for row in seen}) == len(seen) == 5
    assert {(row.customer_number, row.customer_name) for row in seen} == {("C-1", "Alpha"), ("C-2", "Beta")}
    assert len(portal.activities.tasks(ANN, owner="").items) == 2
    assert {row.account_id for row in portal.activities.tasks(ANN, account_id=other).items} == {other}


def test_a_task_of_yesterday_is_overdue(quick, quick_account):
    opened(quick, quick_account)
    quick.clock.advance(timedelta(days=1))
    (row,) = quick.activities.tasks(ANN).items
    assert row.overdue
    assert [(load.owner, load.tasks, load.overdue) for load in quick.activities.owners(ANN)] == [("", 1, 1)]


def test_only_staff_and_the_system_see_tasks(quick, quick_account):
    opened(quick, quick_account)
    grants = (Grant(quick_account, uuid4(), frozenset(Right)),)
    customer = Actor(kind=ActorKind.CUSTOMER, id="x", person_id=uuid4(), grants=grants)
    for run in (quick.activities.tasks, quick.activities.owners):
        with pytest.raises(Denied):
            run(customer)
    with pytest.raises(Denied):
        quick.activities.timeline(quick_account, customer)
    with pytest.raises(Denied):
        quick.activities.open(quick_account, customer, kind="a.b", key="k2", reason="Because.")


def test_a_task_that_is_not_there_is_not_found(quick, quick_account):
    with pytest.raises(NotFound):
        quick.activities.get(quick_account, uuid4(), ANN)
    with pytest.raises(NotFound):
        quick.activities.close(quick_account, uuid4(), ANN)


def test_a_place_of_another_list_is_refused(quick, quick_account):
    for n in range(3):
        opened(quick, quick_account, f"k{n}")
    tasks, timeline = quick.activities.tasks(ANN, limit=1), quick.activities.timeline(quick_account, ANN, limit=1)
    refused("page.cursor_invalid", quick.activities.tasks, ANN, after=timeline.after)
    refused("page.cursor_invalid", quick.activities.timeline, quick_account, ANN, after=tasks.after)
    refused("page.cursor_invalid", quick.activities.tasks, ANN, after="made up")


def test_the_timeline_tells_a_customers_story_backwards_and_names_nobody_elses(portal, account):
    other = portal.profiles.open_customer("C-2", "Beta", by=BEN)
    opened(portal, other)
    task = opened(portal, account)
    portal.activities.assign(account, task.id, BEN, owner="ben")
    portal.activities.close(account, task.id, BEN, outcome="done")
    told, after = [], None
    while True:
        with counting(portal.engines) as statements:
            page = portal.activities.timeline(account, ANN, after=after, limit=2)
        assert len([one for one in statements if one.startswith("SELECT")]) == 3
        told += page.items
        after = page.after
        if after is None:
            break
    assert [(row.text, row.by) for row in told] == [
        ("A task was closed", "staff:ben"),
        ("A task was assigned", "staff:ben"),
        ("A task was opened", "staff:ann"),
        ("The customer was opened, or its details changed", "staff:ann"),
    ]
    assert told[0].ids == (task.id,)
    assert {row.at for row in told} == {NOON}


def test_a_strangers_event_is_told_by_its_docstring(quick):
    from lockportal.activities.views import told
    from lockportal.testing.specimen import capability

    assert told((capability,))["specimens.specimen_kept"] == "A specimen is kept as it now is"


def test_a_task_is_a_record(quick_account):
    assert Task.indexes[0].columns == ("live", "owner", "due_on", "id")
