"""What is promised is followed up by nobody, until the day on which the promise breaks; and what the lists and figures say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from books import OTTO, day, invoice, store, usd
from lockportal.core.account import silent
from lockportal.core.actor import SYSTEM, Audience
from lockportal.core.days import EARLIEST, LATEST
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.operations import OpStatus
from lockportal.promises import Part, PromiseList
from lockportal.promises.views import KeepingRate


def quiet(word, at=None):
    """What is silent now, by what a snapshot of the account says, time having passed for it or not."""
    rooms = word.portal.capabilities
    needs = {record for room in rooms for one in room.silences for record in one.needs}
    account = word.portal.shell.account(word.account, SYSTEM, Audience(system=True), needs)
    found = silent(account, at or word.portal.clock.now(), rooms)
    return [(one.share.item_id, one.share.amount, one.share.until) for one in found if one.reason == "promise"]


def test_the_covered_share_is_silent_until_the_day_after_the_promise_breaks(word):
    made = word.promise("A", on=1, each="60")
    share = [(word.document("A"), usd(60), day(2))]
    assert quiet(word) == share
    word.gets("A", "20")
    assert quiet(word) == [(word.document("A"), usd(40), day(2))]
    late = word.portal.clock.now() + timedelta(days=2, hours=11, minutes=59)
    assert quiet(word, late) == [(word.document("A"), usd(40), day(2))]
    assert quiet(word, late + timedelta(minutes=1)) == [], "though nobody has noticed yet"
    assert word.status(made) == "open"


def test_a_document_that_is_paid_is_not_silent_though_its_promise_is_open(word):
    word.promise("A", "B", on=1)
    word.gets("A", "100")
    assert quiet(word) == [(word.document("B"), usd(100), day(2))]


def test_a_payment_under_way_keeps_it_silent(word):
    word.promise("A", on=1)
    word.pays("A", "100.00", OpStatus.PENDING)
    word.portal.clock.time += timedelta(days=9)
    assert quiet(word) == [(word.document("A"), usd(100), None)]


def test_what_is_promised_for_the_account_covers_its_oldest_documents(word):
    store(word.portal, invoice("Z", "0.00"))
    word.promise("A", on=1, each="30")
    word.promise(amount="90", on=2)
    assert quiet(word) == [
        (word.document("A"), usd(30), day(2)),
        (word.document("A"), usd(70), day(3)),
        (word.document("B"), usd(20), day(3)),
    ]


def test_what_is_kept_or_only_proposed_is_not_silent(word):
    word.promise("A", on=60)
    word.promise("B", on=1)
    word.gets("B", "100")
    assert quiet(word) == []


def test_promised_cash_by_week_is_what_a_sum_written_apart_says(word):
    word.promise("A", on=None, parts=[Part(day(1), usd(40)), Part(day(9), usd(60))])
    word.promise("B", on=11, each="30")
    word.promise(amount="5", on=12)
    word.gets("A", "10")
    word.portal.clock.time += timedelta(days=2)
    weeks = word.portal.promises.calendar(OTTO)
    assert [(one.first, one.amount, one.promises, one.late) for one in weeks] == [
        (day(0), usd(30), 1, True),
        (day(7), usd(95), 3, False),
    ]
    own = sa.text(
        "SELECT p.id, p.paid, json_extract(part.value, '$.on') AS day, json_extract(part.value, '$.amount.minor') AS minor"
        " FROM lockportal_promise p, json_each(p.parts) part WHERE p.status = 'open' ORDER BY p.id, day"
    )
    sums, left = {}, {}
    with word.portal.engines.reading() as connection:
        for key, paid, on, minor in connection.execute(own):
            came = min(left.setdefault(key, paid), minor)
            left[key] -= came
            week = (on < "2026-03-04", "2026-03-02" if on < "2026-03-09" else "2026-03-09")
            sums[week] = sums.get(week, 0) + minor - came
    assert {(one.late, str(one.first)): one.amount.minor for one in weeks} == sums
    assert word.portal.promises.calendar(OTTO, weeks=1) == weeks[:1]


def test_what_is_at_risk_broken_or_kept_stands_in_its_list_and_in_the_rates(word):
    first, second = word.promise("A", on=0, each="50"), word.promise(amount="40", on=9)
    book = word.portal.promises.book
    assert book(OTTO, PromiseList.AT_RISK).items == ()
    word.passes(1)
    assert [one.id for one in book(OTTO, PromiseList.AT_RISK).items] == [first.id], "its day is past, its grace is not"
    word.passes(1)
    word.gets("A", "20", on=2)
    assert [one.id for one in book(OTTO, PromiseList.BROKEN).items] == [first.id]
    assert [one.id for one in book(OTTO, PromiseList.AT_RISK).items] == [second.id], "its customer broke another one"
    word.gets(None, "60", on=2)
    assert [one.id for one in book(OTTO, PromiseList.KEPT).items] == [second.id]
    (rate,) = word.portal.promises.rates(OTTO)
    assert (rate.judged, rate.kept, rate.broken, rate.partly_kept) == (2, 1, 1, 0)
    assert (rate.by_number, rate.by_amount) == (Decimal("50.0000"), Decimal("44.4444"))
    assert word.portal.promises.rates(OTTO, last=day(-1)) == ()


@pytest.mark.parametrize("on", [date.min, date(999, 12, 31), date(9999, 1, 1), date.max])
@pytest.mark.parametrize("name", ["first", "last"])
def test_rates_of_days_that_are_too_far_away_are_refused(word, name, on):
    with pytest.raises(Refused, match=r"period\.out_of_range") as refused:
        word.portal.promises.rates(OTTO, **{name: on})
    assert refused.value.field == name
    for given in ({"first": EARLIEST, "last": EARLIEST}, {"last": EARLIEST}, {"last": LATEST}):
        assert word.portal.promises.rates(OTTO, **given) == ()


def test_a_rate_of_nothing_is_none():

    none = Money.zero("USD")
    rate = KeepingRate(currency="USD", judged=0, kept=0, partly_kept=0, broken=0, promised=none, came=none)
    assert (rate.by_number, rate.by_amount) == (None, None)
