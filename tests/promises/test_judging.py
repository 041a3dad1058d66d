"""How promises are judged: by the money that came, by its day, whatever is heard of first."""

from datetime import timedelta
from decimal import Decimal

import pytest

from books import NOON, OTTO, credit_memo, day, invoice, store, usd
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.payments import CreditUse, MethodKind
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.promises import (
    Inflow,
    Part,
    Promise,
    PromisedCash,
    PromisedShare,
    PromisesSettings,
    PromiseStatus,
)
from lockportal.promises.models import TRANSITIONS
from payments.tills import open_shop
from promises.words import Word, records


def judged_with(**options):
    return Word(open_shop("sqlite://", others=(PromisesSettings(**options),)))


def test_a_promise_is_kept_when_all_of_it_has_come_and_half_of_it_is_progress(word_everywhere):
    word = word_everywhere
    made = word.promise("A")
    assert (made.status, made.amount, made.until) == ("open", usd("100"), day(7)), (
        "Saturday is promised; Monday is the day of grace"
    )
    word.gets("A", "40")
    assert (word.of(made).paid, word.of(made).left, word.status(made)) == (usd("40"), usd("60"), "open")
    word.gets("A", "60")
    assert word.status(made) == "kept"
    assert word.portal.verify(SYSTEM) == ()


@pytest.mark.parametrize(("came", "verdict"), [(None, "broken"), ("40", "partly_kept"), ("100", "kept")])
def test_what_has_come_by_the_end_of_the_day_after_grace_decides(word, came, verdict):
    made = word.promise("A", on=4)
    if came is not None:
        word.gets("A", came)
    word.passes(5)
    assert word.status(made) == ("open" if verdict != "kept" else "kept"), "Friday is promised, Monday is the day of grace"
    word.passes(2)
    assert word.status(made) == ("open" if verdict != "kept" else "kept")
    word.passes(1)
    assert (word.status(made), word.of(made).judged_on) == (verdict, day(7))


def test_money_of_a_later_day_keeps_no_promise_though_nobody_had_looked(word):
    made = word.promise("A", on=1)
    word.portal.clock.time += timedelta(days=10)
    word.gets("A", "100", on=10)
    assert word.status(made) == "open", "time alone says that one was not kept"
    word.notice()
    assert word.status(made) == "broken"


def test_money_of_the_day_that_is_posted_late_makes_good_what_was_called_broken(word):
    made = word.promise("A", on=1)
    word.passes(10)
    assert word.status(made) == "broken"
    word.gets("A", "100", on=1)
    assert (word.status(made), word.of(made).paid) == ("kept", usd("100"))


def test_a_return_opens_a_kept_promise_again_and_it_breaks_where_its_days_are_over(word):
    made = word.promise("A", on=1)
    payment = word.pays("A", "100.00")
    assert word.status(made) == "kept"
    word.returned(payment)
    assert (word.status(made), word.of(made).paid) == ("open", usd(0))
    second = word.pays("A", "100.00")
    assert word.status(made) == "kept"
    word.passes(20)
    word.returned(second)
    assert word.status(made) == "open"
    word.notice()
    assert word.status(made) == "broken"


def test_a_payment_under_way_holds_the_verdict_and_counts_for_the_day_it_was_begun(word):
    made = word.promise("A", on=1)
    payment = word.pays("A", "100.00", OpStatus.PENDING)
    word.passes(9)
    assert word.status(made) == "open"
    word.hears(payment, OpKind.SALE, OpStatus.SUCCEEDED)
    word.notice()
    assert word.status(made) == "kept", "the bank took nine days, the customer did not"


def test_a_payment_that_fails_lets_the_verdict_go(word):
    made = word.promise("A", on=1)
    payment = word.pays("A", "100.00", OpStatus.PENDING)
    word.passes(9)
    word.hears(payment, OpKind.SALE, OpStatus.FAILED)
    assert word.status(made) == "open"
    word.notice()
    assert word.status(made) == "broken"


def test_a_payment_of_something_else_or_of_later_or_not_begun_holds_nothing(word):
    made = word.promise("A", on=0)
    word.pays("B", "100.00", OpStatus.PENDING)
    word.passes(2)
    assert word.status(made) == "broken"
    other = word.promise("A", on=3)
    word.pays("A", "50.00", OpStatus.ACTION_REQUIRED)
    word.passes(9)
    assert word.status(other) == "broken"


