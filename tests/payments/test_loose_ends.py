"""What used to hang in the air: rests of authorizations, returns nobody tells of, events nobody knows, and the way back."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, TODAY, customer, invoice, usd
from lockportal.core.actor import Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.models import DocumentKind, DocumentsSettings
from lockportal.payments import (
    LineChoice,
    MatchReason,
    MethodKind,
    OpKind,
    OpStatus,
    Payer,
    Payment,
    PaymentState,
)
from lockportal.payments.methods import Captures
from lockportal.payments.planning import reserved
from lockportal.payments.requests import FetchResult, Found, WebhookRequest
from lockportal.payments.suggesting import suggested
from payments.sandbox import THERE, open_bank
from payments.test_paying import balance, opened, pay, position, ties
from payments.tills import SETTINGS, event, open_shop, seen

DAY = timedelta(days=1)


@pytest.fixture
def here():
    made = open_shop("sqlite://")
    yield made
    made.portal.close()


def declare(shop, *, webhooks=True, **changes):
    merchant = shop.portal.payments.gateways._merchants["main"]
    methods = tuple(evolve(one, **changes) for one in merchant.descriptor.methods)
    descriptor = evolve(merchant.descriptor, methods=methods, webhooks=webhooks)
    shop.portal.payments.gateways._merchants["main"] = evolve(merchant, descriptor=descriptor)


def days(shop, number):
    for _ in range(number):
        shop.portal.clock.time += DAY
        shop.portal.tick()


@pytest.mark.parametrize("captures", [Captures.MANUAL, Captures.MANUAL_MULTI])
def test_what_a_single_capture_leaves_is_given_up(here, captures):
    declare(here, captures=captures)
    account, payer, ids = opened(here, invoice("R-1"))
    made = pay(here, account, OTTO, [ids["R-1"]], authorize=True)
    taken = here.portal.payments.capture(account, made.payment_id, OTTO, money=usd("60.00"))
    assert taken.state is PaymentState.PARTLY_PAID
    held = here.portal.payments.payment(account, made.payment_id, OTTO).payment.held
    if captures is Captures.MANUAL:
        assert held == 0
        for work in (here.portal.payments.void, here.portal.payments.capture):
            with pytest.raises(Refused, match=r"payment\.not_"):
                work(account, made.payment_id, OTTO)
        assert pay(here, account, payer, [ids["R-1"]], key="k2").state is PaymentState.PAID
    else:
        assert held == 40_00
        here.portal.payments.void(account, made.payment_id, OTTO)
    ties(here)


def test_a_single_capture_that_fails_gives_nothing_up(here):
    declare(here, captures=Captures.MANUAL)
    account, _, ids = opened(here, invoice("R-1"))
    made = pay(here, account, OTTO, [ids["R-1"]], authorize=True)
    here.till.next = [OpStatus.FAILED]
    here.portal.payments.capture(account, made.payment_id, OTTO, money=usd("60.00"))
    assert here.portal.payments.capture(account, made.payment_id, OTTO).state is PaymentState.PAID


@pytest.mark.parametrize("webhooks", [True, False])
def test_returns_are_asked_about_where_no_webhook_tells_of_them(here, webhooks):
    declare(here, webhooks=webhooks, return_days=5)
    account, payer, ids = opened(here, invoice("R-1"))
    made = pay(here, account, payer, [ids["R-1"]])
    assert made.final_on == date(2026, 3, 9), "business days"
    (operation,) = here.portal.payments.payment(account, made.payment_id, OTTO).operations
    back = seen(operation.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd("100.00"), ref="back")
    here.till.fetch = lambda request: FetchResult(
        found=Found.FOUND, observations=(*here.till._result(request.operation_id).observations, evolve(back, operation_id=None))
    )
    days(here, 2)
    state = here.portal.payments.progress(account, made.payment_id, payer).state
    assert state is (PaymentState.PAID if webhooks else PaymentState.REVERSED)
    assert position(here, account) == usd("0" if webhooks else "100.00")
    ties(here)


def test_returns_are_asked_about_until_the_window_closes(here):
    declare(here, webhooks=False, return_days=5)
    account, payer, ids = opened(here, invoice("R-1"))
    made = pay(here, account, payer, [ids["R-1"]])
    asked, real = [], here.till.fetch
    here.till.fetch = lambda request: asked.append(here.portal.clock.now().date()) or real(request)
    days(here, 12)
    assert asked[0] == date(2026, 3, 3)
    assert asked[-1] == date(2026, 3, 10), "a day after the last"
    (operation,) = here.portal.payments.payment(account, made.payment_id, OTTO).operations
    assert operation.wake_at is None


def hook(shop, *events):
    shop.till.events = [events]
    shop.portal.payments.receive("main", WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=NOON))


def test_an_event_that_nobody_knows_is_looked_for_so_often_and_then_listed():
    shop = open_shop("sqlite://", settings=evolve(SETTINGS, park_tries=3))
    payments = shop.portal.payments
    account, payer, ids = opened(shop, invoice("R-1"))
    stray = shop.portal.clock.new_id()
    for name in ("e1", "e2"):
        hook(shop, event(name, seen(stray, OpKind.SALE, OpStatus.SUCCEEDED, usd("1.00"), event=name)))
    days(shop, 3)
    assert payments.parked(OTTO) == ()
    days(shop, 3)
    first, second = payments.parked(OTTO)
    assert (first.tries, first.given_up, first.wake_at) == (3, True, None)
    rows = shop.portal.shell.store.journal(shop.portal.supplier.id, 0, 100)
    assert [row.type for row in rows].count("payments.event_given_up") == 2
    assert payments.retry_parked(first.id, OTTO) is False
    for note, code in ((" ", r"payment\.note_missing"),):
        with pytest.raises(Refused, match=code):
            payments.close_parked(first.id, note, OTTO)
    payments.close_parked(first.id, "not ours", OTTO)
    with pytest.raises(Refused, match=r"parked_event\.done"):
        payments.close_parked(first.id, "again", OTTO)
    assert payments.parked(OTTO) == (second,)
    assert payments.retry_parked(first.id, OTTO) is True, "nothing is to be done any more"
    for work in (
        payments.parked,
        lambda by: payments.retry_parked(second.id, by),
        lambda by: payments.close_parked(second.id, "x", by),
    ):
        with pytest.raises((Denied, NotFound)):
            work(payer)
    with pytest.raises(NotFound):
        payments.retry_parked(stray, OTTO)
    made = pay(shop, account, payer, [ids["R-1"]])
    (operation,) = payments.payment(account, made.payment_id, OTTO).operations
    late = evolve(second, observation=evolve(second.observation, operation_id=operation.id, money=usd("100.00")))
    assert payments._receiving.retry(late), "its operation may come to be known after all"
    assert payments.parked(OTTO) == ()
    shop.portal.close()


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_closes_what_no_gateway_can_tell_of(here, happened):
    account, payer, ids = opened(here, invoice("R-1"))
    here.till.next = ["after"]
    here.till.fetch = lambda request: FetchResult(found=Found.CANNOT_TELL)
    payments = here.portal.payments
    made = pay(here, account, payer, [ids["R-1"]])
    (operation,) = payments.payment(account, made.payment_id, OTTO).operations

    def close(note="seen on the bank statement", by=OTTO):
        payments.close_operation(account, operation.id, by, happened=happened, note=note)

    with pytest.raises(Refused, match=r"operation\.not_asked"):
        close()
    days(here, 1)
    with pytest.raises(Refused, match=r"payment\.note_missing"):
        close(" ")
    with pytest.raises(Denied):
        close(by=payer)
    close()
    with pytest.raises(Refused, match=r"operation\.over"):
        close()
    told = payments.payment(account, made.payment_id, OTTO)
    assert told.payment.state is (PaymentState.PAID if happened else PaymentState.FAILED)
    assert (told.payment.needs_review, told.operations[0].note) == (True, "seen on the bank statement")
    assert [row.id for row in payments.payments(OTTO, review=True).items] == [made.payment_id]
    assert payments.payment(account, made.payment_id, payer).operations[0].note == "", "not for customers"
    payments.review(account, made.payment_id, "looked at by two", OTTO)
    assert payments.payments(OTTO, review=True).items == ()
    assert balance(here, account, ids["R-1"]) == usd("0" if happened else "100.00")
    if not happened:
        sale = seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, usd("100.00"))
        hook(here, event("late", sale))
        assert [row.id for row in payments.payments(OTTO, review=True).items] == [made.payment_id], "the gateway says otherwise"
    ties(here)


def test_an_authorization_that_lapsed_at_its_gateway_is_closed_by_a_person(here):
    account, payer, ids = opened(here, invoice("R-1"))
    payments = here.portal.payments
    made = pay(here, account, OTTO, [ids["R-1"]], authorize=True)
    payments.capture(account, made.payment_id, OTTO, money=usd("30.00"))
    first = payments.payment(account, made.payment_id, OTTO).payment.operations[0]
    with pytest.raises(Refused, match=r"operation\.over"):
        payments.close_operation(account, first, OTTO, happened=True, note="it is there")
    payments.close_operation(account, first, OTTO, happened=False, note="the bank let it lapse")
    told = payments.payment(account, made.payment_id, OTTO)
    assert (told.payment.held, told.payment.needs_review) == (0, True)
    assert {one.kind: one.note for one in told.operations} == {
        OpKind.AUTHORIZE: "",
        OpKind.CAPTURE: "",
        OpKind.VOID: "the bank let it lapse",
    }
    assert [kind for _, kind, _ in here.till.calls] == [OpKind.AUTHORIZE, OpKind.CAPTURE], "no gateway is asked"
    with pytest.raises(Refused, match=r"operation\.over"):
        payments.close_operation(account, first, OTTO, happened=False, note="again")
    assert pay(here, account, payer, [ids["R-1"]], key="k2").amount == usd("70.00")
    ties(here)


def test_the_way_back_is_within_the_portal_for_customers(here):
    account, payer, ids = opened(here, invoice("R-1"))
    evil = Payer(return_url="https://evil.test/", cancel_url="https://shop.test/no")
    options = {"currency": "USD", "method": MethodKind.CARD, "lines": [LineChoice(document_id=ids["R-1"])]}
    for one in (evil, evolve(evil, return_url="https://shop.test/", cancel_url="https://evil.test/")):
        with pytest.raises(Refused, match=r"payment\.return_url"):
            here.portal.payments.start(account, payer, payer=one, **options)
    stranger = customer(here.portal.clock.new_id(), rights=(Right.PAY,))
    with pytest.raises(NotFound):
        here.portal.payments.start(account, stranger, payer=evil, **options)
    assert here.portal.payments.start(account, OTTO, payer=evil, **options).state is PaymentState.PAID


def test_a_request_that_is_repeated_says_the_same_of_its_payer(here):
    account, payer, ids = opened(here, invoice("R-1"))
    said, real = [], here.till.start
    here.till.start = lambda request: said.append(request) or real(request)
    here.till.next = ["before", OpStatus.SUCCEEDED]
    german = Payer(return_url="https://shop.test/{payment}/zurueck", cancel_url="https://shop.test/nein", locale="de")
    options = {"key": "k", "currency": "USD", "method": MethodKind.CARD, "lines": [LineChoice(document_id=ids["R-1"])]}
    first = here.portal.payments.start(account, payer, payer=german, **options)
    again = here.portal.payments.start(account, payer, payer=evolve(german, locale="fr"), **options)
    assert (first.payment_id, again.state) == (again.payment_id, PaymentState.PAID)
    assert said[0] == said[1]
    assert said[0].return_url == f"https://shop.test/{first.payment_id}/zurueck"
    assert (said[0].locale, said[0].off_session) == ("de", False)


def test_lines_of_kinds_that_are_hidden_are_not_shown_in_a_payment():
    hidden = DocumentsSettings(hidden_kinds=frozenset({DocumentKind.DEBIT_MEMO}))
    shop = open_shop("sqlite://", others=(hidden,))
    account, payer, ids = opened(shop, invoice("R-1"), invoice("D-1", "5.00", kind=DocumentKind.DEBIT_MEMO))
    made = pay(shop, account, OTTO, [ids["R-1"], ids["D-1"]])
    for by, numbers in ((OTTO, ["R-1", "D-1"]), (payer, ["R-1"])):
        told = shop.portal.payments.payment(account, made.payment_id, by).payment
        assert ([line.number for line in told.lines], told.amount) == (numbers, usd("105.00"))
    shop.portal.close()


def test_what_is_reserved_is_added_up_once_for_all_documents(here, monkeypatch):
    facts = [invoice(f"R-{n}", "10.00") for n in range(20)]
    account, payer, ids = opened(here, *facts)
    here.till.default = OpStatus.PENDING
    for n in range(5):
        pay(here, account, payer, [ids[f"R-{n}"]], key=f"k{n}")
    counted = []
    monkeypatch.setattr(
        "lockportal.payments.planning.reserved", lambda account: counted.append(len(account.all(Payment))) or reserved(account)
    )
    here.portal.payments.quote(
        account,
        payer,
        currency="USD",
        method=MethodKind.CARD,
        lines=[LineChoice(document_id=ids[f"R-{n}"]) for n in range(5, 20)],
    )
    assert len(counted) <= 3
    assert set(counted) == {5}


# suggestions


def unapplied(bank, amount, reference=""):
    made = bank.payments.record(
        bank.account, OTTO, money=usd(amount), received_on=TODAY, method=MethodKind.CHEQUE, reference=reference
    )
    return bank.payments.payment(bank.account, made, OTTO).payment.rest_id


@pytest.mark.parametrize(
    ("amount", "reference", "expected"),
    [
        ("50.00", "", [(MatchReason.AMOUNT, 80, ("R-200",))]),
        ("70.00", "paying R200 thanks", [(MatchReason.REFERENCE, 70, ("R-200",))]),
        ("50.00", "inv r-200.", [(MatchReason.REFERENCE_AND_AMOUNT, 100, ("R-200",))]),
        ("130.00", "R-100/R-300", [(MatchReason.REFERENCE_AND_AMOUNT, 100, ("R-100", "R-300"))]),
        ("150.00", "", [(MatchReason.OLDEST, 60, ("R-100", "R-200"))]),
        ("30.00", "", [(MatchReason.AMOUNT, 40, ("R-300",)), (MatchReason.AMOUNT, 40, ("R-400",))]),
        ("11.00", "R-2000 and XR-200", []),
        ("100.00", "R-200, R-100", [(MatchReason.AMOUNT, 80, ("R-100",)), (MatchReason.REFERENCE, 70, ("R-100", "R-200"))]),
    ],
)
def test_unapplied_money_finds_the_documents_it_may_be_for(amount, reference, expected):
    bank = open_bank(
        "sqlite://",
        invoice("R-100", "100.00", due=-30),
        invoice("R-200", "50.00", due=-20),
        invoice("R-300", "30.00", due=-10),
        invoice("R-400", "30.00", due=-5),
        invoice("E-1", Money.of("50.00", "EUR")),
    )
    credit = unapplied(bank, amount, reference)
    found = bank.payments.suggest(bank.account, OTTO, credit)
    assert [(one.reason, one.score, one.numbers) for one in found] == expected
    for one in found[:1]:
        bank.payments.apply(bank.account, one.uses, OTTO)
        bank.ties()
    bank.portal.close()


def test_suggestions_are_for_the_office_and_of_credit_that_is_there():
    bank = open_bank("sqlite://", invoice("R-1"))
    credit = unapplied(bank, "100.00")
    with pytest.raises(Denied):
        bank.payments.suggest(bank.account, bank.payer, credit)
    with pytest.raises(NotFound, match=r"credit\.not_found"):
        bank.payments.suggest(bank.account, OTTO, bank.ids["R-1"])
    assert suggested(credit, usd("0"), "", (), {}) == ()
    (only,) = bank.payments.suggest(bank.account, OTTO, credit)
    bank.payments.apply(bank.account, only.uses, OTTO)
    with pytest.raises(NotFound):
        bank.payments.suggest(bank.account, OTTO, credit)
    bank.portal.close()


def test_a_link_to_one_document_saves_no_method():
    bank = open_bank("sqlite://", invoice("R-1"))
    grant = Grant(bank.account, bank.account, frozenset((Right.VIEW, Right.PAY)))
    holder = Actor(kind=ActorKind.HOLDER, id="link", document_id=bank.ids["R-1"], grants=(grant,))
    with pytest.raises(Denied):
        bank.payments.start(
            bank.account, holder, currency="USD", method=MethodKind.CARD, lines=bank.lines("R-1"), payer=THERE, save=True
        )
    with pytest.raises(Denied):
        bank.payments.methods.add(bank.account, holder, kind=MethodKind.CARD, payer=THERE)
    bank.portal.close()
