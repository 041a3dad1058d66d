"""What of payments a person has to look at becomes a task, once; it ends by itself when it is looked at, or undone."""

from datetime import timedelta

import pytest

from books import NOON, OTTO, invoice, usd
from lockportal.core.actor import SYSTEM
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import WebhookRequest
from payments.buyers import opened, pay
from payments.tills import event, open_shop, seen


@pytest.fixture
def shop(database_url):
    made = open_shop(database_url)
    yield made
    made.portal.close()


@pytest.fixture
def quick():
    """A shop in memory, for what asks nothing of the database."""
    made = open_shop("sqlite://")
    yield made
    made.portal.close()


def paid(shop, *numbers):
    """A payment that succeeded, of a customer whose collector is Ben."""
    account, payer, ids = opened(shop, *(invoice(number) for number in numbers or ("R-1",)))
    shop.portal.profiles.change_customer(account, by=OTTO, collector="ben")
    made = pay(shop, account, payer, ids.values())
    return account, made, next(iter(shop.till.bank))


def happens(shop, *observations, name="e1"):
    shop.till.events = [(event(name, *observations),)]
    shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))


def back(sale, kind, money="100.00", ref="b1"):
    return seen(None, kind, OpStatus.SUCCEEDED, usd(money), ref=ref, parent=f"till-{sale}")


def tasks(shop):
    return shop.portal.activities.tasks(OTTO).items


def test_a_payment_that_is_not_as_it_should_be_is_one_task_until_it_is_reviewed(shop):
    account, made, sale = paid(shop)
    happens(shop, seen(sale, OpKind.SALE, OpStatus.FAILED, usd("100.00")))
    happens(shop, seen(sale, OpKind.SALE, OpStatus.SUCCEEDED, usd("99.00")), name="e2")
    (task,) = tasks(shop)
    assert (task.kind, task.owner, task.about_id) == ("payments.review", "ben", made.payment_id)
    assert task.words.startswith(f"Payment {made.reference} is not as it should be")
    shop.portal.payments.review(account, made.payment_id, "It is paid.", OTTO)
    assert tasks(shop) == ()
    closed = shop.portal.activities.get(account, task.id, OTTO)
    assert (closed.state, closed.outcome, closed.note) == ("done", "done", "It is paid.")
    assert shop.portal.verify(SYSTEM) == ()


def test_what_goes_wrong_after_a_review_is_another_task(quick):
    account, made, sale = paid(quick)
    happens(quick, seen(sale, OpKind.SALE, OpStatus.FAILED, usd("100.00")))
    quick.portal.payments.review(account, made.payment_id, "Paid.", OTTO)
    happens(quick, back(sale, OpKind.RETURN, "100.00"), name="e2")
    happens(quick, back(sale, OpKind.CHARGEBACK, "100.00", "b2"), name="e3")
    kinds = [task.kind for task in tasks(quick)]
    assert kinds.count("payments.review") == 1, "more went back than came in"
    assert kinds.count("payments.returned") == 2


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OpKind.RETURN, "came back from the bank; what it had paid is open again. Ask the customer to pay in another way."),
        (OpKind.CHARGEBACK, "was charged back; what it had paid is open again. Decide whether to contest it at the gateway"),
    ],
)
def test_money_that_came_back_is_the_collectors_task_however_often_it_is_told(quick, kind, said):
    _, made, sale = paid(quick)
    for number in range(2):
        happens(quick, back(sale, kind), name=f"e{number}")
    (task,) = tasks(quick)
    assert (task.kind, task.owner, task.about_id) == ("payments.returned", "ben", made.payment_id)
    assert task.words.startswith(f"USD 100.00 of payment {made.reference} {said}")


def test_a_chargeback_that_was_won_ends_its_task(quick):
    account, _, sale = paid(quick)
    happens(quick, back(sale, OpKind.CHARGEBACK))
    (task,) = tasks(quick)
    happens(quick, back(sale, OpKind.REINSTATEMENT, ref="b2"), name="e2")
    assert tasks(quick) == ()
    assert quick.portal.activities.get(account, task.id, OTTO).note == "The money is back."


def test_a_refund_that_failed_or_did_not_arrive_is_a_task_each(quick):
    account, made, _ = paid(quick)
    quick.till.next = [OpStatus.FAILED]
    quick.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"), key="r1")
    (task,) = tasks(quick)
    assert (task.kind, task.about_id) == ("payments.refund_failed", made.payment_id)
    assert f"The refund of USD 10.00 of payment {made.reference} could not be made." in task.words
    quick.portal.payments.refund(account, made.payment_id, OTTO, money=usd("20.00"), key="r2")
    refund = list(quick.till.bank)[-1]
    happens(quick, back(refund, OpKind.REFUND_REVERSAL, "20.00"))
    assert any("did not arrive, and the money is here again" in task.words for task in tasks(quick))
    assert len(tasks(quick)) == 2


def test_an_event_that_finds_no_payment_for_an_hour_is_a_task_until_it_does(quick):
    account, payer, ids = opened(quick, invoice("R-1"))
    happens(quick, seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("1.00"), ref="b9", parent="till-late"), name="e9")
    clock = quick.portal.clock
    clock.time = NOON + timedelta(minutes=30)
    quick.portal.tick()
    assert tasks(quick) == ()
    clock.time = NOON + timedelta(hours=3)
    for _ in range(2):
        quick.portal.tick()
        clock.time += timedelta(days=2)
    (task,) = tasks(quick)
    assert (task.kind, task.account_id, task.owner) == ("payments.event_parked", quick.portal.supplier.id, "")
    assert "tells of something that no payment here has asked for" in task.words
    assert task.detail == "main, till.event, event e9, b9"
    quick.till.bank.clear()
    pay(quick, account, payer, ids.values())
    (sale,) = quick.till.bank
    happens(quick, seen(sale, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"), ref="till-late"), name="e10")
    quick.portal.tick()
    assert task.id not in {one.id for one in tasks(quick)}
    assert quick.portal.activities.get(task.account_id, task.id, OTTO).note == "Its payment was found."


def test_payments_that_go_well_make_no_task(quick):
    account, made, _ = paid(quick)
    quick.portal.payments.refund(account, made.payment_id, OTTO, money=usd("10.00"), key="r1")
    assert tasks(quick) == ()
