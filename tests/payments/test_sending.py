"""When an operation goes to its gateway, once or again: noted before each time, never under a dead key, never when it is over."""

from datetime import timedelta

import pytest
from attrs import evolve

from books import OTTO, invoice, usd
from lockportal.payments import LineChoice, MethodKind, PaymentState, StartPayment
from lockportal.payments.calling import Calling, Payer
from lockportal.payments.methods import Idempotency
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import FetchResult, Found, GatewayResult
from payments.test_paying import THERE, balance, hook, opened, pay, ties
from payments.tills import event, seen

AWAY = Payer(return_url=THERE.return_url, cancel_url=THERE.cancel_url, present=False)


def able(shop, monkeypatch, **changes):
    """Let the till be able to do something else than it is."""
    merchant = shop.portal.payments.gateways.merchant("main")
    methods = tuple(evolve(one, **changes) for one in merchant.descriptor.methods)
    known = {"main": evolve(merchant, descriptor=evolve(merchant.descriptor, methods=methods))}
    monkeypatch.setattr(shop.portal.payments.gateways, "_merchants", known)


def lost_refund(shop):
    """Pay an invoice, and lose the request that is to give it back before the gateway has it."""
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = pay(shop, account, payer, [ids["R-1"]])
    shop.till.next = ["before"]
    shop.portal.payments.refund(account, made.payment_id, OTTO, key="r")
    return account, made


def operation(shop, account, made, kind):
    return next(one for one in shop.portal.payments.payment(account, made.payment_id, OTTO).operations if one.kind is kind)


def after(shop, **time):
    shop.portal.clock.time += timedelta(**time)
    shop.portal.payments.reconcile(OTTO)


def refunds(shop):
    return [one for one, kind, _ in shop.till.calls if kind is OpKind.REFUND]


def stored(shop, account):
    """Store a payment, and go no further: as where the process ends."""
    payer, ids = account[1:]
    lines = (LineChoice(document_id=ids["R-1"]),)
    command = StartPayment(
        account_id=account[0], currency="USD", lines=lines, method=MethodKind.CARD, merchant_account="main", payer=THERE
    )
    receipt = shop.portal.shell.run(command, payer)
    return shop.portal.payments._calling.stored.operations(account[0], receipt.id)[0]


def test_a_lost_follow_up_is_sent_again_under_its_key_by_a_gateway_that_knows_it_again(shop):
    account, made = lost_refund(shop)
    after(shop, hours=2)
    refund = operation(shop, account, made, OpKind.REFUND)
    assert refunds(shop) == [refund.id, refund.id]
    assert (refund.status, refund.sends) == (OpStatus.SUCCEEDED, 2)
    ties(shop)


def test_a_lost_follow_up_is_left_to_a_person_where_the_gateway_knows_no_key_again(shop, monkeypatch):
    able(shop, monkeypatch, idempotency=Idempotency.NONE)
    account, made = lost_refund(shop)
    for _ in range(3):
        after(shop, hours=2)
    refund = operation(shop, account, made, OpKind.REFUND)
    assert refunds(shop) == [refund.id], "it may be there yet: a second one would give back twice"
    assert refund.status is OpStatus.UNKNOWN
    assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.unknown


def test_a_key_counts_from_the_first_time_it_was_sent(shop, monkeypatch):
    able(shop, monkeypatch, idempotency_window=timedelta(hours=24))
    account, made = lost_refund(shop)
    shop.till.next = ["before"]
    after(shop, hours=23)
    assert len(refunds(shop)) == 2
    after(shop, hours=2)
    assert len(refunds(shop)) == 2, "the gateway has forgotten the key by now, though it was used two hours ago"
    refund = operation(shop, account, made, OpKind.REFUND)
    assert refund.first_sent_at < refund.sent_at


def test_the_gateways_horizon_counts_from_the_last_time_it_was_sent(shop):
    lost_refund(shop)
    shop.till.next = ["before"]
    after(shop, hours=2)
    assert len(refunds(shop)) == 2
    after(shop, minutes=30)
    assert len(refunds(shop)) == 2, "what was sent half an hour ago may be on its way"
    after(shop, minutes=30)
    assert len(refunds(shop)) == 3


