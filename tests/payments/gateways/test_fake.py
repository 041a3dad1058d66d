"""The sandbox: every outcome on demand, its books kept once, shared by processes, and its page."""

import base64
import hashlib
import multiprocessing
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from books import StandingClock, account_of, customer, invoice, open_portal, store, usd
from lockportal import codec
from lockportal.core.actor import Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.money import Money
from lockportal.payments import DeclineCode, LineChoice, MerchantAccount, MethodKind, MethodRule, PaymentsSettings, PaymentState
from lockportal.payments.calling import Payer
from lockportal.payments.errors import NotSent, OutcomeUnknown, RequestRejected, Unsupported
from lockportal.payments.fake import DESCRIPTOR, FakeSettings, open_gateway
from lockportal.payments.fake.books import FolderBooks, MemoryBooks
from lockportal.payments.fake.page import POLICY
from lockportal.payments.fake.plays import PLAYS
from lockportal.payments.folding import merged
from lockportal.payments.operations import (
    OpKind,
    OpStatus,
)
from lockportal.payments.ports import (
    FetchRequest,
    FollowRequest,
    Found,
    Intent,
    MethodRef,
    MethodStatus,
    OperationRef,
    SetupRequest,
)
from lockportal.testing.bench import StillClock, fulfilled, race
from lockportal.testing.gateways.trial import Trial, start_request
from lockportal.testing.gateways.trial import customer as payer
from payments.gateways.grounds import SECRETS, config, fake, fake_ground, moved
from waiting import AMPLE

CARD, ACH, SEPA, TRANSFER = DESCRIPTOR.methods


def status(gateway, request, kind=OpKind.SALE):
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=kind, money=request.money))
    return merged(request.money, [one for one in found.observations if one.kind is kind]).status


def debited(capability, word, **changes):
    return start_request(capability, method=MethodRef(ref=f"fake_{word}"), off_session=True, **changes)


# outcomes


@pytest.mark.parametrize("code", DeclineCode)
@pytest.mark.parametrize("way", ["settings", "method", "page"])
def test_each_decline_can_be_had(code, way):
    gateway = fake(outcome=code.value if way == "settings" else "ask")
    request = debited(CARD, code.value) if way == "method" else start_request(CARD)
    result = gateway.start(request)
    if way == "page":
        assert gateway.hosted.press(request.operation_id.hex, code.value) == request.return_url
        result = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money))
    known = merged(request.money, result.observations)
    assert (known.status, known.decline.code) == (OpStatus.FAILED, code)


@pytest.mark.parametrize(
    ("word", "error", "done"),
    [
        ("not_sent", NotSent, False),
        ("unknown_before", OutcomeUnknown, False),
        ("error", OutcomeUnknown, False),
        ("unknown_after", OutcomeUnknown, True),
        ("garbage", ValueError, True),
    ],
)
@pytest.mark.parametrize("follows", [False, True])
def test_each_fault_comes_once_and_does_what_it_says(word, error, done, follows):
    gateway = fake(outcome="ok", follow=word) if follows else fake(outcome=word)
    request = start_request(CARD)
    kind, ask = OpKind.SALE, lambda: gateway.start(request)
    if follows:
        sale = gateway.start(request).observations[0]
        parent = OperationRef(operation_id=request.operation_id, gateway_ref=sale.gateway_ref, money=request.money)
        request = FollowRequest(operation_id=uuid4(), money=Money(1, request.money.currency), parent=parent)
        kind, ask = OpKind.REFUND, lambda: gateway.refund(request)
    with pytest.raises(error):
        ask()
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=kind, money=request.money)).found
    assert found is (Found.FOUND if done else Found.NOT_FOUND)
    assert ask().observations[-1].status is OpStatus.SUCCEEDED, "the same request again goes well"
    assert len(ask().observations) == 1


