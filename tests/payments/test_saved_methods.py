"""Saved methods: known by the gateway's reference alone, used by whom they belong to, forgotten when they are removed."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from books import NOON, OTTO, account_of, invoice, item_id, rows_of, store, usd
from lockportal.core.actor import SYSTEM, Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.payments import KeepMethod, MethodKind, MethodStatus, NextKind, PaymentState, Saved, SavedMethod, SetUpMethod
from lockportal.payments.addresses import within
from lockportal.payments.errors import OutcomeUnknown
from lockportal.payments.requests import MethodFacts, MethodRef
from payments.buyers import opened
from payments.buyers import pay as buy
from payments.sandbox import BACK, THERE, open_bank

DAY = timedelta(days=1)


@pytest.fixture
def bank(database_url):
    made = open_bank(database_url, invoice("R-1"), invoice("R-2", "50.00"))
    yield made
    made.portal.close()


@pytest.fixture
def here():
    made = open_bank("sqlite://", invoice("R-1"), invoice("R-2", "50.00"))
    yield made
    made.portal.close()


def colleague(account, contact):
    grant = Grant(account, contact, frozenset((Right.VIEW, Right.PAY)))
    return Actor(kind=ActorKind.CUSTOMER, id="colleague", grants=(grant,))


def pay(bank, method_id, number="R-1", *, by=None, kind=MethodKind.CARD, payer=None, key=None):
    return bank.payments.start(
        bank.account,
        by or bank.payer,
        key=key,
        currency="USD",
        method=kind,
        lines=bank.lines(number),
        saved_method=method_id,
        payer=payer,
    )


def test_a_method_is_saved_on_the_gateways_page_and_debited_with_nobody_there(bank):
    begun = bank.payments.methods.add(bank.account, bank.payer, kind=MethodKind.CARD, payer=THERE, key="k")
    assert begun.method.status is MethodStatus.PENDING_VERIFICATION
    assert begun.next_action.kind == "redirect"
    again = bank.payments.methods.add(bank.account, bank.payer, kind=MethodKind.CARD, payer=THERE, key="k")
    assert again == begun, "the same key again saves nothing more"
    assert bank.gateway.hosted.press(begun.method.id.hex, "ok") == BACK
    done = bank.payments.methods.complete(bank.account, begun.method.id, bank.payer).method
    assert (done.status, done.last4, done.default, done.own) == (MethodStatus.ACTIVE, "4242", True, True)
    assert bank.payments.methods.list(bank.account, bank.payer) == (done,)
    late = bank.payments.methods.add(bank.account, bank.payer, kind=MethodKind.CARD, payer=THERE, key="k")
    assert (late.method, late.next_action) == (done, None), "nor does it once it is saved"
    assert pay(bank, done.id).state is PaymentState.PAID
    assert bank.balance("R-1") == usd("0")
    bank.ties()


def test_a_webhook_tells_of_a_method_whose_payer_never_came_back(here):
    begun = here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE).method
    here.gateway.hosted.press(begun.id.hex, "ok")
    for _ in range(2):
        here.webhooks(begun.id)
    (row,) = here.payments.methods.list(here.account, here.payer)
    assert row.status is MethodStatus.ACTIVE
    assert here.payments.methods.complete(here.account, begun.id, here.payer).method == row


def test_a_method_is_saved_with_a_payment_where_its_payer_wants_that(here):
    for number, save in (("R-1", True), ("R-2", False)):
        made = here.payments.start(
            here.account,
            here.payer,
            key=number,
            currency="USD",
            method=MethodKind.CARD,
            lines=here.lines(number),
            payer=THERE,
            save=save,
        )
        (operation,) = here.payments.payment(here.account, made.payment_id, OTTO).operations
        here.gateway.hosted.press(operation.id.hex, "ok")
        here.webhooks(operation.id)
        here.payments.complete(here.account, made.payment_id, here.payer, {})
    (saved,) = here.payments.methods.list(here.account, here.payer)
    assert (saved.status, saved.own) == (MethodStatus.ACTIVE, True)


def test_news_of_a_method_that_nobody_has_changes_nothing(here):
    facts = MethodFacts(ref=MethodRef(ref="x"), kind=MethodKind.CARD)
    here.payments._receiving._keep("main", facts, None, SYSTEM)
    method = here.save()
    before = here.payments.methods.list(here.account, OTTO)
    here.payments._receiving._keep("another", facts, method, SYSTEM)
    made = pay(here, method)
    (operation,) = here.payments.payment(here.account, made.payment_id, OTTO).operations
    here.payments._receiving._keep("another", facts, operation.id, SYSTEM)
    assert here.payments.methods.list(here.account, OTTO) == before, "nor does another account with a gateway have a say"
    with pytest.raises(NotFound, match=r"saved_method\.not_found"):
        here.payments._calling.stored.saved(here.account, here.account)


def test_a_reference_that_is_told_for_two_customers_stays_with_the_first(here):
    here.save()
    store(here.portal, invoice("X-1"), number="200", name="Other")
    other = account_of(here.portal, "200")
    theirs = here.payments.methods.add(other, OTTO, kind=MethodKind.CARD, payer=THERE).method
    (mine,) = here.payments.methods.list(here.account, OTTO)
    facts = MethodFacts(ref=here.payments._calling.stored.saved(here.account, mine.id).method_ref, kind=MethodKind.CARD)
    here.payments._receiving._keep("main", facts, theirs.id, SYSTEM)
    (row,) = here.payments.methods.list(other, OTTO)
    assert (row.status, row.last4) == (MethodStatus.PENDING_VERIFICATION, "")
    assert here.payments.methods.list(here.account, OTTO) == (mine,)


def test_a_colleagues_method_is_unknown_unless_the_settings_share_them(here):
    mine = here.save()
    other = colleague(here.account, here.portal.clock.new_id())
    assert here.payments.methods.list(here.account, other) == ()
    for work in (
        lambda: pay(here, mine, by=other),
        lambda: here.payments.methods.remove(here.account, mine, other),
        lambda: here.payments.methods.prefer(here.account, mine, other),
        lambda: here.payments.methods.complete(here.account, mine, other),
    ):
        with pytest.raises(NotFound, match=r"saved_method\.not_found"):
            work()
    shared = open_bank("sqlite://", invoice("R-1"), share_methods=True)
    theirs = shared.save()
    other = colleague(shared.account, shared.portal.clock.new_id())
    (row,) = shared.payments.methods.list(shared.account, other)
    assert (row.id, row.own) == (theirs, False)
    assert pay(shared, theirs, by=other).state is PaymentState.PAID
    shared.portal.close()


def test_a_removed_method_is_forgotten_by_its_gateway_and_takes_nothing(here):
    method = here.save()
    ref = here.payments._calling.stored.saved(here.account, method).method_ref
    for _ in range(2):
        here.payments.methods.remove(here.account, method, here.payer)
    assert here.gateway.fetch_method(ref).status is MethodStatus.REVOKED
    assert here.payments.methods.list(here.account, here.payer) == ()
    with pytest.raises(Refused, match=r"method\.not_usable"):
        pay(here, method)
    assert here.payments._calling.stored.saved(here.account, method).wake_at is None


def test_a_gateway_that_cannot_be_told_to_forget_is_told_later(here, monkeypatch):
    method, real = here.save(), here.gateway.detach_method

    def fails(ref):
        raise OutcomeUnknown("gateway.down")

    monkeypatch.setattr(here.gateway, "detach_method", fails)
    here.payments.methods.remove(here.account, method, here.payer)
    assert not here.payments._calling.stored.saved(here.account, method).detached
    monkeypatch.setattr(here.gateway, "detach_method", real)
    here.wait(DAY)
    assert here.payments._calling.stored.saved(here.account, method).detached
    here.payments.methods.pursue(here.payments._calling.stored.saved(here.account, method))


def test_a_setup_that_nobody_goes_on_with_is_given_up(here):
    here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE)
    here.wait(DAY)
    assert len(here.payments.methods.list(here.account, here.payer)) == 1
    here.wait(7 * DAY)
    here.wait(7 * DAY)
    assert here.payments.methods.list(here.account, here.payer) == ()
    assert [row.reason for row in rows_of(here.portal, SavedMethod)] == ["abandoned"]


def test_a_method_under_verification_is_asked_about_until_it_is_active(here, monkeypatch):
    begun, real = here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE).method, here.gateway
    pending = MethodFacts(ref=MethodRef(ref="fake_ok.card.1"), kind=MethodKind.CARD, status=MethodStatus.PENDING_VERIFICATION)
    here.portal.shell.run(KeepMethod(account_id=here.account, method_id=begun.id, merchant_account="main", facts=pending), SYSTEM)
    with pytest.raises(Refused, match=r"method\.not_usable"):
        pay(here, begun.id)
    assert real.fetch_method(pending.ref).status is MethodStatus.ACTIVE
    here.wait(DAY)
    assert [row.status for row in here.payments.methods.list(here.account, here.payer)] == [MethodStatus.ACTIVE]


@pytest.mark.parametrize("word", ["account_closed", "lost_or_stolen"])
def test_a_bank_that_says_never_again_blocks_the_method(here, word):
    method = here.save(word)
    assert pay(here, method, key="k").state is PaymentState.FAILED
    (row,) = here.payments.methods.list(here.account, here.payer)
    assert row.status is MethodStatus.BLOCKED
    with pytest.raises(Refused, match=r"method\.not_usable"):
        pay(here, method)


def test_a_removed_method_is_blocked_no_more(here):
    method = here.save("account_closed", MethodKind.ACH_DEBIT)
    here.payments.methods.remove(here.account, method, here.payer)
    other = here.save(kind=MethodKind.ACH_DEBIT)
    made = pay(here, other, kind=MethodKind.ACH_DEBIT)
    here.wait(4 * DAY)
    here.payments.methods.remove(here.account, other, here.payer)
    (operation,) = here.payments.payment(here.account, made.payment_id, OTTO).operations
    here.gateway.hosted.press(operation.id.hex, "return_closed")
    here.webhooks(operation.id)
    assert here.payments._calling.stored.saved(here.account, other).reason == "removed"


def test_a_decline_that_may_pass_blocks_nothing(here):
    method = here.save("insufficient_funds")
    assert pay(here, method).state is PaymentState.FAILED
    assert here.payments.methods.list(here.account, here.payer)[0].status is MethodStatus.ACTIVE


@pytest.mark.parametrize(("word", "status"), [("return_closed", MethodStatus.BLOCKED), ("return", MethodStatus.ACTIVE)])
def test_a_return_with_a_reason_for_good_blocks_the_method(bank, word, status):
    method = bank.save(kind=MethodKind.ACH_DEBIT)
    made = pay(bank, method, kind=MethodKind.ACH_DEBIT)
    assert made.state is PaymentState.PROCESSING
    bank.wait(4 * DAY)
    progress = bank.payments.progress(bank.account, made.payment_id, bank.payer)
    assert (progress.state, progress.final_on) == (PaymentState.PAID, date(2026, 5, 28))
    assert bank.payments.payment(bank.account, made.payment_id, bank.payer).final_on == progress.final_on
    (operation,) = bank.payments.payment(bank.account, made.payment_id, OTTO).operations
    bank.gateway.hosted.press(operation.id.hex, word)
    bank.webhooks(operation.id)
    assert bank.payments.progress(bank.account, made.payment_id, bank.payer).state is PaymentState.REVERSED
    assert bank.payments.methods.list(bank.account, bank.payer)[0].status is status
    assert bank.balance("R-1") == usd("100.00")
    bank.ties()


def test_one_method_is_the_preferred_one(here):
    first, second = here.save(), here.save()
    assert [row.default for row in here.payments.methods.list(here.account, here.payer)] == [True, False]
    for _ in range(2):
        here.payments.methods.prefer(here.account, second, here.payer)
    assert [row.default for row in here.payments.methods.list(here.account, here.payer)] == [False, True]
    here.payments.methods.remove(here.account, first, here.payer)
    with pytest.raises(Refused, match=r"method\.not_usable"):
        here.payments.methods.prefer(here.account, first, here.payer)


def test_what_cannot_be_saved_is_refused(here):
    methods = here.payments.methods
    for kind in (MethodKind.SEPA_DEBIT, MethodKind.BANK_TRANSFER):
        with pytest.raises(Refused, match=r"method\.not_saved"):
            methods.add(here.account, here.payer, kind=kind, payer=THERE)
    with pytest.raises(Refused, match=r"payment\.return_url"):
        methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=evolve(THERE, return_url="https://evil.test"))
    with pytest.raises(Denied):
        methods.add(here.account, colleague_viewer(here), kind=MethodKind.CARD, payer=THERE)
    few = open_bank("sqlite://", invoice("R-1"), most_methods=1)
    few.save()
    with pytest.raises(Refused, match=r"method\.too_many"):
        few.save()
    few.portal.close()


def colleague_viewer(bank):
    grant = Grant(bank.account, bank.account, frozenset((Right.VIEW,)))
    return Actor(kind=ActorKind.CUSTOMER, id="viewer", grants=(grant,))


def test_a_gateway_that_saves_no_method_is_not_asked(here, monkeypatch):
    merchant = here.payments.gateways.merchant("main")
    unsaved = tuple(evolve(one, saved=Saved.NONE) for one in merchant.descriptor.methods)
    changed = evolve(merchant, descriptor=evolve(merchant.descriptor, methods=unsaved))
    monkeypatch.setitem(here.payments.gateways._merchants, "main", changed)
    with pytest.raises(Refused, match=r"method\.not_saved"):
        here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE)


def test_a_setup_that_fails_is_asked_about_again(here, monkeypatch):
    def fails(request):
        raise OutcomeUnknown("gateway.down")

    real = here.gateway.setup_method
    monkeypatch.setattr(here.gateway, "setup_method", fails)
    begun = here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE, key="k")
    assert begun.next_action is None
    monkeypatch.setattr(here.gateway, "setup_method", real)
    again = here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE, key="k")
    assert again.next_action is not None


def test_a_saved_method_is_of_the_kind_that_is_paid_by(here):
    method = here.save()
    with pytest.raises(Refused, match=r"payment\.method"):
        pay(here, method, kind=MethodKind.ACH_DEBIT)


def facts(ref="r", status=MethodStatus.ACTIVE, expires_on=None):
    return MethodFacts(ref=MethodRef(ref=ref), kind=MethodKind.CARD, last4="4242", status=status, expires_on=expires_on)


def test_the_same_method_saved_twice_is_kept_once(here):
    first, second = (here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE).method for _ in "ab")
    for one in (first, second, second):
        command = KeepMethod(account_id=here.account, method_id=one.id, merchant_account="main", facts=facts("same"))
        here.portal.shell.run(command, SYSTEM)
    assert [row.id for row in here.payments.methods.list(here.account, here.payer)] == [first.id]


def test_a_card_ends_with_its_last_day_and_is_renewed_by_its_gateway(here):
    begun = here.payments.methods.add(here.account, here.payer, kind=MethodKind.CARD, payer=THERE).method

    def told(**what):
        command = KeepMethod(account_id=here.account, method_id=begun.id, merchant_account="main", facts=facts(**what))
        here.portal.shell.run(command, SYSTEM)
        return here.payments.methods.list(here.account, here.payer)[0]

    assert told(expires_on=date(2026, 3, 5)).status is MethodStatus.ACTIVE
    here.wait(4 * DAY)
    assert here.payments.methods.list(here.account, here.payer)[0].status is MethodStatus.EXPIRED
    assert told(expires_on=date(2026, 3, 5)).status is MethodStatus.EXPIRED, "older news renews nothing"
    assert told(expires_on=date(2028, 3, 5)).status is MethodStatus.ACTIVE


def test_what_ended_stays_so_and_another_reference_changes_nothing():
    method = SavedMethod(
        id=item_id("m"),
        account_id=item_id("a"),
        kind=MethodKind.CARD,
        merchant_account="main",
        added_at=NOON,
    )
    active = method.told(facts())
    assert active.told(facts(ref="other")) == active
    blocked = active.ended(MethodStatus.BLOCKED, "account_closed")
    assert blocked.told(facts()) == blocked
    assert active.told(facts(status=MethodStatus.PENDING_VERIFICATION)).status is MethodStatus.ACTIVE
    assert active.told(facts(status=MethodStatus.REVOKED)).reason == "gateway"


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://pay.example.com/portal", True),
        ("https://pay.example.com/portal/back?a=b", True),
        ("https://pay.example.com/portalx", False),
        ("https://pay.example.com/", False),
        ("https://pay.example.com/portal/../evil", False),
        ("https://pay.example.com.evil.test/portal/", False),
        ("https://pay.example.com@evil.test/portal/", False),
        ("http://pay.example.com/portal/", False),
        ("https://pay.example.com:444/portal/", False),
        ("//pay.example.com/portal/", False),
        ("/portal/", False),
        ("https://pay.example.com\\@evil.test/portal/", False),
        ("https://[pay/portal/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_a_payers_browser_goes_back_into_the_portal_and_nowhere_else(url, inside):
    assert within(url, "https://pay.example.com/portal") is inside


def test_an_account_is_saved_once_its_owner_states_the_small_deposits(here):
    method, verify = here.save("small_deposits", MethodKind.ACH_DEBIT), here.payments.methods.verify

    def state(*amounts):
        return verify(here.account, method, here.payer, amounts=[usd(one) for one in amounts])

    begun = here.payments.methods.complete(here.account, method, here.payer)
    assert (begun.method.status, begun.next_action.kind) == (MethodStatus.PENDING_VERIFICATION, NextKind.MICRO_DEPOSITS)
    for amounts in ((), ("0.32", "0"), ("0.1",) * 5):
        with pytest.raises(Refused, match=r"method\.amounts"):
            state(*amounts)
    with pytest.raises(Denied):
        verify(here.account, method, colleague_viewer(here), amounts=[usd("0.32"), usd("0.45")])
    assert state("0.31", "0.45").method.status is MethodStatus.PENDING_VERIFICATION
    with pytest.raises(Refused, match=r"method\.not_usable"):
        pay(here, method, kind=MethodKind.ACH_DEBIT)
    assert state("0.45", "0.32").method.status is MethodStatus.ACTIVE
    with pytest.raises(Refused, match=r"method\.not_pending"):
        state("0.45", "0.32")
    assert pay(here, method, kind=MethodKind.ACH_DEBIT).state is PaymentState.PROCESSING


def test_whoever_asks_past_the_service_saves_nothing_that_the_gateway_does_not_save(sqlite_shop):
    store(sqlite_shop.portal, invoice("R-1"))
    account = account_of(sqlite_shop.portal)
    with pytest.raises(Refused, match=r"method\.not_saved"):
        sqlite_shop.portal.shell.run(SetUpMethod(account_id=account, kind=MethodKind.CARD, merchant_account="main"), OTTO)


def test_a_method_of_a_payment_whose_payer_did_not_want_it_saved_is_not_kept(sqlite_shop, monkeypatch):
    account, payer, ids = opened(sqlite_shop, invoice("R-1"))
    real = sqlite_shop.till._result
    given = MethodFacts(ref=MethodRef(ref="card_1"), kind=MethodKind.CARD)
    monkeypatch.setattr(sqlite_shop.till, "_result", lambda operation_id: evolve(real(operation_id), method=given))
    assert buy(sqlite_shop, account, payer, [ids["R-1"]]).state is PaymentState.PAID
    assert sqlite_shop.portal.payments.methods.list(account, payer) == ()
