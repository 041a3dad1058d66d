"""Payments where the database makes it hard: credit taken by many at any isolation level, and commits whose answer is lost."""

import threading

import pytest

from books import NOON, OTTO, invoice, open_portal, usd
from faults.levels import LEVELS, engines_at
from lockportal.core.errors import Conflict, LockportalError
from lockportal.payments import CreditUse, MethodKind
from lockportal.plugins import hookimpl
from lockportal.testing.bench import fulfilled, race
from lockportal.testing.faults import Act, Proxy
from lockportal.testing.storage.versions import Careless
from payments.test_gateway_faults import furnished, pay, posted, settle, taken
from payments.test_paying import opened
from payments.tills import SETTINGS, Shop, TillPlugin, open_shop

TAKERS = 16


class Brought:
    """Hands these engines to a portal."""

    def __init__(self, engines):
        self._engines = engines

    @hookimpl
    def lockportal_engines(self, database):
        return self._engines


@pytest.fixture(scope="module", params=LEVELS)
def engines(request):
    with engines_at(request, request.param) as made:
        yield made


@pytest.fixture
def shop(engines):
    made = TillPlugin()
    portal = open_portal("sqlite://", settings=(SETTINGS,), plugins=(Brought(engines), made))
    return Shop(portal, made.till)


def spent(shop, account, documents, name, hinder=lambda: None):
    """Sixteen threads take six of the ten of one credit, each for a document of its own; answer what came of each."""
    paid = shop.portal.payments.record(
        account, OTTO, money=usd(10), received_on=NOON.date(), method=MethodKind.CHEQUE, key=f"credit-{name}"
    )
    credit = shop.portal.payments.payment(account, paid, OTTO).payment.rest_id

    def take(document):
        use = CreditUse(credit_id=credit, document_id=document, amount=usd(6))
        try:
            shop.portal.payments.apply(account, [use], OTTO)
        except LockportalError as error:
            return error.code
        return "done"

    hinder()
    return fulfilled(race(*(lambda document=document: take(document) for document in documents)))


@pytest.mark.guarantee(18)
def test_a_credit_is_never_spent_twice_at_any_level(shop, tier, seed):
    many = tier.times(1, 10, 500)
    facts = [invoice(f"{seed}-{n}", usd(100_000)) for n in range(TAKERS)]
    account, _, ids = opened(shop, *facts)
    for n in range(many):
        answers = spent(shop, account, list(ids.values()), f"{seed}-{n}")
        assert sorted(answers) == ["credit.spent"] * (TAKERS - 1) + ["done"]
    assert shop.portal.verify(OTTO) == ()


def test_without_the_check_of_the_version_a_credit_is_spent_twice(database_url, monkeypatch):
    """The control: everybody decides on what they have read, and commits one after the other."""
    shop = open_shop(database_url)
    account, _, documents = furnished(shop, 4, 10_000)
    together, alone = threading.Barrier(4), threading.Lock()
    store = shop.portal.shell.store
    real = store.commit

    def commit(units):
        together.wait(120)
        with alone:
            real(units)

    def hinder():
        monkeypatch.setattr("lockportal.storage.store.Writer", Careless)
        monkeypatch.setattr(type(store), "commit", lambda _, units: commit(units))

    answers = spent(shop, account, documents, "naive", hinder)
    assert answers.count("done") > 1, "more than ten of ten dollars"
    shop.portal.close()


@pytest.fixture
def proxy(server_url):
    with Proxy(server_url) as made:
        yield made


class AtCommit:
    """Cuts every third commit of a unit, or the first alone: before the server has it, or after it has answered."""

    def __init__(self, proxy):
        self.proxy, self.commits, self.every = proxy, 0, 3
        self.met = {Act.CUT_BEFORE: 0, Act.CUT_SENT: 0, Act.CUT_ANSWERED: 0}

    def __call__(self, statement):
        if statement != "COMMIT" or self.proxy.seen[-2].startswith("SET "):
            return Act.PASS
        self.commits += 1
        if self.commits % self.every or (self.every == 1 and self.commits > 1):
            return Act.PASS
        acts = (Act.CUT_ANSWERED, Act.CUT_SENT, Act.CUT_ANSWERED, Act.CUT_BEFORE)
        act = Act.CUT_ANSWERED if self.every == 1 else acts[self.commits // self.every % 4]
        self.met[act] += 1
        return act


@pytest.mark.guarantee(25)
def test_a_payment_whose_commits_are_cut_off_is_made_once(proxy, tier):
    rounds = tier.times(8, 40, 500)
    shop = open_shop(proxy.url)
    account, payer, documents = furnished(shop, rounds)
    proxy.rule = cut = AtCommit(proxy)
    for n, document in enumerate(documents):
        pay(shop, account, payer, f"k{n}", document)
    proxy.rule = lambda _: Act.PASS
    settle(shop, rounds=1)
    assert all(cut.met.values())
    assert len(shop.till.bank) == rounds
    assert taken(shop.till) == posted(shop) == rounds * 100_00
    assert shop.portal.verify(OTTO) == ()
    shop.portal.close()


def test_who_takes_a_lost_answer_for_a_failure_records_a_cheque_twice(proxy, monkeypatch):
    """The control: nobody looks whether a commit whose answer was lost is there, and a person does it once more."""
    shop = open_shop(proxy.url)
    account, _, _ = furnished(shop, 1)
    proxy.rule = cut = AtCommit(proxy)
    cut.every = 1
    monkeypatch.setattr(type(shop.portal.shell.store), "committed", lambda *_: False)
    monkeypatch.setattr("lockportal.shell._pause", lambda *_: None)

    def record():
        shop.portal.payments.record(account, OTTO, money=usd(10), received_on=NOON.date(), method=MethodKind.CHEQUE)

    with pytest.raises(Conflict):
        record()
    record()
    proxy.rule = lambda _: Act.PASS
    assert posted(shop) == 20_00
    shop.portal.close()
