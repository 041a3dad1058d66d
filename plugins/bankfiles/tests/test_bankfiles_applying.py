"""What a line pays: sure where the payer wrote it and the amount is right, a suggestion with its reasons elsewhere."""

from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lockportal_bankfiles import OpenItem, Reason, RemittanceLine, Rules, propose

from lockportal.core.money import Money

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.explicit, Phase.generate)
)
RULES = Rules(tolerance=5)
RF = "RF18539007547034"


def usd(minor):
    return Money(minor, "USD")


def item(n, minor=10_000, customer=1, **changes):
    facts = {
        "id": UUID(int=n),
        "number": f"R-{1000 + n}",
        "balance": usd(minor),
        "customer_number": f"C-{100 + customer}",
        "customer_name": f"Harbour Foods {'ABCDEFGHI'[customer]}",
    }
    return OpenItem(**(facts | changes))


def line(text="", minor=10_000, **changes):
    return RemittanceLine(line=1, money=usd(minor), text=text, **changes)


BOOK = [item(1), item(2, 20_000), item(3, 5_000, customer=2), item(4, 10_000, customer=3), item(5, 7_777, creditor_reference=RF)]


@pytest.mark.parametrize(
    ("said", "confidence", "shares", "reasons"),
    [
        (line("inv R-1001 thanks"), 100, {1: 10_000}, "number amount"),
        (line(minor=10_000, payer_reference="r-1001"), 100, {1: 10_000}, "number amount"),
        (line("R-1001, R-1002", 30_000), 100, {1: 10_000, 2: 20_000}, "number amount"),
        (line("R-1001", 9_996), 97, {1: 9_996}, "number tolerance"),
        (line("R-1001", 10_004), 97, {1: 10_000}, "number tolerance"),
        (line(RF, 7_777), 100, {5: 7_777}, "creditor_reference amount"),
        (line("pay rf18 5390 0754 7034", 7_777), 100, {5: 7_777}, "creditor_reference amount"),
        (line("R-1001", 4_000), 80, {1: 4_000}, "number short"),
        (line("R-1001", 14_000), 75, {1: 10_000}, "number over"),
        (line("R-1001 R-1002", 14_000), 60, {1: 10_000, 2: 4_000}, "number short"),
        (line("R-1001 R-1003", 15_000), 50, {1: 10_000, 3: 5_000}, "number ambiguous"),
        (line("HARBOUR FOODS B", 20_000), 85, {2: 20_000}, "customer amount"),
        (line("C-101", 30_000), 70, {1: 10_000, 2: 20_000}, "customer sum amount"),
        (line("C-101", 29_998), 70, {1: 10_000, 2: 19_998}, "customer sum tolerance"),
        (line("C-101", 9_998), 70, {1: 9_998}, "customer tolerance"),
        (line("who knows", 5_000), 30, {3: 5_000}, "amount"),
    ],
)
def test_a_line_pays_what_speaks_for_it(said, confidence, shares, reasons):
    (found,) = propose(said, BOOK, RULES)
    assert (found.confidence, {one.item_id.int: one.money.minor for one in found.shares}) == (confidence, shares)
    assert " ".join(found.reasons) == reasons
    assert found.automatic is (confidence >= 95)


def test_what_is_missing_and_what_is_over_is_said():
    (short,) = propose(line("R-1001", 4_000), BOOK, RULES)
    (over,) = propose(line("R-1001", 14_000), BOOK, RULES)
    assert (short.short, short.over, over.short, over.over) == (usd(6_000), usd(0), usd(0), usd(4_000))


@pytest.mark.parametrize(
    "said",
    [
        line("R-1001", -10_000),
        line("R-1001", 0),
        line("R-100", 10_000),
        line("R-10011", 10_000),
        line("nothing that is known", 123),
        line("C-101", 123),
        evolve(line("R-1001"), money=Money(10_000, "EUR")),
    ],
)
def test_nothing_is_proposed_where_nothing_speaks_for_it(said):
    assert propose(said, BOOK, RULES) == ()


def test_a_creditor_reference_whose_check_digits_fail_is_none():
    broken = "RF19539007547034"
    assert propose(line(broken, 7_778), [item(5, 7_777, creditor_reference=broken)], RULES) == ()


def test_documents_that_are_as_likely_are_never_automatic():
    twins = [item(1), item(2)]
    found = propose(line("C-101"), twins, Rules(automatic_from=1))
    assert [(one.confidence, one.automatic, Reason.AMBIGUOUS in one.reasons) for one in found] == [(50, False, True)] * 2
    sums = [item(1, 10), item(2, 20), item(3, 15), item(4, 15)]
    assert [one.automatic for one in propose(line("C-101", 30), sums, Rules(automatic_from=1))] == [False, False]
    assert propose(line("R-1001 R-1003", 15_000), BOOK, Rules(automatic_from=1))[0].automatic is False


def test_one_number_at_two_customers_is_of_the_one_that_is_named():
    book = [item(1), item(2, number="R-1001", customer=2)]
    (found,) = propose(line("R-1001 harbour foods c"), book, RULES)
    assert (found.confidence, [one.item_id.int for one in found.shares]) == (100, [2])
    (unclear,) = propose(line("R-1001"), book, Rules(automatic_from=1))
    assert (unclear.confidence, unclear.automatic) == (50, False)


def test_the_supplier_says_from_where_on_it_is_automatic():
    said = line("HARBOUR FOODS B", 20_000)
    assert [propose(said, BOOK, Rules(automatic_from=n))[0].automatic for n in (85, 86)] == [True, False]


@pytest.mark.parametrize("wrong", [{"automatic_from": 0}, {"automatic_from": 101}, {"tolerance": -1}])
def test_rules_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Rules(**wrong)


BOOKS = st.lists(st.tuples(st.integers(1, 300), st.integers(1, 3)), max_size=8).map(
    lambda found: [item(n, minor, customer) for n, (minor, customer) in enumerate(found, start=1)]
)
TEXTS = st.lists(st.sampled_from(["R-1001", "R-1002", "R-1003", "C-101", "C-102", "HARBOUR FOODS C", "x"]), max_size=3).map(
    " ".join
)


@FEW
@given(BOOKS, TEXTS, st.integers(-10, 900), st.integers(0, 5), st.integers(1, 100), st.randoms(use_true_random=False))
def test_no_share_is_more_than_is_open_nor_all_more_than_came(book, text, minor, tolerance, limit, order):
    rules = Rules(automatic_from=limit, tolerance=tolerance)
    found = propose(line(text, minor), book, rules)
    balances = {one.id: one.balance.minor for one in book}
    for one in found:
        shares = {share.item_id: share.money.minor for share in one.shares}
        assert len(shares) == len(one.shares)
        assert all(0 < share <= balances[item_id] for item_id, share in shares.items())
        assert sum(shares.values()) + one.over.minor == minor
        assert one.short.minor >= 0
        assert one.reasons
        assert not one.automatic or one.confidence >= limit
    assert sum(one.automatic for one in found) <= 1
    order.shuffle(book)
    assert propose(line(text, minor), book, rules) == found


@FEW
@given(BOOKS.filter(bool), st.data())
def test_who_writes_the_number_and_pays_it_whole_is_applied_to_it_alone(book, data):
    meant = data.draw(st.sampled_from(book))
    (found,) = propose(line(f"payment of {meant.number}", meant.balance.minor), book, RULES)
    assert [(one.item_id, one.money) for one in found.shares] == [(meant.id, meant.balance)]
    assert found.automatic
