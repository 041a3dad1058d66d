"""Payments at the desk: who comes to them, the list and its filters, one payment whole, and what is done about it, once."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from attrs import evolve

from lockportal.core.actor import SYSTEM, staff
from lockportal.core.money import Money
from lockportal.payments import CreditUse, LineChoice, MethodKind
from lockportal.payments.calling import Payer
from lockportal.payments.gateways import Gateways
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.requests import FetchResult, Found, HealthReport, WebhookRequest
from lockportal.payments.settings import MethodRule
from lockportal.testing import counting
from lockportal.web import Request, Site
from payments.tills import SETTINGS, TillPlugin, event, seen
from web.conftest import World

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
CASEY = staff("casey")
TAKEN = evolve(SETTINGS, methods=(*SETTINGS.methods, MethodRule(method=MethodKind.BANK_TRANSFER)))
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def usd(amount):
    return Money.of(str(amount), "USD")


class Till:
    """The desk of a shop with a till, as its people's browsers see it."""

    def __init__(self, make_world):
        plugin, self.made = TillPlugin(), None
        self.world = make_world(settings=(TAKEN,), plugins=(plugin,))
        self.till, self.portal = plugin.till, self.world.portal
        self.site = Site(self.portal, staff=lambda request: CASEY)
        self.home = f"/desk/accounts/{self.world.harbour}"

    def visit(self, address, form=None, site=None):
        parts = urlsplit(address)
        fields = parse_qs(parts.query)
        query = {name: values[0] for name, values in fields.items()}
        method = "GET" if form is None else "POST"
        headers = {} if form is None else OURS
        request = Request(method=method, path=parts.path, query=query, repeated=fields, form=form or {}, headers=headers)
        return (site or self.site).handle(request)

    def text(self, address):
        answer = self.visit(address)
        assert answer.status == 200, answer.body.decode()
        return answer.body.decode()

    def fields(self, address, act=""):
        """The hidden fields of a form of a page: of the one for this act, where there are several."""
        forms = re.findall(r'<form [^>]*method="post".*?</form>', self.text(address), re.DOTALL)
        found = [dict(FIELD.findall(one)) for one in forms]
        return next(one for one in found if one.get("act", "") == act and "key" in one)

    def pay(self, *numbers, key="k", method=MethodKind.CARD, account=None, **options):
        ids = self.world.ids | self.world.foreign
        there = Payer(return_url=f"{self.world.base_url}/back", cancel_url=f"{self.world.base_url}/back")
        return self.portal.payments.start(
            account or self.world.harbour,
            CASEY,
            key=key,
            currency="USD",
            method=method,
            lines=[LineChoice(document_id=ids[number]) for number in numbers],
            payer=there,
            **options,
        )

    def address(self, made):
        return f"{self.home}/payments/{made.payment_id}"

    def happens(self, *observations, name="e1"):
        self.till.events = [(event(name, *observations),)]
        now = self.portal.clock.now()
        self.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=now))

    def state(self, made):
        return self.portal.payments.progress(self.world.harbour, made.payment_id, CASEY).state


@pytest.fixture
def desk(make_world):
    return Till(make_world)


@pytest.fixture(scope="module")
def seen_desk(tmp_path_factory):
    """One desk with one payment, for all tests that look, and for what is refused."""
    made = Till(lambda **options: World(tmp_path_factory.mktemp("desk"), **options))
    made.made = made.pay("INV-1003")
    yield made
    made.portal.close()


def rows(page):
    return re.findall(r'/payments/[0-9a-f-]{36}">(P-\w+)</a>', page)


def test_the_list_shows_the_whole_book_or_one_customer_the_newest_first(desk):
    desk.world.clock.forward(minutes=1)
    first = desk.pay("INV-1003")
    desk.world.clock.forward(minutes=1)
    second = desk.pay("INV-9001", account=desk.world.mill, key="k2")
    page = desk.text("/desk/payments")
    assert rows(page) == [second.reference, first.reference]
    assert "Mill &amp; Sons" in page
    assert rows(desk.text(f"{desk.home}/payments")) == [first.reference]
    assert f'href="{desk.home}/payments"' in desk.text(desk.home)


