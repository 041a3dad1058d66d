"""A payer's side: the page that says what a payment comes to, and making it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.core.money import Money
from lockportal.core.terms import Discount, Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.payments import MethodKind
from lockportal.payments.settings import FeeRule, MethodRule
from lockportal.testing import counting
from web.payers import CARD, DEBIT, TRANSFER, address, amount, balance, fields, paid, send, settings

EARLY = DocumentsSettings(terms={"2/10": Terms("2/10", net_days=30, discounts=(Discount(Decimal(2), 10),))}, notice_days=0)


@pytest.fixture
def shop(make_world):
    """Make a world that takes payments, with somebody signed in."""

    def make(*, others=(), **more):
        world = make_world(settings=(settings(**more), *others))
        return world, world.signed_in()

    return make


def credit_of(world, name):
    (found,) = [one.id for one in world.portal.payments.credits(world.harbour, SYSTEM) if one.name == name]
    return {f"credit.{found}": "1"}


def test_three_invoices_are_paid_one_in_part_with_a_credit_applied(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1001", "INV-1002", "INV-1003"))
    typed = {**amount(world, "INV-1002", "1,000.00"), **credit_of(world, "Wire 4411")}
    assert send(ann, typed, act="update").status == 200
    assert 'name="expected" value="2056.25"' in ann.text
    assert "Pay $2,056.25" in ann.text
    assert "-$500.00" in ann.text
    assert "$7,400.50" in ann.text  # stays open
    assert [balance(world, n) for n in ("INV-1001", "INV-1002", "INV-1003")] == ["1246.00", "8400.50", "310.25"]
    answer = send(ann)
    assert answer.status == 303
    ann.get(answer.header("Location"))
    assert "Thank you. The payment is complete." in ann.text
    assert [balance(world, n) for n in ("INV-1001", "INV-1002", "INV-1003")] == ["0.00", "7400.50", "0.00"]


def test_without_update_the_new_figures_are_shown_and_confirmed_first(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1001", "INV-1003"))
    assert send(ann, amount(world, "INV-1001", "46")).status == 422
    assert "Meanwhile it comes to another amount" in ann.text
    assert "Pay $356.25" in ann.text
    assert send(ann).status == 303
    assert balance(world, "INV-1001") == "1200.00"


def test_what_changed_at_the_desk_meanwhile_is_shown_before_it_is_paid(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    world.store(world.invoice("X-1", "1.00", 5))
    world.portal.payments.record(
        world.harbour, SYSTEM, money=Money.of("10.25", "USD"), received_on=date(2026, 11, 20), method=MethodKind.CHEQUE,
        lines=[line(world, "INV-1003", "10.25")],
    )  # fmt: skip
    assert send(ann).status == 422
    assert "Meanwhile it comes to another amount" in ann.text
    assert "Pay $300.00" in ann.text
    assert send(ann).status == 303
    assert balance(world, "INV-1003") == "0.00"


def line(world, number, money):
    from lockportal.payments import LineChoice

    return LineChoice(document_id=world.ids[number], pay=Money.of(money, "USD"))


@pytest.mark.guarantee(13)
def test_the_same_button_pressed_again_pays_once(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    form = {**fields(ann), "act": "pay"}
    here = f"/accounts/{world.harbour}/pay"
    first, second = ann.post(here, form=form), None
    ann.get("/sessions")  # a page with a form, for its token
    second = ann.post(here, form=form)
    assert first.header("Location") == second.header("Location")
    assert len(world.portal.payments.payments(SYSTEM, account_id=world.harbour).items) == 1


@pytest.mark.guarantee(13)
def test_a_second_tab_cannot_pay_again_what_is_being_paid(shop):
    world, ann = shop()
    tab = world.signed_in()
    tab.get(address(world, "INV-1003", "INV-1005"))
    there = paid(ann, address(world, "INV-1003"), {"method": "ach_debit"})
    assert "You need not pay again" in ann.text
    assert send(tab).status == 422
    assert "INV-1003 is being paid already." in tab.text
    assert f'href="{there}"' in tab.text
    assert f"pay.{world.ids['INV-1003']}" not in fields(tab)
    assert "Pay $975.10" in tab.text
    assert send(tab).status == 303


@pytest.mark.parametrize(
    ("typed", "more", "said"),
    [
        ("a lot", {}, "Enter an amount, such as 1250.00."),
        ("310.26", {}, "Less is open than that."),
        ("-5", {}, "Enter an amount above zero, or leave it empty."),
        ("5", {"partial": False}, "This can only be paid whole."),
        ("5", {"short_reason": True}, "Say why you do not pay it whole."),
    ],
)
def test_what_is_refused_is_told_at_its_field_and_nothing_typed_is_lost(shop, typed, more, said):
    world, ann = shop(**more)
    ann.get(address(world, "INV-1001", "INV-1003"))
    field = f"pay.{world.ids['INV-1003']}"
    for act in ("update", "pay"):
        assert send(ann, {field: typed, "on_account": "7"}, act=act).status == 422
        form = fields(ann)
        assert (form[field], form["on_account"], form[f"pay.{world.ids['INV-1001']}"]) == (typed, "7", "1246.00")
        kind = "why" if "short_reason" in more else "pay"
        fault = re.search(rf'<small id="{kind}\.{world.ids["INV-1003"]}-fault" class="fault">([^<]+)<', ann.text)
        assert fault.group(1) == said
        assert f'href="#{kind}.{world.ids["INV-1003"]}"' in ann.text
        assert 'aria-invalid="true"' in ann.text
        assert 'name="expected"' not in ann.text


def test_the_reason_for_paying_less_is_asked_for_and_kept(shop):
    world, ann = shop(short_reason=True)
    ann.get(address(world, "INV-1003"))
    send(ann, amount(world, "INV-1003", "300"), act="update")
    why = {f"why.{world.ids['INV-1003']}": "A box was missing"}
    assert send(ann, why, act="update").status == 200
    answer = send(ann)
    ann.get(answer.header("Location"))
    assert "A box was missing" in ann.text


def test_an_empty_amount_pays_nothing_of_a_document(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1001", "INV-1003"))
    assert send(ann, amount(world, "INV-1001", ""), act="update").status == 200
    assert "Pay $310.25" in ann.text
    assert send(ann).status == 303
    assert balance(world, "INV-1001") == "1246.00"


def test_the_fee_of_a_way_to_pay_is_named_before_it_is_chosen(shop):
    world, ann = shop(fees=(FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(2)),))
    ann.get(address(world, "INV-1003"))
    assert "plus a fee of $6.21" in ann.text
    assert "Fee (Card)" in ann.text
    assert "Pay $316.46" in ann.text
    assert send(ann, {"method": "ach_debit"}).status == 422  # the amount is another one
    assert "Pay $310.25" in ann.text
    assert fields(ann)["method"] == "ach_debit"
    assert send(ann).status == 303


def test_an_early_payment_discount_is_taken(shop):
    world, ann = shop(others=(EARLY,))
    world.store(world.invoice("D-1", "100.00", 29, terms="2/10"))
    world.ids["D-1"] = world.id_of("D-1")
    ann.get(address(world, "D-1"))
    assert "Early-payment discount" in ann.text
    assert "Pay $98.00" in ann.text
    assert send(ann).status == 303
    assert balance(world, "D-1") == "0.00"


def test_credit_alone_can_pay(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003"))
    send(ann, credit_of(world, "Wire 4411"), act="update")
    assert "Use the credit</button>" in ann.text
    answer = send(ann)
    assert answer.status == 303
    ann.get(answer.header("Location"))
    assert balance(world, "INV-1003") == "0.00"


def test_each_currency_is_a_payment_of_its_own_and_they_are_offered_one_by_one(shop):
    world, ann = shop()
    ann.get(address(world, "INV-2001", "INV-1003"))
    assert "Each currency is a payment of its own. This one is in USD." in ann.text
    assert "Pay $310.25" in ann.text
    there = send(ann).header("Location")
    ann.get(there)
    assert "Go on with the other currency" in ann.text
    onward = re.search(r'href="([^"]+)">Go on with', ann.text).group(1)
    ann.get(onward)
    assert "Pay €1,800.00" in ann.text
    assert "Bank debit (ACH)" not in ann.text
    assert send(ann).status == 303


def test_the_other_currency_can_come_first(shop):
    world, ann = shop()
    ann.get(address(world, "INV-2001", "INV-1003"))
    link = re.search(r'href="([^"]+)">Pay what is in EUR first', ann.text).group(1)
    ann.get(link.replace("&amp;", "&"))
    assert "Pay €1,800.00" in ann.text
    assert "This one is in EUR." in ann.text


def test_ways_to_pay_are_those_that_the_settings_and_the_gateway_have_for_this_payment(shop):
    rules = (MethodRule(method=MethodKind.CARD, merchant_account="main", most=Decimal(1000)), DEBIT, TRANSFER)
    world, ann = shop(methods=rules)
    ann.get(address(world, "INV-1002"))
    assert re.search(r'value="card" disabled', ann.text)
    assert "This way to pay is not for so much, or not for so little." in ann.text
    assert fields(ann)["method"] == "ach_debit"
    ann.get(address(world, "INV-1003"))
    assert fields(ann)["method"] == "card"
    bob = world.signed_in("bob@mill.example")
    bob.get(f"/accounts/{world.mill}/pay?document={world.foreign['INV-9001']}")
    assert 'value="ach_debit"' in bob.text  # where a customer's country is not known, their bank says no


def test_a_debit_is_not_offered_where_the_gateway_does_not_collect(shop):
    from lockportal.profiles.models import Address

    world, ann = shop()
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, address=Address(city="Hamburg", country="DE"))
    ann.get(address(world, "INV-1003"))
    assert 'value="ach_debit"' not in ann.text


def test_what_a_hosts_policy_says_no_to_is_told_in_its_words(make_world):
    from lockportal.payments.ports import PolicyDecision, Verdict
    from lockportal.plugins import hookimpl

    class Policy:
        @hookimpl
        def lockportal_payment_policy(self, draft):
            if draft.kind is MethodKind.CARD:
                return PolicyDecision(verdict=Verdict.DENY, reason="No cards in December.")
            return None

    world = make_world(settings=(settings(),), plugins=(Policy(),))
    ann = world.signed_in()
    ann.get(address(world, "INV-1003"))
    assert "No cards in December." in ann.text
    assert fields(ann)["method"] == "ach_debit"


def test_where_nothing_can_be_taken_the_page_says_so(shop):
    world, ann = shop(methods=(MethodRule(method=MethodKind.CARD, merchant_account="main", currencies=frozenset({"EUR"})),))
    ann.get(address(world, "INV-1003"))
    assert "This way to pay is not taken here." in ann.text
    assert 'name="expected"' not in ann.text


# what a payment begins with


def chosen(world, browser):
    names = {str(key): number for number, key in world.ids.items()}
    return {names[name[4:]]: value for name, value in fields(browser).items() if name.startswith("pay.")}


def test_all_that_is_overdue_due_or_open_is_paid_in_one_go(shop):
    world, ann = shop()
    home = f"/accounts/{world.harbour}/pay"
    world.store(world.invoice("T-1", "5.00", 0))
    world.ids["T-1"] = world.id_of("T-1")
    overdue = {"INV-1001", "INV-1002", "INV-1003"}
    for which, wanted in (("overdue", overdue), ("due", overdue | {"T-1"})):
        ann.get(f"{home}?all={which}&currency=USD")
        assert chosen(world, ann).keys() == wanted
    ann.get(f"{home}?all=open&currency=USD")
    assert chosen(world, ann).keys() == overdue | {"T-1", "INV-1004", "INV-1005", "INV-1006"}
    paid(ann, f"{home}?all=overdue", {"method": "ach_debit"})
    ann.get(f"{home}?all=due&currency=USD")  # what is being paid is left out
    assert chosen(world, ann).keys() == {"T-1"}


def test_an_amount_pays_the_oldest_first_and_what_is_left_goes_on_account(shop):
    world, ann = shop()
    home = f"/accounts/{world.harbour}/pay"
    ann.get(f"{home}?oldest=1500&currency=USD")
    assert chosen(world, ann) == {"INV-1001": "1246.00", "INV-1002": "254.00"}
    assert "Pay $1,500.00" in ann.text
    ann.get(f"{home}?oldest=100000&currency=USD")
    assert "Pay $100,000.00" in ann.text
    assert fields(ann)["on_account"] == "81658.15"
    ann.get(f"{home}?oldest=nonsense&currency=USD")
    assert "Enter an amount, such as 1250.00." in ann.text


def test_an_amount_counts_the_discount_that_it_earns(shop):
    world, ann = shop(others=(EARLY,))
    world.store(
        world.invoice("D-1", "100.00", 29, terms="2/10", currency="EUR"), world.invoice("D-2", "100.00", 40, currency="EUR")
    )
    world.ids |= {number: world.id_of(number) for number in ("D-1", "D-2")}
    ann.get(f"/accounts/{world.harbour}/pay?oldest=1900&currency=EUR")
    assert chosen(world, ann) == {"INV-2001": "1800.00", "D-1": "100.00", "D-2": "2.00"}
    assert "Pay €1,900.00" in ann.text


def test_money_is_paid_on_account_without_any_document(shop):
    world, ann = shop()
    there = paid(ann, f"/accounts/{world.harbour}/pay?on_account=250&currency=USD")
    assert "$250.00" in ann.text
    assert any(one.amount == Money.of("250.00", "USD") for one in world.portal.payments.credits(world.harbour, SYSTEM))
    assert there in ann.get(f"/accounts/{world.harbour}/payments").body.decode()


def test_a_credit_memo_that_is_chosen_is_used_and_what_is_paid_is_told(shop):
    world, ann = shop()
    ann.get(address(world, "INV-1003", "CM-77", "INV-0990"))
    assert f"credit.{world.ids['CM-77']}" in fields(ann)
    assert "Pay $160.25" in ann.text
    assert "Nothing is open of INV-0990." in ann.text


def test_a_choice_is_carried_from_page_to_page(shop):
    world, ann = shop()
    world.store(*(world.invoice(f"L-{n:02}", 10 + n, n - 60) for n in range(40)))
    world.ids |= world._ids(world.harbour)
    where = f"/accounts/{world.harbour}/documents?text=L-&sort=number"
    ann.get(f"{where}&document={world.ids['L-03']}&document={world.ids['L-04']}")
    onward = re.search(r'rel="next" href="([^"]+)"', ann.text).group(1).replace("&amp;", "&")
    ann.get(onward + f"&document={world.ids['L-30']}")
    assert "3 chosen" in ann.text
    assert "2 of them are on other pages." in ann.text
    assert "$67.00" in ann.text
    form = ann.text[ann.text.index('class="bundle') :]
    assert f'type="hidden" name="document" value="{world.ids["L-03"]}"' in form
    ann.get(address(world, "L-03", "L-04", "L-30"))
    assert "Pay $67.00" in ann.text


def test_more_than_a_page_holds_are_paid_in_several_payments(shop, monkeypatch):
    from lockportal.web.pages import payments_choosing

    world, ann = shop()
    monkeypatch.setattr(payments_choosing, "MOST", 2)
    ann.get(f"/accounts/{world.harbour}/pay?all=open&currency=USD")
    assert "There is more than one payment can hold" in ann.text
    assert len(chosen(world, ann)) == 2


def test_the_pages_offer_to_pay_what_is_open(shop):
    world, ann = shop()
    home = f"/accounts/{world.harbour}"
    assert "Pay what is overdue" in ann.get(f"{home}/").body.decode()
    assert "Pay otherwise" in ann.text
    assert f'formaction="{home}/pay"' in ann.get(f"{home}/documents").body.decode()
    assert f"{home}/pay?document={world.ids['INV-1003']}" in ann.get(f"{home}/documents/{world.ids['INV-1003']}").body.decode()
    assert "/pay?" not in ann.get(f"{home}/documents/{world.ids['INV-0990']}").body.decode()
    assert f"{home}/pay?document=" in ann.get("/documents").body.decode()


# who may


@pytest.mark.guarantee(34)
def test_who_may_not_pay_sees_no_button_and_is_refused(shop):
    world, _ = shop()
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    ann = world.signed_in()
    ann.get(address(world, "INV-1003"))
    form, here = {**fields(ann), "act": "pay"}, f"/accounts/{world.harbour}/pay"
    world.portal.profiles.change_contact(world.harbour, contact.id, by=SYSTEM, rights=(Right.VIEW,))
    for page in ("/", "/documents", f"/documents/{world.ids['INV-1003']}", "/payments"):
        assert "/pay?" not in ann.get(f"/accounts/{world.harbour}{page}").body.decode(), page
        assert f'formaction="{here}"' not in ann.text
    assert ann.get(address(world, "INV-1003")).status == 403
    ann.get("/sessions")
    assert ann.post(here, form=form).status == 403
    assert world.portal.payments.payments(SYSTEM).items == ()


def test_without_a_way_to_pay_nothing_is_offered(make_world):
    from lockportal.payments.settings import PaymentsSettings

    world = make_world(settings=(PaymentsSettings(),))
    ann = world.signed_in()
    assert "/pay?" not in ann.get(f"/accounts/{world.harbour}/").body.decode()


def test_anothers_document_is_one_that_does_not_exist(shop):
    world, ann = shop()
    foreign = ann.get(f"/accounts/{world.harbour}/pay?document={world.foreign['INV-9001']}")
    assert foreign.status == 404
    unknown = ann.get(f"/accounts/{world.harbour}/pay?document={world.clock.new_id()}")
    assert (unknown.status, unknown.body) == (404, foreign.body)
    assert ann.get(f"/accounts/{world.mill}/pay").status == 404
    assert ann.get(f"/accounts/{world.harbour}/pay?document=nonsense").status == 404


def test_payments_stand_in_pages_the_newest_first_without_a_statement_for_each(shop):
    world, ann = shop()
    record = world.portal.payments.record
    numbers = []
    for n in range(30):
        world.clock.forward(minutes=1)
        numbers.append(
            record(world.harbour, SYSTEM, money=Money.of(n + 1, "USD"), received_on=date(2026, 11, 20), method=CARD.method)
        )
    here = f"/accounts/{world.harbour}/payments"
    ann.get(here)
    with counting(world.portal.engines) as sent:
        ann.get(here)
    assert len([one for one in sent if one != "BEGIN"]) <= 5
    shown = re.findall(r'/payments/([0-9a-f-]{36})"', ann.text)
    onward = re.search(r'rel="next" href="([^"]+)"', ann.text).group(1)
    ann.get(onward)
    shown += re.findall(r'/payments/([0-9a-f-]{36})"', ann.text)
    assert shown == [str(key) for key in reversed(numbers)]