def test_a_payment_for_any_document_holds_what_is_promised_for_the_account(word):
    made = word.promise(amount="150", on=1)
    word.pays("B", "100.00", OpStatus.PENDING)
    word.passes(9)
    assert word.status(made) == "open"


def test_more_than_one_promise_asks_for_keeps_the_next_the_earliest_day_first(word):
    late, early = word.promise(amount="50", on=8), word.promise(amount="60", on=4)
    word.gets(None, "60")
    assert (word.status(late), word.status(early)) == ("open", "kept")
    word.gets("A", "50")
    assert word.status(late) == "kept", "for the account, whatever it is paid for"


def test_one_payment_keeps_several_and_what_was_there_before_keeps_none(word):
    before = word.gets(None, "70")
    first, second = word.promise("A", on=3, each="60"), word.promise("A", on=6)
    assert second.amount == usd("40"), "what of it was not promised yet"
    third = word.promise(amount="100", on=6)
    word.gets("A", "100")
    assert [word.status(one) for one in (first, second, third)] == ["kept", "kept", "open"]
    word.apply(before, "B", "70")
    assert word.of(third).paid == usd(0), "credit from before is nobody's word kept"


def test_credit_that_is_applied_counts_for_a_document_of_the_day_on_which_it_came(word):
    made, other = word.promise("A", on=1), word.promise(amount="100", on=6)
    money = word.gets(None, "100", on=0)
    assert (word.status(made), word.status(other)) == ("open", "kept")
    word.portal.clock.time += timedelta(days=10)
    word.apply(money, "A", "100")
    assert (word.status(made), word.status(other)) == ("kept", "open"), "one hundred keeps one of them"
    rest = word.portal.payments.payment(word.account, money, OTTO).payment.rest_id
    use = CreditUse(credit_id=rest, document_id=word.document("A"), amount=usd("30"))
    word.portal.payments.unapply(word.account, use, OTTO)
    assert word.of(made).paid == usd("70")


def test_one_credit_that_goes_to_two_documents_keeps_what_is_promised_of_both(word):
    first, second = word.promise("A", on=1), word.promise("B", on=1)
    money = word.gets(None, "150")
    rest = word.portal.payments.payment(word.account, money, OTTO).payment.rest_id
    uses = [
        CreditUse(credit_id=rest, document_id=word.document(number), amount=usd(amount))
        for number, amount in (("A", "100"), ("B", "50"))
    ]
    word.portal.payments.apply(word.account, uses, OTTO)
    assert (word.status(first), word.of(second).paid) == ("kept", usd("50"))


def test_a_credit_memo_that_is_applied_counts_for_its_document(word):
    store(word.portal, credit_memo("C", "30.00"))
    made = word.promise("A", on=1)
    use = CreditUse(credit_id=word.document("C"), document_id=word.document("A"), amount=usd("30"))
    word.portal.payments.apply(word.account, [use], OTTO)
    assert word.of(made).paid == usd("30")
    word.gets("A", "70")
    assert word.status(made) == "kept"


def test_nobody_is_held_to_what_is_not_owed_any_more(word):
    made, other = word.promise("A", on=1), word.promise("B", on=1, each="80")
    store(word.portal, invoice("A", "0.00"), invoice("B", "70.00", due=-5))
    assert (word.status(made), word.of(made).reason) == ("cancelled", "promise.nothing_owed")
    word.gets("B", "70")
    assert word.status(other) == "kept"


@pytest.mark.parametrize(
    ("rules", "came", "verdict"),
    [
        ({"tolerance": {"USD": "1.00"}}, "99.00", "kept"),
        ({"tolerance": {"USD": "1.00"}}, "98.99", "partly_kept"),
        ({"tolerance_percent": "5"}, "95.00", "kept"),
        ({"tolerance_percent": "5"}, "94.99", "partly_kept"),
    ],
)
def test_a_little_may_lack(rules, came, verdict):
    made_of = {
        name: Decimal(value) if isinstance(value, str) else {k: Decimal(v) for k, v in value.items()}
        for name, value in rules.items()
    }
    word = judged_with(**made_of)
    made = word.promise("A", on=1)
    word.gets("A", came)
    word.passes(5)
    assert word.status(made) == verdict
    word.portal.close()


