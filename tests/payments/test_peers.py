"""What other systems answer: early-payment discounts, parts of what is owed, and what payments and credit fill first."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from books import OTTO, closing, credit_memo, invoice, usd
from lockportal.core.money import Money
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.payments import CreditChoice, LineChoice, MethodKind
from lockportal.web.paying import shared_out
from payments.buyers import opened, pay
from payments.tills import open_shop

TEN = Terms("10-10", discounts=(Discount(Decimal(10), 10),))


@pytest.fixture(scope="module")
def peers(public_data):
    return json.loads((public_data / "peers" / "payment_terms.json").read_text(encoding="utf-8"))


@pytest.fixture
def shop():
    made = open_shop("sqlite://", others=(DocumentsSettings(terms={"10-10": TEN}),))
    with closing(made.portal):
        yield made


def quoted(shop, account, payer, keys, *used):
    lines, credits_ = [LineChoice(document_id=key) for key in keys], [CreditChoice(credit_id=key) for key in used]
    return shop.portal.payments.quote(account, payer, currency="USD", method=MethodKind.CARD, lines=lines, credits=credits_)


def test_peers_let_a_discount_end_on_the_same_day(peers):
    (case,) = (one for one in peers["odoo_early_payment"] if "discount_last_day" in one)
    issued, last = date.fromisoformat(case["invoice_date"]), date.fromisoformat(case["discount_last_day"])
    assert TEN.discounts[0].last_day(issued) == last
    assert (TEN.discount(issued, last) is None, TEN.discount(issued, last + timedelta(days=1)) is None) == (False, True)


# That peer takes nothing off a tax of a fixed amount; here the discount is a share of all that is open, as most terms say.
OTHER_DISCOUNTS = {"1725.05": ("1552.54", "172.51"), "57.55": ("51.79", "5.76")}


def test_peers_take_the_same_discounts_off_but_for_taxes_of_a_fixed_amount(shop, peers):
    cases = [one for one in peers["odoo_early_payment"] if "pay" in one]
    differing = []
    for number, case in enumerate(cases):
        totals = case.get("batch") or [case.get("total") or case["net"]]
        facts = [invoice(f"R-{number}-{place}", total, issued=-5, terms="10-10") for place, total in enumerate(totals)]
        account, payer, ids = opened(shop, *facts)
        made = quoted(shop, account, payer, ids.values())
        discount = sum(line.discount.minor for line in made.lines)
        assert made.amount.minor + discount == sum(fact.total.minor for fact in facts)
        if str(made.amount.decimal) != case["pay"]:
            differing.append(totals[0])
            assert (str(made.amount.decimal), str(Money(discount, "USD").decimal)) == OTHER_DISCOUNTS[totals[0]]
            assert abs(made.amount - usd(case["pay"])) == usd("0.01")
    assert (len(cases), differing) == (6, list(OTHER_DISCOUNTS))


def test_peers_share_out_instalments_alike(peers):
    equal, negative, *nothing = peers["tryton_instalments"]
    shares = Money.of(equal["total"], "USD").split(4)
    assert [str(one.decimal) for one in shares] == [amount for _, amount in equal["expected"]]
    # Theirs are of a share each and a fixed amount; here the parts of a plan are equal, and a credit is no plan.
    assert [amount for _, amount in negative["expected"]] == ["-2.50", "-2.50", "-4.00", "-1.00"]
    assert [amount for one in nothing for _, amount in one["expected"]] == ["0.00", "0.00"]


@pytest.mark.parametrize("place", [0, 1])
def test_peers_fill_what_is_owed_first_by_payments_and_by_credit(shop, peers, place):
    case = peers["erpnext_instalments"][place]
    shares = usd(case["total"]).allocate([percent for _, percent in case["portions"]])
    assert whole(shares) == [row[0] for row in case["after"]]
    days = [days for days, _ in case["portions"]]
    facts = [invoice(f"R-{due}", share, issued=0, due=due) for share, due in zip(shares, days, strict=True)]
    account, payer, ids = opened(shop, *facts)
    paid, left = shared_out(usd(case["payment"]), [(ids[one.number], one.total) for one in facts], partial=True)
    lines = [LineChoice(document_id=key, pay=None if text is None else usd(text)) for key, text in paid.items()]
    pay(shop, account, payer, lines)
    assert (left, whole(balances(shop, account, ids))) == (usd(0), [row[2] for row in case["after"]])
    if "then_credit_note" in case:
        _, _, memo = opened(shop, credit_memo("C-1", case["then_credit_note"]))
        made = quoted(shop, account, payer, ids.values(), memo["C-1"]).lines
        assert whole(line.credit for line in made) == ["20", "80", "0"]
        told = [[f"credit {credit}", f"outstanding {cash}"] for credit, cash in zip(*both(made[1:]), strict=True)]
        assert told == [row[1:] for row in case["after_credit_note"]]


def both(lines):
    return whole(line.credit for line in lines), whole(line.cash for line in lines)


def whole(amounts):
    return [str(int(one.decimal)) for one in amounts]


def balances(shop, account, ids):
    return [shop.portal.documents.get(account, key, OTTO).document.balance for key in ids.values()]
