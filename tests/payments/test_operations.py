"""The merge of observations and the fold of operations: indifferent to order and repetition, and monotone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import NOON
from lockportal.core.money import Money
from lockportal.payments.folding import Operating, PaymentState, fold, merged
from lockportal.payments.operations import (
    RANKS,
    Observation,
    ObservationSource,
    OpKind,
    OpStatus,
    Settlement,
    gathered,
)

ASKED = Money(10_000, "USD")
amounts = st.sampled_from([None, ASKED, Money(9_900, "USD"), Money(10_000, "EUR")])
observations = st.builds(
    Observation,
    kind=st.just(OpKind.SALE),
    status=st.sampled_from(OpStatus),
    money=amounts,
    occurred_at=st.integers(0, 5).map(lambda n: NOON + timedelta(seconds=n)),
    source=st.sampled_from(ObservationSource),
    gateway_ref=st.sampled_from(["", "a", "b"]),
    event_id=st.sampled_from(["", "e1", "e2"]),
    settlement=st.sampled_from([None, Settlement(payout_ref="p")]),
)
some = st.lists(observations, max_size=6)


@pytest.mark.guarantee(20)
@given(some, some, some)
def test_observations_join_in_any_order_however_often(one, two, three):
    joined = gathered(gathered(one, two), three)
    assert joined == gathered(one, gathered(two, three)) == gathered(three, (*two, *one)), "associative, commutative"
    assert gathered(joined, joined) == joined == gathered(gathered(one), (*two, *three)), "idempotent"
    assert merged(ASKED, joined) == merged(ASKED, (*one, *two, *three))


@pytest.mark.guarantee(20)
@given(some, observations)
def test_a_status_only_rises(known, more):
    before, after = merged(ASKED, known), merged(ASKED, gathered(known, (more,)))
    assert RANKS[after.status] >= RANKS[before.status]
    assert after.conflict or not before.conflict
    if before.status is OpStatus.SUCCEEDED and not before.mismatch:
        assert (after.status, after.money, after.mismatch) == (OpStatus.SUCCEEDED, ASKED, False), "no later word takes it back"


def naive(known):
    """What a stored status comes to that each message overwrites: the control."""
    return known[-1].status if known else OpStatus.CREATED


def test_the_last_word_would_depend_on_the_order():
    won, lost = (
        Observation(kind=OpKind.SALE, status=status, occurred_at=NOON, source=ObservationSource.WEBHOOK)
        for status in (OpStatus.SUCCEEDED, OpStatus.FAILED)
    )
    assert naive([won, lost]) != naive([lost, won])
    assert merged(ASKED, [won, lost]) == merged(ASKED, [lost, won])


def operating(kind, minor, status):
    seen = Observation(kind=kind, status=status, occurred_at=NOON, source=ObservationSource.SYNC)
    money = Money(minor, "USD")
    return Operating(kind=kind, amount=money, merged=merged(money, (seen,)))


operations = st.lists(
    st.builds(operating, st.sampled_from(OpKind), st.integers(1, 10_000), st.sampled_from(OpStatus)), max_size=6
)


@pytest.mark.guarantee(20)
@given(operations, st.randoms(use_true_random=False))
def test_operations_add_up_in_any_order(done, random):
    shuffled = list(done)
    random.shuffle(shuffled)
    assert fold(ASKED, done) == fold(ASKED, shuffled)


S, F, P = OpStatus.SUCCEEDED, OpStatus.FAILED, OpStatus.PENDING


@pytest.mark.parametrize(
    ("done", "state"),
    [
        ([(OpKind.SALE, 10_000, OpStatus.CREATED)], PaymentState.NEW),
        ([(OpKind.SALE, 10_000, OpStatus.SENT)], PaymentState.PROCESSING),
        ([(OpKind.SALE, 10_000, OpStatus.UNKNOWN)], PaymentState.PROCESSING),
        ([(OpKind.SALE, 10_000, OpStatus.ACTION_REQUIRED)], PaymentState.ACTION_REQUIRED),
        ([(OpKind.SALE, 10_000, P)], PaymentState.PROCESSING),
        ([(OpKind.SALE, 10_000, F)], PaymentState.FAILED),
        ([(OpKind.SALE, 10_000, OpStatus.CANCELED)], PaymentState.CANCELED),
        ([(OpKind.SALE, 10_000, S)], PaymentState.PAID),
        ([(OpKind.AUTHORIZE, 10_000, S)], PaymentState.AUTHORIZED),
        ([(OpKind.AUTHORIZE, 10_000, S), (OpKind.CAPTURE, 6_000, P)], PaymentState.PROCESSING),
        ([(OpKind.AUTHORIZE, 10_000, S), (OpKind.CAPTURE, 6_000, S)], PaymentState.PARTLY_PAID),
        ([(OpKind.AUTHORIZE, 10_000, S), (OpKind.VOID, 10_000, S)], PaymentState.CANCELED),
        ([(OpKind.SALE, 10_000, S), (OpKind.REFUND, 4_000, S)], PaymentState.PARTLY_REFUNDED),
        ([(OpKind.SALE, 10_000, S), (OpKind.REFUND, 4_000, F)], PaymentState.PAID),
        ([(OpKind.SALE, 10_000, S), (OpKind.REFUND, 10_000, S)], PaymentState.REFUNDED),
        ([(OpKind.SALE, 10_000, S), (OpKind.RETURN, 10_000, S)], PaymentState.REVERSED),
        ([(OpKind.SALE, 10_000, S), (OpKind.CHARGEBACK, 10_000, S), (OpKind.REINSTATEMENT, 10_000, S)], PaymentState.PAID),
        ([(OpKind.SALE, 10_000, S), (OpKind.REFUND, 10_000, S), (OpKind.REFUND_REVERSAL, 10_000, S)], PaymentState.PAID),
    ],
)
def test_the_states_of_a_payment(done, state):
    assert fold(ASKED, [operating(*one) for one in done]).state is state


@pytest.mark.parametrize(
    ("money", "captured", "state"),
    [
        (Money(9_900, "USD"), 9_900, PaymentState.PARTLY_PAID),
        (Money(11_000, "USD"), 11_000, PaymentState.PAID),
        (Money(9_200, "EUR"), 0, PaymentState.PARTLY_PAID),
    ],
)
def test_another_amount_counts_as_what_it_is_and_is_looked_at(money, captured, state):
    seen = Observation(kind=OpKind.SALE, status=S, money=money, occurred_at=NOON, source=ObservationSource.WEBHOOK)
    one = Operating(kind=OpKind.SALE, amount=ASKED, merged=merged(ASKED, (seen,)))
    folded = fold(ASKED, (one,))
    assert (folded.totals.captured, folded.state, folded.problems) == (captured, state, 1)


def test_what_was_authorized_in_another_currency_alone_waits_for_a_person():
    seen = Observation(
        kind=OpKind.AUTHORIZE, status=S, money=Money(9_200, "EUR"), occurred_at=NOON, source=ObservationSource.SYNC
    )
    one = Operating(kind=OpKind.AUTHORIZE, amount=ASKED, merged=merged(ASKED, (seen,)))
    folded = fold(ASKED, (one,))
    assert (folded.state, folded.problems, folded.totals.authorized) == (PaymentState.PROCESSING, 1, 0)
    given_up = operating(OpKind.VOID, 10_000, S)
    assert fold(ASKED, (one, given_up)).state is PaymentState.CANCELED


def test_what_comes_back_before_it_came_in_is_looked_at_until_it_did():
    early = operating(OpKind.RETURN, 10_000, S)
    sale = operating(OpKind.SALE, 10_000, P)
    assert fold(ASKED, (sale, early)).problems == 1
    assert fold(ASKED, (operating(OpKind.SALE, 10_000, S), early)).problems == 0