def test_a_part_that_is_missed_ends_the_promise_and_what_comes_then_is_for_others(word):
    parts = [Part(day(1), usd("40")), Part(day(8), usd("60"))]
    made, other = word.promise("A", on=None, parts=parts), word.promise("B", on=20)
    assert (made.next_on, made.last_on) == (day(1), day(8))
    word.gets("A", "30")
    word.passes(4)
    assert (word.status(made), word.of(made).paid) == ("partly_kept", usd("30"))
    word.gets("A", "70", on=4)
    assert (word.status(made), word.of(made).paid, word.of(other).paid) == ("partly_kept", usd("30"), usd(0))


def test_parts_that_come_in_time_keep_a_promise_to_its_end(word):
    parts = [Part(day(1), usd("40")), Part(day(8), usd("60"))]
    made = word.promise("A", on=None, parts=parts)
    word.gets("A", "50")
    word.passes(4)
    assert (word.status(made), word.of(made).next_on) == ("open", day(8))
    assert sum(one.amount.minor for one in records(word.portal, PromisedCash, word.account)) == 5000
    word.gets("A", "50", on=4)
    assert word.status(made) == "kept"
    assert records(word.portal, PromisedCash, word.account) == records(word.portal, PromisedShare, word.account) == []


def test_runs_that_were_missed_are_caught_up_once(word):
    made = word.promise("A", on=5)
    word.passes(40)
    word.notice()
    promise = records(word.portal, Promise, word.account)[0]
    assert (promise.status, promise.verdicts, promise.reminded_on) == ("broken", 1, None), "nobody is reminded of a day past"
    word.notice()
    assert records(word.portal, Promise, word.account)[0] == promise
    assert list(word.portal.due(word.portal.clock.now())) == []
    assert word.status(made) == "broken"


def test_contacts_are_reminded_once_of_each_day(word):
    parts = [Part(day(1), usd("40")), Part(day(8), usd("60"))]
    word.promise("A", on=None, parts=parts)
    word.gets("A", "40")
    word.passes(5)
    assert records(word.portal, Promise, word.account)[0].reminded_on is None
    word.passes(1)
    word.notice()
    assert records(word.portal, Promise, word.account)[0].reminded_on == day(8)


def test_after_a_year_the_promises_of_an_account_are_settled_together(word):
    made = word.promise("A", on=1)
    word.gets("A", "100")
    word.passes(300)
    word.promise("B", on=301)
    word.passes(70)
    assert not records(word.portal, Promise, word.account)[0].settled, "the other one may change yet"
    word.passes(400)
    word.notice()
    word.passes(31)
    assert all(one.settled and not one.live for one in records(word.portal, Promise, word.account))
    assert not any(one.live for one in records(word.portal, Inflow, word.account))
    store(word.portal, invoice("C", due=800))
    again = word.promise("C", on=810)
    assert word.status(made) == "kept"
    assert again.status is PromiseStatus.OPEN


def test_what_is_posted_where_nothing_is_promised_leaves_no_trace(word):
    word.gets("A", "10")
    assert records(word.portal, Inflow, word.account) == []
    word.promise("A")
    store(word.portal, invoice("D"))
    assert records(word.portal, Inflow, word.account) == [], "new bills are no money"


def test_money_that_was_there_before_is_not_taken_back_from_what_came_since(word):
    payment = word.pays("A", "40.00")
    made = word.promise("A", on=9)
    word.gets("A", "20")
    word.returned(payment)
    assert word.of(made).paid == usd("0"), "what went back comes off what is there"
    assert word.status(made) == "open"


def test_statuses_go_only_where_the_table_says(word):
    made = word.promise("A")
    promise = records(word.portal, Promise, word.account)[0]
    assert word.status(made) == "open"
    with pytest.raises(ValueError, match="no promise goes from open to proposed"):
        promise.became(PromiseStatus.PROPOSED)
    ends = {status for status, ways in TRANSITIONS.items() if not ways}
    assert ends == {"declined", "rescheduled", "cancelled"}
    assert TRANSITIONS[PromiseStatus.KEPT] == {"open"}


def test_promises_of_another_currency_are_left_alone(word):
    store(word.portal, invoice("Y", Money(500, "JPY")))
    made = word.promise("A", on=1)
    word.portal.payments.record(word.account, OTTO, money=Money(500, "JPY"), received_on=NOON.date(), method=MethodKind.CHEQUE)
    assert word.of(made).paid == usd(0)