def test_filters_find_payments_by_view_state_method_day_and_text(desk):
    paid = desk.pay("INV-1003")
    desk.till.default = OpStatus.PENDING
    waits = desk.pay("INV-1002", key="k2", method=MethodKind.ACH_DEBIT)
    desk.till.next = ["before"]
    doubt = desk.pay("INV-1001", key="k3")
    transfer = desk.pay("INV-1004", key="k4", method=MethodKind.BANK_TRANSFER)
    every = {paid.reference, waits.reference, doubt.reference, transfer.reference}

    def found(query):
        return set(rows(desk.text(f"/desk/payments?{query}")))

    assert found("") == every
    assert found("view=under_way") == every - {paid.reference}
    assert found("view=unknown") == {doubt.reference}
    assert found("view=review") == set()
    assert found("state=paid") == {paid.reference}
    assert found("method=ach_debit") == {waits.reference}
    assert found(f"text={paid.reference[:7].lower()}") >= {paid.reference}
    assert found("text=harbour") == every
    assert found("text=mill") == set()
    assert found("text=%25") == set(), "a wildcard is a letter as any other"
    assert found(f"text={transfer.next_action.token}") == {transfer.reference}, "by what the payer stated"
    assert found("begun_from=2026-11-21") == set()
    assert found("begun_to=2026-11-20&begun_from=2026-11-20") == every
    answer = desk.visit("/desk/payments?begun_from=yesterday&state=rich")
    assert answer.status == 422
    assert "Enter a date, such as 2026-01-31." in answer.body.decode()
    assert desk.visit(f"{desk.home}/payments?state=rich").status == 422


def test_a_list_goes_on_where_the_page_before_ended(desk):
    record, today = desk.portal.payments.record, desk.world.clock.now().date()
    for number in range(52):
        desk.world.clock.forward(seconds=1)
        record(desk.world.harbour, CASEY, money=usd(number + 1), received_on=today, method=MethodKind.CHEQUE)
    first = desk.text("/desk/payments?state=paid")
    onward = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = desk.text(onward)
    assert (len(rows(first)), len(rows(second))) == (50, 2)
    assert not set(rows(first)) & set(rows(second))
    assert "Back to first" in second


def test_one_payment_shows_what_was_done_seen_and_said(seen_desk):
    desk, made = seen_desk, seen_desk.made
    (sale,) = desk.till.bank
    page = desk.text(desk.address(made))
    for piece in ("INV-1003", "$310.25", "Payment · ", "Succeeded", f"till-{sale}", "1 call of the gateway", "sale succeeded"):
        assert piece in page, piece
    assert page.count(f'href="{desk.address(made)}/refund"') == 1
    assert "/accounts/" not in page.replace("/desk/accounts/", ""), "every address is one of the desk"
    assert "Discount" in page


def test_a_short_payment_leads_to_the_dispute_that_it_opened(desk):
    number, short = "INV-1003", Money.of("300.00", "USD")
    choice = LineChoice(document_id=desk.world.ids[number], pay=short, short_category="price", short_reason="Dearer than agreed")
    there = Payer(return_url=f"{desk.world.base_url}/back", cancel_url=f"{desk.world.base_url}/back")
    account = desk.world.harbour
    made = desk.portal.payments.start(
        account, CASEY, currency="USD", method=MethodKind.CARD, lines=[choice], payer=there, key="short"
    )
    (dispute,) = desk.portal.disputes.list(CASEY, account_id=account).items
    page = desk.text(desk.address(made))
    link = f'<a href="{desk.home}/disputes/{dispute.id}">{dispute.reference}</a>'
    assert f"$10.25 of INV-1003 is disputed (Price), as {link}." in page
    assert "<small>Dearer than agreed</small>" in page
    assert f"{dispute.reference}" in desk.text(f"{desk.home}/disputes/{dispute.id}")


def test_a_refund_says_what_it_means_before_it_is_done_and_a_second_press_gives_nothing_more_back(desk):
    made = desk.pay("INV-1003")
    where = f"{desk.address(made)}/refund"
    assert 'value="310.25"' in desk.text(where), "all of it, unless less is wanted"
    confirm = f"{where}?amount=110.25&reason=Broken+goods"
    assert "<strong>$110.25</strong> of $310.25 goes back to Harbour Foods Ltd, the way it came: Card." in desk.text(confirm)
    assert desk.till.calls[-1][1] is OpKind.SALE, "looking moves nothing"
    form = desk.fields(confirm)
    assert (form["amount"], form["reason"]) == ("110.25", "Broken goods")
    for _ in range(2):
        answer = desk.visit(where, form)
        assert (answer.status, answer.header("Location")) == (303, f"{desk.address(made)}?done=refund")
    assert [money for _, kind, money in desk.till.calls if kind is OpKind.REFUND] == [usd("110.25")]
    page = desk.text(desk.address(made))
    assert "Broken goods" in page
    assert "Refunded in part" in page
    assert "at most $200.00" in desk.text(where)