@pytest.mark.parametrize(
    ("word", "after", "states"),
    [
        ("pending", [(0, "pending"), (2, "pending"), (4, "succeeded"), (9, "succeeded")], []),
        ("ok", [(0, "pending"), (4, "succeeded")], []),
        ("pending_then_failed", [(0, "pending"), (4, "failed")], []),
        ("pending_then_return", [(0, "pending"), (4, "succeeded"), (6, "succeeded")], [OpKind.RETURN]),
    ],
)
def test_a_debit_takes_its_days(word, after, states):
    clock = StillClock()
    gateway, request = fake(clock=clock), debited(ACH, word)
    gateway.start(request)
    begun = clock.time
    for days, expected in after:
        clock.time = begun + timedelta(days=days)
        assert status(gateway, request) == expected
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)).observations
    assert [one.kind for one in found if one.kind is not OpKind.SALE] == states
    assert all(one.decline.network_code == "R01" for one in found if one.kind is OpKind.RETURN)
    assert all(one.occurred_at - begun in {timedelta(days=n) for n in (0, 3, 5)} for one in found), "each is of its own time"


@pytest.mark.parametrize("word", ["settle", "fail"])
def test_what_is_pending_can_be_hurried_and_happens_once(word):
    clock = StillClock()
    gateway, request = fake(clock=clock), debited(ACH, "pending_then_return")
    gateway.start(request)
    gateway.hosted.press(request.operation_id.hex, word)
    assert status(gateway, request) == {"settle": "succeeded", "fail": "failed"}[word]
    clock.advance(timedelta(days=30))
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)).observations
    kinds = [one.kind for one in found]
    assert kinds == [OpKind.SALE, OpKind.SALE, *([OpKind.RETURN] if word == "settle" else [])]


def test_what_is_pressed_before_its_time_does_not_come_again():
    clock = StillClock()
    gateway, request = fake(clock=clock), debited(ACH, "pending_then_return")
    gateway.start(request)
    for word in ("settle", "return", "return", "return_closed"):
        gateway.hosted.press(request.operation_id.hex, word)
    clock.advance(timedelta(days=30))
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)).observations
    assert [one.kind for one in found].count(OpKind.RETURN) == 1


def test_a_chargeback_can_be_won():
    gateway, request = fake(), debited(CARD, "ok")
    gateway.start(request)
    for word in ("reinstate", "chargeback", "chargeback", "reinstate", "reinstate"):
        gateway.hosted.press(request.operation_id.hex, word)
    found = gateway.fetch(FetchRequest(operation_id=request.operation_id, kind=OpKind.SALE, money=request.money)).observations
    assert [one.kind for one in found] == [OpKind.SALE, OpKind.CHARGEBACK, OpKind.REINSTATEMENT]
    assert {one.parent_ref for one in found[1:]} == {found[0].gateway_ref}
    assert len({one.gateway_ref for one in found}) == 3
    assert gateway.hosted.page(request.operation_id.hex).count("<button") == 0


def test_a_transfer_is_told_how_and_waits():
    gateway, request = fake(outcome="ok"), start_request(TRANSFER, Money(1250, "EUR"))
    result = gateway.start(request)
    assert result.next_action.kind == "instructions"
    assert request.reference in " ".join(result.next_action.lines)
    assert status(gateway, request) is OpStatus.ACTION_REQUIRED
    gateway.hosted.press(request.operation_id.hex, "ok")
    assert status(gateway, request) is OpStatus.SUCCEEDED
    assert "<button" not in gateway.hosted.page(request.operation_id.hex)


def test_what_cannot_be_asked_is_rejected():
    gateway = fake(outcome="ok")
    with pytest.raises(RequestRejected, match="amount"):
        gateway.start(start_request(CARD, Money(0, "EUR")))
    with pytest.raises(RequestRejected, match="no_method"):
        gateway.start(start_request(CARD, method=MethodRef(ref="pm_1")))
    with pytest.raises(RequestRejected, match="no_method"):
        gateway.fetch_method(MethodRef(ref="fake_nonsense"))
    with pytest.raises(Unsupported):
        gateway.setup_method(_setup(TRANSFER))
    for ref, code in (("fake_1", "no_such_ref"), (f"fake_{uuid4().hex}", "no_parent"), ("", "no_such_ref")):
        request = start_request(CARD)
        parent = OperationRef(operation_id=uuid4(), gateway_ref=ref, money=request.money)
        with pytest.raises(RequestRejected, match=code):
            gateway.refund(FollowRequest(operation_id=uuid4(), money=request.money, parent=parent))


