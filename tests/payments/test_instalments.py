"""Instalment plans: within the supplier's rules, each part once, broken where one fails."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, day, invoice, usd
from lockportal.core.errors import NotFound, Refused
from lockportal.payments import FeeRule, InstalmentRules, LineChoice, MethodKind, PaymentsSettings, PlanStatus, ScheduleStatus
from payments.sandbox import open_bank

DAY = timedelta(days=1)
RULES = InstalmentRules(most=4, least={"USD": Decimal(20)}, days=60)


def opened(url="sqlite://", rules=RULES, **changes):
    return open_bank(url, invoice("R-1", "100.00"), invoice("R-2", "50.00"), instalments=rules, **changes)


@pytest.fixture
def bank(database_url):
    made = opened(database_url)
    yield made
    made.portal.close()


@pytest.fixture
def here():
    made = opened()
    yield made
    made.portal.close()


def agree(bank, *days, by=None, method=None, numbers=("R-1", "R-2"), **options):
    return bank.payments.instalments.agree(
        bank.account,
        by or bank.payer,
        currency="USD",
        lines=bank.lines(*numbers),
        days=[day(one) for one in days],
        method=MethodKind.CARD,
        saved_method=method or bank.save(),
        **options,
    )


def plan(bank):
    (found,) = bank.payments.instalments.list(bank.account, bank.payer)
    return found


def test_documents_are_paid_in_parts_on_agreed_days(bank):
    made = agree(bank, 3, 10, 17, expected=usd("150.00"), key="k")
    assert (
        agree(
            bank, 3, 10, 17, expected=usd("150.00"), key="k", method=bank.payments.schedules.list(bank.account, OTTO)[0].method_id
        )
        == made
    )
    assert [(one.on, one.amount) for one in made.instalments] == [(day(n), usd("50.00")) for n in (3, 10, 17)]
    assert (made.total, made.paid, made.left, made.next_on) == (usd("150.00"), usd("0"), usd("150.00"), day(3))
    bank.wait(3 * DAY)
    assert (bank.balance("R-1"), bank.balance("R-2")) == (usd("50.00"), usd("50.00")), "the first documents by the first parts"
    assert (plan(bank).paid, plan(bank).next_on, plan(bank).status) == (usd("50.00"), day(10), PlanStatus.ACTIVE)
    bank.wait(7 * DAY)
    bank.wait(7 * DAY)
    done = plan(bank)
    assert (done.status, done.left, done.next_on) == (PlanStatus.COMPLETED, usd("0"), None)
    assert (bank.balance("R-1"), bank.balance("R-2")) == (usd("0"), usd("0"))
    bank.wait(90 * DAY)
    assert len(bank.payments.payments(OTTO).items) == 3
    bank.ties()


def test_parts_differ_by_a_cent_at_most_and_each_bears_its_fee():
    bank = opened(fees=(FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(1)),))
    made = agree(bank, 3, 4, 8, 10, numbers=["R-1"])
    assert [one.amount for one in made.instalments] == [usd("25.00")] * 4
    three = agree(bank, 3, 4, method=None, numbers=["R-2"])
    assert [one.amount for one in three.instalments] == [usd("25.00")] * 2
    assert {row.amount for row in bank.payments.schedules.list(bank.account, OTTO)} == {usd("25.25")}
    bank.portal.close()


@pytest.mark.parametrize("word", ["insufficient_funds", "account_closed"])
def test_a_plan_is_broken_where_a_part_fails(bank, word):
    agree(bank, 3, 10, 17, method=bank.save(word))
    bank.wait(3 * DAY)
    assert (plan(bank).status, plan(bank).reason) == (PlanStatus.BROKEN, word)
    states = [one.status for one in plan(bank).instalments]
    assert states == [ScheduleStatus.FAILED, ScheduleStatus.CANCELED, ScheduleStatus.CANCELED]
    bank.wait(30 * DAY)
    assert len(bank.payments.payments(OTTO).items) == 1


def test_what_is_paid_otherwise_completes_a_plan(here):
    agree(here, 3, 10)
    here.payments.start(
        here.account,
        OTTO,
        currency="USD",
        method=MethodKind.CARD,
        lines=here.lines("R-1", "R-2"),
        saved_method=here.save(),
    )
    here.wait(3 * DAY)
    here.wait(7 * DAY)
    assert [one.status for one in plan(here).instalments] == [ScheduleStatus.SKIPPED] * 2
    assert plan(here).status is PlanStatus.COMPLETED


def test_a_part_whose_document_is_only_held_is_not_counted_as_paid(here):
    agree(here, 3, 10, numbers=["R-1"])
    waiting = here.payments.start(
        here.account,
        here.payer,
        currency="USD",
        method=MethodKind.BANK_TRANSFER,
        lines=[LineChoice(document_id=here.ids["R-1"], pay=usd("70.00"))],
    )
    here.wait(3 * DAY)
    here.wait(7 * DAY)
    assert (plan(here).status, plan(here).paid, here.balance("R-1")) == (PlanStatus.ACTIVE, usd("0"), usd("100.00"))
    here.payments.cancel(here.account, waiting.payment_id, here.payer)
    here.wait(DAY)
    assert (plan(here).status, plan(here).paid, here.balance("R-1")) == (PlanStatus.COMPLETED, usd("100.00"), usd("0"))
    paid = [here.payments.payment(here.account, one.payment_id, OTTO).payment for one in plan(here).instalments]
    assert {line.short_reason for one in paid for line in one.lines} == {""}
    here.ties()


def test_a_part_whose_fee_has_risen_breaks_its_plan():
    bank = opened(fees=(FeeRule(method=MethodKind.CARD, currency="USD", fixed=Decimal(1)),))
    agree(bank, 3, 10, numbers=["R-1"])
    object.__setattr__(bank.portal.shell.settings(PaymentsSettings).fees[0], "fixed", Decimal(9))
    bank.wait(3 * DAY)
    bank.wait(7 * DAY)
    assert (plan(bank).status, plan(bank).reason) == (PlanStatus.BROKEN, "schedule.more_than_said")
    assert (plan(bank).paid, bank.balance("R-1")) == (usd("0"), usd("100.00"))
    bank.portal.close()


def test_a_plan_is_called_off_but_none_of_its_parts(here):
    made = agree(here, 3, 10)
    (last, _) = here.payments.schedules.list(here.account, here.payer)
    with pytest.raises(Refused, match=r"schedule\.of_plan"):
        here.payments.schedules.cancel(here.account, last.id, here.payer)
    here.wait(3 * DAY)
    for _ in range(2):
        here.payments.instalments.cancel(here.account, made.id, here.payer)
    assert [one.status for one in plan(here).instalments] == [ScheduleStatus.PAID, ScheduleStatus.CANCELED]
    here.wait(10 * DAY)
    assert (plan(here).status, plan(here).paid) == (PlanStatus.CANCELED, usd("75.00"))
    with pytest.raises(NotFound):
        here.payments.instalments.cancel(here.account, here.portal.clock.new_id(), here.payer)


def test_a_debit_that_comes_back_breaks_even_a_plan_that_was_completed():
    bank = opened()
    method = bank.save("pending_then_return", MethodKind.ACH_DEBIT)
    bank.payments.instalments.agree(
        bank.account,
        bank.payer,
        currency="USD",
        lines=bank.lines("R-1"),
        days=[day(3), day(4)],
        method=MethodKind.ACH_DEBIT,
        saved_method=method,
    )
    bank.wait(4 * DAY)
    bank.wait(3 * DAY)
    bank.wait(timedelta(hours=23))
    assert plan(bank).status is PlanStatus.COMPLETED
    bank.wait(3 * DAY)
    for one in plan(bank).instalments:
        for operation in bank.payments.payment(bank.account, one.payment_id, OTTO).operations:
            bank.webhooks(operation.id)
    assert plan(bank).status is PlanStatus.BROKEN
    bank.portal.close()


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((3,), "plan.too_many"),
        ((3, 4, 8, 10, 12), "plan.too_many"),
        ((0, 4), "plan.days"),
        ((4, 3), "plan.days"),
        ((5, 6), "plan.days"),
        ((3, 61), "plan.days"),
    ],
)
def test_days_are_within_the_suppliers_rules(here, days, code):
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        agree(here, *days)


def test_parts_are_not_too_small_and_what_was_agreed_holds(here):
    with pytest.raises(Refused, match=r"plan\.too_small"):
        agree(here, 3, 4, 8, numbers=["R-2"])
    with pytest.raises(Refused, match=r"payment\.changed"):
        agree(here, 3, 4, expected=usd("1.00"))
    agree(here, 3, 4)
    with pytest.raises(Refused, match=r"schedule\.twice"):
        agree(here, 3, 4)


def test_who_may_is_said_by_the_settings():
    for rules, by_payer, by_staff in (
        (None, False, False),
        (RULES, True, True),
        (evolve(RULES, staff_only=True), False, True),
        (evolve(RULES, customers=frozenset({"999"})), False, False),
        (evolve(RULES, customers=frozenset({"100"})), True, True),
    ):
        bank = opened(rules=rules)
        for by, may in ((bank.payer, by_payer), (OTTO, by_staff)):
            number = "R-1" if by is OTTO else "R-2"
            if may:
                agree(bank, 3, 4, by=by, numbers=[number])
            else:
                with pytest.raises(Refused, match=r"plan\.not_offered"):
                    agree(bank, 3, 4, by=by, numbers=[number])
        bank.portal.close()


def test_documents_that_can_only_be_paid_whole_are_paid_in_agreed_parts():
    bank = opened(partial=False, short_reason=True)
    with pytest.raises(Refused, match=r"payment\.partial"):
        bank.payments.quote(
            bank.account,
            bank.payer,
            currency="USD",
            method=MethodKind.CARD,
            lines=[LineChoice(document_id=bank.ids["R-1"], pay=usd("5.00"))],
        )
    agree(bank, 3, 4)
    bank.wait(4 * DAY)
    assert plan(bank).status is PlanStatus.COMPLETED
    bank.portal.close()


def test_a_plan_is_worked_out_before_it_is_agreed_and_nothing_is_kept_by_that(here):
    method = here.save()
    wanted = {
        "currency": "USD",
        "lines": here.lines("R-1", "R-2"),
        "days": [day(3), day(10)],
        "method": MethodKind.CARD,
        "saved_method": method,
    }
    seen = here.payments.instalments.quote(here.account, here.payer, **wanted)
    assert here.payments.instalments.list(here.account, here.payer) == ()
    made = here.payments.instalments.agree(here.account, here.payer, **wanted, expected=seen.total)
    (agreed,) = here.payments.instalments.list(here.account, here.payer)
    assert agreed.id == made.id
    assert [(one.on, one.amount) for one in agreed.instalments] == [(one.on, one.amount) for one in seen.instalments]
    with pytest.raises(Refused, match=r"plan\.too_many"):
        here.payments.instalments.quote(here.account, here.payer, **{**wanted, "days": [day(3)]})