def test_another_refund_of_the_same_amount_is_one_of_its_own(desk):
    made = desk.pay("INV-1003")
    where = f"{desk.address(made)}/refund"
    for _ in range(2):
        assert desk.visit(where, desk.fields(f"{where}?amount=10")).status == 303
    assert [money for _, kind, money in desk.till.calls if kind is OpKind.REFUND] == [usd("10.00")] * 2


@pytest.mark.parametrize(
    ("amount", "said"),
    [("310.26", "So much cannot be given back."), ("0", "So much cannot be given back."), ("much", "Enter an amount")],
)
def test_a_refund_beyond_what_came_in_is_refused(seen_desk, amount, said):
    desk, where = seen_desk, f"{seen_desk.address(seen_desk.made)}/refund"
    answer = desk.visit(f"{where}?amount={amount}")
    assert answer.status == 422
    assert said in answer.body.decode()
    form = desk.fields(f"{where}?amount=5") | {"amount": amount}
    answer = desk.visit(where, form)
    assert answer.status == 422
    assert said in answer.body.decode()
    assert not [one for one in desk.till.calls if one[1] is OpKind.REFUND]


def test_a_refund_without_the_key_of_its_form_is_not_made(seen_desk):
    desk, made = seen_desk, seen_desk.made
    where = f"{desk.address(made)}/refund"
    form = desk.fields(f"{where}?amount=5")
    for key in ("", "k" * 65):
        assert desk.visit(where, {**form, "key": key}).status == 422
    assert desk.state(made) == "paid"


def test_what_was_authorized_is_taken_in_part_and_the_rest_given_up(desk):
    made = desk.pay("INV-1003", authorize=True)
    where = desk.address(made)
    form = desk.fields(where, "capture")
    for _ in range(2):
        assert desk.visit(where, {**form, "amount": "100.00"}).status == 303
    assert [money for _, kind, money in desk.till.calls if kind is OpKind.CAPTURE] == [usd("100.00")]
    answer = desk.visit(where, {**desk.fields(where, "capture"), "amount": "9999"})
    assert answer.status == 422
    assert "So much cannot be taken." in answer.body.decode()
    assert desk.visit(where, desk.fields(where, "void")).header("Location").endswith("?done=void")
    assert [kind for _, kind, _ in desk.till.calls][-1] is OpKind.VOID


def test_an_authorization_that_has_lapsed_is_given_up_by_who_knows_it(desk):
    made = desk.pay("INV-1003", authorize=True)
    here = desk.address(made)
    assert "The authorization has lapsed" in desk.text(here)
    forms = re.findall(r'<form [^>]*method="post".*?</form>', desk.text(here), re.DOTALL)
    form = next(dict(FIELD.findall(one)) for one in forms if 'name="happened" value="no"' in one)
    assert desk.visit(here, {**form, "note": "The bank's statement"}).status == 303
    assert desk.state(made) == "canceled"
    page = desk.text(here)
    assert "The bank&#39;s statement" in page
    assert "The authorization has lapsed" not in page
    assert desk.visit(here, {**form, "note": "again"}).status == 422


def test_past_the_time_of_its_gateway_a_refund_is_not_offered_and_it_says_why(desk, monkeypatch):
    made = desk.pay("INV-1003")
    known = desk.portal.payments.gateways.merchants["main"]
    methods = tuple(evolve(one, refund_window=timedelta(days=300)) for one in known.descriptor.methods)
    shorter = evolve(known, descriptor=evolve(known.descriptor, methods=methods))
    monkeypatch.setattr(Gateways, "merchants", {"main": shorter})
    here = desk.address(made)
    assert "Refund …" in desk.text(here)
    desk.world.clock.forward(days=38)
    assert "Refund …" not in desk.text(here)
    assert "The gateway gives money back until Dec 27, 2026, which is over." in desk.text(here)
    assert "Nothing can be given back" in desk.text(f"{here}/refund")
    assert "until Dec 27, 2026, which is over" in desk.text(f"{here}/refund")


