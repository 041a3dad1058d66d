"""The supplier's colour, made readable; its logo; the bar of an aging."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.colours import contrast, readable
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.core.settings import Branding
from lockportal.ledger.views import Bucket
from lockportal.web.aging import WIDTH, bar
from lockportal.web.assets import LOGO, load_assets
from lockportal.web.brand import brand_css

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
GROUNDS = st.sampled_from([(255, 255, 255), (236, 239, 243), (19, 23, 31), (42, 50, 64)])


@given(COLOURS, GROUNDS)
def test_every_house_colour_gets_a_shade_that_can_be_read(colour, ground):
    assert contrast(readable(colour, ground), ground) >= 4.5


@given(COLOURS, GROUNDS)
def test_a_colour_that_can_be_read_is_left_alone(colour, ground):
    if contrast(colour, ground) >= 4.5:
        assert readable(colour, ground) == colour


def test_contrast_is_that_of_the_guidelines():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_the_style_sheet_names_the_colour():
    assert "--lp-house:#1f5f8b" in brand_css("#1F5F8B")


def test_a_logo_is_served_and_one_that_is_none_is_refused(tmp_path):
    logo = tmp_path / "house.png"
    logo.write_bytes(b"\x89PNG")
    assert load_assets((), Branding(logo=str(logo)))[LOGO].media_type == "image/png"
    for path in (tmp_path / "missing.png", tmp_path / "page.html"):
        with pytest.raises(Refused) as refused:
            load_assets((), Branding(logo=str(path)))
        assert refused.value.field == "branding.logo"


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=9))
def test_the_parts_of_a_bar_fill_it_and_each_amount_is_seen(amounts):
    buckets = [Bucket(str(n), n or None, None, 1, Money(amount, "USD")) for n, amount in enumerate(amounts)]
    parts = bar(buckets)
    assert sum(part.width for part in parts) == (WIDTH if any(amount > 0 for amount in amounts) else 0)
    assert all((part.width > 0) is (amount > 0) for part, amount in zip(parts, amounts, strict=True))
    assert parts[0].shade == 0
    assert [part.shade for part in parts] == sorted(part.shade for part in parts)
    assert all(0 <= part.shade <= 5 for part in parts)
