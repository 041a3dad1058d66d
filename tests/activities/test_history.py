"""What was said and done about a customer: notes, calls, mails and the journal on one timeline, found again, and as a paper."""

import io
from datetime import timedelta

import pytest

from activities.conftest import ANN, BEN
from books import NOON, OTTO, account_of, closing, customer, day, invoice, open_portal, store, usd
from lockportal.activities import CallDispute, CallPromise, Note, TimelineKind
from lockportal.activities.history.models import CALL_AGAIN, LONGEST_NOTE, MENTION
from lockportal.activities.history.views import TimelineRow, merged
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.errors import Denied, LockportalError
from lockportal.disputes import Claim, DisputeCategory
from lockportal.disputes.routing import Assignment
from lockportal.messages.models import Delivery, Outcome
from lockportal.plugins import hookimpl
from lockportal.promises import PromiseChoice, PromiseStatus


def refused(code, run, *args, **kwargs):
    with pytest.raises(LockportalError) as caught:
        run(*args, **kwargs)
    assert caught.value.code == code


@pytest.fixture
def book(sqlite_url):
    with closing(open_portal(sqlite_url)) as portal:
        yield portal, *fill(portal)


def fill(portal):
    store(portal, invoice("R-1"), invoice("R-2"))
    account = account_of(portal)
    contact = portal.profiles.add_contact(account, "vi@x.example", "Vi Olsen", tuple(Right), by=OTTO)
    ids = {row.number: row.id for row in portal.documents.search(account, OTTO).items}
    return account, contact.id, ids


def mailed(portal, account, contact, kind="documents", outcome=Outcome.SENT):
    made = portal.clock.new_id()
    portal.shell.observe(
        Delivery(
            id=made, account_id=account, message_id=made, kind=kind, contact_id=contact, at=portal.clock.now(), outcome=outcome
        )
    )


def rows(portal, account, **how):
    return portal.activities.timeline(account, ANN, limit=200, **how).items


def told(portal, account, **how):
    return [(row.kind.value, row.note or row.text) for row in rows(portal, account, **how)]


def tasks(portal, account):
    return [(row.kind, row.owner, row.due_on) for row in portal.activities.tasks(ANN, account_id=account).items]


def test_a_note_stands_on_the_timeline_and_a_colleague_who_is_named_has_a_task(book):
    portal, account, _, ids = book
    made = portal.activities.note(
        account, ANN, text="  They moved. @ben knows; mail to x@ben is not him. ", document_id=ids["R-1"]
    )
    (row,) = [one for one in rows(portal, account) if one.kind is TimelineKind.NOTE]
    assert (row.ids, row.by, row.note, row.at) == (
        (made,),
        "staff:ann",
        "They moved. @ben knows; mail to x@ben is not him.",
        NOON,
    )
    assert row.document_id == ids["R-1"]
    assert tasks(portal, account) == [(MENTION, "ben", day(0))]
    assert portal.activities.tasks(BEN, owner="ben").items[0].about_id == made
    refused("note.empty", portal.activities.note, account, ANN, text="  ")
    refused("note.too_long", portal.activities.note, account, ANN, text="x" * (LONGEST_NOTE + 1))
    refused("document.not_found", portal.activities.note, account, ANN, text="x", document_id=made)
    with pytest.raises(Denied):
        portal.activities.note(account, customer(account, rights=tuple(Right)), text="x")
    with pytest.raises(Denied):
        portal.activities.call(account, customer(account, rights=tuple(Right)), outcome="reached")


def test_the_same_note_sent_twice_is_one(book):
    portal, account, *_ = book
    first = portal.activities.note(account, ANN, text="Once.", key="k")
    assert portal.activities.note(account, ANN, text="Once.", key="k") == first
    assert [row for row in told(portal, account) if row[0] == "note"] == [("note", "Once.")]


def test_what_is_personal_of_a_note_is_not_in_the_journal(book):
    portal, account, *_ = book
    portal.activities.note(account, ANN, text="A secret of Vi.")
    with portal.engines.reads.connect() as connection:
        dump = "".join(str(row) for row in connection.exec_driver_sql("select body from lockportal_journal"))
    assert "activities" not in dump or "A secret" not in dump
    assert not Note(id=account, account_id=account, kind="note", at=NOON).live


