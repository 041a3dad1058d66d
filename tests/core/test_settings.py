"""A supplier's days, its identity, and the terms on which it is paid."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.core.settings import SUPPLIERS, Branding, Calendar, Supplier
from lockportal.core.terms import Terms

CHRISTMAS = Calendar(holidays={date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)})
FRIDAY_WEEKEND = Calendar(weekend={4, 5})

days = st.dates(date(2000, 1, 1), date(2037, 12, 31))
calendars = st.builds(
    Calendar,
    weekend=st.sets(st.integers(0, 6), max_size=6),
    holidays=st.sets(st.dates(date(2026, 1, 1), date(2026, 2, 28)), max_size=40),
)
# Clocks that are changed at midnight, at one past it, by half an hour, by a whole day, and never.
zones = st.sampled_from(
    [
        "America/Havana",
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Pacific/Apia",
        "UTC",
    ]
)


def supplier(**changes):
    return Supplier(**{"name": "Acme", "currencies": ("USD",), **changes})


# --- business days ------------------------------------------------------------------------------------------


def test_weekends_and_holidays_are_no_business_days():
    assert Calendar().is_business_day(date(2026, 1, 2))
    assert not Calendar().is_business_day(date(2026, 1, 3))
    assert not Calendar().is_business_day(date(2026, 1, 4))
    assert not CHRISTMAS.is_business_day(date(2026, 12, 24))
    assert not FRIDAY_WEEKEND.is_business_day(date(2026, 1, 2))
    assert FRIDAY_WEEKEND.is_business_day(date(2026, 1, 4))


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # over two holidays and a weekend
        (date(2026, 12, 23), 5, date(2027, 1, 4)),
        (date(2026, 12, 26), 1, date(2026, 12, 28)),  # from within a weekend
        (date(2026, 12, 28), -1, date(2026, 12, 23)),
        (date(2027, 1, 4), -5, date(2026, 12, 23)),
        (date(2026, 12, 26), 0, date(2026, 12, 26)),
    ],
)
def test_business_days_are_counted_over_weekends_and_holidays(start, n, end):
    assert CHRISTMAS.add_business_days(start, n) == end


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 12, 23), date(2026, 12, 23)),
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_the_next_business_day_is_the_day_itself_where_it_is_one(day, following):
    assert CHRISTMAS.next_business_day(day) == following


@given(calendars, st.dates(date(2025, 12, 1), date(2026, 3, 31)), st.integers(-30, 30))
def test_between_a_day_and_its_nth_business_day_lie_exactly_n(calendar, day, n):
    end = calendar.add_business_days(day, n)
    step = 1 if n > 0 else -1
    passed = [day + timedelta(days=step * i) for i in range(1, abs((end - day).days) + 1)]
    assert sum(map(calendar.is_business_day, passed)) == abs(n)
    assert n == 0 or calendar.is_business_day(end)
    assert calendar.next_business_day(end) == end or n == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weekend": {7}}, "calendar.weekend: days are 0"),
        ({"weekend": range(7)}, "calendar.weekend: must leave one day"),
        ({"holidays": [datetime(2026, 1, 1, tzinfo=UTC)]}, "calendar.holidays: must be dates"),
        ({"holidays": ["2026-01-01"]}, "calendar.holidays: must be dates"),
    ],
)
def test_a_calendar_that_cannot_be_names_its_field(changes, message):
    with pytest.raises(ValueError, match=message):
        Calendar(**changes)


# --- the supplier's day -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("UTC", datetime(2026, 1, 1, 23, 59, tzinfo=UTC), date(2026, 1, 1)),
        ("America/Sao_Paulo", datetime(2026, 1, 1, 2, 59, tzinfo=UTC), date(2025, 12, 31)),
        ("America/Sao_Paulo", datetime(2026, 1, 1, 3, 0, tzinfo=UTC), date(2026, 1, 1)),
        ("Pacific/Apia", datetime(2026, 1, 1, 11, 0, tzinfo=UTC), date(2026, 1, 2)),
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 59, tzinfo=UTC), date(2011, 12, 29)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC), date(2011, 12, 31)),
        ("Asia/Kathmandu", datetime(2026, 1, 1, 18, 15, tzinfo=UTC), date(2026, 1, 2)),
        ("UTC", datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2))), date(2025, 12, 31)),
    ],
)
def test_today_is_the_date_in_the_suppliers_zone(zone, now, today):
    assert supplier(zone=zone).today(now) == today


def test_a_time_without_a_zone_has_no_date():
    with pytest.raises(ValueError, match="now: must bear a time zone"):
        supplier().today(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake that is refused


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", date(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # a day of 23 hours
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # and one of 25
        ("America/Sao_Paulo", date(2026, 1, 1), datetime(2026, 1, 2, 3, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # no midnight follows
        (
            "America/Sao_Paulo",
            date(2018, 2, 17),
            datetime(2018, 2, 18, 3, tzinfo=UTC),
        ),  # 23 o'clock comes twice
        ("America/Havana", date(2025, 11, 1), datetime(2025, 11, 2, 4, tzinfo=UTC)),  # midnight comes twice
        ("America/St_Johns", date(2010, 11, 6), datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),  # back at 0:01
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # the 30th never was
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_day_ends_when_the_suppliers_clock_says_so(zone, day, end):
    found = supplier(zone=zone).end_of(day)
    assert (found, found.tzinfo) == (end, UTC)


@given(zones, days)
def test_the_end_of_a_day_is_the_first_instant_that_is_no_longer_of_it(zone, day):
    one = supplier(zone=zone)
    end = one.end_of(day)
    assert one.today(end - datetime.resolution) <= day < one.today(end)
    assert one.end_of(day + timedelta(days=1)) >= end


# --- the supplier -------------------------------------------------------------------------------------------


def test_a_supplier_is_known_by_its_key_alone():
    assert supplier().id == uuid5(SUPPLIERS, "default")
    assert supplier(name="Renamed").id == supplier().id
    assert supplier(key="other").id != supplier().id


def test_a_supplier_needs_a_name_and_a_currency_only():
    plain = supplier()
    assert (plain.zone, plain.calendar, plain.languages) == ("UTC", Calendar(), ("en",))
    assert (plain.branding.colour, plain.branding.logo) == ("#1f5f8b", None)
    assert (plain.country, supplier(country="DE").country) == ("", "DE")
    assert (plain.address, plain.bank, plain.email, plain.phone, plain.tax_id, plain.footer) == (
        (), (), "", "", "", "",
    )  # fmt: skip


def test_lists_are_kept_as_tuples_and_one_line_as_one():
    kept = supplier(currencies=["USD", "JPY"], languages=["en", "pt-BR"], address="1 Main St", email="ar@acme.example")
    assert (kept.currencies, kept.languages, kept.address) == (
        ("USD", "JPY"),
        ("en", "pt-BR"),
        ("1 Main St",),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": ""}, "supplier.key: must be lower-case"),
        ({"key": "Acme Inc"}, "supplier.key: must be lower-case"),
        ({"key": "a" * 64}, "supplier.key: must be lower-case"),
        ({"name": " "}, "supplier.name: must not be blank"),
        ({"name": None}, "supplier.name: must be text"),
        ({"name": "A\0"}, "supplier.name: must be text"),
        ({"zone": "Mars/Olympus"}, "supplier.zone: 'Mars/Olympus' is not an IANA time zone"),
        ({"zone": "../etc/passwd"}, "supplier.zone: .* is not an IANA time zone"),
        ({"zone": ""}, "supplier.zone: '' is not an IANA time zone"),
        ({"zone": "Europe"}, "supplier.zone: 'Europe' is not an IANA time zone"),
        ({"currencies": ()}, "supplier.currencies: needs at least 1"),
        ({"currencies": ("usd",)}, "supplier.currencies: 'usd' is not an ISO 4217 code"),
        ({"currencies": ("USD", "USD")}, "supplier.currencies: names one twice"),
        ({"languages": ()}, "supplier.languages: needs at least 1"),
        ({"languages": ("English",)}, "supplier.languages: must be language tags"),
        ({"address": ("1 Main St", 2)}, "supplier.address: must be text"),
        ({"bank": ("\ud800",)}, "supplier.bank: must be text"),
        ({"email": "acme"}, "supplier.email: must be an address"),
        ({"phone": 5}, "supplier.phone: must be text"),
        ({"country": "de"}, "supplier.country: must be a code of two capital letters"),
        ({"country": "Germany"}, "supplier.country: must be a code of two capital letters"),
        ({"footer": "\0"}, "supplier.footer: must be text"),
    ],
)
def test_a_supplier_that_cannot_be_names_its_field(changes, message):
    with pytest.raises(ValueError, match=message):
        supplier(**changes)


@pytest.mark.parametrize("name", ["calendar", "branding"])
def test_parts_of_a_supplier_are_of_their_class(name):
    with pytest.raises(TypeError, match=name):
        supplier(**{name: {}})


@pytest.mark.parametrize("changes", [{"colour": "blue"}, {"colour": "#fff"}, {"colour": "#1f5f8b;"}, {"logo": 5}])
def test_branding_that_cannot_be_names_its_field(changes):
    with pytest.raises(ValueError, match=f"branding.{next(iter(changes))}: must be"):
        Branding(**changes)


# --- terms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "issued_on", "due_on"),
    [
        (Terms("NET0"), date(2026, 1, 31), date(2026, 1, 31)),
        (Terms("NET30", 30), date(2026, 1, 31), date(2026, 3, 2)),
        (Terms("1M", months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (Terms("1M", months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (Terms("EOM", end_of_month=True), date(2026, 2, 1), date(2026, 2, 28)),
        (Terms("EOM1", months=1, end_of_month=True), date(2026, 2, 28), date(2026, 3, 31)),
        (Terms("10TH", day_of_month=10, end_of_month=True), date(2026, 12, 5), date(2027, 1, 10)),
        (Terms("30EOM", 30, day_of_month=31), date(2026, 1, 31), date(2026, 3, 31)),
        (Terms("15TH", day_of_month=15), date(2026, 1, 15), date(2026, 1, 15)),
        (Terms("15TH", day_of_month=15), date(2026, 1, 16), date(2026, 2, 15)),
        (Terms("30TH", day_of_month=30), date(2026, 1, 31), date(2026, 2, 28)),
    ],
)
def test_a_due_date_follows_from_the_day_of_issue(terms, issued_on, due_on):
    assert terms.due_on(issued_on) == due_on


@pytest.mark.parametrize(
    ("issued_on", "due_on"),
    [
        (date(2026, 1, 25), date(2026, 1, 31)),
        (date(2026, 1, 26), date(2026, 2, 28)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_from_the_cut_off_day_on_a_document_counts_as_the_next_months(issued_on, due_on):
    assert Terms("EOM", end_of_month=True, cut_off=26).due_on(issued_on) == due_on


@given(
    days,
    st.builds(
        Terms,
        st.just("any"),
        st.integers(0, 400),
        st.none() | st.integers(1, 31),
        st.integers(0, 24),
        st.booleans(),
    ),
)
def test_nothing_is_due_before_it_is_issued_and_a_later_document_never_earlier(issued_on, terms):
    due_on = terms.due_on(issued_on)
    assert issued_on <= due_on <= terms.due_on(issued_on + timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": " "}, "terms.code: must not be blank"),
        ({"net_days": -1}, "terms.net_days: must be a whole number from 0 to 3660"),
        ({"net_days": 1.5}, "terms.net_days: must be a whole number"),
        ({"net_days": None}, "terms.net_days: must be a whole number"),
        ({"day_of_month": 0}, "terms.day_of_month: must be a whole number from 1 to 31"),
        ({"months": True}, "terms.months: must be a whole number"),
        ({"cut_off": 1, "end_of_month": True}, "terms.cut_off: must be a whole number from 2 to 31"),
        ({"cut_off": 26}, "terms.cut_off: serves end-of-month terms only"),
    ],
)
def test_terms_that_cannot_be_name_their_field(changes, message):
    with pytest.raises(ValueError, match=message):
        Terms(**{"code": "T", **changes})


# --- what other systems answer ------------------------------------------------------------------------------

PEER_TERMS = {
    "immediate": Terms("immediate"),
    "45 days end of month": Terms("45EOM", 45, end_of_month=True),
    "15th, min 31 days": Terms("15TH31", 31, day_of_month=15),
    "last day of current month": Terms("EOM", end_of_month=True),
    "first day of following month": Terms("1ST", day_of_month=1, end_of_month=True),
}


@pytest.fixture(scope="module")
def peers(public_data):
    return json.loads((public_data / "peers" / "payment_terms.json").read_text(encoding="utf-8"))


def test_peers_answer_the_same_due_dates(peers):
    cases = peers["odoo_due_dates"]
    for case in cases:
        due_on = PEER_TERMS[case["term"]].due_on(date.fromisoformat(case["invoice_date"]))
        assert [due_on.isoformat()] == case["due"], case
    assert (len(cases), {case["term"] for case in cases}) == (15, set(PEER_TERMS))


def test_peers_answer_the_same_dates_of_instalments_but_where_a_day_of_the_month_precedes_the_days(peers):
    case = peers["tryton_instalments"][0]
    instalments = [
        Terms("30D", 30),
        Terms("1M", months=1),
        Terms("1M30D", 30, months=1),
        Terms("2M30D", 30, day_of_month=15, months=2),
    ]
    due = [terms.due_on(date.fromisoformat(case["date"])).isoformat() for terms in instalments]
    # That peer sets the 15th first and adds 30 days to it; here the 15th is the last step, so it is the 15th.
    assert [due[:3], due[3]] == [[day for day, _ in case["expected"][:3]], "2012-01-15"]
    assert case["expected"][3][0] == "2012-01-14"