def _setup(capability):
    return SetupRequest(
        operation_id=uuid4(), kind=capability.kind, customer=payer(), return_url="http://a/b", cancel_url="http://a/c"
    )


def test_a_follow_up_needs_a_parent_of_its_kind_that_succeeded():
    gateway = fake(outcome="ok")
    sale, promise = start_request(CARD), start_request(CARD, None, Intent.AUTHORIZE)
    refs = {one: gateway.start(one).observations[0].gateway_ref for one in (sale, promise)}
    parents = {one: OperationRef(operation_id=one.operation_id, gateway_ref=ref, money=one.money) for one, ref in refs.items()}
    other = evolve(parents[sale], gateway_ref=f"{refs[sale]}.9")
    for parent, ask, money, code in (
        (parents[sale], gateway.capture, sale.money, "wrong_parent"),
        (parents[promise], gateway.refund, sale.money, "wrong_parent"),
        (other, gateway.refund, sale.money, "no_parent"),
        (parents[sale], gateway.refund, Money(1, "USD"), "currency"),
        (parents[promise], gateway.void, Money(1, "EUR"), "too_much"),
    ):
        with pytest.raises(RequestRejected, match=code):
            ask(FollowRequest(operation_id=uuid4(), money=money, parent=parent))
    asked = start_request(CARD)
    still = fake()
    ref = still.start(asked).observations[0].gateway_ref
    parent = OperationRef(operation_id=asked.operation_id, gateway_ref=ref, money=asked.money)
    with pytest.raises(RequestRejected, match="not_succeeded"):
        still.refund(FollowRequest(operation_id=uuid4(), money=asked.money, parent=parent))


def test_a_key_is_bound_to_one_operation_of_whatever_kind():
    gateway, request = fake(outcome="ok"), start_request(CARD)
    ref = gateway.start(request).observations[0].gateway_ref
    parent = OperationRef(operation_id=request.operation_id, gateway_ref=ref, money=request.money)
    with pytest.raises(RequestRejected, match="key_reused"):
        gateway.refund(FollowRequest(operation_id=request.operation_id, money=request.money, parent=parent))
    again = evolve(request, return_url="http://elsewhere", locale="de")
    assert gateway.start(again).observations[0].status is OpStatus.SUCCEEDED, "where the browser goes on moves no money"


def test_completing_what_was_never_begun_says_nothing():
    request = start_request(CARD)
    assert Trial(fake_ground()).complete(request).observations == ()


# saved methods


@pytest.mark.parametrize("capability", [CARD, ACH, SEPA])
@pytest.mark.parametrize(("word", "expected"), [("ok", OpStatus.SUCCEEDED), ("insufficient_funds", OpStatus.FAILED)])
def test_a_method_is_saved_on_the_page_and_does_what_was_pressed(capability, word, expected):
    clock = StillClock()
    gateway, setup = fake(clock=clock), _setup(capability)
    assert gateway.setup_method(setup).method is None
    assert "Save a way to pay" in gateway.hosted.page(setup.operation_id.hex)
    gateway.hosted.press(setup.operation_id.hex, word)
    (sent,) = gateway.hosted.events_for(setup.operation_id.hex, SECRETS[0], since=1)
    (event,) = gateway.parse_webhook(sent, SECRETS).events
    assert (event.observations, event.method.kind) == ((), capability.kind)
    request = start_request(capability, method=event.method.ref, off_session=True)
    gateway.start(request)
    clock.advance(timedelta(days=4))
    assert status(gateway, request) is expected