def test_each_time_it_is_sent_is_stored_before_the_gateway_is_called(shop, monkeypatch):
    account, made = lost_refund(shop)
    refund, noted = shop.till.refund, []

    def asked(request):
        noted.append(operation(shop, account, made, OpKind.REFUND).sends)
        return refund(request)

    monkeypatch.setattr(shop.till, "refund", asked)
    shop.till.next = ["before"]
    after(shop, hours=2)
    after(shop, hours=2)
    assert noted == [2, 3]


def between(shop, monkeypatch, meanwhile, *, heed=True):
    """Let something happen after an operation was read and before it is noted that it is sent; once."""
    send, left = Calling._send, [meanwhile]

    def noted(self, *given):
        if left:
            left.pop()()
        return send(self, *given) or not heed

    monkeypatch.setattr(Calling, "_send", noted)


@pytest.mark.parametrize("heed", [True, False], ids=["", "control"])
def test_what_was_declared_gone_before_it_was_sent_is_not_sent(shop, monkeypatch, heed):
    """The control sends though nobody could note it: the payer is charged for an invoice that is free again."""
    there = opened(shop, invoice("R-1", "100.00"))
    made = stored(shop, there)
    between(shop, monkeypatch, lambda: after(shop, hours=2), heed=heed)
    shop.portal.payments._calling.perform(there[0], made.id)
    (gone,) = shop.portal.payments._calling.stored.operations(there[0], made.payment_id)
    if heed:
        assert (gone.status, gone.merged.conflict, shop.till.bank) == (OpStatus.FAILED, False, {})
    else:
        assert gone.merged.conflict
        assert list(shop.till.bank) == [made.id]


@pytest.mark.parametrize("heed", [True, False], ids=["", "control"])
def test_what_is_sent_while_the_clock_asks_for_it_is_not_declared_gone(shop, monkeypatch, heed):
    """The control believes the answer of before: a debit under way is failed, and its invoice is free again."""
    there = opened(shop, invoice("R-1", "100.00"))
    made = stored(shop, there)
    calling = shop.portal.payments._calling
    shop.till.default = OpStatus.PENDING

    def fetch(request):
        calling.perform(there[0], request.operation_id)
        return FetchResult(found=Found.NOT_FOUND)

    monkeypatch.setattr(shop.till, "fetch", fetch)
    if not heed:
        observe = Calling.observe

        def believe(self, *given, sends=None, **more):
            observe(self, *given, **more)

        monkeypatch.setattr(Calling, "observe", believe)
    after(shop, hours=2)
    (sent,) = calling.stored.operations(there[0], made.payment_id)
    assert list(shop.till.bank) == [made.id]
    assert sent.status is (OpStatus.PENDING if heed else OpStatus.FAILED)


def shared(shop, monkeypatch):
    """Let the gateway give everything the same reference."""

    def result(operation_id):
        kind, status, money = shop.till.bank[operation_id]
        return GatewayResult(observations=(seen(operation_id, kind, status, money, ref="shared"),))

    monkeypatch.setattr(shop.till, "_result", result)


def test_a_reference_that_another_operation_has_loses_no_answer_and_is_looked_at(shop, monkeypatch):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    shared(shop, monkeypatch)
    first = pay(shop, account, payer, [ids["R-1"]])
    made = pay(shop, account, payer, [ids["R-2"]], key="k2")
    assert (first.state, made.state) == (PaymentState.PAID, PaymentState.PAID)
    assert balance(shop, account, ids["R-2"]) == usd("0")
    assert [row.id for row in shop.portal.payments.payments(OTTO, review=True).items] == [made.payment_id]
    sale = operation(shop, account, made, OpKind.SALE)
    assert [one.taken_ref for one in sale.observations if one.status is OpStatus.SUCCEEDED] == ["shared"]
    ties(shop)