def test_a_transfer_is_called_off_or_arrives(desk):
    one = desk.pay("INV-1003", method=MethodKind.BANK_TRANSFER)
    two = desk.pay("INV-1002", key="k2", method=MethodKind.BANK_TRANSFER)
    assert desk.visit(desk.address(one), desk.fields(desk.address(one), "cancel")).status == 303
    assert desk.state(one) == "canceled"
    form = desk.fields(desk.address(two), "arrived")
    answer = desk.visit(desk.address(two), {**form, "received_on": "soon"})
    assert answer.status == 422
    assert "Enter a date, such as 2026-01-31." in answer.body.decode()
    assert desk.visit(desk.address(two), {**form, "received_on": "2026-11-20"}).status == 303
    assert desk.state(two) == "paid"
    again = desk.visit(desk.address(two), {**form, "received_on": "2026-11-20"})
    assert again.status == 422
    assert "No money is waited for" in again.body.decode()


def test_the_gateway_is_asked_about_what_is_under_way(desk):
    desk.till.next = ["after"]
    made = desk.pay("INV-1003")
    page = desk.text(desk.address(made))
    assert "Nobody knows yet whether it went through." in page
    assert desk.visit(desk.address(made), desk.fields(desk.address(made), "ask")).status == 303
    assert desk.state(made) == "paid"


def test_who_knows_what_the_gateway_cannot_tell_says_so_and_another_reviews_it(desk):
    desk.till.next = ["before"]
    made = desk.pay("INV-1003")
    where = desk.address(made)
    assert "The gateway cannot tell" not in desk.text(where), "it was not asked yet"
    desk.till.fetch = lambda request: FetchResult(found=Found.CANNOT_TELL)
    desk.world.clock.forward(minutes=10)
    desk.portal.tick()
    form = desk.fields(where, "known")
    answer = desk.visit(where, {**form, "note": "", "happened": "yes"})
    assert answer.status == 422
    assert "Say what was decided." in answer.body.decode()
    answer = desk.visit(where, {**form, "note": "It is on the bank statement.", "happened": "yes"})
    assert answer.header("Location").endswith("?done=known")
    page = desk.text(where)
    assert "It is on the bank statement." in page
    assert desk.state(made) == "paid"
    assert rows(desk.text("/desk/payments?view=review")) == [made.reference]


def test_what_needs_review_is_in_the_queue_until_somebody_says_what_was_decided(desk):
    made = desk.pay("INV-1003")
    (sale,) = desk.till.bank
    desk.happens(seen(sale, OpKind.SALE, OpStatus.FAILED, usd("310.25"), at=desk.portal.clock.now() + timedelta(hours=1)))
    assert rows(desk.text("/desk/payments?view=review")) == [made.reference]
    tasks = desk.text("/desk?owner=nobody")
    assert f'href="{desk.address(made)}">Payment {made.reference} is not as it should be' in tasks
    where = desk.address(made)
    form = desk.fields(where, "review")
    answer = desk.visit(where, {**form, "note": " "})
    assert answer.status == 422
    assert "Say what was decided." in answer.body.decode()
    assert desk.visit(where, {**form, "note": "It is paid: the bank says so."}).status == 303
    assert rows(desk.text("/desk/payments?view=review")) == []
    assert "Reviewed: It is paid: the bank says so." in desk.text(where)
    assert made.reference not in desk.text("/desk?owner=all"), "the task ended with the review"


def test_an_act_that_there_is_not_changes_nothing(seen_desk):
    desk, made = seen_desk, seen_desk.made
    form = {**desk.fields(f"{desk.address(made)}/refund?amount=5"), "act": "destroy"}
    assert desk.visit(desk.address(made), form).status == 422
    assert desk.state(made) == "paid"