def test_a_payer_may_not_save_a_method_after_all():
    gateway, setup = fake(), _setup(CARD)
    gateway.setup_method(setup)
    assert gateway.hosted.press(setup.operation_id.hex, "cancel") == setup.cancel_url
    (sent,) = gateway.hosted.events_for(setup.operation_id.hex, SECRETS[0], since=1)
    assert gateway.parse_webhook(sent, SECRETS).events[0].method is None


def test_a_method_is_saved_with_a_payment():
    gateway, request = fake(outcome="ok"), start_request(CARD, save=True)
    method = gateway.start(request).method
    assert gateway.fetch_method(method.ref) == method
    assert method.ref.ref.startswith("fake_ok.card.")
    gateway.detach_method(method.ref)
    assert gateway.fetch_method(method.ref).status is MethodStatus.REVOKED
    refused = gateway.start(start_request(CARD, method=method.ref))
    assert refused.decline.code is DeclineCode.MANDATE_REVOKED


# the books


@pytest.fixture(params=["memory", "folder"])
def kept(request, tmp_path):
    return MemoryBooks() if request.param == "memory" else FolderBooks(tmp_path / "books")


def test_what_is_kept_is_kept_once(kept):
    assert kept.get("a") is None
    assert [kept.put("a", content) for content in (b"1", b"2", b"1")] == [True, False, False]
    assert kept.get("a") == b"1"


def test_of_racers_one_is_kept(kept):
    for name in range(20):
        won = fulfilled(race(*(lambda n=n, name=name: kept.put(f"{name}", b"%d" % n) for n in range(8))))
        assert won.count(True) == 1
        assert kept.get(f"{name}") == b"%d" % won.index(True)


def test_books_in_a_folder_outlive_the_gateway(tmp_path):
    request = start_request(CARD)
    settings = FakeSettings(folder=str(tmp_path / "bank"))
    open_gateway(config(settings)).start(request)
    other = open_gateway(config(settings))
    other.hosted.press(request.operation_id.hex, "ok")
    assert status(open_gateway(config(settings)), request) is OpStatus.SUCCEEDED
    assert sorted(path.name for path in (tmp_path / "bank").iterdir()) == ["main"], "each account has its own books"
    assert status(open_gateway(config()), request) is OpStatus.CREATED, "books in memory are nobody else's"
    with pytest.raises(TypeError, match="FakeSettings"):
        open_gateway(evolve(config(), settings=object()))


def _refund(folder, parent, minor, queue):
    gateway = open_gateway(config(FakeSettings(folder=folder, outcome="ok")))
    done = 0
    for _ in range(10):
        try:
            gateway.refund(FollowRequest(operation_id=uuid4(), money=Money(minor, "EUR"), parent=parent))
            done += 1
        except RequestRejected:
            pass
    queue.put(done)


def test_processes_that_share_a_folder_give_back_no_more_than_was_taken(tmp_path):
    folder, request = str(tmp_path), start_request(CARD, Money(1000, "EUR"))
    ref = open_gateway(config(FakeSettings(folder=folder, outcome="ok"))).start(request).observations[0].gateway_ref
    parent = OperationRef(operation_id=request.operation_id, gateway_ref=ref, money=request.money)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_refund, args=(folder, parent, 70, queue)) for _ in range(3)]
    for worker in workers:
        worker.start()
    done = sum(queue.get(timeout=AMPLE) for _ in workers)
    for worker in workers:
        worker.join()
    assert done == 14, "fourteen times seventy is what a thousand gives"


class Overtaken(MemoryBooks):
    """Lets somebody else write a leaf just before."""

    late = None

    def put(self, name, content):
        if self.late is not None and name.endswith(".2"):
            late, self.late = self.late, None
            late()
        return super().put(name, content)


