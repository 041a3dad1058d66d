"""A contact who may not pay any more: nothing is taken that they wanted, nor by what they saved, by whichever way they went."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, day, invoice, usd
from lockportal.core.actor import SYSTEM, Grant, Right
from lockportal.payments import AutopayStatus, InstalmentRules, MethodKind, PlanStatus, ScheduleStatus
from payments.sandbox import open_bank

DAY = timedelta(days=1)
GONE = "contact.no_right"


@pytest.fixture
def bank(database_url):
    facts = [invoice("R-1"), invoice("R-2", "50.00"), invoice("R-3", due=4), invoice("R-4")]
    made = open_bank(database_url, *facts, instalments=InstalmentRules())
    yield made
    made.portal.close()


def contact_of(bank, name, account=None, rights=(Right.VIEW, Right.PAY)):
    """Add a contact; answer its id, and who acts as it in the customer's account."""
    made = bank.portal.profiles.add_contact(account or bank.account, f"{name}@harbour.example.com", name, rights, by=SYSTEM)
    grant = Grant(bank.account, made.id, frozenset(rights))
    return made.id, evolve(bank.payer, id=name, grants=(grant,))


def schedule(bank, by, number, method, on=3):
    options = {"currency": "USD", "method": MethodKind.CARD, "saved_method": method, "lines": bank.lines(number)}
    return bank.payments.schedules.schedule(bank.account, by, on=day(on), **options).id


def now(bank, key):
    return next(one for one in bank.payments.schedules.list(bank.account, OTTO) if one.id == key)


def disable(bank, contact):
    bank.portal.profiles.disable_contact(bank.account, contact, by=SYSTEM)


def take_right(bank, contact):
    bank.portal.profiles.change_contact(bank.account, contact, by=SYSTEM, rights=(Right.VIEW,))


@pytest.mark.parametrize("leaves", [disable, take_right])
def test_what_they_wanted_is_called_off_and_told_on_the_accounts_list(bank, leaves):
    (anna, by_anna), (_, by_berta) = contact_of(bank, "anna"), contact_of(bank, "berta")
    card, other = bank.save(by=by_anna), bank.save(by=by_berta)
    bank.payments.autopay.set(bank.account, by_anna, currency="USD", method=MethodKind.CARD, saved_method=card)
    plan = bank.payments.instalments.agree(
        bank.account,
        by_anna,
        currency="USD",
        lines=bank.lines("R-4"),
        days=[day(3), day(10)],
        method=MethodKind.CARD,
        saved_method=card,
    )
    own, by_staff, colleague = (
        schedule(bank, by_anna, "R-1", card),
        schedule(bank, OTTO, "R-2", card),
        schedule(bank, by_berta, "R-3", other),
    )
    bank.portal.profiles.change_contact(bank.account, anna, by=SYSTEM, phone="1")
    assert now(bank, own).status is ScheduleStatus.SCHEDULED, "what changes nothing of it calls nothing off"
    leaves(bank, anna)
    for key in (own, by_staff):
        assert (now(bank, key).status, now(bank, key).reason) == (ScheduleStatus.CANCELED, GONE)
    (rule,), (left,) = bank.payments.autopay.list(bank.account, OTTO), bank.payments.instalments.list(bank.account, OTTO)
    assert (rule.status, rule.reason) == (AutopayStatus.PAUSED, GONE)
    assert (left.id, left.status, left.reason) == (plan.id, PlanStatus.BROKEN, GONE)
    bank.wait(11 * DAY)
    assert [bank.balance(number) for number in ("R-1", "R-2", "R-4")] == [usd("100.00"), usd("50.00"), usd("100.00")]
    assert (now(bank, colleague).status, bank.balance("R-3")) == (ScheduleStatus.PAID, usd("0"))
    bank.ties()


def test_what_colleagues_agreed_goes_on(bank):
    (anna, by_anna), (_, by_berta) = contact_of(bank, "anna"), contact_of(bank, "berta")
    bank.save(by=by_anna)
    other = bank.save(by=by_berta)
    paying = {"currency": "USD", "method": MethodKind.CARD, "saved_method": other}
    bank.payments.autopay.set(bank.account, by_berta, **paying)
    bank.payments.instalments.agree(bank.account, by_berta, lines=bank.lines("R-4"), days=[day(3), day(10)], **paying)
    disable(bank, anna)
    (rule,), (plan,) = bank.payments.autopay.list(bank.account, OTTO), bank.payments.instalments.list(bank.account, OTTO)
    assert (rule.status, plan.status) == (AutopayStatus.ACTIVE, PlanStatus.ACTIVE)
    bank.wait(11 * DAY)
    assert bank.balance("R-4") == usd("0")
    bank.ties()


def test_a_contact_of_a_parent_who_left_there_is_asked_about_on_the_day(bank):
    parent = bank.portal.profiles.open_customer("900", "Harbour Holding", by=OTTO)
    contact, by = contact_of(bank, "clara", account=parent)
    card = bank.save(by=by)
    first, second = schedule(bank, by, "R-1", card), schedule(bank, by, "R-2", card, on=4)
    bank.wait(3 * DAY)
    assert now(bank, first).status is ScheduleStatus.PAID
    bank.portal.profiles.disable_contact(parent, contact, by=SYSTEM)
    bank.wait(DAY)
    assert (now(bank, second).status, now(bank, second).reason) == (ScheduleStatus.FAILED, GONE)
    assert bank.balance("R-2") == usd("50.00")