def test_cash_is_recorded_with_what_it_pays_once(desk):
    page = desk.text(f"{desk.home}/cash")
    assert re.findall(r'/documents/[0-9a-f-]{36}">([^<]+)</a>', page)[:3] == ["INV-1001", "INV-1002", "INV-1003"]
    form = desk.fields(f"{desk.home}/cash") | {
        "method": "cheque",
        "amount": "1,000.00",
        "received_on": "2026-11-19",
        "reference": "Cheque 7",
        f"pay.{desk.world.ids['INV-1003']}": "310.25",
        f"pay.{desk.world.ids['INV-1001']}": "",
    }
    places = {desk.visit(f"{desk.home}/cash", form).header("Location") for _ in range(2)}
    assert len(places) == 1, "one payment"
    page = desk.text(places.pop())
    assert "Recorded." in page
    assert "$689.75" in page, "the rest stands on account"
    assert desk.portal.documents.get(desk.world.harbour, desk.world.ids["INV-1003"], CASEY).document.balance == usd(0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "some"}, "Enter an amount"),
        ({"method": "card"}, "Choose how the money came."),
        ({"received_on": ""}, "Enter a date"),
        ({"received_on": "2026-11-21"}, "Money is recorded on the day when it is there."),
        ({"amount": "5.00"}, "The documents take more than came in."),
        ({"currency": "XXL"}, "Enter an amount"),
        ({"key": ""}, "Open the form once more"),
    ],
)
def test_cash_that_cannot_be_recorded_is_shown_again_as_it_was_typed(seen_desk, given, said):
    desk, typed = seen_desk, {"method": "cheque", "amount": "400", "received_on": "2026-11-20", "reference": "Q-7"}
    form = desk.fields(f"{desk.home}/cash") | typed
    answer = desk.visit(f"{desk.home}/cash", {**form, f"pay.{desk.world.ids['INV-1002']}": "310.25", **given})
    page = answer.body.decode()
    assert answer.status == 422
    assert said in page
    assert 'value="Q-7"' in page
    assert 'value="310.25"' in page
    assert rows(desk.text("/desk/payments")) == [desk.made.reference]


def test_unapplied_cash_is_listed_the_oldest_first_and_applied_once(desk):
    today = desk.world.clock.now().date()
    desk.portal.ledger.record_credit(desk.world.mill, usd("70.00"), today, SYSTEM, reference="wire inv 9001")
    page = desk.text("/desk/credits")
    assert page.index("Wire 4411") < page.index("wire inv 9001"), "the oldest first"
    address = re.search(rf'href="(/desk/accounts/{desk.world.mill}/credits/[^"]+)"', page)[1]
    one = desk.text(address)
    assert re.search(r'aria-current="true">INV-9001</a> <small>Named in the reference · \d+ %', one)
    assert f'name="pay.{desk.world.foreign["INV-9001"]}" value="70.00"' in one
    form = desk.fields(address) | {f"pay.{desk.world.foreign['INV-9001']}": "70.00"}
    for _ in range(2):
        answer = desk.visit(address, form)
        assert (answer.status, answer.header("Location")) == (303, "/desk/credits?done=applied")
    assert "wire inv 9001" not in desk.text("/desk/credits?done=applied")
    assert desk.portal.documents.get(desk.world.mill, desk.world.foreign["INV-9001"], CASEY).document.balance == usd("7.00")
    assert desk.visit(address).status == 404, "there is nothing left of it"


@pytest.mark.parametrize(
    ("amount", "said"),
    [("500.01", "Less of this credit is left than that."), ("x", "Enter an amount"), ("", "Choose what to apply")],
)
def test_credit_that_cannot_be_applied_stays(seen_desk, amount, said):
    desk = seen_desk
    (credit,) = desk.portal.payments.lists.unapplied(CASEY, account_id=desk.world.harbour).items
    address = f"{desk.home}/credits/{credit.id}"
    answer = desk.visit(address, {**desk.fields(address), f"pay.{desk.world.ids['INV-1002']}": amount})
    assert answer.status == 422
    assert said in answer.body.decode()
    assert desk.portal.payments.lists.credit(desk.world.harbour, credit.id, CASEY).amount == usd("500.00")


def test_another_suggestion_than_the_surest_is_filled_in_when_it_is_chosen(desk):
    today, harbour = desk.world.clock.now().date(), desk.world.harbour
    credit = desk.portal.ledger.record_credit(harbour, usd("975.10"), today, SYSTEM, reference="INV-1002")
    address = f"{desk.home}/credits/{credit}"
    known = desk.portal.payments.suggest(harbour, CASEY, credit)
    assert {"INV-1005", "INV-1002"} <= {number for one in known for number in one.numbers}, "by its amount, and by its reference"
    for place, one in enumerate(known):
        page = desk.text(f"{address}?suggestion={place}")
        for use in one.uses:
            assert f'name="pay.{use.document_id}" value="{use.amount.decimal}"' in page
    surest = desk.text(address)
    for nonsense in ("99", "x", "-1"):
        assert rows_of(desk.text(f"{address}?suggestion={nonsense}")) == rows_of(surest)


