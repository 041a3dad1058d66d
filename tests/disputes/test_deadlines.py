"""What the clock tells of a dispute, and how it stands still."""

from datetime import UTC, datetime, timedelta

from attrs import evolve

from books import ACME
from disputes.desks import CASEY, SHORT, open_desk
from lockportal.core.settings import Calendar
from lockportal.disputes import Alert, DisputeFilter, DisputesSettings, DisputeStatus

HOURS = DisputesSettings(answer_hours=4, decide_hours=16, warn_hours=2)


def march(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def at(desk, when):
    """Let time pass up to an instant; answer what the clock has told so far."""
    desk.portal.clock.time = when
    desk.portal.tick()
    return made(desk).alerts


def made(desk):
    (row,) = desk.disputes.list(CASEY).items
    return desk.disputes.get(desk.account, row.id, CASEY).dispute


def late(desk):
    return len(desk.disputes.list(CASEY, DisputeFilter(late=True)).items)


def test_the_clock_warns_and_then_says_that_it_is_late():
    desk = open_desk("sqlite://", settings=HOURS)
    dispute = desk.open(SHORT, by=CASEY)  # Monday, at noon
    assert (dispute.answer_by, dispute.decide_by, dispute.wake_at) == (march(2, 16), march(4, 12), march(2, 14))
    assert at(desk, march(2, 13, 59)) == ()
    assert at(desk, march(2, 14)) == (Alert.ANSWER_SOON,)
    assert at(desk, march(2, 14)) == (Alert.ANSWER_SOON,)
    assert (late(desk), at(desk, march(2, 16)), late(desk)) == (0, (Alert.ANSWER_SOON, Alert.ANSWER_LATE), 1)
    assert at(desk, march(4, 10)) == (Alert.ANSWER_SOON, Alert.ANSWER_LATE, Alert.DECISION_SOON)
    assert at(desk, march(4, 12)) == tuple(Alert)
    assert made(desk).wake_at is None
    types = [row.type for row in desk.portal.activities.timeline(desk.account, CASEY).items]
    assert types.count("disputes.dispute_alerted") == 4
    desk.portal.close()


def test_what_is_late_when_the_clock_is_looked_at_is_not_told_to_be_due_soon():
    desk = open_desk("sqlite://", settings=HOURS)
    desk.open(SHORT, by=CASEY)
    assert at(desk, march(9, 12)) == (Alert.ANSWER_LATE, Alert.DECISION_LATE)
    types = [row.type for row in desk.portal.activities.timeline(desk.account, CASEY).items]
    assert types.count("disputes.dispute_alerted") == 2
    desk.portal.close()


def test_the_time_to_decide_stands_still_while_the_customer_is_asked():
    desk = open_desk("sqlite://", settings=HOURS)
    dispute = desk.open(SHORT)
    desk.portal.clock.time = march(2, 15)
    asked = desk.disputes.ask(desk.account, dispute.id, CASEY, text="A photo?")
    assert (asked.answer_by, asked.decide_by, asked.left, asked.wake_at) == (None, None, 13 * 3600, None)
    desk.portal.clock.time = march(6, 16)
    desk.disputes.write(desk.account, dispute.id, CASEY, text="only we", internal=True)
    assert made(desk).status is DisputeStatus.INFO_REQUESTED
    desk.disputes.write(desk.account, dispute.id, desk.payer, text="Here.")
    assert (made(desk).status, made(desk).decide_by) == (DisputeStatus.IN_REVIEW, march(10, 13))
    desk.disputes.reject(desk.account, dispute.id, CASEY, answer="No.")
    assert made(desk).wake_at is None
    assert at(desk, march(20, 12)) == ()
    desk.portal.close()


def test_an_answer_to_the_customer_stops_the_clock_of_the_answer_a_word_among_staff_does_not():
    desk = open_desk("sqlite://", settings=evolve(HOURS, warn_hours=0))
    dispute = desk.open(SHORT)
    assert made(desk).wake_at == march(2, 16)
    desk.disputes.write(
        desk.account, dispute.id, CASEY, text="Have a look, @dana.lee, and @casey; not a@b.example", internal=True
    )
    assert made(desk).answer_by == march(2, 16)
    desk.portal.clock.time += timedelta(minutes=1)
    thread = desk.disputes.write(desk.account, dispute.id, CASEY, text="We look into it, @dana.").thread
    assert [one.mentions for one in thread] == [("dana.lee", "casey"), ()]
    assert (made(desk).answer_by, made(desk).wake_at) == (None, march(4, 12))
    seen = desk.disputes.get(desk.account, dispute.id, desk.payer).thread
    assert [(one.text, one.name) for one in seen] == [("We look into it, @dana.", "")]
    desk.portal.close()


def test_hours_are_those_of_the_supplier():
    supplier = evolve(ACME, zone="America/New_York", calendar=Calendar(holidays=[march(3, 0).date()]))
    desk = open_desk("sqlite://", supplier=supplier, settings=HOURS)
    dispute = desk.open(SHORT, by=CASEY)  # seven in the morning there, two hours before work begins
    assert dispute.answer_by == march(2, 14) + timedelta(hours=4)
    assert dispute.decide_by == march(4, 22)
    desk.portal.close()
