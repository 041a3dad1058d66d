"""Payments on a later day: worked out anew on the day, never for more than was said, made once however often it is tried."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from books import OTTO, credit_memo, day, invoice, usd
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Conflict, NotFound, Refused
from lockportal.core.settings import Calendar
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.payments import CreditChoice, LineChoice, MethodKind, PaymentsSettings, RunSchedule, ScheduleStatus
from lockportal.payments.operations import OpKind
from lockportal.payments.ports import PolicyDecision, Verdict
from lockportal.payments.settings import FeeRule
from lockportal.plugins import hookimpl
from payments.sandbox import ACME, open_bank

DAY = timedelta(days=1)


@pytest.fixture
def bank(database_url):
    made = open_bank(database_url, invoice("R-1"), invoice("R-2", "50.00"))
    yield made
    made.portal.close()


@pytest.fixture
def here():
    made = open_bank("sqlite://", invoice("R-1"), invoice("R-2", "50.00"), credit_memo("C-1", "30.00"))
    yield made
    made.portal.close()


def schedule(bank, *lines, on=3, method=None, kind=MethodKind.CARD, **options):
    choices = [one if isinstance(one, LineChoice) else LineChoice(document_id=bank.ids[one]) for one in lines]
    return bank.payments.schedules.schedule(
        bank.account,
        options.pop("by", bank.payer),
        on=day(on),
        currency="USD",
        method=kind,
        saved_method=method or bank.save(kind=kind),
        lines=choices,
        **options,
    )


def now(bank, key):
    return next(one for one in bank.payments.schedules.list(bank.account, bank.payer) if one.id == key)


def pay_now(bank, number, pay=None):
    return bank.payments.start(
        bank.account,
        OTTO,
        currency="USD",
        method=MethodKind.CARD,
        lines=[LineChoice(document_id=bank.ids[number], pay=pay)],
        saved_method=bank.save(),
    )


def test_a_payment_is_made_on_its_day_and_not_before(bank):
    made = schedule(bank, "R-1", expected=usd("100.00"), key="k")
    assert (made.status, made.amount, made.on) == (ScheduleStatus.SCHEDULED, usd("100.00"), day(3))
    again = schedule(bank, "R-1", expected=usd("100.00"), key="k", method=made.method_id)
    assert again == made, "the same key schedules nothing more"
    bank.wait(2 * DAY)
    assert bank.balance("R-1") == usd("100.00")
    bank.wait(DAY)
    assert (bank.balance("R-1"), now(bank, made.id).status) == (usd("0"), ScheduleStatus.PAID)
    bank.wait(30 * DAY)
    assert len(bank.payments.payments(OTTO).items) == 1
    bank.ties()


def test_a_day_without_business_is_put_off_to_the_next_one():
    holiday = evolve(ACME, calendar=Calendar(holidays={date(2026, 3, 9)}))
    bank = open_bank("sqlite://", invoice("R-1"), supplier=holiday)
    assert schedule(bank, "R-1", on=5).on == date(2026, 3, 10), "Saturday, Sunday, a holiday"
    bank.portal.close()


def test_days_that_were_missed_are_caught_up_with_once(bank):
    first, second = schedule(bank, "R-1", on=3), schedule(bank, "R-2", on=4)
    bank.wait(20 * DAY)
    assert [now(bank, one.id).status for one in (first, second)] == [ScheduleStatus.PAID] * 2
    assert len(bank.payments.payments(OTTO).items) == 2


def test_what_was_paid_meanwhile_is_left_out(here):
    part, whole = schedule(here, "R-1"), schedule(here, "R-2")
    pay_now(here, "R-1", usd("60.00"))
    pay_now(here, "R-2")
    here.wait(3 * DAY)
    assert here.balance("R-1") == usd("0")
    assert here.payments.progress(here.account, now(here, part.id).payment_id, here.payer).amount == usd("40.00")
    assert (now(here, whole.id).status, now(here, whole.id).reason) == (ScheduleStatus.SKIPPED, "schedule.paid_already")
    here.ties()


def await_transfer(bank, number, pay=None):
    choice = LineChoice(document_id=bank.ids[number], pay=pay)
    return bank.payments.start(bank.account, bank.payer, currency="USD", method=MethodKind.BANK_TRANSFER, lines=[choice])


def test_what_another_payment_only_holds_is_waited_for(bank):
    late, gone = schedule(bank, "R-1"), schedule(bank, "R-2")
    first, second = await_transfer(bank, "R-1"), await_transfer(bank, "R-2")
    bank.wait(3 * DAY)
    assert [now(bank, one.id).status for one in (late, gone)] == [ScheduleStatus.SCHEDULED] * 2
    bank.payments.cancel(bank.account, first.payment_id, bank.payer)
    bank.payments.arrived(bank.account, second.payment_id, day(3), OTTO)
    bank.wait(DAY)
    assert (now(bank, late.id).status, bank.balance("R-1")) == (ScheduleStatus.PAID, usd("0"))
    assert (now(bank, gone.id).status, now(bank, gone.id).reason) == (ScheduleStatus.SKIPPED, "schedule.paid_already")
    bank.ties()


def test_what_is_open_is_paid_though_the_rest_is_held(here):
    made = schedule(here, "R-1", "R-2")
    await_transfer(here, "R-2")
    here.wait(3 * DAY)
    assert (now(here, made.id).status, here.balance("R-1"), here.balance("R-2")) == (ScheduleStatus.PAID, usd("0"), usd("50.00"))


def test_a_part_that_was_scheduled_bears_no_reason_that_nobody_gave():
    bank = open_bank("sqlite://", invoice("R-1"), short_reason=True)
    part = LineChoice(document_id=bank.ids["R-1"], pay=usd("30.00"), short_reason="damaged")
    given, whole = (
        schedule(bank, part),
        schedule(bank, LineChoice(document_id=bank.ids["R-1"], pay=usd("70.00"), short_reason="x"), on=4),
    )
    bank.wait(4 * DAY)
    paid = [bank.payments.payment(bank.account, now(bank, one.id).payment_id, OTTO).payment for one in (given, whole)]
    assert [line.short_reason for one in paid for line in one.lines] == ["damaged", "x"]
    bank.portal.close()


def test_no_more_is_taken_than_was_said_though_more_is_open(here):
    made = schedule(here, LineChoice(document_id=here.ids["R-1"], pay=usd("30.00")))
    here.wait(3 * DAY)
    assert (here.balance("R-1"), now(here, made.id).amount) == (usd("70.00"), usd("30.00"))


def test_credit_that_is_gone_is_not_made_up_for_by_money(here):
    memo = CreditChoice(credit_id=here.ids["C-1"])
    made = schedule(here, "R-1", credits=[memo])
    assert made.amount == usd("70.00")
    here.payments.start(
        here.account,
        OTTO,
        currency="USD",
        method=MethodKind.CARD,
        lines=here.lines("R-2"),
        credits=[memo],
        saved_method=here.save(),
    )
    here.wait(3 * DAY)
    assert here.balance("R-1") == usd("30.00")
    assert here.payments.progress(here.account, now(here, made.id).payment_id, OTTO).amount == usd("70.00")
    here.ties()


def test_credit_alone_pays_without_any_money(here):
    small = LineChoice(document_id=here.ids["R-1"], pay=usd("20.00"))
    made = schedule(here, small, credits=[CreditChoice(credit_id=here.ids["C-1"])])
    here.wait(3 * DAY)
    assert (now(here, made.id).status, here.balance("R-1")) == (ScheduleStatus.PAID, usd("80.00"))


def test_one_credit_serves_several_documents(here):
    small = LineChoice(document_id=here.ids["R-1"], pay=usd("20.00"))
    made = schedule(here, small, "R-2", credits=[CreditChoice(credit_id=here.ids["C-1"])])
    assert made.amount == usd("40.00")
    here.wait(3 * DAY)
    assert (here.balance("R-1"), here.balance("R-2"), here.balance("C-1")) == (usd("80.00"), usd("0"), usd("0"))


def test_a_debit_that_is_canceled_has_failed(here):
    made = schedule(here, "R-1", method=here.save("cancel"))
    here.wait(3 * DAY)
    assert (now(here, made.id).status, now(here, made.id).reason) == (ScheduleStatus.FAILED, "payment.not_made")
    with pytest.raises(NotFound, match=r"scheduled_payment\.not_found"):
        here.payments.schedules.stored(here.account, here.account)


def test_a_fee_that_has_risen_is_not_taken(here):
    made = schedule(here, "R-1")
    later = open_bank("sqlite://", invoice("R-1"), fees=(FeeRule(method=MethodKind.CARD, currency="USD", fixed=Decimal(5)),))
    assert made.amount == usd("100.00")
    dearer = later.payments.schedules.schedule(
        later.account,
        later.payer,
        on=day(3),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=later.save(),
        lines=later.lines("R-1"),
    )
    assert dearer.amount == usd("105.00")
    object.__setattr__(later.portal.shell.settings(PaymentsSettings).fees[0], "fixed", Decimal(9))
    later.wait(3 * DAY)
    assert (now(later, dearer.id).status, now(later, dearer.id).reason) == (ScheduleStatus.FAILED, "schedule.more_than_said")
    assert later.balance("R-1") == usd("100.00")
    later.portal.close()


def test_an_early_payment_discount_is_that_of_the_day():
    terms = DocumentsSettings(terms={"2/10": Terms("2/10", net_days=30, discounts=(Discount(Decimal(2), 10),))})
    facts = [invoice(number, issued=0, due=30, terms="2/10") for number in ("R-1", "R-2")]
    bank = open_bank("sqlite://", *facts, others=(terms,))
    early, late = schedule(bank, "R-1", on=9), schedule(bank, "R-2", on=11)
    assert (early.amount, late.amount) == (usd("98.00"), usd("100.00"))
    bank.wait(9 * DAY)
    assert bank.balance("R-1") == usd("0")
    bank.portal.close()


def test_a_discount_that_has_run_out_is_not_made_up_for_by_money():
    terms = DocumentsSettings(terms={"2/10": Terms("2/10", net_days=30, discounts=(Discount(Decimal(2), 10),))})
    bank = open_bank("sqlite://", invoice("R-1", issued=0, due=30, terms="2/10"), others=(terms,))
    made = schedule(bank, "R-1", on=9)
    bank.wait(20 * DAY)
    assert (now(bank, made.id).status, bank.balance("R-1")) == (ScheduleStatus.PAID, usd("2.00"))
    bank.portal.close()


def test_a_scheduled_payment_is_called_off_before_its_day(here):
    made = schedule(here, "R-1")
    for _ in range(2):
        here.payments.schedules.cancel(here.account, made.id, here.payer)
    here.wait(3 * DAY)
    assert (here.balance("R-1"), now(here, made.id).status) == (usd("100.00"), ScheduleStatus.CANCELED)
    assert here.payments.schedules.list(here.account, here.payer, waiting=True) == ()
    begun = schedule(here, "R-1", on=7)
    here.wait(4 * DAY)
    with pytest.raises(Refused, match=r"schedule\.begun"):
        here.payments.schedules.cancel(here.account, begun.id, here.payer)
    with pytest.raises(NotFound, match="not_found"):
        here.payments.schedules.cancel(here.account, here.portal.clock.new_id(), here.payer)
    with pytest.raises(NotFound, match="not_found"):
        here.payments.schedules.run(here.account, here.portal.clock.new_id())


def test_what_cannot_be_scheduled_is_refused(here):
    for options, code in (
        ({"on": 0}, "schedule.day"),
        ({"on": 400}, "schedule.day"),
        ({"expected": usd("99.00")}, "payment.changed"),
        ({"kind": MethodKind.ACH_DEBIT, "method": here.save()}, "payment.method"),
    ):
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            schedule(here, "R-1", **options)
    schedule(here, "R-1")
    with pytest.raises(Refused, match=r"schedule\.twice"):
        schedule(here, "R-1", on=4)
    method = here.save()
    schedule(here, "R-2", key="k", method=method)
    with pytest.raises(Conflict, match=r"key\.reused"):
        schedule(here, "R-1", key="k", method=method)


def test_a_removed_method_is_refused_for_a_later_day(here):
    method = here.save()
    here.payments.methods.remove(here.account, method, here.payer)
    with pytest.raises(Refused, match=r"method\.not_usable"):
        schedule(here, "R-1", method=method)


def test_a_hidden_document_is_unknown_to_its_payer_and_told_to_nobody_else():
    bank = open_bank("sqlite://", invoice("R-1"), invoice("R-9", visible=False))
    with pytest.raises(NotFound, match=r"document\.not_found"):
        schedule(bank, "R-9")
    made = bank.payments.schedules.schedule(
        bank.account,
        OTTO,
        on=day(3),
        currency="USD",
        method=MethodKind.CARD,
        saved_method=bank.save(),
        lines=bank.lines("R-1", "R-9"),
    )
    assert [line.number for line in made.lines] == ["R-1", "R-9"]
    assert [line.number for line in now(bank, made.id).lines] == ["R-1"]
    bank.wait(3 * DAY)
    paid = bank.payments.payment(bank.account, now(bank, made.id).payment_id, bank.payer)
    assert [line.number for line in paid.payment.lines] == ["R-1"], "nor in the payment that comes of it"
    assert paid.payment.amount == usd("200.00")
    bank.portal.close()


@pytest.mark.parametrize(
    ("word", "reason", "final"), [("insufficient_funds", "insufficient_funds", False), ("account_closed", "account_closed", True)]
)
def test_a_decline_is_told_with_its_reason(here, word, reason, final):
    made = schedule(here, "R-1", method=here.save(word))
    here.wait(3 * DAY)
    assert (now(here, made.id).status, now(here, made.id).reason) == (ScheduleStatus.FAILED, reason)
    assert here.payments.schedules.stored(here.account, made.id).final is final
    assert here.balance("R-1") == usd("100.00")


def test_a_debit_that_comes_back_makes_a_failure_of_what_was_paid(bank):
    made = schedule(bank, "R-1", kind=MethodKind.ACH_DEBIT, method=bank.save("pending_then_return", MethodKind.ACH_DEBIT))
    bank.wait(3 * DAY)
    assert now(bank, made.id).status is ScheduleStatus.PROCESSING
    bank.wait(3 * DAY)
    assert now(bank, made.id).status is ScheduleStatus.PAID
    bank.wait(3 * DAY)
    (operation,) = bank.payments.payment(bank.account, now(bank, made.id).payment_id, OTTO).operations
    bank.webhooks(operation.id)
    assert (now(bank, made.id).status, now(bank, made.id).reason) == (ScheduleStatus.FAILED, "insufficient_funds")


def test_a_payment_that_is_refunded_stays_paid(here):
    made = schedule(here, "R-1")
    here.wait(3 * DAY)
    here.payments.refund(here.account, now(here, made.id).payment_id, OTTO, money=usd("10.00"))
    assert now(here, made.id).status is ScheduleStatus.PAID


@pytest.mark.parametrize("word", ["unknown_after", "garbage", "unknown_before", "not_sent", "error"])
def test_a_gateway_that_does_not_answer_charges_at_most_once(here, word):
    made = schedule(here, "R-1", method=here.save(word))
    here.wait(3 * DAY)
    here.wait(DAY)
    here.wait(DAY)
    done = now(here, made.id)
    charged = word in {"unknown_after", "garbage"}
    assert done.status is (ScheduleStatus.PAID if charged else ScheduleStatus.FAILED)
    assert here.balance("R-1") == usd("0" if charged else "100.00")
    here.ties()


def test_a_process_that_ends_between_commit_and_call_leaves_nothing_undone(here):
    made = schedule(here, "R-1")
    here.clock.time += 3 * DAY
    here.portal.shell.run(RunSchedule(account_id=here.account, schedule_id=made.id), SYSTEM)
    assert now(here, made.id).status is ScheduleStatus.PROCESSING
    for _ in range(2):
        here.payments.schedules.run(here.account, made.id)
    assert now(here, made.id).status is ScheduleStatus.PAID
    assert len(here.payments.payments(OTTO).items) == 1


@pytest.mark.guarantee(13)
def test_a_scheduled_payment_is_made_once_by_many_at_once(bank):
    made, threads = schedule(bank, "R-1"), 6
    bank.clock.time += 3 * DAY
    barrier, crowd = threading.Barrier(threads), []

    def run():
        barrier.wait()
        bank.payments.schedules.run(bank.account, made.id)

    crowd = [threading.Thread(target=run) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    (payment,) = bank.payments.payments(OTTO).items
    details = bank.payments.payment(bank.account, payment.id, OTTO)
    assert [one.kind for one in details.operations] == [OpKind.SALE]
    assert bank.gateway._bank.order_of(details.operations[0].id) is not None
    assert bank.balance("R-1") == usd("0")


def test_to_work_out_and_note_it_apart_would_pay_twice(here):
    """The negative control of the two tests above: a payment of its own at each try charges twice where more is open."""
    made = schedule(here, LineChoice(document_id=here.ids["R-1"], pay=usd("30.00")))
    here.clock.time += 3 * DAY
    stored = here.payments.schedules.stored(here.account, made.id)
    for _ in range(2):
        here.payments.start(
            here.account,
            SYSTEM,
            currency="USD",
            method=stored.method,
            lines=[LineChoice(document_id=here.ids["R-1"], pay=usd("30.00"))],
            saved_method=stored.method_id,
        )
    assert here.balance("R-1") == usd("40.00")


class Policy:
    """Says what it is told to."""

    says = None

    @hookimpl
    def lockportal_payment_policy(self, draft):
        return self.says


def test_the_hosts_policy_is_asked_on_the_day():
    policy = Policy()
    fee = FeeRule(method=MethodKind.CARD, currency="USD", fixed=Decimal(5))
    bank = open_bank("sqlite://", invoice("R-1"), invoice("R-2", "50.00"), plugins=(policy,), fees=(fee,))
    first, second = schedule(bank, "R-1"), schedule(bank, "R-2", on=4)
    policy.says = PolicyDecision(verdict=Verdict.DENY)
    bank.wait(3 * DAY)
    assert (now(bank, first.id).status, now(bank, first.id).reason) == (ScheduleStatus.FAILED, "payment.denied")
    policy.says = PolicyDecision(fee_forbidden=True)
    bank.wait(DAY)
    assert bank.payments.progress(bank.account, now(bank, second.id).payment_id, OTTO).amount == usd("50.00")
    bank.portal.close()


class Interrupted:
    """The shell, but something happens after each rehearsal."""

    def __init__(self, shell, work):
        self._shell, self._work = shell, work

    def rehearse(self, command, by):
        found = self._shell.rehearse(command, by)
        self._work()
        return found

    def __getattr__(self, name):
        return getattr(self._shell, name)


def test_what_can_be_begun_only_since_the_policy_would_have_been_asked_is_not_begun():
    policy = Policy()
    bank = open_bank("sqlite://", invoice("R-1"), plugins=(policy,))
    made, waiting = schedule(bank, "R-1"), await_transfer(bank, "R-1")
    policy.says = PolicyDecision(verdict=Verdict.DENY)
    bank.clock.time += 3 * DAY
    real = bank.payments.schedules._shell
    bank.payments.schedules._shell = Interrupted(real, lambda: bank.payments.cancel(bank.account, waiting.payment_id, bank.payer))
    bank.payments.schedules.run(bank.account, made.id)
    assert now(bank, made.id).status is ScheduleStatus.SCHEDULED
    bank.payments.schedules._shell = real
    bank.payments.schedules.run(bank.account, made.id)
    assert (now(bank, made.id).status, now(bank, made.id).reason) == (ScheduleStatus.FAILED, "payment.denied")
    assert [one.method for one in bank.payments.payments(OTTO).items] == [MethodKind.BANK_TRANSFER]
    bank.portal.close()


def test_a_payment_that_nobody_can_make_any_more_fails_with_its_reason(here):
    made = schedule(here, "R-1")
    here.payments.methods.remove(here.account, made.method_id, here.payer)
    here.wait(3 * DAY)
    assert (now(here, made.id).status, now(here, made.id).reason) == (ScheduleStatus.FAILED, "method.not_usable")


def test_money_on_account_is_taken_though_nothing_is_open(here):
    made = schedule(here, on_account=usd("25.00"))
    here.wait(3 * DAY)
    assert now(here, made.id).status is ScheduleStatus.PAID
    (credit,) = (one for one in here.payments.credits(here.account, here.payer) if one.name != "C-1")
    assert credit.amount == usd("25.00")


def test_nothing_is_run_before_its_day(here):
    made = schedule(here, "R-1")
    here.payments.schedules.run(here.account, made.id)
    assert now(here, made.id).status is ScheduleStatus.SCHEDULED


def test_a_payment_of_a_later_day_is_worked_out_before_it_is_kept(here):
    method = here.save()
    wanted = {
        "on": day(3),
        "currency": "USD",
        "method": MethodKind.CARD,
        "saved_method": method,
        "lines": here.lines("R-1"),
        "on_account": usd("5.00"),
    }
    seen = here.payments.schedules.quote(here.account, here.payer, **wanted)
    assert (seen.on, seen.amount, here.payments.schedules.list(here.account, here.payer)) == (day(3), usd("105.00"), ())
    made = here.payments.schedules.schedule(here.account, here.payer, **wanted, expected=seen.amount)
    assert (made.on, made.amount, made.lines) == (seen.on, seen.amount, seen.lines)
    with pytest.raises(Refused, match=r"schedule\."):
        here.payments.schedules.quote(here.account, here.payer, **{**wanted, "on": day(0)})