def rows_of(page):
    """What is filled in beside which document."""
    return re.findall(r'name="(pay\.[^"]+)" value="([^"]*)"', page)


def test_the_papers_of_a_payment_are_handed_out_to_those_who_may_see_it(seen_desk):
    desk, made = seen_desk, seen_desk.made
    ann = desk.world.signed_in()
    bob = desk.world.signed_in("bob@mill.example")
    theirs = f"/accounts/{desk.world.harbour}/payments/{made.payment_id}"
    for paper in ("receipt", "remittance"):
        for answer in (desk.visit(f"{desk.address(made)}/{paper}.pdf"), ann.get(f"{theirs}/{paper}.pdf")):
            assert f'filename="{paper}-{made.reference}.pdf"' in answer.header("Content-Disposition")
            assert answer.body.startswith(b"%PDF")
        assert bob.get(f"{theirs}/{paper}.pdf").status == 404
    assert f'href="{theirs}/receipt.pdf"' in ann.get(theirs).body.decode()


def test_who_holds_the_link_to_a_document_has_the_papers_of_its_payments_and_of_no_others(desk):
    world = desk.world
    world.store(world.invoice("INV-7001", "120.00", 29))
    world.portal.deliver()
    (link,) = [found for mail in world.letterbox.mails for found in re.findall(r"/d/\S+", mail.text)][-1:]
    number = world.id_of("INV-7001")
    lines = [LineChoice(document_id=number, pay=usd(20))]
    record = desk.portal.payments.record
    today = world.clock.now().date()
    mine = record(world.harbour, CASEY, money=usd(20), received_on=today, method=MethodKind.CHEQUE, lines=lines)
    other = desk.pay("INV-1003").payment_id
    holder = world.browser()
    holder.get(link)
    holder.post(link)
    here = f"/accounts/{world.harbour}/documents/{number}/payments"
    for paper in ("receipt", "remittance"):
        assert holder.get(f"{here}/{mine}/{paper}.pdf").body.startswith(b"%PDF")
        assert holder.get(f"{here}/{other}/{paper}.pdf").status == 404
        assert holder.get(f"/accounts/{world.harbour}/payments/{mine}/{paper}.pdf").status == 303, "sign in first"


GETS = ("/desk/payments", "/desk/credits", "{home}/payments", "{home}/cash", "{one}", "{one}/refund", "{one}/receipt.pdf")
ACTS = ("{one}", "{one}/refund", "{home}/cash", "{home}/credits/{id}")


def test_customers_strangers_and_forms_of_other_sites_cannot_act_at_the_desk(seen_desk):
    desk, made = seen_desk, seen_desk.made
    given = {"home": desk.home, "one": desk.address(made), "id": uuid4()}
    ann = desk.world.signed_in()
    nobody = Site(desk.portal, staff=lambda request: None)
    form = desk.fields(f"{desk.address(made)}/refund?amount=5") | {"act": "void"}
    for address in GETS:
        assert ann.get(address.format(**given)).status == 404
        assert desk.visit(address.format(**given), site=nobody).status == 404
    for address in ACTS:
        where = address.format(**given)
        assert ann.post(where, form=form).status == 404
        assert desk.visit(where, form, site=nobody).status == 404
        assert desk.visit(where, {**form, "form_token": "forged"}).status == 403
    assert [kind for _, kind, _ in desk.till.calls] == [OpKind.SALE]


def test_a_payment_is_found_in_its_own_account_alone(seen_desk):
    desk, made = seen_desk, seen_desk.made
    elsewhere = f"/desk/accounts/{desk.world.mill}/payments/{made.payment_id}"
    for tail in ("", "/refund", "/receipt.pdf", "/remittance.pdf"):
        assert desk.visit(elsewhere + tail).status == 404
    form = desk.fields(f"{desk.address(made)}/refund?amount=5")
    assert desk.visit(f"{elsewhere}/refund", form).status == 404
    assert desk.visit(f"{desk.home}/credits/{uuid4()}").status == 404


def test_the_timeline_tells_of_payments_in_words(seen_desk):
    desk, made = seen_desk, seen_desk.made
    page = desk.text(desk.home)
    assert f'<a href="{desk.address(made)}">A payment was begun, or recorded</a>' in page
    assert f'<a href="{desk.address(made)}">A payment went on</a>' in page


