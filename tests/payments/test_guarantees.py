"""Whatever is sent, in whatever order, by whomever: money moves in the books exactly as it moved at the gateway."""

import random
from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import NOON, OTTO, account_of, customer, invoice, store, usd
from lockportal.core.account import unfold
from lockportal.core.actor import SYSTEM, Audience, Right
from lockportal.core.errors import LockportalError, NotFound, Refused
from lockportal.core.money import Money
from lockportal.core.record import Stamp
from lockportal.documents.models import Document, document_id
from lockportal.payments import LineChoice, MethodKind, PaymentState
from lockportal.payments.calling import Payer
from lockportal.payments.commands import StartPayment
from lockportal.payments.errors import WebhookUnverified
from lockportal.payments.folding import Operating, fold, merged
from lockportal.payments.following.commands import Observe
from lockportal.payments.instalments.commands import shares
from lockportal.payments.lines import PaymentLine
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import OpKind, OpStatus, gathered
from lockportal.payments.planning import Plan
from lockportal.payments.receiving import Receiving
from lockportal.payments.requests import WebhookRequest
from lockportal.profiles.models import Customer
from lockportal.storage.store import SqlStore
from payments.test_gateway_faults import FAULTS, buyers, every, furnished, pay, posted, settle, taken
from payments.test_operations import observations
from payments.tills import event, open_shop, seen

THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")


def hook(shop, *events, secret="s1"):
    shop.till.events = [events]
    return shop.portal.payments.receive(
        "main", WebhookRequest(headers={"secret": secret}, body=b"{}", received_at=shop.portal.clock.now())
    )


# 14: amounts cannot be tampered with


@pytest.mark.guarantee(14)
def test_no_mutation_of_what_is_sent_moves_anything(sqlite_shop, tier):
    shop, rng = sqlite_shop, random.Random(14)
    account, payer, (document, other) = furnished(shop, 2)
    store(shop.portal, invoice("X-1"), number="200", name="Other")
    stranger = customer(account_of(shop.portal, "200"), rights=(Right.VIEW, Right.PAY))
    foreign = document_id(account_of(shop.portal, "200"), "books", "X-1")
    shop.till.default = OpStatus.ACTION_REQUIRED
    made = pay(shop, account, payer, "k", document)
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    before = shop.portal.payments.payment(account, made.payment_id, OTTO).payment

    def start(by=payer, key=other, currency="USD", **options):
        shop.portal.payments.start(
            options.pop("account", account),
            by,
            currency=currency,
            method=MethodKind.CARD,
            lines=[LineChoice(document_id=key)],
            payer=THERE,
            **options,
        )

    def won(money):
        return seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, money)

    wrong = [
        lambda n: hook(shop, event(f"a{n}", won(usd(n % 90 + 1))), secret=f"s{n + 3}"),
        lambda n: hook(shop, event(f"c{n}", won(Money(100_00, "EUR"))), secret=f"s{n + 3}"),
        lambda n: hook(shop, event(f"o{n}", seen(uuid5(UUID(int=n), "x"), OpKind.SALE, OpStatus.SUCCEEDED, usd(100)))),
        lambda n: hook(shop, event(f"s{n}"), secret=f"s{n + 3}"),
        lambda n: start(expected=usd(n % 99)),
        lambda n: start(currency="JPY"),
        lambda n: start(key=foreign),
        lambda n: start(by=stranger),
        lambda n: start(key=uuid5(UUID(int=n), "none")),
        lambda n: shop.portal.payments.complete(account, made.payment_id, payer, {"status": "succeeded", "amount": str(n)}),
    ]
    refused = 0
    for n in range(tier.times(60, 400, 10_000)):
        try:
            rng.choice(wrong)(n)
        except (Refused, NotFound, WebhookUnverified):
            refused += 1
    told = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert refused
    assert (posted(shop), told.totals.captured, len(list(every(shop)))) == (0, 0, 1)
    assert before.posted == 0
    hook(shop, event("right", won(usd(100))))
    assert posted(shop) == 100_00
    assert not shop.portal.payments.payment(account, made.payment_id, OTTO).payment.needs_review