@pytest.mark.parametrize(("minor", "expected"), [(1000, 1), (400, 2)])
def test_who_is_overtaken_decides_again(minor, expected):
    books = Overtaken()
    gateway, request = fake(books=books, outcome="ok"), start_request(CARD, Money(1000, "EUR"))
    ref = gateway.start(request).observations[0].gateway_ref
    parent = OperationRef(operation_id=request.operation_id, gateway_ref=ref, money=request.money)
    asked = [FollowRequest(operation_id=uuid4(), money=Money(minor, "EUR"), parent=parent) for _ in range(2)]
    books.late = lambda: gateway.refund(asked[0])
    if expected == 1:
        with pytest.raises(RequestRejected, match="too_much"):
            gateway.refund(asked[1])
    else:
        gateway.refund(asked[1])
    assert len(moved(gateway)) == 1 + expected


class Overwriting(MemoryBooks):
    """Keeps what came last, and so lets racers overlook each other: the control."""

    def __init__(self):
        super().__init__()
        self.late = None

    def put(self, name, content):
        if self.late is not None and name.endswith(".2"):
            late, self.late = self.late, None
            late()
        self._kept[name] = content
        return True


@pytest.mark.parametrize(("books", "expected"), [(MemoryBooks, 1), (Overwriting, 2)])
def test_two_refunds_of_all_at_once_are_one(books, expected):
    made = books()
    gateway, request = fake(books=made, outcome="ok"), start_request(CARD, Money(1000, "EUR"))
    ref = gateway.start(request).observations[0].gateway_ref
    parent = OperationRef(operation_id=request.operation_id, gateway_ref=ref, money=request.money)
    yes = []

    def refund():
        gateway.refund(FollowRequest(operation_id=uuid4(), money=request.money, parent=parent))
        yes.append(1)

    if books is Overwriting:
        made.late = refund
        refund()
    else:
        race(refund, refund, refund)
    assert len(yes) == expected


STEPS = st.lists(st.tuples(st.sampled_from(["capture", "void", "refund", "again"]), st.integers(1, 60)), max_size=12)


@given(STEPS, st.booleans())
def test_never_more_is_taken_than_promised_nor_given_back_than_taken(steps, promise):
    gateway = fake(outcome="ok")
    request = start_request(CARD, Money(100, "EUR"), Intent.AUTHORIZE if promise else Intent.SALE)
    first = gateway.start(request).observations[0]
    parents = [OperationRef(operation_id=request.operation_id, gateway_ref=first.gateway_ref, money=request.money)]
    sums, last = {"capture": 0, "void": 0, "refund": 0}, None
    for number, (word, minor) in enumerate(steps):
        if word == "again" and last is None:
            continue
        kind, asked = last if word == "again" else (word, None)
        asked = asked or FollowRequest(
            operation_id=UUID(int=number + 1), money=Money(minor, "EUR"), parent=parents[number % len(parents)]
        )
        try:
            result = getattr(gateway, kind)(asked)
        except RequestRejected:
            continue
        if word != "again":
            sums[kind] += minor
            last = (kind, asked)
            if kind == "capture":
                ref = OperationRef(
                    operation_id=asked.operation_id, gateway_ref=result.observations[0].gateway_ref, money=asked.money
                )
                parents.append(ref)
    taken = sums["capture"] if promise else 100
    assert sums["capture"] + sums["void"] <= 100
    assert sums["refund"] <= taken
    assert not sums["void"] or sums["capture"] + sums["void"] == 100


# the page


def test_the_page_says_what_is_paid_and_that_no_money_moves():
    gateway, request = fake(), start_request(CARD, Money(123456, "EUR"), reference='<b>"R&1"</b>', locale="de")
    gateway.start(request)
    page = gateway.hosted.page(request.operation_id.hex)
    assert "no money moves" in page
    assert "1.234,56\xa0€" in page
    assert "&lt;b&gt;&#34;R&amp;1&#34;&lt;/b&gt;" in page
    assert "<script" not in page
    assert re.search(r'<html lang="en">', page)
    words = re.findall(r'<button type="submit" name="outcome" value="(\w+)">[^<]+</button>', page)
    assert set(words) >= {"ok", "other_amount", "cancel", *DeclineCode}
    assert page.count("<legend>") == page.count("<fieldset>")
    assert f'action="http://127.0.0.1:8000/sandbox/main/{request.operation_id.hex}"' in page
    assert "'unsafe" not in POLICY
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in POLICY


