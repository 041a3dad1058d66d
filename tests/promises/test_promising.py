"""What may be promised, by whom, and by whose decision; rescheduling and calling off."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from books import OTTO, customer, day, invoice, store, usd
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant, Right
from lockportal.core.errors import Conflict, Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.payments import MethodKind
from lockportal.plugins import hookimpl
from lockportal.promises import Part, Promise, PromiseChoice, PromiseList, PromisesSettings
from lockportal.promises.models import LONGEST_NOTE
from lockportal.promises.ports import Decision, Ruling
from payments.tills import TillPlugin, open_shop
from promises.words import Word, records


def ruled(*facts, plugins=(), **rules):
    shop = open_shop("sqlite://", others=(PromisesSettings(**rules),))
    return Word(shop, *facts)


def code(call):
    with pytest.raises((Refused, NotFound, Denied)) as refused:
        call()
    return refused.value.code


@pytest.mark.parametrize(
    ("expected", "wish"),
    [
        ("promise.days", {"on": None}),
        ("promise.day_past", {"on": -1}),
        ("promise.too_much", {"each": "100.01"}),
        ("promise.empty", {"each": "0"}),
        ("promise.sum", {"amount": "90"}),
        ("promise.note_too_long", {"note": "x" * (LONGEST_NOTE + 1)}),
        ("promise.sum", {"on": None, "parts": [Part(day(1), usd(50)), Part(day(2), usd(49))]}),
        ("promise.sum", {"on": None, "parts": [Part(day(1), usd(0)), Part(day(2), usd(100))]}),
        ("promise.days", {"on": None, "parts": [Part(day(2), usd(50)), Part(day(2), usd(50))]}),
        ("promise.too_many_parts", {"on": None, "parts": [Part(day(n), usd(1)) for n in range(13)]}),
    ],
)
def test_what_cannot_be_promised_is_refused_by_name(word, expected, wish):
    assert code(lambda: word.promise("A", **wish)) == expected


@pytest.mark.parametrize("on", [date(9999, 1, 1), date.max])
def test_even_staff_writes_no_day_down_from_which_none_can_be_counted(word, on):
    lines = [PromiseChoice(document_id=word.document("A"))]
    for field, wish in (("on", {"on": on}), ("parts", {"parts": [Part(day(1), usd(50)), Part(on, usd(50))]})):
        with pytest.raises(Refused, match=r"promise\.too_late") as refused:
            word.portal.promises.make(word.account, OTTO, currency="USD", lines=lines, **wish)
        assert refused.value.field == field
    assert word.portal.promises.make(word.account, OTTO, currency="USD", lines=lines, on=date(9998, 12, 31))


def test_documents_are_of_one_currency_known_open_and_named_once(word):
    store(word.portal, invoice("Y", Money(500, "JPY")), invoice("Z", "0.00"), invoice("H", visible=False))
    assert code(lambda: word.promise("A", "A")) == "promise.twice"
    assert code(lambda: word.promise("Y")) == "promise.currency"
    assert code(lambda: word.promise("Z")) == "promise.nothing_open"
    assert code(lambda: word.promise("H")) == "document.not_found"
    assert code(lambda: word.promise("nowhere")) == "document.not_found"
    assert code(lambda: word.promise(*(str(n) for n in range(201)))) == "promise.too_many_lines"
    assert word.promise("H", by=OTTO).amount == usd(100), "staff sees it"
    line = PromiseChoice(document_id=word.document("A"), amount=Money(5, "JPY"))
    wish = {"currency": "USD", "lines": [line], "on": day(1)}
    assert code(lambda: word.portal.promises.make(word.account, word.by, **wish)) == "promise.currency"


def test_an_account_is_promised_for_no_more_than_it_owes_and_no_document_twice(word):
    word.promise("A")
    assert code(lambda: word.promise("A")) == "promise.twice"
    assert code(lambda: word.promise(amount="100.01")) == "promise.too_much"
    parts = [Part(day(1), usd(40)), Part(day(2), usd(60))]
    assert word.promise(on=None, parts=parts).amount == usd(100), "the parts say how much"
    assert code(lambda: word.promise(amount="1")) == "promise.too_much"
    bad = [Part(day(1), Money(40, "JPY"))]
    assert code(lambda: word.promise(on=None, parts=bad)) == "promise.currency"


@pytest.mark.parametrize(
    ("expected", "rules", "wish"),
    [
        ("promise.too_late", {"latest_days": 4}, {}),
        ("promise.too_little", {"least_percent": Decimal(50)}, {"each": "49.99"}),
        ("promise.no_business_day", {"business_days_only": True}, {}),
    ],
)
def test_what_breaks_a_rule_is_staffs_to_decide_or_is_refused(expected, rules, wish):
    word = ruled(**rules)
    made = word.promise("A", **wish)
    assert (made.status, made.reason, made.open) == ("proposed", expected, True)
    assert word.promise("B", by=OTTO, **wish).status == "open", "what staff writes down is decided"
    strict = ruled(**rules, staff_decides=False)
    assert code(lambda: strict.promise("A", **wish)) == expected
    for one in (word, strict):
        one.portal.close()


def test_there_are_only_so_many_and_none_after_so_many_broken_ones():
    word = ruled(most_open=1, most_broken=2, staff_decides=False)
    word.promise("A", on=0, each="10")
    assert code(lambda: word.promise("B")) == "promise.too_many_open"
    word.passes(2)
    word.promise("A", on=2, each="10")
    word.passes(2)
    assert code(lambda: word.promise("A")) == "promise.too_many_broken"
    word.passes(370)
    assert word.promise("A", on=375).status == "open", "a year is long"
    word.portal.close()


def test_staff_accepts_or_declines_once():
    word = ruled(latest_days=1)
    one, two, three = word.promise("A"), word.promise("B", each="50"), word.promise("B", each="40")
    decide = word.portal.promises.decide
    assert code(lambda: decide(word.account, one.id, word.by, accept=True)) == "actor.denied"
    decide(word.account, one.id, OTTO, accept=True, reason=" as agreed ")
    decide(word.account, one.id, OTTO, accept=True)
    assert (word.status(one), word.of(one).reason) == ("open", "as agreed")
    assert code(lambda: decide(word.account, one.id, OTTO, accept=False)) == "promise.decided"
    decide(word.account, two.id, OTTO, accept=False, reason="too late")
    decide(word.account, two.id, OTTO, accept=False)
    assert (word.status(two), word.of(two).reason) == ("declined", "too late")
    assert code(lambda: decide(word.account, three.id, OTTO, accept=True, reason="x" * 256)) == "promise.reason_too_long"
    word.passes(10)
    assert code(lambda: decide(word.account, three.id, OTTO, accept=True)) == "promise.day_past"
    assert word.portal.verify(SYSTEM) == ()
    word.portal.close()


def test_what_came_while_staff_thought_counts():
    word = ruled(latest_days=1)
    made = word.promise("A", on=9)
    word.gets("A", "100")
    assert word.of(made).paid == usd(0)
    word.portal.promises.decide(word.account, made.id, OTTO, accept=True)
    assert word.status(made) == "kept"
    word.portal.close()


def test_rescheduling_makes_another_promise_and_keeps_the_first_as_it_was(word):
    made = word.promise("A", "B", on=5)
    word.gets("A", "100")
    other = word.portal.promises.reschedule(word.account, made.id, word.by, on=day(8), note="next week", key="once")
    again = word.portal.promises.reschedule(word.account, made.id, word.by, on=day(8), note="next week", key="once")
    assert again.id == other.id
    old = word.of(made)
    assert (old.status, old.replaced_by, old.parts, old.amount) == ("rescheduled", other.id, made.parts, made.amount)
    assert (other.replaces, other.amount, [line.number for line in other.lines]) == (made.id, usd(100), ["B"])
    assert code(lambda: word.portal.promises.reschedule(word.account, made.id, word.by, on=day(9))) == "promise.over"
    word.gets("B", "100")
    assert (word.status(other), word.status(made)) == ("kept", "rescheduled")


def test_an_accounts_promise_is_rescheduled_for_what_is_left(word):
    made = word.promise(amount="150", on=5)
    word.gets(None, "30")
    assert word.portal.promises.reschedule(word.account, made.id, OTTO, on=day(8)).amount == usd(120)


def test_while_staff_thinks_about_another_day_the_first_one_stands():
    word = ruled(most_moves=0)
    made, second = word.promise("A", on=5), word.promise("B", on=5)
    asked = word.portal.promises.reschedule(word.account, made.id, word.by, on=day(8))
    assert (asked.status, asked.reason, word.status(made)) == ("proposed", "promise.moved_too_often", "open")
    assert code(lambda: word.portal.promises.reschedule(word.account, made.id, word.by, on=day(9))) == "promise.waiting"
    word.portal.promises.decide(word.account, asked.id, OTTO, accept=True)
    assert (word.status(asked), word.status(made), word.of(made).replaced_by) == ("open", "rescheduled", asked.id)
    late = word.portal.promises.reschedule(word.account, second.id, word.by, on=day(12))
    word.passes(9)
    word.portal.promises.decide(word.account, late.id, OTTO, accept=True)
    assert (word.status(late), word.status(second)) == ("open", "broken"), "what was judged stays so"
    word.portal.close()


def test_what_is_called_off_frees_what_came_for_it_for_the_others(word):
    made, other = word.promise(amount="100", on=2), word.promise(amount="50", on=5)
    word.gets(None, "60")
    assert (word.of(made).paid, word.of(other).paid) == (usd(60), usd(0))
    cancel = word.portal.promises.cancel
    assert code(lambda: cancel(word.account, made.id, word.by, reason=" ")) == "promise.reason_missing"
    cancel(word.account, made.id, word.by, reason="A mistake.")
    cancel(word.account, made.id, word.by, reason="A mistake.")
    assert (word.status(made), word.of(made).reason) == ("cancelled", "A mistake.")
    assert word.status(other) == "kept"
    assert code(lambda: cancel(word.account, other.id, word.by, reason="no")) == "promise.over"


def test_the_same_key_promises_once_and_another_body_under_it_is_a_conflict(word):
    first = word.promise("A", key="k", method=MethodKind.CARD, note=" Friday ")
    assert word.promise("A", key="k", method=MethodKind.CARD, note=" Friday ").id == first.id
    assert (first.method, first.note, first.by_staff) == ("card", "Friday", False)
    with pytest.raises(Conflict):
        word.promise("B", key="k")


def test_a_preview_keeps_nothing(word):
    line = PromiseChoice(document_id=word.document("A"))
    row = word.portal.promises.preview(word.account, word.by, currency="USD", lines=[line], on=day(60))
    assert (row.status, row.reason) == ("proposed", "promise.too_late")
    assert word.portal.promises.list(word.account, word.by) == ()
    assert records(word.portal, Promise, word.account) == []


def test_who_holds_a_documents_link_promises_that_document_alone(word):
    grant = Grant(word.account, word.account, frozenset({Right.VIEW, Right.PROMISE}))
    holder = Actor(kind=ActorKind.HOLDER, id="link", document_id=word.document("A"), grants=(grant,))
    assert code(lambda: word.promise("B", by=holder)) == "document.not_found"
    assert code(lambda: word.promise("A", "B", by=holder)) == "document.not_found"
    assert code(lambda: word.promise(amount="10", by=holder)) == "actor.denied"
    made = word.promise("A", by=holder)
    assert made.status == "open"
    shares = word.portal.promises.shares
    assert shares(word.account, holder, [word.document("A")]) == {word.document("A"): usd(100)}
    assert code(lambda: word.portal.promises.cancel(word.account, made.id, holder, reason="x")) == "actor.denied"


def test_a_stranger_and_who_may_only_look_promise_nothing(word):
    assert code(lambda: word.promise("A", by=customer(word.account))) == "actor.denied"
    assert code(lambda: word.promise("A", by=customer(OTHER, rights=(Right.PROMISE,)))) == "account.not_found"
    assert code(lambda: word.portal.promises.get(word.account, OTHER, OTTO)) == "promise.not_found"


OTHER = UUID(int=5)


class Host:
    """Decides as it is told, and keeps what it was asked."""

    def __init__(self, ruling):
        self.ruling, self.asked = ruling, []

    @hookimpl
    def lockportal_decide_promise(self, draft):
        self.asked.append(draft)
        return self.ruling


@pytest.mark.parametrize(
    ("ruling", "on", "expected"),
    [
        (None, 5, "open"),
        (None, 60, "proposed"),
        (Ruling(decision=Decision.ACCEPT, reason="a good customer"), 60, "open"),
        (Ruling(decision=Decision.PROPOSE, reason="a bad one"), 5, "proposed"),
        (Ruling(decision=Decision.REFUSE, reason="Pay now, please."), 5, "promise.refused"),
    ],
)
def test_a_host_decides_instead_of_the_settings(ruling, on, expected):
    from books import open_portal
    from payments.tills import SETTINGS, Shop

    host, till = Host(ruling), TillPlugin()
    word = Word(Shop(open_portal("sqlite://", settings=(SETTINGS,), plugins=(till, host)), till.till))
    if expected == "promise.refused":
        assert code(lambda: word.promise("A", on=on)) == expected
    else:
        made = word.promise("A", on=on, key="k")
        assert made.status == expected
        assert word.promise("A", on=on, key="k").id == made.id
    (draft, *_) = host.asked
    assert (draft.amount, draft.broken, draft.objections) == (usd(100), 0, ("promise.too_late",) if on == 60 else ())
    asked = len(host.asked)
    assert word.promise("B", by=OTTO, on=60).status == "open"
    assert len(host.asked) == asked, "nobody is asked about what staff writes down"
    word.portal.close()


@pytest.mark.parametrize(
    "wrong", [{"least_percent": Decimal(101)}, {"tolerance": {"USD": Decimal(-1)}}, {"grace_days": -1}, {"latest_days": 0}]
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=rf"promises\.{next(iter(wrong))}"):
        PromisesSettings(**wrong)


def test_lists_of_the_book_go_on_page_by_page(word):
    made = [word.promise(amount="1", on=5) for _ in range(5)]
    first = word.portal.promises.book(OTTO, PromiseList.OPEN, limit=3)
    rest = word.portal.promises.book(OTTO, PromiseList.OPEN, limit=3, after=first.after)
    assert {one.id for one in (*first.items, *rest.items)} == {one.id for one in made}
    assert (len(first.items), rest.after, first.items[0].customer_name) == (3, None, "Harbour Ltd")
    assert word.portal.promises.promised(word.account, word.by) == (usd(5),)
    assert [one.status for one in word.portal.promises.list(word.account, word.by, waiting=True)] == ["open"] * 5
    assert word.portal.promises.shares(word.account, word.by, []) == {}