@pytest.mark.guarantee(14)
@pytest.mark.parametrize("money", [usd(1), usd(99), usd(250), Money(100_00, "EUR")], ids=str)
def test_a_signed_amount_that_was_not_meant_settles_no_more_than_itself_and_is_looked_at(sqlite_shop, money):
    shop = sqlite_shop
    account, payer, (document,) = furnished(shop, 1)
    shop.till.default = OpStatus.ACTION_REQUIRED
    made = pay(shop, account, payer, "k", document)
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    hook(shop, event("odd", seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, money)))
    told = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    gone = usd(100) - shop.portal.documents.get(account, document, OTTO).document.balance
    assert told.needs_review
    assert gone == (usd(min(money.minor, 100_00) // 100) if money.currency == "USD" else usd(0))
    hook(shop, event("right", seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, usd(100))))
    assert posted(shop) == 100_00, "what was meant holds beside what was not, as a conflict"
    assert shop.portal.payments.payment(account, made.payment_id, OTTO).payment.needs_review


@pytest.mark.guarantee(14)
def test_what_was_meant_moves_what_was_meant(sqlite_shop):
    """The control: the same webhook with the right amount, currency and operation does move it."""
    shop = sqlite_shop
    account, payer, (document,) = furnished(shop, 1)
    shop.till.default = OpStatus.ACTION_REQUIRED
    made = pay(shop, account, payer, "k", document)
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    hook(shop, event("e", seen(operation.id, OpKind.SALE, OpStatus.SUCCEEDED, usd(100))))
    assert posted(shop) == 100_00


# 15: money is exact


@pytest.mark.guarantee(15)
@pytest.mark.parametrize("currency", ["JPY", "USD", "BHD"])
def test_parts_of_documents_conserve_every_minor_unit(currency, tier):
    rng = random.Random(currency)
    for _ in range(tier.times(300, 3_000, 17_000)):
        amounts = [rng.choice([1, 2, 99, rng.randrange(1, 10**9)]) for _ in range(rng.randrange(1, 6))]
        parts = rng.randrange(1, 13)
        zero = Money.zero(currency)
        lines = tuple(
            PaymentLine(
                document_id=uuid5(UUID(int=n), "d"),
                number=str(n),
                open=Money(minor, currency),
                cash=Money(minor, currency),
                discount=zero,
                credit=zero,
            )
            for n, minor in enumerate(amounts)
        )
        shared = shares(Plan(lines=lines, credits=(), on_account=zero, fee=zero), parts)
        sums = [sum(line.cash.minor for line in part) for part in shared]
        assert (sum(sums), len(sums)) == (sum(amounts), parts)
        assert max(sums) - min(sums) <= 1
        for line in lines:
            assert sum(one.cash.minor for part in shared for one in part if one.number == line.number) == line.cash.minor
        assert all(line.cash.minor > 0 for part in shared for line in part)


# 20: the order of webhooks does not matter


def checked(examples):
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.guarantee(20)
def test_the_fold_is_commutative_associative_and_idempotent(tier):
    asked = Money(10_000, "USD")
    kinds = st.sampled_from([OpKind.SALE, OpKind.REFUND, OpKind.RETURN, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.VOID])
    one = st.tuples(kinds, st.lists(observations, max_size=4), st.booleans(), st.booleans())

    def operating(kind, known, closes, by_hand):
        return Operating(kind=kind, amount=asked, merged=merged(asked, known), closes=closes, by_hand=by_hand)

    @checked(tier.times(100, 2_000, 20_000))
    @given(st.lists(one, max_size=5), st.randoms(use_true_random=False))
    def holds(operations, rng):
        expected = fold(asked, (operating(*one) for one in operations))
        mixed = []
        for kind, known, closes, by_hand in operations:
            cut = rng.randrange(len(known) + 1)
            again = [*known, *known]
            rng.shuffle(again)
            joined = gathered(gathered(known[cut:], known[:cut]), again)
            mixed.append((kind, joined, closes, by_hand))
        rng.shuffle(mixed)
        assert fold(asked, (operating(*one) for one in mixed)) == expected

    holds()


def told_of(shop, count, rng):
    """Payments of customers with fifty each, and what a gateway tells of them: each its own story, in its order."""
    stories = []
    shop.till.default = OpStatus.PENDING
    for n, (account, payer, document) in enumerate([*buyers(shop, count)]):
        made = pay(shop, account, payer, f"k{n}", document)
        (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
        stories += story_of(n, operation, rng)
    return stories


def story_of(n, operation, rng):
    at = NOON + timedelta(minutes=n)
    end = rng.choice([OpStatus.SUCCEEDED, OpStatus.FAILED])
    story = [seen(operation.id, OpKind.SALE, one, usd(100), at=at) for one in (OpStatus.PENDING, end)]
    if end is OpStatus.SUCCEEDED and rng.random() < 0.4:
        story.append(seen(operation.id, OpKind.RETURN, OpStatus.SUCCEEDED, usd(100), at=at, ref=f"back-{n}"))
    return [event(f"e{n}-{number}", one) for number, one in enumerate(story)]


def state(shop):
    rows = [shop.portal.payments.payment(row.account_id, row.id, OTTO).payment for row in every(shop)]
    return sorted((one.lines[0].number, one.state, one.posted, one.totals, one.needs_review) for one in rows)


def after_all(shop, stories, seed):
    """Tell a gateway's stories shuffled, a fifth of them twice; answer what comes of it."""
    rng = random.Random(seed)
    again = [*stories, *rng.sample(stories, len(stories) // 5)]
    rng.shuffle(again)
    for one in again:
        hook(shop, one)
    found = state(shop)
    assert shop.portal.verify(OTTO) == ()
    return found


@pytest.mark.guarantee(20)
def test_events_in_any_order_with_repetitions_come_to_one_state(tier):
    states = []
    for seed in range(tier.times(2, 3, 10)):
        shop = open_shop("sqlite://")
        states.append(after_all(shop, told_of(shop, tier.times(6, 30, 400), random.Random(20)), seed))
        shop.portal.close()
    assert all(one == states[0] for one in states)
    assert {row[1] for row in states[0]} >= {PaymentState.PAID, PaymentState.FAILED}


@pytest.mark.guarantee(20)
def test_ten_thousand_events_in_fifty_orders_come_to_one_state(tier):
    """Decided by the library's own commands and reactions, each on what the ones before it came to; no database is in the way."""
    events, orders = tier.times(200, 2_000, 10_000), tier.times(3, 5, 50)
    shop, rng, stories, books = open_shop("sqlite://"), random.Random(20), [], {}
    capabilities = shop.portal.capabilities
    for first in range(0, events * 46 // 100, 50):
        account, payer, documents = furnished(shop, 50, number=str(100 + first), first=first)
        loaded = shop.portal.shell.account(account, OTTO, Audience(staff=True), (Customer, Document, Payment))
        books[account] = evolve(loaded, version=0)  # all that there is
        for n, document in enumerate(documents, first):
            line = LineChoice(document_id=document)
            command = StartPayment(account_id=account, currency="USD", lines=(line,), method=MethodKind.CARD, payer=THERE)
            stamp = Stamp(uuid5(account, str(n)), NOON, payer)
            books[account], begun = unfold(books[account], command.decide(books[account], stamp), stamp, capabilities)
            stories += story_of(n, begun[0].operations[0], rng)
    shop.portal.close()
    stories = stories[:events]
    assert len(stories) == events
    home = {operation: account.id for account in books.values() for operation in account.records[Operation]}

    def told(order):
        accounts = dict(books)
        for n, one in enumerate(order):
            about = one.observations[0].operation_id
            key = home[about]
            command = Observe(account_id=key, operation_id=about, observations=one.observations, event_id=one.event_id)
            stamp = Stamp(uuid5(key, f"{one.event_id}/{n}"), NOON, SYSTEM)
            accounts[key], _ = unfold(accounts[key], command.decide(accounts[key], stamp), stamp, capabilities)
        return {
            (one.lines[0].number, account.get(Document, one.lines[0].document_id).balance, one.state, one.posted, one.totals)
            for account in accounts.values()
            for one in account.records[Payment].values()
        }

    expected = told(stories)
    assert len(expected) == sum(len(account.records[Payment]) for account in books.values())
    assert {row[2] for row in expected} >= {PaymentState.PAID, PaymentState.FAILED, PaymentState.REVERSED}
    for seed in range(orders):
        rng = random.Random(seed)
        again = [*stories, *rng.sample(stories, events // 5)]
        rng.shuffle(again)
        assert told(again) == expected


@pytest.mark.guarantee(20)
@pytest.mark.parametrize(
    "server",
    [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)],
)
def test_on_servers_the_order_of_events_matters_no_more(server, request, tier):
    states = []
    for seed in range(tier.times(2, 2, 5)):
        shop = open_shop(request.getfixturevalue(f"empty_{server}")())
        states.append(after_all(shop, told_of(shop, tier.times(4, 10, 200), random.Random(20)), seed))
        shop.portal.close()
    assert all(one == states[0] for one in states)


@pytest.mark.guarantee(20)
def test_a_status_that_each_word_overwrites_depends_on_the_order():
    """The control of the test above: last word wins comes to several states."""
    shop = open_shop("sqlite://")
    stories = told_of(shop, 6, random.Random(20))
    outcomes = set()
    for seed in range(6):
        mixed = list(stories)
        random.Random(seed).shuffle(mixed)
        last = {}
        for one in mixed:
            last[one.observations[0].operation_id] = one.observations[0].status
        outcomes.add(tuple(sorted((str(key), status) for key, status in last.items())))
    assert len(outcomes) > 1
    shop.portal.close()


# 22: an early webhook is not lost


def early(shop, rounds, *, ticks=1):
    """Webhooks of payments that are begun only afterwards; answer how many payments are paid after the clock has gone on."""
    shop.till.default = OpStatus.PENDING
    for n, (account, payer, document) in enumerate([*buyers(shop, rounds)]):
        operation = uuid5(uuid5(account, f"k{n}"), "operation")
        hook(shop, event(f"early-{n}", seen(operation, OpKind.SALE, OpStatus.SUCCEEDED, usd(100))))
        pay(shop, account, payer, f"k{n}", document)
    for _ in range(ticks):
        shop.portal.clock.time += timedelta(seconds=30)
        shop.portal.tick()
    return sum(row.state is PaymentState.PAID for row in every(shop))


@pytest.mark.guarantee(22)
def test_a_webhook_that_is_earlier_than_our_own_commit_is_applied_by_the_next_look(sqlite_shop, tier):
    rounds = tier.times(10, 80, 1_000)
    assert early(sqlite_shop, rounds) == rounds
    assert posted(sqlite_shop) == rounds * 100_00
    assert sqlite_shop.portal.verify(OTTO) == ()


@pytest.mark.guarantee(22)
def test_who_drops_what_is_not_known_yet_loses_it(sqlite_shop, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(Receiving, "_park", lambda *_: None)
    assert early(sqlite_shop, 4) == 0


# 25: a commit whose answer is lost


@pytest.mark.guarantee(25)
def test_a_commit_whose_answer_is_lost_neither_loses_nor_doubles_a_payment(file_shop, tier, monkeypatch):
    shop, rng, real = file_shop, random.Random(25), SqlStore.commit
    rounds = tier.times(6, 40, 500)
    account, payer, documents = furnished(shop, rounds)
    lost = []

    def commit(self, units):
        before = rng.random() < 0.2
        if before:
            lost.append("before")
            raise ConnectionError
        real(self, units)
        if rng.random() < 0.3:
            lost.append("after")
            raise ConnectionError

    monkeypatch.setattr(SqlStore, "commit", commit)
    for n, document in enumerate(documents):
        pay(shop, account, payer, f"k{n}", document)
    monkeypatch.setattr(SqlStore, "commit", real)
    assert {"before", "after"} <= set(lost)
    assert len(shop.till.bank) == rounds
    assert taken(shop.till) == posted(shop) == rounds * 100_00
    assert shop.portal.verify(OTTO) == ()


# 26: schedules of requests against a gateway that drops them


@pytest.mark.guarantee(26)
def test_never_more_is_taken_than_is_payable_nor_given_back_than_was_taken(sqlite_shop, tier):
    shop, rng, total = sqlite_shop, random.Random(2619), tier.times(25, 150, 5_000)
    asked = {}
    for n, (account, payer, document) in enumerate([*buyers(shop, total)]):
        made, authorize = None, rng.random() < 0.4
        for step in range(rng.randrange(1, 6)):
            shop.till.next = [rng.choice([*FAULTS, *[OpStatus.SUCCEEDED] * 6])]
            try:
                if made is None:
                    made = shop.portal.payments.start(
                        account,
                        OTTO if authorize else payer,
                        key=f"k{n}",
                        currency="USD",
                        method=MethodKind.CARD,
                        lines=[LineChoice(document_id=document)],
                        authorize=authorize,
                        payer=THERE,
                    )
                else:
                    what = rng.choice(["capture", "refund", "refund", "void"])
                    more = {} if what == "void" else {"money": Money(rng.randrange(1, 110_00), "USD")}
                    getattr(shop.portal.payments, what)(account, made.payment_id, OTTO, key=f"k{n}-{step}", **more)
            except LockportalError as refused:
                asked[refused.code] = asked.get(refused.code, 0) + 1
            finally:
                shop.till.next = []
    settle(shop, rounds=3)
    assert set(asked) >= {"payment.not_refundable"}
    for row in every(shop):
        totals = shop.portal.payments.payment(row.account_id, row.id, OTTO).payment.totals
        assert totals.captured + totals.captured_maybe <= 100_00
        assert totals.refunded + totals.refunded_maybe <= totals.captured
    assert taken(shop.till) == posted(shop), "the books are the gateway's"
    assert shop.portal.verify(OTTO) == ()


@pytest.mark.guarantee(26)
def test_a_fresh_key_at_each_try_takes_more_than_is_payable(sqlite_shop):
    """The control of the test above: who tries again under another key after a lost answer takes the money twice."""
    shop = sqlite_shop
    account, payer, documents = furnished(shop, 3)
    for n, document in enumerate(documents):
        shop.till.next = ["after"]
        made = pay(shop, account, payer, f"k{n}", document)
        told = shop.portal.payments.payment(account, made.payment_id, OTTO)
        request = shop.portal.payments._calling._request(told.operations[0], told.payment)
        shop.till.start(evolve(request, operation_id=shop.portal.clock.new_id()))
    settle(shop)
    assert taken(shop.till) > posted(shop)


@pytest.mark.guarantee(19)
def test_a_chargeback_after_a_refund_is_for_a_person_to_look_at(sqlite_shop):
    shop = sqlite_shop
    account, payer, (document,) = furnished(shop, 1)
    made = pay(shop, account, payer, "k", document)
    (operation,) = shop.portal.payments.payment(account, made.payment_id, OTTO).operations
    shop.portal.payments.refund(account, made.payment_id, OTTO, money=usd(60))
    back = seen(operation.id, OpKind.CHARGEBACK, OpStatus.SUCCEEDED, usd(40), ref="c1", event="c1")
    hook(shop, event("c1", back))
    told = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert (told.totals.back, told.needs_review) == (100_00, False)
    hook(shop, event("c2", evolve(back, gateway_ref="c2", event_id="c2")))
    told = shop.portal.payments.payment(account, made.payment_id, OTTO).payment
    assert told.needs_review, "more went back than was taken"
    assert told.posted == 0
