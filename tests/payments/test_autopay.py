"""Autopay: what is due soon is announced, paid once, within the ceiling, and stands still where it should."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, credit_memo, day, invoice, usd
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments import AutopayRules, AutopayStatus, MethodKind, ScheduleStatus
from payments import sandbox
from payments.sandbox import ACME

DAY = timedelta(days=1)


def open_bank(url, **changes):
    """A portal with a customer who owes something much later."""
    return sandbox.open_bank(url, invoice("R-0", "10.00", due=300), **changes)


@pytest.fixture
def bank(database_url):
    made = open_bank(database_url)
    yield made
    made.portal.close()


@pytest.fixture
def here():
    made = open_bank("sqlite://")
    yield made
    made.portal.close()


def auto(bank, *, word="ok", kind=MethodKind.CARD, currency="USD", **options):
    method = options.pop("method", None) or bank.save(word, kind)
    return bank.payments.autopay.set(bank.account, bank.payer, currency=currency, method=kind, saved_method=method, **options)


def coming(bank):
    return bank.payments.schedules.list(bank.account, bank.payer)


def waiting(bank):
    return [(row.on, row.amount) for row in reversed(bank.payments.schedules.list(bank.account, bank.payer, waiting=True))]


def rule(bank):
    (found,) = bank.payments.autopay.list(bank.account, bank.payer)
    return found


def told(bank, kind):
    rows = bank.portal.shell.store.journal(bank.account, 0, 10_000)
    return [row for row in rows if row.type == f"payments.{kind}"]


def test_an_invoice_is_announced_days_before_and_paid_on_its_due_date(bank):
    bank.bill(invoice("R-1", issued=0, due=8))
    auto(bank)
    bank.wait(4 * DAY)
    assert waiting(bank) == []
    bank.wait(DAY)
    assert waiting(bank) == [(day(8), usd("100.00"))], "three days before"
    (announced,) = told(bank, "autopay_announced")
    assert announced.at.date() == day(5)
    bank.wait(2 * DAY)
    assert bank.balance("R-1") == usd("100.00")
    bank.wait(DAY)
    assert bank.balance("R-1") == usd("0")
    bank.wait(60 * DAY)
    assert len(bank.payments.payments(OTTO).items) == 1, "once"
    bank.ties()


def test_it_pays_so_many_days_before_as_was_set(here):
    here.bill(invoice("R-1", issued=0, due=10))
    auto(here, days_before=5)
    here.wait(2 * DAY)
    assert waiting(here) == [(day(7), usd("100.00"))], "a Saturday is put off to Monday"
    here.wait(5 * DAY)
    assert here.balance("R-1") == usd("0")


def test_what_is_overdue_already_is_announced_all_the_same(here):
    here.bill(invoice("R-1"), invoice("R-2", "50.00"))
    auto(here)
    here.wait(timedelta())
    assert waiting(here) == [(day(3), usd("150.00"))], "both in one payment"
    here.wait(DAY)
    assert len(waiting(here)) == 1, "announced once"
    here.wait(2 * DAY)
    assert [here.balance(number) for number in ("R-1", "R-2")] == [usd("0")] * 2


def test_days_that_were_missed_are_caught_up_with_once(here):
    here.bill(invoice("R-1", issued=0, due=8))
    auto(here)
    here.wait(40 * DAY)
    assert waiting(here) == [(day(43), usd("100.00"))]
    here.wait(40 * DAY)
    assert here.balance("R-1") == usd("0")
    assert len(here.payments.payments(OTTO).items) == 1


def test_no_payment_is_above_the_ceiling(here):
    here.bill(invoice("R-1", "60.00"), invoice("R-2", "50.00"), invoice("R-3", "30.00"), invoice("R-4", "100.01"))
    auto(here, ceiling=usd("100.00"))
    here.wait(timedelta())
    assert sorted(amount.minor for _, amount in waiting(here)) in ([50_00, 90_00], [60_00, 80_00])
    (left,) = told(here, "autopay_left_out")
    assert str(here.ids["R-4"]) in left.body.decode()
    here.wait(DAY)
    assert len(told(here, "autopay_left_out")) == 1, "told once"
    here.wait(2 * DAY)
    assert here.balance("R-4") == usd("100.01")
    auto(here, ceiling=usd("200.00"))
    here.wait(timedelta())
    assert [amount for _, amount in waiting(here)] == [usd("100.01")]


def test_credits_are_used_first_unless_it_is_said_otherwise(here):
    here.bill(invoice("R-1"), credit_memo("C-1", "30.00"))
    auto(here)
    here.wait(timedelta())
    assert waiting(here) == [(day(3), usd("70.00"))]
    auto(here, credits_first=False)
    here.wait(timedelta())
    assert waiting(here) == [(day(3), usd("100.00"))], "set anew, what was announced is called off"
    here.wait(3 * DAY)
    assert (here.balance("R-1"), here.balance("C-1")) == (usd("0"), usd("-30.00"))


def test_it_is_stopped_at_any_time(bank):
    bank.bill(invoice("R-1"))
    auto(bank)
    bank.wait(timedelta())
    for _ in range(2):
        bank.payments.autopay.stop(bank.account, "USD", bank.payer)
    assert (waiting(bank), rule(bank).status) == ([], AutopayStatus.STOPPED)
    bank.wait(10 * DAY)
    assert bank.balance("R-1") == usd("100.00")
    auto(bank)
    bank.wait(timedelta())
    assert len(waiting(bank)) == 1, "and begun again"


def test_a_failure_is_told_and_tried_again_until_it_pauses(here):
    here.bill(invoice("R-1"))
    auto(here, word="insufficient_funds")
    here.wait(timedelta())
    here.wait(3 * DAY)
    assert (rule(here).status, rule(here).not_before) == (AutopayStatus.ACTIVE, day(6))
    assert waiting(here) == [], "announced again three days before"
    here.wait(DAY)
    assert waiting(here) == [(day(7), usd("100.00"))], "Sunday is put off"
    here.wait(3 * DAY)
    assert rule(here).not_before == day(12)
    here.wait(2 * DAY)
    here.wait(3 * DAY)
    here.wait(2 * DAY)
    assert (rule(here).status, rule(here).reason) == (AutopayStatus.PAUSED, "insufficient_funds")
    assert (len(told(here, "autopay_failed")), len(told(here, "autopay_paused"))) == (2, 1)
    here.wait(30 * DAY)
    assert len(here.payments.payments(OTTO).items) == 3
    auto(here)
    here.wait(timedelta())
    here.wait(5 * DAY)
    assert (here.balance("R-1"), rule(here).status) == (usd("0"), AutopayStatus.ACTIVE)
    here.ties()


def test_a_success_counts_failures_anew(here):
    here.bill(invoice("R-1"))
    method = here.save()
    auto(here, method=method)
    here.wait(timedelta())
    (schedule,) = coming(here)
    gateway, real = here.gateway, here.gateway._debited
    gateway._debited = lambda ref: ("insufficient_funds", False)
    here.wait(3 * DAY)
    assert [row.status for row in coming(here)] == [ScheduleStatus.FAILED]
    gateway._debited = real
    here.wait(4 * DAY)
    here.wait(4 * DAY)
    assert here.balance("R-1") == usd("0")
    assert (rule(here).not_before, schedule.origin) == (None, "autopay")


def test_nothing_is_announced_before_its_time_has_come_again():
    bank = open_bank("sqlite://", autopay=AutopayRules(notice_days=1, retry_days=(5,)))
    bank.bill(invoice("R-1"))
    auto(bank, word="declined")
    bank.wait(DAY)
    bank.wait(DAY)
    assert rule(bank).not_before is not None
    again = rule(bank).not_before
    bank.wait(DAY)
    assert waiting(bank) == []
    bank.wait(2 * DAY)
    bank.wait(DAY)
    assert [on >= again for on, _ in waiting(bank)] == [True]
    bank.portal.close()


@pytest.mark.parametrize("tries", [1, 2])
def test_the_policy_says_how_often(tries):
    bank = open_bank("sqlite://", autopay=AutopayRules(notice_days=0, retry_days=(), tries=tries))
    bank.bill(invoice("R-1"))
    auto(bank, word="declined")
    for _ in range(4):
        bank.wait(DAY)
    assert len(bank.payments.payments(OTTO).items) == tries
    assert rule(bank).status is AutopayStatus.PAUSED
    bank.portal.close()


def test_what_is_of_no_use_pauses_at_once(here):
    here.bill(invoice("R-1"), invoice("R-2", due=9, issued=0))
    auto(here, word="account_closed")
    here.wait(timedelta())
    here.wait(3 * DAY)
    assert (rule(here).status, rule(here).reason) == (AutopayStatus.PAUSED, "account_closed")


def test_a_method_that_is_gone_pauses_before_anything_is_announced(here):
    method = here.save()
    auto(here, method=method)
    here.wait(timedelta())
    here.bill(invoice("R-1"))
    here.payments.methods.remove(here.account, method, here.payer)
    here.wait(DAY)
    assert (rule(here).status, rule(here).reason) == (AutopayStatus.PAUSED, "method.not_usable")
    here.wait(DAY)
    assert coming(here) == ()


def test_a_payment_that_is_called_off_is_not_announced_again(here):
    here.bill(invoice("R-1"), invoice("R-2", "50.00", issued=0, due=9))
    auto(here)
    here.wait(timedelta())
    (row,) = coming(here)
    here.payments.schedules.cancel(here.account, row.id, here.payer)
    here.wait(DAY)
    assert waiting(here) == []
    here.wait(5 * DAY)
    here.wait(3 * DAY)
    assert here.balance("R-1") == usd("100.00")
    assert here.balance("R-2") == usd("0"), "it goes on with the others"


def test_what_is_seen_to_otherwise_is_left_alone(here):
    facts = (invoice("R-1"), invoice("R-2", visible=False), invoice("R-4", Money.of("5.00", "EUR")))
    here.bill(*facts)
    method = here.save()
    here.payments.schedules.schedule(
        here.account,
        here.payer,
        on=day(20),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=method,
        lines=here.lines("R-1"),
    )
    auto(here, method=method)
    here.wait(timedelta())
    assert [row.origin for row in coming(here)] == ["payer"]


def test_what_is_too_little_waits_until_there_is_more():
    bank = open_bank("sqlite://", least={"USD": Decimal(100)})
    bank.bill(invoice("R-1", "60.00"))
    auto(bank)
    bank.wait(timedelta())
    assert waiting(bank) == []
    bank.bill(invoice("R-2", "60.00"))
    bank.wait(DAY)
    assert [amount for _, amount in waiting(bank)] == [usd("120.00")]
    bank.portal.close()


def test_the_calendar_of_the_supplier_counts():
    holidays = evolve(ACME, calendar=evolve(ACME.calendar, holidays={date(2026, 3, 5)}))
    bank = open_bank("sqlite://", supplier=holidays)
    bank.bill(invoice("R-1"))
    auto(bank)
    bank.wait(timedelta())
    assert waiting(bank) == [(date(2026, 3, 6), usd("100.00"))]
    bank.portal.close()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"currency": "GBP"}, "autopay.currency"),
        ({"days_before": 61}, "autopay.days"),
        ({"days_before": -1}, "autopay.days"),
        ({"ceiling": Money.of("5.00", "EUR")}, "autopay.ceiling"),
        ({"ceiling": usd("0")}, "autopay.ceiling"),
    ],
)
def test_what_cannot_be_set_is_refused(here, options, code):
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        auto(here, **options)


@pytest.mark.parametrize("days", [(-1,), (1, -2)])
def test_settings_name_days_that_are_ahead(days):
    with pytest.raises(ValueError, match=r"payments\.autopay\.retry_days"):
        AutopayRules(retry_days=days)


def test_what_comes_next_is_shown_as_it_will_be_and_nothing_is_kept_by_looking(here):
    here.bill(invoice("R-1", issued=0, due=8), invoice("R-2", "50.00", issued=0, due=20))
    preview = here.payments.autopay.preview
    assert preview(here.account, "USD", here.payer) == (), "before it is set"
    auto(here)
    (next_one,) = preview(here.account, "USD", here.payer)
    assert (next_one.on, next_one.amount, coming(here)) == (day(8), usd("100.00"), ())
    assert preview(here.account, "EUR", here.payer) == ()
    here.wait(5 * DAY)
    assert waiting(here) == [(next_one.on, next_one.amount)]
    here.payments.autopay.stop(here.account, "USD", here.payer)
    assert preview(here.account, "USD", here.payer) == ()
