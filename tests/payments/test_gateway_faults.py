"""Gateways that drop requests before, during and after they execute: whatever happens, the books say what the gateway did."""

import random
import threading
from datetime import timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, account_of, customer, invoice, store, usd
from lockportal.core.actor import Right
from lockportal.core.errors import Conflict, Refused
from lockportal.documents.models import document_id
from lockportal.payments import CreditUse, LineChoice, MethodKind, PaymentState
from lockportal.payments.calling import Payer
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.requests import WebhookRequest
from payments.tills import event, seen

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")
FAULTS = (
    "before",
    "after",
    "reset",
    "reset_after",
    "garbage",
    "not_sent",
    "rejected",
    OpStatus.PENDING,
    OpStatus.FAILED,
    OpStatus.ACTION_REQUIRED,
)


def furnished(shop, count, each=100, *, number="100", first=0):
    facts = [invoice(f"R-{first + n}", usd(each)) for n in range(count)]
    store(shop.portal, *facts, number=number)
    account = account_of(shop.portal, number)
    payer = customer(account, rights=(Right.VIEW, Right.PAY))
    return account, payer, [document_id(account, "books", fact.external_id) for fact in facts]


def buyers(shop, count):
    """So many invoices of customers with fifty each, as (account, payer, document): what is under way is loaded by account."""
    for first in range(0, count, 50):
        account, payer, documents = furnished(shop, min(50, count - first), number=str(100 + first), first=first)
        yield from ((account, payer, document) for document in documents)


def pay(shop, account, payer, key, document):
    return shop.portal.payments.start(
        account,
        payer,
        key=key,
        currency="USD",
        method=MethodKind.CARD,
        lines=[LineChoice(document_id=document)],
        payer=THERE,
    )


def settle(shop, rounds=3):
    """Let days pass: what waits for a payer is finished by the gateway, and everything else is asked."""
    for key, (kind, status, money) in list(shop.till.bank.items()):
        if status in {OpStatus.PENDING, OpStatus.ACTION_REQUIRED}:
            shop.till.bank[key] = (kind, OpStatus.SUCCEEDED, money)
    for _ in range(rounds):
        shop.portal.clock.time += timedelta(days=1)
        shop.portal.payments.reconcile(OTTO)


def taken(till):
    """What the gateway has really taken, less what it gave back."""
    signs = {OpKind.SALE: 1, OpKind.CAPTURE: 1, OpKind.REFUND: -1}
    return sum(signs.get(kind, 0) * money.minor for kind, status, money in till.bank.values() if status is OpStatus.SUCCEEDED)


def posted(shop):
    return sum(shop.portal.payments.payment(row.account_id, row.id, OTTO).payment.posted for row in every(shop))


def every(shop):
    after = None
    while True:
        page = shop.portal.payments.payments(OTTO, after=after)
        yield from page.items
        if page.after is None:
            return
        after = page.after


def late(shop, rng):
    """Have the gateway tell by webhooks, twice and in any order, of what it has done: everybody knows it already."""
    told = [
        event(f"late-{n}", seen(operation, kind, status, money))
        for n, (operation, (kind, status, money)) in enumerate(shop.till.bank.items())
    ] * 2
    rng.shuffle(told)
    for one in told:
        shop.till.events = [(one,)]
        request = WebhookRequest(headers={"secret": "s1"}, body=b"{}", received_at=shop.portal.clock.now())
        shop.portal.payments.receive("main", request)


@pytest.mark.guarantee(26)
def test_a_gateway_that_fails_in_every_way_and_the_books_agree_in_the_end(sqlite_shop, tier):
    shop, total = sqlite_shop, tier.times(40, 500, 5000)
    rng = random.Random(26)
    for n, (account, payer, document) in enumerate([*buyers(shop, total)]):
        shop.till.next = [rng.choice([*FAULTS, OpStatus.SUCCEEDED])]
        made = pay(shop, account, payer, f"k{n}", document)
        if rng.random() < 0.1:
            shop.till.next = []
            assert pay(shop, account, payer, f"k{n}", document).payment_id == made.payment_id, "the same button again"
    settle(shop)
    late(shop, rng)
    states = {row.state for row in every(shop)}
    assert states <= {PaymentState.PAID, PaymentState.FAILED}, "everything is over"
    assert len(states) == 2
    assert posted(shop) == taken(shop.till), "charges are captures"
    assert len(shop.till.bank) <= total, "no operation was sent under another key"
    assert {operation for operation, _, _ in shop.till.calls} == {
        key for row in every(shop) for key in shop.portal.payments.payment(row.account_id, row.id, OTTO).payment.operations
    }
    assert shop.portal.verify(OTTO) == ()