def test_what_credit_went_to_is_taken_off_again(desk):
    made = desk.pay("INV-1003", on_account=usd(50))
    credit = desk.portal.payments.payment(desk.world.harbour, made.payment_id, CASEY).payment.rest_id
    use = CreditUse(credit_id=credit, document_id=desk.world.ids["INV-1002"], amount=usd(20))
    desk.portal.payments.apply(desk.world.harbour, [use], CASEY)
    assert "Credit that was applied" in desk.text(desk.address(made))
    form = desk.fields(desk.address(made), "unapply")
    assert desk.visit(desk.address(made), {**form, "amount": "20.01"}).status == 422
    for _ in range(2):
        answer = desk.visit(desk.address(made), form)
        assert (answer.status, answer.header("Location")) == (303, f"{desk.address(made)}?done=unapplied")
    assert "Credit that was applied" not in desk.text(f"{desk.address(made)}?done=unapplied")
    (left,) = [one for one in desk.portal.payments.lists.unapplied(CASEY).items if one.id == credit]
    assert left.amount == usd(50)


def test_what_a_gateway_tells_of_and_nobody_knows_is_looked_for_again_or_seen_to(make_world):
    desk = Till(lambda **options: make_world(**{**options, "settings": (evolve(TAKEN, park_tries=1),)}))
    assert "Nothing to do" in desk.text("/desk/gateways")
    for name in ("e1", "e2"):
        stray = desk.portal.clock.new_id()
        desk.happens(seen(stray, OpKind.SALE, OpStatus.SUCCEEDED, usd(7), ref=name), name=name)
    for _ in range(3):
        desk.world.clock.forward(days=1)
        desk.portal.tick()
    page = desk.text("/desk/gateways")
    assert page.count("Look for its payment again") == page.count("What the gateway sent") == 2
    keys = dict.fromkeys(re.findall(r'name="event" value="([^"]*)"', page))
    token = re.search(r'name="form_token" value="([^"]*)"', page)[1]
    form = {"form_token": token, "event": next(iter(keys))}
    assert desk.visit("/desk/gateways", {**form, "act": "retry"}).header("Location").endswith("?done=not_found")
    assert desk.visit("/desk/gateways", {**form, "act": "close", "note": " "}).status == 422
    assert desk.visit("/desk/gateways", {**form, "act": "other"}).status == 422
    assert desk.visit("/desk/gateways", {**form, "act": "close", "note": "Not ours."}).status == 303
    assert desk.text("/desk/gateways").count("Look for its payment again") == 1


def test_a_closed_account_is_opened_again_at_the_desk(desk):
    desk.portal.payments.gateways.on_refused("main", "till.who")
    page = desk.text("/desk/gateways")
    assert "Closed: main" in page
    form = {"form_token": re.search(r'name="form_token" value="([^"]*)"', page)[1], "act": "reopen", "merchant": "main"}
    desk.till.check = lambda: HealthReport(well=False)
    answer = desk.visit("/desk/gateways", form)
    assert answer.status == 422
    assert "does not know the credentials yet" in answer.body.decode()
    del desk.till.check
    assert desk.visit("/desk/gateways", form).header("Location") == "/desk/gateways?done=reopened"
    assert "Closed: main" not in desk.text("/desk/gateways")


@pytest.mark.parametrize("many", [1, 30])
def test_the_desks_pages_of_payments_ask_few_statements_whatever_the_size_of_the_book(desk, many):
    for number in range(many):
        desk.portal.payments.record(
            desk.world.harbour, CASEY, money=usd(number + 1), received_on=desk.world.clock.now().date(), method=MethodKind.CHEQUE
        )
    made = desk.pay("INV-1003", "INV-1002")
    (credit, *_) = desk.portal.payments.lists.unapplied(CASEY, account_id=desk.world.harbour).items
    most = {
        "/desk/payments": 1,
        "/desk/payments?view=review&text=P": 1,
        "/desk/credits": 1,
        f"{desk.home}/payments": 2,
        f"{desk.home}/cash": 2,
        f"{desk.home}/credits/{credit.id}": 8,
        desk.address(made): 6,
        "/desk/gateways": 2,
        f"{desk.address(made)}/refund?amount=5": 5,
    }
    for address, statements in most.items():
        desk.visit(address)
        with counting(desk.portal.engines) as sent:
            assert desk.visit(address).status == 200
        assert len([one for one in sent if one != "BEGIN"]) <= statements, address
