"""Money has the digits of its currency in every language, and no digit is ever lost."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from lockportal import formats
from lockportal.core.money import EXPONENTS, LIMIT, Money

LOCALES = ["en", "de", "fr", "es", "sv", "pl", "hi", "en_IN", "de_CH", "pt_BR", "ja", "ar", "fa"]


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (1050, "RSD", "en", "RSD 10.50"),
        (10567, "IQD", "en", "IQD 10.567"),
        (1050, "JPY", "en", "¥1,050"),
        (-123456, "USD", "en", "-$1,234.56"),
        (-5, "USD", "en", "-$0.05"),
        (12345, "CLF", "en", "CLF 1.2345"),
        (123456789, "EUR", "de", "1.234.567,89 €"),
        (123456789, "EUR", "fr", "1 234 567,89 €"),
        (123456, "MXN", "es", "1.234,56 MXN"),
        (123456789, "INR", "en-IN", "₹12,34,567.89"),
        (123456, "CHF", "de-CH", "CHF 1’234.56"),
    ],
)
def test_money_has_the_exact_digits_of_its_currency(minor, currency, locale, text):
    assert plain(formats.money(Money(minor, currency), locale)) == text


@pytest.mark.parametrize(("currency", "text"), [("USD", "-1,234.56"), ("JPY", "-123,456"), ("BHD", "-123.456")])
def test_an_amount_is_the_bare_figure(currency, text):
    assert formats.amount(-123456, currency) == text


@given(
    minor=st.integers(-LIMIT, LIMIT),
    currency=st.sampled_from(sorted(EXPONENTS)),
    locale=st.sampled_from(LOCALES),
)
def test_figures_are_those_of_babel_where_babel_is_told_the_digits(minor, currency, locale):
    words = Locale.parse(locale)
    digits = EXPONENTS[currency]
    for standard, money in (
        (words.decimal_formats[None], None),
        (words.currency_formats["standard"], currency),
    ):
        pattern = parse_pattern(standard.pattern)
        pattern.frac_prec = (digits, digits)
        value = Decimal(minor).scaleb(-digits)
        expected = pattern.apply(value, words, currency=money, currency_digits=False)
        found = formats.money(Money(minor, currency), locale) if money else formats.amount(minor, currency, locale)
        # only blanks differ: letters do not run into digits
        assert "".join(plain(found).split()) == "".join(plain(expected).split())


@given(value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**60), max_value=10**60, places=40))
def test_a_number_keeps_all_its_digits(value):
    text = formats.number(value)
    assert text.replace(",", "") == f"{value or abs(value):f}"


@pytest.mark.parametrize(
    ("value", "locale", "text"),
    [
        ("2.500", "en", "2.500"),
        ("1E+3", "en", "1,000"),
        ("-0.00", "en", "0.00"),
        ("1234567.891", "de", "1.234.567,891"),
    ],
)
def test_a_number_is_written_as_it_was_given(value, locale, text):
    assert formats.number(Decimal(value), locale) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+999999", "1E-999999"])
def test_a_number_without_an_end_is_refused(value):
    with pytest.raises(ValueError, match="a number"):
        formats.number(Decimal(value))


def test_dates_are_written_in_the_words_of_the_language():
    when = date(2026, 1, 2)
    assert formats.day(when) == "Jan 2, 2026"
    assert formats.day(when, "de") == "02.01.2026"
    assert formats.day(when, "fr", "long") == "2 janvier 2026"
    assert formats.month(when, "es") == "enero de 2026"


def test_a_moment_is_shown_in_the_zone_of_its_reader():
    when = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
    assert plain(formats.instant(when, "en", "America/New_York")) == "Jan 2, 2026, 6:30 PM"
    assert plain(formats.instant(when, "de", "Europe/Berlin")) == "03.01.2026, 00:30"


def test_a_moment_without_offset_or_an_unknown_zone_is_refused():
    with pytest.raises(ValueError, match="without an offset"):
        formats.instant(datetime(2026, 1, 2))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="not a time zone"):
        formats.instant(datetime(2026, 1, 2, tzinfo=UTC), "en", "Mars/Olympus")


@pytest.mark.parametrize(
    ("tag", "known"),
    [("de-XX", "de"), ("de_DE_x", "de"), ("zz", "en"), ("", "en"), ("../etc", "en"), ("pt-BR", "pt_BR")],
)
def test_an_unknown_language_falls_back_to_its_parent_then_to_english(tag, known):
    when, owed = date(2026, 10, 2), Money(1_234_567, "EUR")
    assert formats.day(when, tag) == formats.day(when, known)
    assert formats.money(owed, tag) == formats.money(owed, known)


def test_babel_is_imported_only_when_something_is_written():
    code = "import sys, lockportal.formats; print('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"False"


def test_a_language_is_named_in_itself():
    assert [formats.language(tag) for tag in ("en", "de", "fr", "pt-BR")] == [
        "English",
        "Deutsch",
        "français",
        "português (Brasil)",
    ]
    assert formats.language("xx") == "xx"
