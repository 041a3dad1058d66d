"""What is silent, and that every silence says so in words: exactly the rest is followed up, and all of it the day after."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, day, invoice, store, usd
from dunning.chases import QUIET
from lockportal.core.account import Capability
from lockportal.core.errors import NotFound, Refused
from lockportal.core.silences import Share, Silence
from lockportal.disputes import Claim, DisputeCategory
from lockportal.documents.models import Line
from lockportal.dunning import Why
from lockportal.payments.operations import OpStatus
from lockportal.plugins import hookimpl
from lockportal.promises import PromisesSettings

PROMISES = PromisesSettings(grace_days=0)


@pytest.fixture
def quiet(chasing):
    """A customer whose levels tell nobody, with invoice A of 100 dollars that is due today."""

    def quiet(*facts, policy=QUIET, **options):
        return chasing(*facts, policy=policy, others=(PROMISES,), **options)

    return quiet


def test_of_an_invoice_promised_in_part_the_rest_is_followed_up_and_all_of_it_the_day_after_the_promise_breaks(quiet):
    chase = quiet()
    chase.promise("A", on=22, each="60")
    assert chase.run(5) == [("reminder", 1, [("A", "USD 40.00")])]
    assert chase.why("A", 5).text == "USD 60.00 of USD 100.00 is promised until 2026-03-24. It was followed up on this day."
    assert chase.run(20) == [("reminder", 2, [("A", "USD 40.00")])]
    kept = chase.why("A", 22)
    assert str(kept.followed) == "USD 40.00"
    assert kept.text == (
        "USD 60.00 of USD 100.00 is promised until 2026-03-24. It comes to the level 'third' on 2026-04-11."
        " The customer was reminded on 2026-03-22; 5 days lie between two reminders."
    )
    assert [(str(chase.why("A", days).followed), chase.why("A", days).sent) for days in (22, 23, 40)] == [
        ("USD 40.00", False),
        ("USD 100.00", False),
        ("USD 100.00", True),
    ]
    chase.at(23)
    assert chase.why("A", 40).text == "USD 100.00 is followed up on this day."
    assert chase.run(40) == [("reminder", 3, [("A", "USD 100.00")])]


def test_a_whole_promise_keeps_an_invoice_silent_until_the_day_after_its_last(quiet):
    chase = quiet()
    chase.promise("A", on=6)
    assert chase.run(5) == []
    found = chase.why("A", 5)
    assert (found.sent, str(found.followed), [reason.why for reason in found.reasons]) == (False, "USD 0.00", [Why.SILENT])
    assert found.text == "USD 100.00 of USD 100.00 is promised until 2026-03-08."
    assert chase.run(6) == []
    assert chase.run(7) == [("reminder", 1, [("A", "USD 100.00")])]


def test_of_an_invoice_disputed_in_part_the_rest_is_followed_up_and_all_of_it_once_the_dispute_is_closed(quiet):
    lines = (Line(number="1", description="Part", quantity=Decimal(10), unit_price=Decimal(10), amount=usd("100.00")),)
    chase = quiet(invoice("A", due=0, lines=lines))
    claim = Claim(line="1", category=DisputeCategory.QUANTITY, expected_quantity=Decimal(7))
    dispute = chase.portal.disputes.open(chase.account, chase.document("A"), chase.by, claims=(claim,))
    assert chase.run(5) == [("reminder", 1, [("A", "USD 70.00")])]
    assert chase.why("A", 6).text.startswith("USD 30.00 of USD 100.00 is disputed. It comes to the level 'second'")
    chase.at(12)
    chase.portal.disputes.withdraw(chase.account, dispute.id, chase.by)
    assert "disputed" not in chase.why("A", 12).text
    assert chase.run(20) == [("reminder", 2, [("A", "USD 100.00")])]


def test_a_payment_under_way_holds_and_its_failure_restores(quiet):
    chase = quiet()
    payment = chase.pays("A", "100.00", OpStatus.PENDING)
    assert chase.run(5) == []
    assert chase.why("A", 5).text == "USD 100.00 of USD 100.00 is being paid."
    chase.hears(payment, chase.sale(payment).kind, OpStatus.FAILED)
    assert chase.run(6) == [("reminder", 1, [("A", "USD 100.00")])]


def test_a_payment_for_what_is_promised_is_not_counted_twice(quiet):
    chase = quiet()
    chase.promise("A", on=9, each="60")
    chase.pays("A", "80.00", OpStatus.PENDING)
    assert chase.run(5) == [("reminder", 1, [("A", "USD 20.00")])]


def test_credit_covers_the_oldest_documents_unless_the_settings_say_otherwise(quiet):
    facts = (invoice("A", due=0), invoice("B", due=-1))
    chase = quiet(*facts)
    chase.gets(None, "130")
    assert chase.run(5) == [("reminder", 1, [("A", "USD 70.00")])]
    assert chase.why("B", 5).text == "USD 100.00 of USD 100.00 is covered by credit that is not applied yet."
    other = quiet(*facts, credit_covers=False)
    other.gets(None, "130")
    assert other.run(5) == [("reminder", 1, [("B", "USD 100.00"), ("A", "USD 100.00")])]


def test_staff_puts_off_a_document_or_a_customer_until_the_end_of_a_day(quiet):
    chase = quiet(invoice("A", due=0), invoice("B", due=0))
    held = chase.dunning.hold(chase.account, OTTO, until=day(6), reason="Asked on the phone.", document_id=chase.document("A"))
    assert chase.run(5) == [("reminder", 1, [("B", "USD 100.00")])]
    assert chase.why("A", 5).text == "USD 100.00 of USD 100.00 was put off by staff until 2026-03-08."
    assert [(row.id, row.document_id, row.by) for row in chase.dunning.holds(OTTO)] == [(held, chase.document("A"), "otto")]
    chase.dunning.hold(chase.account, OTTO, until=day(12), reason="Flood.")
    assert chase.run(10) == []
    assert [row.until for row in chase.dunning.holds(OTTO, account_id=chase.account)] == [day(12)], "the other one has ended"
    assert chase.run(13) == [("reminder", 1, [("A", "USD 100.00"), ("B", "USD 100.00")])]


def test_a_hold_may_be_ended_before_its_day(quiet):
    chase = quiet()
    held = chase.dunning.hold(chase.account, OTTO, until=day(90), reason="Asked.", key="k")
    assert chase.dunning.hold(chase.account, OTTO, until=day(90), reason="Asked.", key="k") == held
    assert chase.run(5) == []
    chase.dunning.resume(chase.account, held, OTTO)
    chase.dunning.resume(chase.account, held, OTTO)
    assert chase.run(6) == [("reminder", 1, [("A", "USD 100.00")])]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " "}, "dunning.reason_missing"),
        ({"reason": "x" * 256}, "dunning.reason_too_long"),
        ({"until": day(-1)}, "dunning_hold.day"),
        ({"until": day(800)}, "dunning_hold.day"),
        ({"document_id": day and __import__("uuid").UUID(int=5)}, "document.not_found"),
    ],
)
def test_a_hold_needs_a_day_and_a_reason(chase, given, code):
    with pytest.raises((Refused, NotFound)) as refused:
        chase.dunning.hold(chase.account, OTTO, **{"until": day(5), "reason": "Asked.", **given})
    assert refused.value.code == code


def test_each_other_reason_says_itself(quiet):
    chase = quiet(invoice("A", due=0), policy=evolve(QUIET, minimum={"USD": Decimal(500)}))
    assert chase.why("A", 2).text == "It comes to the level 'first' on 2026-03-07. Less than USD 500 is overdue."
    assert chase.run(5) == []
    assert chase.why("A", 5).text == "Less than USD 500 is overdue."
    store(chase.portal, invoice("B", "450.00", due=3))
    assert chase.run(6) == [("reminder", 1, [("A", "USD 100.00"), ("B", "USD 450.00")])]
    assert chase.why("A", 5).text == "This day was gone through; the last one was 2026-03-08."
    assert chase.why("B", 8).text == "The customer was reminded on 2026-03-08; 5 days lie between two reminders."
    chase.gets("A", "100")
    assert chase.why("A", 8).text == "Nothing of it is open."
    with pytest.raises(NotFound):
        chase.why("Z", 8)


def test_after_the_last_level_nothing_more_comes(quiet):
    chase = quiet()
    for days in (5, 20, 40):
        chase.run(days)
    assert chase.why("A", 60).text == "It has come to the last level, 'third'."


def test_who_no_policy_is_for_is_told_so(quiet):
    from lockportal.dunning import Segment

    chase = quiet(policy=evolve(QUIET, segment=Segment(countries=("DE",))))
    assert chase.run(5) == []
    assert chase.why("A", 5).text == "No policy is for this customer."


class Patience:
    """A stranger's room with a reason of its own."""

    @hookimpl
    def lockportal_capabilities(self):
        def shares(account, at):
            from lockportal.documents.models import Document

            until = account.supplier.today(at) + timedelta(days=1)
            return [
                Share(item_id=one.id, amount=usd(25), source_id=account.id, until=until)
                for one in account.all(Document)
                if one.number == "A"
            ]

        return [Capability(name="patience", silences=(Silence(name="patience", needs=(), shares=shares),))]


def test_a_strangers_reason_counts_as_any_other(tmp_path):
    from books import account_of, open_portal
    from dunning.chases import settings

    portal = open_portal("sqlite://", settings=(settings(QUIET),), plugins=(Patience(),))
    store(portal, invoice("A", due=-5))
    report = portal.dunning.run(OTTO)
    (row,) = portal.dunning.reminders(OTTO).items
    assert (report.reminders, str(row.lines[0].amount)) == (1, "USD 75.00")
    found = portal.dunning.why_not(account_of(portal), row.lines[0].document_id, OTTO)
    assert found.reasons[0].text == "USD 25.00 of USD 100.00 is left in peace (patience) until 2026-03-03."
    portal.close()