def test_a_call_closes_its_task_and_makes_the_next_one(book):
    portal, account, contact, _ = book
    task = portal.activities.open(account, ANN, kind="dunning.call", key="k", reason="Call.", owner="ann")
    portal.activities.call(
        account, ANN, outcome="left_message", text="@ben, your turn.", contact_id=contact, task_id=task.id, again_on=day(3)
    )
    closed = portal.activities.get(account, task.id, ANN)
    assert (closed.state, closed.outcome) == ("done", "left_message")
    assert tasks(portal, account) == [(MENTION, "ben", day(0)), (CALL_AGAIN, "ann", day(3))]
    (row,) = [one for one in rows(portal, account) if one.kind is TimelineKind.CALL]
    assert (row.outcome, row.contact_name, row.note) == ("left_message", "Vi Olsen", "@ben, your turn.")
    refused("task.closed", portal.activities.call, account, ANN, outcome="reached", task_id=task.id)
    refused("call.outcome_missing", portal.activities.call, account, ANN, outcome="")
    refused("task.outcome_unknown", portal.activities.call, account, ANN, outcome="danced")
    refused("call.again_past", portal.activities.call, account, ANN, outcome="reached", again_on=day(-1))
    refused("contact.not_found", portal.activities.call, account, ANN, outcome="reached", contact_id=task.id)


def test_a_promise_and_a_dispute_of_a_call_are_kept_with_it_or_not_at_all(database_url):
    with closing(open_portal(database_url)) as portal:
        account, contact, ids = fill(portal)
        promise = CallPromise(currency="USD", on=day(5), lines=(PromiseChoice(document_id=ids["R-1"]),))
        claim = Claim(category=DisputeCategory.PRICE, expected_amount=usd("80.00"))
        dispute = CallDispute(document_id=ids["R-2"], claims=(claim,))
        said = {"outcome": "promised", "text": "R-1 by Friday; R-2 is too dear.", "contact_id": contact}
        made = portal.activities.call(account, ANN, promise=promise, dispute=dispute, key="k", **said)
        assert portal.activities.call(account, ANN, promise=promise, dispute=dispute, key="k", **said) == made
        (kept,) = portal.promises.list(account, ANN)
        (opened,) = portal.disputes.about(account, ids["R-2"], ANN)
        assert (kept.status, kept.amount, kept.last_on) == (PromiseStatus.OPEN, usd("100.00"), day(5))
        assert (opened.amount, opened.category) == (usd("20.00"), DisputeCategory.PRICE)
        (row,) = [one for one in rows(portal, account) if one.kind is TimelineKind.CALL]
        assert (row.promise_id, row.dispute_id) == (kept.id, opened.id)
        versions = {
            one.version for one in rows(portal, account) if one.type in {"promises.promise_made", "disputes.dispute_opened"}
        }
        assert len(versions) == 1, "one commit"
        too_much = CallDispute(
            document_id=ids["R-2"], claims=(Claim(category=DisputeCategory.PRICE, expected_amount=usd("10.00")),)
        )
        again = CallPromise(currency="USD", on=day(6), lines=(PromiseChoice(document_id=ids["R-2"], amount=usd("1.00")),))
        refused("dispute.exceeds", portal.activities.call, account, ANN, outcome="promised", promise=again, dispute=too_much)
        assert len(portal.promises.list(account, ANN)) == 1, "what was refused has left no promise behind"
        assert portal.verify(SYSTEM) == ()


def test_an_amount_may_be_promised_for_the_account_in_a_call(book):
    portal, account, *_ = book
    portal.activities.call(account, ANN, outcome="promised", promise=CallPromise(currency="USD", on=day(2), amount=usd("50.00")))
    (kept,) = portal.promises.list(account, ANN)
    assert (kept.amount, kept.lines) == (usd("50.00"), ())


class Router:
    @hookimpl
    def lockportal_route_dispute(self, request):
        return Assignment(owner="cem", department="")


def test_the_host_is_asked_whose_a_dispute_of_a_call_is(sqlite_url):
    with closing(open_portal(sqlite_url, plugins=(Router(),))) as portal:
        account, _, ids = fill(portal)
        dispute = CallDispute(
            document_id=ids["R-1"], claims=(Claim(category=DisputeCategory.OTHER, expected_amount=usd("1.00")),)
        )
        portal.activities.call(account, ANN, outcome="disputed", dispute=dispute)
        assert portal.disputes.about(account, ids["R-1"], ANN)[0].owner == "cem"


def filled(portal, account, contact):
    """Notes, calls and mails, an hour after each other, four of each."""
    for number in range(4):
        for step in (
            lambda n=number: portal.activities.note(account, ANN, text=f"Note {n}"),
            lambda n=number: portal.activities.call(account, BEN, outcome="reached", text=f"Call {n}", contact_id=contact),
            lambda: mailed(portal, account, contact),
            lambda n=number: portal.profiles.change_customer(account, by=ANN, name=f"Harbour {n}"),
        ):
            portal.clock.time += timedelta(hours=1)
            step()


def test_everything_stands_in_one_order_page_by_page_on_each_database(database_url):
    with closing(open_portal(database_url)) as portal:
        account, contact, _ = fill(portal)
        filled(portal, account, contact)
        whole = rows(portal, account)
        assert [row.kind.value for row in whole[:8]] == ["event", "mail", "call", "note"] * 2
        assert [row.note for row in whole if row.note] == [f"{what} {n}" for n in (3, 2, 1, 0) for what in ("Call", "Note")]
        assert whole[1].contact_name == "Vi Olsen"
        assert (whole[1].type, whole[1].outcome) == ("documents", "sent")
        for limit in (1, 3, 7):
            shown, after = [], None
            while True:
                page = portal.activities.timeline(account, ANN, after=after, limit=limit)
                assert len(page.items) <= limit
                shown += page.items
                after = page.after
                if after is None:
                    break
            assert tuple(shown) == whole


