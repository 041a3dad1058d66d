"""What the host's policies decide: nothing is begun that they were not asked about, and nothing else than they were asked."""

import pytest

from books import OTTO, invoice, usd
from lockportal.core.errors import Refused
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments.ports import PolicyDecision, Verdict
from lockportal.plugins import hookimpl
from payments.sandbox import THERE, open_bank


class Limit:
    """Denies more than 60."""

    @hookimpl
    def lockportal_payment_policy(self, draft):
        return PolicyDecision(verdict=Verdict.DENY if draft.money > usd("60.00") else Verdict.ALLOW)


@pytest.fixture
def bank():
    made = open_bank("sqlite://", invoice("R-1"), plugins=(Limit(),))
    yield made
    made.portal.close()


def pay(bank, pay=None, **options):
    lines = [LineChoice(document_id=bank.ids["R-1"], pay=pay)]
    return bank.payments.start(
        bank.account, bank.payer, currency="USD", method=MethodKind.CARD, lines=lines, payer=THERE, **options
    )


def transfer(bank, pay):
    lines = [LineChoice(document_id=bank.ids["R-1"], pay=pay)]
    return bank.payments.start(bank.account, OTTO, currency="USD", method=MethodKind.BANK_TRANSFER, lines=lines).payment_id


def between(bank, work):
    """Have something happen between a payment's rehearsal and its beginning."""
    real = bank.payments._starting._payment

    def worked_out(command, by):
        try:
            return real(command, by)
        finally:
            work()

    bank.payments._starting._payment = worked_out


@pytest.mark.parametrize("held", [2, 1])
def test_what_is_freed_while_a_payment_is_begun_is_not_paid_past_the_policy(bank, held):
    """All of it was held, so that the policy was not asked, or half of it, so that it was asked about half."""
    with pytest.raises(Refused, match=r"payment\.denied"):
        pay(bank)
    waiting = [transfer(bank, usd("50.00")) for _ in range(held)]
    between(bank, lambda: [bank.payments.cancel(bank.account, one, OTTO) for one in waiting])
    with pytest.raises(Refused, match=r"payment\.changed"):
        pay(bank)
    assert [row.method for row in bank.payments.payments(OTTO).items] == [MethodKind.BANK_TRANSFER] * held


def test_a_payment_that_was_begun_answers_to_its_key_though_it_would_be_refused_by_now(bank):
    first = pay(bank, usd("60.00"), key="k")
    transfer(bank, usd("40.00"))
    assert pay(bank, usd("60.00"), key="k") == first