def test_of_several_observations_only_the_one_with_anothers_reference_loses_it(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    first = pay(shop, account, payer, [ids["R-1"]])
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-2"]], key="k2")
    sale = operation(shop, account, made, OpKind.SALE)
    taken = operation(shop, account, first, OpKind.SALE).gateway_ref
    own = seen(sale.id, OpKind.SALE, OpStatus.SUCCEEDED, usd("50.00"))
    back = seen(sale.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd("20.00"), ref=taken)
    bare = seen(sale.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd("5.00"), ref="")
    shop.portal.payments._calling.observe(sale, (own, back, bare), event_id="e1")
    assert operation(shop, account, made, OpKind.SALE).gateway_ref == own.gateway_ref
    assert balance(shop, account, ids["R-2"]) == usd("25.00")
    assert [row.id for row in shop.portal.payments.payments(OTTO, review=True).items] == [made.payment_id]
    ties(shop)


def test_a_webhook_with_a_reference_that_another_operation_has_is_answered_and_applied_once(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"), invoice("R-2", "50.00"))
    first = pay(shop, account, payer, [ids["R-1"]])
    shop.till.default = OpStatus.PENDING
    made = pay(shop, account, payer, [ids["R-2"]], key="k2")
    taken = operation(shop, account, first, OpKind.SALE).gateway_ref
    sale = operation(shop, account, made, OpKind.SALE)
    told = seen(sale.id, OpKind.SALE, OpStatus.SUCCEEDED, usd("50.00"), ref=taken, event="e")
    for _ in range(2):
        hook(shop, event("e", told))
    assert balance(shop, account, ids["R-2"]) == usd("0")
    assert [row.id for row in shop.portal.payments.payments(OTTO, review=True).items] == [made.payment_id]
    returned = seen(None, OpKind.RETURN, OpStatus.SUCCEEDED, usd("50.00"), ref=taken, parent=sale.gateway_ref, event="b")
    for _ in range(2):
        hook(shop, event("b", returned))
    assert balance(shop, account, ids["R-2"]) == usd("50.00"), "a return under its debit's own reference counts once"
    ties(shop)


def test_what_was_never_sent_while_nobody_waits_is_sent_again_by_the_clock(shop, monkeypatch):
    able(shop, monkeypatch, idempotency=Idempotency.NONE)
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = ["not_sent", "not_sent"]
    made = shop.portal.payments.start(
        account, payer, currency="USD", method=MethodKind.CARD, lines=[LineChoice(document_id=ids["R-1"])], payer=AWAY
    )
    after(shop, minutes=5)
    after(shop, minutes=5)
    sale = operation(shop, account, made, OpKind.SALE)
    assert (sale.status, sale.sends) == (OpStatus.SUCCEEDED, 3)
    assert {one for one, _, _ in shop.till.calls} == {sale.id}, "under one key"
    assert balance(shop, account, ids["R-1"]) == usd("0")


def test_what_was_never_sent_is_given_up_after_the_gateways_horizon(shop):
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    shop.till.next = ["not_sent"] * 9
    made = shop.portal.payments.start(
        account, payer, currency="USD", method=MethodKind.CARD, lines=[LineChoice(document_id=ids["R-1"])], payer=AWAY
    )
    after(shop, minutes=50)
    after(shop, minutes=50)
    after(shop, minutes=50)
    assert len(shop.till.calls) == 2
    assert operation(shop, account, made, OpKind.SALE).status is OpStatus.FAILED


def test_what_may_have_been_sent_once_is_not_proven_unsent_by_a_later_try(shop, monkeypatch):
    able(shop, monkeypatch, fetch=frozenset())
    account, payer, ids = opened(shop, invoice("R-1", "100.00"))
    made = stored(shop, (account, payer, ids))
    calling = shop.portal.payments._calling
    assert calling._send(made, calling.stored.payment(account, made.payment_id)), "and the process ends before it hears more"
    able(shop, monkeypatch, idempotency=Idempotency.NONE)
    after(shop, minutes=5)
    assert shop.till.calls == []
