"""What a payment comes to: shares, discounts, bounds, and what is refused; conserving every minor unit."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import ACME, NOON, OTTO, TODAY, account_of, credit_memo, customer, invoice, store, usd
from lockportal.core.actor import Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import MOST, Money
from lockportal.core.settings import Calendar
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings, Line, document_id
from lockportal.payments import CreditChoice, CreditUse, LineChoice, MethodKind
from lockportal.payments.planning import started_on
from lockportal.payments.settings import FeeRule, MethodRule
from payments.buyers import pay as start
from payments.tills import SETTINGS, open_shop

TWO_TEN = Terms("2-10", net_days=30, discounts=(Discount(Decimal(2), 10), Discount(Decimal(1), 20)))


def quoted(shop, account, by, *lines, **options):
    given = {"currency": "USD", "method": MethodKind.CARD, **options}
    choices = [one if isinstance(one, LineChoice) else LineChoice(document_id=one) for one in lines]
    return shop.portal.payments.quote(account, by, lines=choices, **given)


def opened(shop, *facts, **options):
    store(shop.portal, *facts, **options)
    account = account_of(shop.portal)
    ids = {fact.number: document_id(account, "books", fact.external_id) for fact in facts}
    return account, customer(account, rights=(Right.VIEW, Right.PAY)), ids


@pytest.fixture
def shop():
    made = open_shop("sqlite://", others=(DocumentsSettings(terms={"2-10": TWO_TEN}),))
    yield made
    made.portal.close()


@pytest.mark.parametrize(
    ("issued", "pay", "cash", "discount", "left"),
    [
        (-5, None, "980.00", "20.00", "0.00"),
        (-10, None, "980.00", "20.00", "0.00"),
        (-11, None, "990.00", "10.00", "0.00"),
        (-21, None, "1000.00", "0.00", "0.00"),
        (-5, "490.00", "490.00", "10.00", "500.00"),
        (-5, "980.00", "980.00", "20.00", "0.00"),
        (-5, "1000.00", "980.00", "20.00", "0.00"),
        (-5, "979.99", "979.99", "20.00", "0.01"),
    ],
)
def test_early_payment_discounts_by_step_and_share(shop, issued, pay, cash, discount, left):
    account, payer, ids = opened(shop, invoice("R-1", "1000.00", issued=issued, due=30, terms="2-10"))
    wanted = LineChoice(document_id=ids["R-1"], pay=None if pay is None else usd(pay))
    (line,) = quoted(shop, account, payer, wanted).lines
    assert (line.cash, line.discount, line.left) == (usd(cash), usd(discount), usd(left))
    assert quoted(shop, account, payer, wanted, discounts=False).discount == usd(0)


def test_discounts_by_the_end_of_the_month():
    terms = Terms("EOM", net_days=30, discounts=(Discount(Decimal(3), 10, end_of_month=True),))
    assert terms.discount(date(2026, 2, 3), date(2026, 3, 10)).percent == 3
    assert terms.discount(date(2026, 2, 3), date(2026, 3, 11)) is None
    with pytest.raises(ValueError, match=r"terms\.discounts\.percent"):
        Discount(Decimal(100), 10)


@pytest.mark.guarantee(15)
@given(
    currency=st.sampled_from(["USD", "JPY", "BHD"]),
    total=st.integers(1, 10**9),
    share=st.integers(1, 10**9),
    percent=st.integers(1, 9_999).map(lambda n: Decimal(n) / 100),
)
def test_a_line_conserves_every_minor_unit(currency, total, share, percent):
    from lockportal.payments.planning import _share

    most = _share(total, percent, Decimal(100))
    pay = min(share, total)
    earned = min(_share(pay, percent, Decimal(100) - percent), total - pay) if pay < total - most else most
    cash = min(total - most, pay)
    assert 0 <= earned <= most + 1
    assert cash + earned <= total
    assert abs(earned * (100 - percent) - cash * percent) <= 50 * 100, "the share that the terms say, to less than a unit"
    assert Money(cash, currency) + Money(earned, currency) + Money(total - cash - earned, currency) == Money(total, currency)


def test_some_lines_of_an_invoice_are_paid_with_their_tax(shop):
    lines = (Line(number="1", amount=usd("30.00"), tax=usd("3.00")), Line(number="2", amount=usd("40.00")))
    account, payer, ids = opened(shop, invoice("R-1", "73.00", lines=lines))
    made = quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("1", "1")))
    assert made.amount == usd("33.00")
    with pytest.raises(Refused, match=r"payment\.line_unknown"):
        quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("9",)))
    with pytest.raises(Refused, match=r"payment\.reason_too_long"):
        quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("1",), short_category="x" * 33))


def test_chosen_lines_are_settled_for_what_they_come_to_and_the_discount_comes_off(shop):
    lines = (Line(amount=usd("30.00"), tax_rate=Decimal(10)), Line(amount=usd("40.00")), Line(description="Thanks"))
    account, payer, ids = opened(shop, invoice("R-1", "73.00", lines=lines, terms="2-10", issued=-5))
    made = quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("#1",)))
    (line,) = made.lines
    assert (line.cash, line.discount, line.left, line.chosen) == (usd("32.34"), usd("0.66"), usd("40.00"), ("#1",))
    whole = quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("#1", "#2")))
    assert (whole.lines[0].left, whole.amount) == (usd("0"), usd("71.54"))
    with pytest.raises(Refused, match=r"payment\.line_amount"):
        quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], lines=("#3",)))


def test_what_is_refused(shop):
    account, payer, ids = opened(
        shop,
        invoice("R-1", "100.00"),
        invoice("R-2", "0.00"),
        invoice("Y-1", Money(500, "JPY")),
        credit_memo("C-1", "30.00"),
    )

    def refused(code, *lines, **options):
        with pytest.raises(Refused) as caught:
            quoted(shop, account, payer, *lines, **options)
        assert caught.value.code == code

    one = ids["R-1"]
    refused("payment.empty")
    refused("payment.twice", one, one)
    refused("payment.twice", one, credits=[CreditChoice(credit_id=ids["C-1"])] * 2)
    refused("payment.nothing_open", ids["R-2"])
    refused("payment.nothing_open", ids["C-1"])
    refused("payment.currency", ids["Y-1"])
    refused("payment.currency", LineChoice(document_id=one, pay=Money(5, "JPY")))
    refused("payment.currency", one, on_account=Money(5, "JPY"))
    refused("payment.currency", one, credits=[CreditChoice(credit_id=ids["C-1"], most=Money(5, "JPY"))])
    refused("payment.currency", ids["Y-1"], currency="JPY", credits=[CreditChoice(credit_id=ids["C-1"])])
    refused("payment.below_zero", LineChoice(document_id=one, pay=usd(0)))
    refused("payment.too_much", LineChoice(document_id=one, pay=usd("100.01")))
    refused("payment.on_account", one, on_account=usd(-1))
    refused("payment.too_large", one, on_account=Money(MOST + 1, "USD"))
    refused("payment.reason_too_long", LineChoice(document_id=one, pay=usd(1), short_reason="x" * 256))
    refused("payment.method", one, method=MethodKind.PAYPAL)
    with pytest.raises(NotFound):
        quoted(shop, account, payer, one, credits=[CreditChoice(credit_id=account)])
    from lockportal.payments.planning import MOST_CREDITS, MOST_LINES

    many = [CreditChoice(credit_id=shop.portal.clock.new_id()) for _ in range(MOST_CREDITS + 1)]
    refused("payment.too_many", one, credits=many)
    refused("payment.too_many", *(shop.portal.clock.new_id() for _ in range(MOST_LINES + 1)))


def test_credit_that_is_used_up_pays_nothing_more(shop):
    account, payer, ids = opened(shop, invoice("R-1", "40.00"), invoice("R-2", "20.00"), credit_memo("C-1", "30.00"))
    used = [CreditUse(credit_id=ids["C-1"], document_id=ids["R-1"], amount=usd("30.00"))]
    shop.portal.payments.apply(account, used, OTTO)
    with pytest.raises(Refused, match=r"credit\.spent"):
        quoted(shop, account, payer, ids["R-2"], credits=[CreditChoice(credit_id=ids["C-1"])])


def test_credit_is_used_as_far_as_it_goes(shop):
    account, payer, ids = opened(
        shop, invoice("R-1", "10.00"), invoice("R-2", "20.00"), credit_memo("C-1", "15.00"), credit_memo("C-2", "9.00")
    )
    used = [CreditChoice(credit_id=ids["C-1"]), CreditChoice(credit_id=ids["C-2"], most=usd("2.00"))]
    made = quoted(shop, account, payer, ids["R-1"], ids["R-2"], credits=used)
    assert [line.credit for line in made.lines] == [usd("10.00"), usd("7.00")]
    assert made.amount == usd("13.00")
    assert made.left == usd(0)


def bounded(**rule):
    settings = {
        name: rule.pop(name) for name in ("least", "most", "partial", "short_reason", "on_account", "fees") if name in rule
    }
    method = MethodRule(**{"method": MethodKind.CARD, "merchant_account": "main", **rule})
    return open_shop("sqlite://", settings=evolve(SETTINGS, methods=(method,), **settings))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"least": {"USD": Decimal(101)}}, "payment.amount"),
        ({"most": {"USD": Decimal(99)}}, "payment.amount"),
        ({"countries": frozenset({"DE"})}, "payment.method"),
        ({"currencies": frozenset({"EUR"})}, "payment.method"),
        ({"customers": frozenset({"7"})}, "payment.method"),
        ({"least": {"USD": Decimal(100)}, "most": {"USD": Decimal(100)}, "customers": frozenset({"100"})}, None),
    ],
)
def test_the_rules_of_the_supplier(rule, code):
    shop = bounded(**rule)
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    if code is None:
        assert quoted(shop, account, payer, ids["R-1"]).amount == usd(100)
    else:
        with pytest.raises(Refused) as caught:
            quoted(shop, account, payer, ids["R-1"])
        assert caught.value.code == code
    shop.portal.close()


def test_bounds_of_a_way_to_pay():
    settings = evolve(
        SETTINGS, methods=(MethodRule(method=MethodKind.CARD, merchant_account="main", least=Decimal(5), most=Decimal(50)),)
    )
    shop = open_shop("sqlite://", settings=settings)
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    for pay in ("4.99", "50.01"):
        with pytest.raises(Refused, match=r"payment\.amount"):
            quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], pay=usd(pay)))
    shop.portal.close()


def test_the_first_rule_whose_bounds_fit_is_taken():
    merchants = dict.fromkeys(("small", "large"), SETTINGS.merchants["main"])
    small = MethodRule(method=MethodKind.CARD, merchant_account="small", least=Decimal(5), most=Decimal(1000))
    large = MethodRule(method=MethodKind.CARD, merchant_account="large", least=Decimal(1000), most=Decimal(3000))
    shop = open_shop("sqlite://", settings=evolve(SETTINGS, merchants=merchants, methods=(small, large)))
    account, payer, ids = opened(shop, invoice("R-1", "9000.00"))
    for minor, through in ((500, "small"), (100_000, "small"), (100_001, "large"), (300_000, "large")):
        choice = LineChoice(document_id=ids["R-1"], pay=Money(minor, "USD"))
        made = start(shop, account, payer, (choice,), key=str(minor))
        assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.merchant_account == through
    for minor, bound in ((499, r"at least USD 5\.00"), (300_001, r"at most USD 3,?000\.00")):
        with pytest.raises(Refused, match=bound):
            quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], pay=Money(minor, "USD")))
    shop.portal.close()


def test_parts_and_reasons_as_the_supplier_wants_them():
    shop = bounded(partial=False)
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    with pytest.raises(Refused, match=r"payment\.partial"):
        quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], pay=usd(1)))
    shop.portal.close()
    shop = bounded(short_reason=True)
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    with pytest.raises(Refused, match=r"payment\.reason_missing"):
        quoted(shop, account, payer, LineChoice(document_id=ids["R-1"], pay=usd(1)))
    reasoned = LineChoice(document_id=ids["R-1"], pay=usd(1), short_reason=" two boxes were broken ")
    assert quoted(shop, account, payer, reasoned).lines[0].short_reason == "two boxes were broken"
    shop.portal.close()
    shop = bounded(on_account=False)
    account, payer, _ = opened(shop, invoice("R-1", "100.00"))
    with pytest.raises(Refused, match=r"payment\.on_account"):
        quoted(shop, account, payer, on_account=usd(1))
    shop.portal.close()


@pytest.mark.parametrize("rule", [{"partial": False}, {"short_reason": True}])
def test_the_desk_records_what_came_though_it_is_short(rule):
    shop = bounded(**rule)
    account, _, ids = opened(shop, invoice("R-1", "100.00"))
    short = LineChoice(document_id=ids["R-1"], pay=usd("60.00"))
    shop.portal.payments.record(
        account, OTTO, money=usd("60.00"), received_on=TODAY, method=MethodKind.CHEQUE, lines=[short], key="c"
    )
    assert shop.portal.documents.get(account, ids["R-1"], OTTO).document.balance == usd("40.00")
    shop.portal.close()


def test_a_fee_is_capped():
    rule = FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(3), fixed=Decimal("0.25"), cap=Decimal(2))
    assert rule.fee(usd(10)) == usd("0.55")
    assert rule.fee(usd(1000)) == usd(2)
    assert rule.fee(usd(0)) == usd(0)
    assert FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(1)).fee(usd("0.50")) == usd("0.01")
    with pytest.raises(ValueError, match=r"payments\.fees\.percent"):
        FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(100))
    for name in ("fixed", "cap"):
        with pytest.raises(ValueError, match=rf"payments\.fees\.{name}"):
            FeeRule(method=MethodKind.CARD, currency="USD", **{name: Decimal("-0.01")})
    with pytest.raises(ValueError, match=r"merchant_account"):
        MethodRule(method=MethodKind.CARD)


def test_the_day_as_of_which_a_payment_counts():
    friday = NOON + timedelta(days=4)
    assert started_on(ACME, NOON, None) == TODAY
    assert started_on(ACME, NOON, time(12)) == TODAY + timedelta(days=1)
    assert started_on(ACME, NOON, time(12, 1)) == TODAY
    assert started_on(ACME, friday, time(11)) == friday.date() + timedelta(days=3)
    holiday = evolve(ACME, calendar=Calendar(holidays=[TODAY]))
    assert started_on(holiday, NOON, time(18)) == TODAY + timedelta(days=1)


def holder(account, document, *rights):
    return Actor(kind=ActorKind.HOLDER, id="link", document_id=document, grants=(Grant(account, account, frozenset(rights)),))


def test_who_holds_a_link_pays_that_document_and_nothing_else(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"), credit_memo("C-1", "5.00"))
    one = holder(account, ids["R-1"], Right.VIEW, Right.PAY)
    assert quoted(shop, account, one, ids["R-1"]).amount == usd(100)
    with pytest.raises(NotFound):
        quoted(shop, account, one, ids["R-2"])
    with pytest.raises(NotFound):
        quoted(shop, account, one, on_account=usd(1))
    with pytest.raises(Denied):
        quoted(shop, account, one, ids["R-1"], credits=[CreditChoice(credit_id=ids["C-1"])])
    with pytest.raises(Denied):
        quoted(shop, account, holder(account, ids["R-1"], Right.VIEW), ids["R-1"])
    with pytest.raises(NotFound):
        quoted(shop, shop.portal.clock.new_id(), one, ids["R-1"])
    assert payer


def test_what_a_customer_does_not_see_they_cannot_pay(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00", visible=False))
    with pytest.raises(NotFound):
        quoted(shop, account, payer, ids["R-1"])
    assert quoted(shop, account, OTTO, ids["R-1"]).amount == usd(100)


def test_what_can_be_paid_is_listed_the_oldest_first(shop):
    account, payer, ids = opened(
        shop,
        invoice("R-2", "10.00", due=5),
        invoice("R-1", "10.00", due=-5),
        invoice("R-3", "10.00", due=0),
        invoice("Y-1", Money(5, "JPY")),
    )
    service = shop.portal.payments
    assert service.payable(account, "USD", payer) == (ids["R-1"], ids["R-3"], ids["R-2"])
    assert service.payable(account, "USD", payer, due=TODAY) == (ids["R-1"], ids["R-3"])
    assert service.payable(account, "USD", payer, due=date.max) == (ids["R-1"], ids["R-3"], ids["R-2"])
    assert service.payable(account, "JPY", payer) == (ids["Y-1"],)
