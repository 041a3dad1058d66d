"""Notes and calls at the desk: written down, found again, handed out as a paper."""

from datetime import timedelta

import pytest

from lockportal.activities import ActivitiesSettings
from lockportal.core.actor import SYSTEM, staff
from lockportal.web.promise_words import PROMISE_REFUSED
from lockportal.web.work_words import CALL_SCRIPT
from web.conftest import usd
from web.test_desk import Desk, task, text

CASEY = staff("casey")


@pytest.fixture
def desk(world):
    return Desk(world)


def notes(world):
    return [(row.kind.value, row.note) for row in world.portal.activities.timeline(world.harbour, CASEY).items if row.note]


def test_a_note_is_kept_once_shown_as_it_was_written_and_found_again(world, desk):
    where = f"/desk/accounts/{world.harbour}"
    form = {"text": "They <b>moved</b>.\n@robin, call them.", "key": "k"}
    for _ in range(2):
        answer = desk.post(f"{where}/notes", form)
        assert (answer.status, answer.header("Location")) == (303, f"{where}?done=noted#timeline")
    assert notes(world) == [("note", form["text"])]
    page = text(desk.get(where, {"done": "noted"}))
    assert "The note is on the timeline." in page
    assert "They &lt;b&gt;moved&lt;/b&gt;." in page
    assert "Somebody named you in a note" in page
    assert "moved" in text(desk.get(where, {"search": "MOVED"}))
    assert "Nothing was found." in text(desk.get(where, {"search": "no such word"}))
    assert desk.post(f"{where}/notes", {"text": " "}).header("Location") == f"{where}#timeline"
    for n in range(40):
        world.portal.activities.note(world.harbour, SYSTEM, text=f"Long story {n}")
    assert "&amp;search=story" in text(desk.get(where, {"search": "story"}))


def test_the_page_of_a_call_has_the_script_the_people_and_what_is_open(world, desk):
    page = text(desk.get(f"/desk/accounts/{world.harbour}/call"))
    assert all(step in page for step in CALL_SCRIPT)
    assert ActivitiesSettings().call_script == CALL_SCRIPT
    for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM):
        assert (one.name or one.email) in page
    assert "USD" in page


def test_a_call_with_a_promise_a_dispute_and_a_task_is_kept_whole(world, desk):
    where, today = f"/desk/accounts/{world.harbour}", world.portal.ledger.today()
    world.store(world.invoice("CALL-1", "100.00", -3), world.invoice("CALL-2", "100.00", -3))
    ids = world._ids(world.harbour)
    one = task(world, kind="dunning.call", reason="Call them.")
    form = {
        "outcome": "promised",
        "text": "Friday.",
        "promised": f"{ids['CALL-1']}.USD",
        "promised_amount": "60",
        "promised_on": str(today + timedelta(days=4)),
        "disputed": f"{ids['CALL-2']}.USD",
        "category": "price",
        "expected": "90.00",
        "again_on": str(today + timedelta(days=6)),
        "task": str(one.id),
        "key": "k",
    }
    for wrong, said in (
        ({"outcome": ""}, "Say what came of the call."),
        ({"outcome": "danced"}, "Choose an outcome from the list."),
        ({"promised_on": ""}, PROMISE_REFUSED["promise.days"]),
        ({"promised_on": "soon"}, "Enter a date"),
        ({"promised": f"{ids['CALL-1']}.XYZ"}, PROMISE_REFUSED["promise.currency"]),
        ({"promised": "account.USD", "promised_amount": ""}, "Enter an amount"),
        ({"category": "bad"}, "Say what is wrong."),
        ({"expected": "much"}, "Enter an amount"),
        ({"again_on": "2001-01-01"}, "Choose today or a later day."),
    ):
        refused = desk.post(f"{where}/call", {**form, **wrong})
        assert refused.status == 422, wrong
        assert said in refused.body.decode()
    assert notes(world) == []
    answer = desk.post(f"{where}/call", form)
    assert answer.header("Location") == f"{where}?done=called#timeline"
    assert notes(world) == [("call", "Friday.")]
    page = text(desk.get(where, {"done": "called"}))
    assert "Call: Promised to pay" in page
    (promise,) = [row for row in world.portal.promises.list(world.harbour, CASEY) if row.note == "Friday."]
    assert str(promise.amount.decimal) == "60.00"
    (dispute,) = world.portal.disputes.about(world.harbour, ids["CALL-2"], CASEY)
    assert f"/disputes/{dispute.id}" in page
    assert world.portal.activities.get(world.harbour, one.id, CASEY).outcome == "promised"
    other = {"outcome": "promised", "promised": "account.USD", "promised_amount": "5", "promised_on": form["promised_on"]}
    assert desk.post(f"{where}/call", {**other, "key": "k2"}).status == 303


def test_the_history_of_a_customer_is_handed_out_as_a_paper(world, desk):
    pytest.importorskip("typst")
    world.portal.activities.note(world.harbour, CASEY, text="Remember this.")
    answer = desk.get(f"/desk/accounts/{world.harbour}/history.pdf", {"from": "2001-01-01", "to": ""})
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/pdf"
    assert answer.body.startswith(b"%PDF")


def test_orders_are_held_back_and_released_with_reasons(world, desk):
    where = f"/desk/accounts/{world.harbour}"
    page = text(desk.get(where))
    assert "Credit limit" in page
    assert "$50,000.00" in page
    for act, done in (("hold", "New orders are held back."), ("release", "New orders may go on.")):
        answer = desk.post(f"{where}/hold", {"act": act, "reason": f"Because <{act}>."})
        assert answer.header("Location") == f"{where}?done=credit_{act}"
        page = text(desk.get(where, {"done": f"credit_{act}"}))
        assert done in page
        assert f"Because &lt;{act}&gt;." in page
        assert world.portal.profiles.customer(world.harbour, by=CASEY).hold == (act == "hold")
    assert desk.post(f"{where}/hold", {"act": "hold", "reason": " "}).header("Location") == where
    assert desk.post(f"{where}/hold", {"act": "dance", "reason": "x"}).status == 422
    world.portal.profiles.change_customer(world.harbour, by=CASEY, credit_limit=usd(1))
    assert "Passed by" in text(desk.get(where))
    listed = text(desk.get("/desk/work"))
    assert "A credit limit is passed" in listed
    answer = desk.post("/desk/work", {"act": "take", "account": str(world.harbour), "task": "", "kind": "credit.passed"})
    assert answer.status == 303
