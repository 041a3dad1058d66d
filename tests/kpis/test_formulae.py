"""The formulae against published examples, and what each of them answers over nothing."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal import codec
from lockportal.core.days import EARLIEST, LATEST
from lockportal.core.errors import Refused
from lockportal.kpis.figures import FORMULAE, Kpi, figure
from lockportal.kpis.formulae import (
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness,
    countback_dso,
    dso,
    mean,
    quotient,
    rolled_forward,
    share,
    turnover,
)
from lockportal.kpis.models import KpisSettings, Period, month_end
from lockportal.kpis.views import movements
from lockportal.ledger.models import EntryKind

AMOUNTS = st.integers(-(10**12), 10**12)


def test_the_published_example_of_an_index_over_three_months_averages_its_sales():
    found = collection_effectiveness(opening=6_200, sales=10_890, closing=6_340, current=3_590, months=3)
    assert found == Decimal("55.9295")  # 55.93 % in print
    assert round(found, 2) == Decimal("55.93")
    assert collection_effectiveness(6_200, 10_890, 6_340, 3_590) != found, "the sum of the sales is another index"


def test_the_published_example_of_an_index_over_a_year_is_ninety_eight():
    assert collection_effectiveness(opening=100_000, sales=1_000_000, closing=120_000, current=100_000) == Decimal("98.0000")


def test_the_published_example_of_days_delinquent_is_the_difference():
    assert average_days_delinquent(Decimal(45), Decimal(12)) == 33
    outstanding, best = dso(450_000, 300_000, 30), best_possible_dso(120_000, 300_000, 30)
    assert (outstanding, best, average_days_delinquent(outstanding, best)) == (45, 12, 33)


def test_the_june_of_the_real_book_has_these_figures():
    assert dso(269_247, 335_892, 30) == Decimal("24.0476")
    assert best_possible_dso(237_223, 335_892, 30) == Decimal("21.1874")
    assert share(471, 1412) == Decimal("33.3569")
    assert mean(4582, 1412) == Decimal("3.2450")
    assert share(299, 1412) == Decimal("21.1756")


def test_counting_back_is_another_figure_than_the_simple_one():
    periods = [(100, 30), (300, 31), (200, 30)]
    assert countback_dso(250, periods) == Decimal("45.5000")  # all of 30 days, and half of 31
    assert dso(250, 100, 30) == Decimal("75.0000")
    assert countback_dso(100, periods) == 30
    assert countback_dso(600, periods) == 91
    assert countback_dso(601, periods) is None, "the sales do not reach back far enough"
    assert countback_dso(0, []) == countback_dso(-5, periods) == 0
    assert countback_dso(50, [(0, 30), (100, 31)]) == Decimal("45.5000"), "a month without sales counts whole"


def test_a_zero_denominator_gives_none():
    assert dso(5, 0, 30) is None
    assert countback_dso(5, []) is None
    assert best_possible_dso(5, 0, 30) is None
    assert average_days_delinquent(None, Decimal(1)) is average_days_delinquent(Decimal(1), None) is None
    assert collection_effectiveness(0, 0, 0, 0) is None
    assert collection_effectiveness(10, 20, 30, 30) is None
    assert share(0, 0) is mean(0, 0) is turnover(5, 10, -10) is None


def test_turnover_is_sales_over_the_mean_of_the_receivables():
    assert turnover(1_000, 150, 250) == 5


def test_halves_are_rounded_away_from_nothing():
    assert quotient(1, 20_000) == Decimal("0.0001")
    assert quotient(-1, 20_000) == Decimal("-0.0001")
    assert quotient(1, 20_001) == 0


@given(AMOUNTS, AMOUNTS, st.integers(1, 400))
def test_a_quotient_is_as_near_as_four_places_allow(over, under, times):
    found = quotient(over, under, times)
    if under == 0:
        assert found is None
    else:
        assert abs(Fraction(found) - Fraction(over, under) * times) <= Fraction(1, 20_000)
        assert found.as_tuple().exponent == -4


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_receivables_roll_forward_and_back(opening, sales, cash, credits_, other):
    closing = rolled_forward(opening, sales, cash, credits_, other)
    assert rolled_forward(closing, -sales, -cash, -credits_, -other) == opening


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 366))
def test_of_one_period_that_covers_all_counting_back_and_the_simple_way_agree(receivables, sales, days):
    expected = dso(receivables, sales, days) if sales >= receivables else None
    assert countback_dso(receivables, [(sales, days)]) == expected


def test_periods_are_cut_at_the_ends_of_months():
    cut = Period(date(2024, 1, 30), date(2024, 3, 1)).by_month()
    assert cut == (
        Period(date(2024, 1, 30), date(2024, 1, 31)),
        Period(date(2024, 2, 1), date(2024, 2, 29)),
        Period(date(2024, 3, 1), date(2024, 3, 1)),
    )
    assert [one.days for one in cut] == [2, 29, 1]
    assert Period(date(2024, 1, 30), date(2024, 3, 1)).months == 3
    assert month_end(date(2023, 12, 31)) == date(2023, 12, 31)


def test_months_before_a_period_follow_each_other():
    before = Period(date(2024, 3, 10), date(2024, 3, 20)).before(3)
    assert before == (
        Period(date(2024, 1, 1), date(2024, 1, 31)),
        Period(date(2024, 2, 1), date(2024, 2, 29)),
        Period(date(2024, 3, 1), date(2024, 3, 9)),
    )
    assert Period(EARLIEST, EARLIEST).before(2) == ()


def test_a_period_that_ends_before_it_begins_or_is_endless_is_refused():
    with pytest.raises(Refused) as refused:
        Period(date(2024, 2, 1), date(2024, 1, 31))
    assert refused.value.code == "period.invalid"
    with pytest.raises(Refused) as refused:
        Period(date(2000, 1, 1), date(2024, 1, 31)).by_month()
    assert refused.value.code == "period.too_long"
    for first, last in ((date.min, EARLIEST), (LATEST, date.max)):
        with pytest.raises(Refused) as refused:
            Period(first, last)
        assert refused.value.code == "period.out_of_range"


def test_every_key_figure_has_its_formula():
    assert set(FORMULAE) == set(Kpi)
    assert len({formula.text for formula in FORMULAE.values()}) == len(Kpi)


def test_the_explanation_names_every_figure_with_its_formula():
    text = (Path(__file__).parents[2] / "docs" / "explanation" / "key-figures.md").read_text("utf-8")
    for kpi, formula in FORMULAE.items():
        assert f"* - `{kpi}`\n  - {formula.text}\n" in text


def test_what_is_neither_sold_nor_paid_nor_credited_is_told_apart():
    kinds = (EntryKind.INVOICE, EntryKind.PAYMENT, EntryKind.CREDIT_MEMO, EntryKind.WRITE_OFF)
    cells = [("USD", 1, 1, kind, minor) for kind, minor in zip(kinds, (900, -500, -100, -50), strict=True)]
    (moved,) = movements(
        [("USD", 0, 0, EntryKind.INVOICE, 70), *cells], (Period(date(2024, 1, 1), date(2024, 1, 31)),), KpisSettings().sales
    )["USD"]
    amounts = (moved.opening, moved.sales, moved.cash, moved.credits, moved.other, moved.closing, moved.current)
    assert [amount.minor for amount in amounts] == [70, 900, 500, 100, -50, 320, 250]


def test_a_target_is_met_from_the_side_that_is_better():
    for kpi in Kpi:
        above, at, below = (figure(kpi, Decimal(value), Decimal(50)).met for value in (51, 50, 49))
        assert (above, at, below) == ((True, True, False) if FORMULAE[kpi].rising else (False, True, True))
        assert figure(kpi, Decimal(1)).met is figure(kpi, None, Decimal(1)).met is None


def test_targets_are_read_from_the_settings_by_the_names_of_figures():
    settings = codec.structure(KpisSettings, {"targets": {"dso_simple": "35", "links_visited": "12.5"}})
    assert settings.targets == {Kpi.DSO_SIMPLE: 35, Kpi.LINKS_VISITED: Decimal("12.5")}
    for wrong in ({"dso": "35"}, {"dso_simple": "soon"}, {"dso_simple": "NaN"}):
        with pytest.raises(Refused):
            codec.structure(KpisSettings, {"targets": wrong})
    with pytest.raises(ValueError, match=r"^kpis.targets.dso_simple: must be a number of days"):
        KpisSettings(targets={Kpi.DSO_SIMPLE: Decimal("NaN")})


def test_figures_that_fall_are_those_that_count_what_went_wrong():
    falling = {kpi.value for kpi in Kpi if not FORMULAE[kpi].rising}
    assert falling == {
        "dso_simple",
        "dso_countback",
        "dso_best_possible",
        "average_days_delinquent",
        "days_to_settle",
        "days_to_settle_weighted",
        "days_late",
        "days_late_weighted",
        "late_share",
        "late_share_amount",
        "disputed_share",
        "disputed_share_amount",
        "dispute_cycle_days",
        "mails_returned",
        "days_late_before_portal",
        "days_late_since_portal",
    }