def test_with_a_fresh_key_for_each_try_somebody_would_be_charged_twice(sqlite_shop):
    """The control: the same button pressed again after a lost answer, as a second payment that holds nothing."""
    shop = sqlite_shop
    account, payer, (document,) = furnished(shop, 1)
    shop.till.next = ["after"]
    first = pay(shop, account, payer, "k1", document)
    operation = shop.portal.payments.payment(account, first.payment_id, OTTO).operations[0]
    payment = shop.portal.payments.payment(account, first.payment_id, OTTO).payment
    request = shop.portal.payments._calling._request(operation, payment)
    shop.till.start(evolve(request, operation_id=shop.portal.clock.new_id()))
    settle(shop)
    assert taken(shop.till) == 2 * posted(shop)


@pytest.mark.guarantee(13)
def test_a_button_that_is_pressed_by_many_at_once_pays_once(file_shop, tier):
    shop, threads = file_shop, tier.times(8, 8, 32)
    rounds = tier.times(3, 60, 500)
    account, payer, documents = furnished(shop, rounds)
    for n, document in enumerate(documents):
        answers, barrier = [], threading.Barrier(threads)

        def press(n=n, document=document, answers=answers, barrier=barrier):
            barrier.wait()
            answers.append(pay(shop, account, payer, f"k{n}", document))

        crowd = [threading.Thread(target=press) for _ in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert len(answers) == threads
        assert {one.payment_id for one in answers} == {answers[0].payment_id}
        with pytest.raises(Conflict, match=r"key\.reused"):
            shop.portal.payments.start(
                account,
                payer,
                key=f"k{n}",
                currency="USD",
                method=MethodKind.CARD,
                lines=[LineChoice(document_id=document, pay=usd(1))],
                payer=THERE,
            )
    assert len(shop.till.bank) == rounds
    assert taken(shop.till) == posted(shop) == rounds * 100_00


@pytest.mark.guarantee(13)
def test_two_tabs_with_keys_of_their_own_pay_an_invoice_once(file_shop):
    shop = file_shop
    account, payer, documents = furnished(shop, 4)
    for document in documents:
        won, barrier = [], threading.Barrier(6)

        def press(tab, document=document, won=won, barrier=barrier):
            barrier.wait()
            try:
                won.append(pay(shop, account, payer, f"{document}-{tab}", document))
            except Refused as refused:
                assert refused.code in {"payment.under_way", "payment.nothing_open"}  # noqa: PT017 - in a thread

        tabs = [threading.Thread(target=press, args=(tab,)) for tab in range(6)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        assert len(won) == 1
    assert taken(shop.till) == 4 * 100_00


@pytest.mark.guarantee(19)
def test_refunds_at_once_never_give_back_more_than_was_taken(file_shop, tier):
    shop, threads = file_shop, tier.times(8, 8, 32)
    account, payer, documents = furnished(shop, tier.times(2, 30, 200))
    for n, document in enumerate(documents):
        made, barrier = pay(shop, account, payer, f"k{n}", document), threading.Barrier(threads)

        def give_back(one, made=made, barrier=barrier):
            barrier.wait()
            try:
                shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd(30), key=f"{made.payment_id}-{one}")
            except Refused as refused:
                assert refused.code == "payment.not_refundable"  # noqa: PT017 - in a thread

        crowd = [threading.Thread(target=give_back, args=(one,)) for one in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.totals.refunded == 90_00
    assert taken(shop.till) == posted(shop)


def test_who_looks_before_and_gives_back_afterwards_gives_back_more_than_was_taken(sqlite_shop):
    """The control: all look at what is left, and only then does each give back, at the gateway itself."""
    shop = sqlite_shop
    account, payer, (document,) = furnished(shop, 1)
    made = pay(shop, account, payer, "k", document)
    looked = [shop.portal.payments.payment(account, made.payment_id, OTTO).payment.refundable for _ in range(8)]
    for left in looked:
        if left >= 30_00:
            shop.till._answer(shop.portal.clock.new_id(), OpKind.REFUND, usd(30))
    assert taken(shop.till) < 0


@pytest.mark.guarantee(18)
def test_a_credit_is_never_spent_twice(file_shop, tier):
    shop = file_shop
    account, _, documents = furnished(shop, 16, 10_000)
    rounds = tier.times(2, 40, 500)
    for n in range(rounds):
        paid = shop.portal.payments.record(
            account, OTTO, money=usd(10), received_on=NOON.date(), method=MethodKind.CHEQUE, key=f"credit-{n}"
        )
        credit, done, barrier = shop.portal.payments.payment(account, paid, OTTO).payment.rest_id, [], threading.Barrier(16)

        def take(document, credit=credit, done=done, barrier=barrier):
            barrier.wait()
            try:
                use = CreditUse(credit_id=credit, document_id=document, amount=usd(6))
                shop.portal.payments.apply(account, [use], OTTO)
                done.append(document)
            except Refused as refused:
                assert refused.code == "credit.spent"  # noqa: PT017 - in a thread

        crowd = [threading.Thread(target=take, args=(document,)) for document in documents]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert len(done) == 1, "six of ten dollars, once"
    assert shop.portal.verify(OTTO) == ()