def test_a_button_that_does_not_fit_any_more_does_nothing():
    gateway, request = fake(), start_request(CARD)
    gateway.start(request)
    operation = request.operation_id.hex
    assert gateway.hosted.press(operation, "ok") == request.return_url
    assert gateway.hosted.press(operation, "declined") == request.return_url
    assert gateway.hosted.press(operation, "cancel") == request.cancel_url
    assert status(gateway, request) is OpStatus.SUCCEEDED
    declined = debited(CARD, "declined")
    gateway.start(declined)
    assert "Nothing more can happen" in gateway.hosted.page(declined.operation_id.hex)
    assert len(gateway.hosted.events_for(operation, SECRETS[0])) == 2
    assert gateway.hosted.events_for(operation, SECRETS[0], since=2, together=True) == ()
    with pytest.raises(Refused, match="unknown_outcome"):
        gateway.hosted.press(operation, "nonsense")


@pytest.mark.parametrize("operation", ["", "nonsense", "../../etc/passwd", "0" * 32])
def test_the_page_of_nothing_is_not_found(operation):
    with pytest.raises(NotFound):
        fake().hosted.page(operation)


def test_an_order_of_which_only_the_beginning_was_written_is_gone_on_with():
    books = MemoryBooks()
    gateway, request = fake(books=books, outcome="ok"), start_request(CARD)
    gateway.start(request)
    del books._kept[f"{request.operation_id.hex}.1"]
    assert status(gateway, request) is OpStatus.CREATED
    assert gateway.hosted.press(request.operation_id.hex, "ok")
    assert gateway.start(request).observations[0].status is OpStatus.SUCCEEDED


# within a portal


def test_settings_name_what_becomes_of_payments():
    assert codec.structure(FakeSettings, {"outcome": "pending"}) == FakeSettings(outcome="pending")
    with pytest.raises(Refused, match="must be one of"):
        codec.structure(FakeSettings, {"outcome": "nonsense"})
    assert set(DeclineCode) <= set(PLAYS)


def test_a_portal_is_paid_through_the_sandbox():
    settings = PaymentsSettings(
        merchants={"main": MerchantAccount(gateway="fake", webhook_secrets=(SECRETS[0].value,))},
        methods=(MethodRule(method=MethodKind.CARD, merchant_account="main"),),
    )
    clock = StandingClock()
    portal = open_portal("sqlite://", settings=(settings,), clock=clock)
    store(portal, invoice("R-1", "100.00"))
    account = account_of(portal)
    by = customer(account, rights=(Right.VIEW, Right.PAY))
    (document,) = portal.payments.payable(account, "USD", by)
    there = Payer(return_url="http://127.0.0.1:8000/back", cancel_url="http://127.0.0.1:8000/no")
    lines = [LineChoice(document_id=document)]
    made = portal.payments.start(account, by, key="1", currency="USD", method=MethodKind.CARD, lines=lines, payer=there)
    assert made.state is PaymentState.ACTION_REQUIRED
    merchant = portal.payments.gateways.merchant("main")
    operation = made.next_action.url.rpartition("/")[2]
    assert merchant.gateway.hosted.press(operation, "ok") == "http://127.0.0.1:8000/back"
    for sent in merchant.gateway.hosted.events_for(operation, merchant.secrets[0]):
        portal.payments.receive("main", sent)
    assert portal.payments.progress(account, made.payment_id, by).state is PaymentState.PAID
    assert portal.payments.complete(account, made.payment_id, by, {}).amount == usd("100.00")