def test_words_names_outcomes_and_what_happened_are_found(database_url):
    with closing(open_portal(database_url)) as portal:
        account, contact, _ = fill(portal)
        filled(portal, account, contact)
        portal.activities.note(account, ANN, text="100 % of the FREIGHT is_wrong")
        assert told(portal, account, search="note 2") == [("note", "Note 2")]
        assert [row[0] for row in told(portal, account, search="freight")] == ["note"]
        assert [row[0] for row in told(portal, account, search="100 %")] == ["note"]
        assert [row[0] for row in told(portal, account, search="s_w")] == ["note"]
        assert told(portal, account, search="k_n") == [], "a sign of LIKE stands for itself"
        assert len(told(portal, account, search="reached")) == 4
        assert {row[0] for row in told(portal, account, search="olsen")} == {"call", "mail"}
        assert {row.text for row in rows(portal, account, search="details changed")} == {
            "The customer was opened, or its details changed"
        }
        assert {row.by for row in rows(portal, account, search="staff:ben")} == {"staff:ben"}
        assert told(portal, account, search="  ") == told(portal, account)
        assert told(portal, account, search="no such word") == []
        page = portal.activities.timeline(account, ANN, search="note", limit=2)
        rest = portal.activities.timeline(account, ANN, search="note", after=page.after, limit=200)
        assert [row.note for row in (*page.items, *rest.items) if row.note] == ["Note 3", "Note 2", "Note 1", "Note 0"]
        refused("search.text", portal.activities.timeline, account, ANN, search="a\0b")


def row(kind, at):
    return TimelineRow(kind=kind, at=NOON + timedelta(hours=at), by="", type="", text="", ids=())


def test_lists_are_merged_the_newest_first_and_the_earlier_list_first_at_the_same_time():
    notes, mails = [row(TimelineKind.NOTE, 3), row(TimelineKind.NOTE, 1)], [row(TimelineKind.MAIL, 3), row(TimelineKind.MAIL, 2)]
    shown, taken = merged((notes, mails), 3)
    assert [(one.kind.value, one.at.hour - 12) for one in shown] == [("note", 3), ("mail", 3), ("mail", 2)]
    assert taken == (1, 2)
    assert merged((notes, mails), 9)[1] == (2, 2)


def pages_of(paper):
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages]


def test_the_history_is_a_paper_of_the_days_that_were_asked_for_the_oldest_first(book):
    pytest.importorskip("typst")
    portal, account, contact, _ = book
    filled(portal, account, contact)
    portal.clock.time += timedelta(days=2)
    portal.activities.note(account, ANN, text="Later, with <angle> & #hash.")
    paper = portal.activities.history(account, ANN)
    assert (paper.name, paper.media_type) == (f"history-100-{day(3)}.pdf", "application/pdf")
    text = "\n".join(pages_of(paper))
    places = [text.index(word) for word in ("Note 0", "Call 0", "Note 1", "Call 3", "<angle> & #hash")]
    assert places == sorted(places)
    assert "A call (reached)" in text
    assert "A mail was sent (sent)" in text
    assert "Vi Olsen" in text
    early = "\n".join(
        pages_of(portal.activities.history(account, ANN, first=day(0), last=day(0), tell=lambda one: one.kind.value.upper()))
    )
    assert "Note 0" in early
    assert "Later" not in early
    assert "NOTE" in early
    late = "\n".join(pages_of(portal.activities.history(account, ANN, first=day(2))))
    assert "Later" in late
    assert "Note 0" not in late
    assert "Nothing happened" in "\n".join(pages_of(portal.activities.history(account, ANN, first=day(9), last=day(9))))


def test_of_an_account_that_is_not_there_no_paper_is_made(book):
    portal, *_ = book
    refused("account.not_found", portal.activities.history, portal.clock.new_id(), ANN)


def test_a_history_is_read_page_by_page_and_no_longer_than_can_be_printed(book, monkeypatch):
    portal, account, contact, _ = book
    filled(portal, account, contact)
    monkeypatch.setattr("lockportal.activities.history.timeline._AT_ONCE", 3)
    timeline = portal.activities._timeline
    assert tuple(reversed(timeline.between(account, ANN, None, None))) == rows(portal, account)
    assert timeline.between(account, ANN, day(1), None) == tuple(
        reversed([one for one in rows(portal, account) if one.at.date() >= day(1)])
    )
    monkeypatch.setattr("lockportal.activities.history.timeline._MOST", 5)
    refused("timeline.too_long", timeline.between, account, ANN, None, None)
