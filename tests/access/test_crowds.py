"""Many links at once: each starts one session, the newest wins, nothing raw rests, keys rotate meanwhile, clocks differ."""

import itertools
import logging
import multiprocessing
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from crowds import BROWSER, crowd
from forked import forked
from lockportal.access.mailing import link_of
from lockportal.access.models import LinkRequested, LinkState, LoginLink, Session
from lockportal.access.sharing.models import Shareable
from lockportal.access.tokens import LinkTokens
from lockportal.core.actor import SYSTEM, VISITOR
from lockportal.core.errors import Refused
from lockportal.signing import Purpose, Signer, digest
from lockportal.storage.engines import open_engines
from lockportal.storage.tables import table
from waiting import AMPLE

PROCESSES, THREADS = 4, 16
KEYS = tuple(f"key number {number} of the tests, long enough" for number in range(3))


def clicking(house, url, click, many):
    """Click on each of many links by all threads of all processes at once, and answer what came of each click."""
    house.engines.dispose()
    gates = multiprocessing.get_context("fork").Barrier(PROCESSES)

    def process(_):
        mine, answers = type(house)(open_engines(url), house.folder, house.clock), []
        with ThreadPoolExecutor(THREADS) as pool:
            for number in range(many):
                gates.wait(600)
                barrier = threading.Barrier(THREADS)

                def one(_, number=number, barrier=barrier):
                    barrier.wait(AMPLE)
                    return click(mine, number)

                answers += pool.map(one, range(THREADS))
        mine.engines.dispose()
        return answers

    return list(itertools.chain(*forked(process, PROCESSES)))


@pytest.mark.guarantee(1)
def test_sixty_four_clicks_of_four_processes_on_each_link_start_one_session(house, database_url, tier):
    people = crowd(house, tier.times(2, 25, 1_000))

    def click(mine, number):
        try:
            return bool(mine.access.redeem(people[number][1], binding=BROWSER).cookie)
        except Refused as refused:
            return refused.code

    answers = clicking(house, database_url, click, len(people))
    assert answers.count(True) == len(house.rows(Session)) == len(people)
    assert answers.count("link.used") == len(people) * (PROCESSES * THREADS - 1)
    assert {row.state for row in house.rows(LoginLink)} == {LinkState.USED}


def test_the_clicks_of_four_processes_would_catch_whoever_reads_and_then_writes(house, database_url, tier):
    """Of each process all sixteen look before any of them writes: whichever writes first, has looked sixteen times before."""
    people = crowd(house, tier.times(2, 5))
    links, looked = table(LoginLink), [threading.Barrier(THREADS) for _ in people]

    def click(mine, number):
        person, link_id = mine.access._tokens.read(people[number][1])
        state = link_of(mine.shell, person, link_id).state
        looked[number].wait(AMPLE)
        if state is not LinkState.ISSUED:
            return False
        now = mine.clock.now()
        mine.shell.observe(
            Session(
                id=mine.clock.new_id(),
                account_id=person,
                secret=digest("any"),
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
        with mine.engines.writing() as connection:
            connection.execute(sa.update(links).where(links.c.id == link_id).values(state=LinkState.USED))
        return True

    answers = clicking(house, database_url, click, len(people))
    assert answers.count(True) >= THREADS * len(people)


def resting(house, many, caplog):
    """Issue and use so many links, and answer which of their secrets, and which of their codes, rest anywhere afterwards."""
    caplog.set_level(logging.DEBUG)
    secrets, codes, texts = set(), set(), []
    for binding, batch in (("a browser's own secret", many - many // 2), ("another browser's secret", many // 2)):
        house.clock.forward(minutes=20)
        people = crowd(house, batch, binding, first=len(codes))
        texts.append(house.dump())
        for number, (_, token, code) in enumerate(people):
            *_, link_secret = house.context.signer.read(Purpose.LOGIN_LINK, token)
            elsewhere = {} if number % 2 else {"code": code}
            cookie = house.access.redeem(token, binding=binding if number % 2 else "a phone's", **elsewhere).cookie
            *_, cookie_secret = house.context.signer.read(Purpose.SESSION, cookie)
            assert len(cookie_secret) >= 43, "256 bits as text"
            secrets |= {token, link_secret, cookie, cookie_secret, binding, *shared(house, cookie)}
            codes.add(code)
        texts.append(house.dump())
        for path in house.folder.glob("*.eml"):
            path.unlink()  # mails hold their links
    texts += [
        caplog.text,
        *(path.read_text("utf-8", "replace") for path in house.folder.parent.rglob("*") if path.suffix == ".log"),
    ]
    assert len(secrets) >= 8 * many
    everything = "\n".join(texts)
    assert "person0@example.com" in everything, "the dump would not show what rests"
    found = [secret for secret in secrets if secret in everything or secret.encode().hex() in everything]
    # a code is six digits: it is sought where it stands for itself, as any digest has six digits somewhere
    numbers = set(re.findall(r"(?<![0-9a-zA-Z.-])[0-9]{6}(?![0-9a-zA-Z-])", everything))
    return found, numbers & codes


def shared(house, cookie):
    """Answer the secrets of a link to a document, opened, and of an address of it."""
    me, document = house.access.authenticate(cookie), house.clock.new_id()
    (grant,) = me.grants
    (link,) = house.access.sharing.share(grant.account_id, [Shareable(document, "R-1")], grant.contact_id, by=SYSTEM).values()
    token = link.rpartition("/")[2]
    opened = house.access.sharing.open(token, user_agent="Firefox").cookie
    address = house.access.signed_urls.sign(grant.account_id, document, "pdf", by=me).rpartition("/")[2]
    house.access.signed_urls.open(address)
    *_, secret = house.context.signer.read(Purpose.SHARE_LINK, token)
    return {token, secret, opened, address}


@pytest.mark.guarantee(3)
def test_of_many_links_no_token_no_code_and_no_secret_rests_anywhere(house, tier, caplog):
    assert resting(house, tier.times(5, 100, 1_000), caplog) == ([], set())
    assert {len(row.secret) for row in house.rows(Session)} == {32}, "SHA-256"


def test_the_search_would_find_what_a_service_keeps_as_it_is(quick, caplog, monkeypatch):
    """The naive service keeps a browser's secret as it is where its digest should be, and logs codes."""
    monkeypatch.setattr("lockportal.access.service.digest", lambda secret: secret.encode()[:32].ljust(32))
    monkeypatch.setattr("lockportal.access.identity.digest", lambda secret: secret.encode()[:32].ljust(32))
    code_fits = LinkTokens.code_fits

    def telling(self, link_id, typed):
        logging.getLogger("naive").debug("typed %s", typed)
        return code_fits(self, link_id, typed)

    monkeypatch.setattr(LinkTokens, "code_fits", telling)
    secrets, codes = resting(quick, 4, caplog)
    assert {"a browser's own secret", "another browser's secret"} <= {*secrets}
    assert codes


@pytest.mark.guarantee(4)
@pytest.mark.parametrize("skew", [-120, -2, 0, 2, 120])
@pytest.mark.parametrize("elapsed", [0, 1, 479, 480, 599, 600, 720, 721])
def test_whose_clock_differs_by_two_minutes_rejects_none_too_early_and_accepts_none_too_late(quick, skew, elapsed):
    quick.contact(quick.customer())
    token = quick.ask()
    quick.clock.forward(seconds=elapsed + skew)
    verifier = quick.again()
    accepted = verifier.access.inspect(token, BROWSER).state == "ready"
    try:
        verifier.access.redeem(token, binding=BROWSER)
    except Refused as refused:
        assert refused.code == "link.expired"  # noqa: PT017 - the only reason there may be
        assert not accepted
    else:
        assert accepted
    assert accepted is (elapsed + skew < 600)
    assert accepted or elapsed >= 480
    assert not accepted or elapsed < 720


@pytest.mark.guarantee(4)
def test_the_row_says_when_a_link_expires_and_not_the_token(quick):
    quick.contact(quick.customer())
    token = quick.ask()
    links = table(LoginLink)
    with quick.engines.writing() as connection:
        connection.execute(sa.update(links).values(expires_at=quick.clock.now() + timedelta(days=1)))
    quick.clock.forward(hours=23)
    assert quick.access.inspect(token, BROWSER).state == "ready"
    with quick.engines.writing() as connection:
        connection.execute(sa.update(links).values(expires_at=quick.clock.now()))
    assert quick.access.inspect(token, BROWSER).state == "expired"


@pytest.mark.parametrize(("behind", "found"), [(0, "ok"), (2, "SignatureExpired"), (120, "SignatureExpired")])
def test_a_signature_that_tells_the_time_alone_rejects_too_early_and_without_an_age_never(monkeypatch, behind, found):
    """The control: what the library of signatures itself does where the verifier's clock is behind the issuer's."""
    naive, issued = URLSafeTimedSerializer(KEYS[0]), 1_800_000_000
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: issued)
    token = naive.dumps(["x"])
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: issued - behind)
    try:
        naive.loads(token, max_age=600)
        told = "ok"
    except SignatureExpired as expired:
        told = type(expired).__name__
    assert told == found
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: issued + 10**8)
    assert naive.loads(token) == ["x"]


@pytest.mark.guarantee(5)
def test_of_two_requests_the_newer_one_wins_also_when_they_race(house, tier):
    house.contact(house.customer())
    for number in range(tier.times(3, 20, 100)):
        house.clock.forward(seconds=1)
        now = house.clock.now()
        older, newer = (
            LinkRequested(
                id=house.clock.new_id(),
                account_id=house.supplier.id,
                email="anna@example.com",
                binding=digest(BROWSER),
                asked_at=now + timedelta(milliseconds=place),
                expires_at=now + timedelta(minutes=10),
            )
            for place in range(2)
        )
        if number % 2:
            barrier = threading.Barrier(2)

            def answer(request, barrier=barrier):
                barrier.wait(AMPLE)
                house.access.answer(request)

            with ThreadPoolExecutor(2) as pool:
                list(pool.map(answer, (older, newer)))
        else:
            house.access.answer(older)
            house.access.answer(newer)
        issued = [row.id for row in house.rows(LoginLink) if row.state is LinkState.ISSUED]
        assert issued == [newer.id]


@pytest.mark.guarantee(11)
def test_keys_rotate_twice_with_many_links_under_way(quick, tier):
    first = quick.again(keys=KEYS[:1])
    people = crowd(first, tier.times(9, 99, 1_002))
    first.clock.forward(seconds=1)
    third = len(people) // 3
    second, last = quick.again(keys=KEYS[:2]), quick.again(keys=KEYS)
    for number, (_, token, code) in enumerate(people[: 2 * third]):
        house = second if number < third else last
        by_code = {"binding": "a phone's", "code": code} if number % 2 else {"binding": BROWSER}
        cookie = house.access.redeem(token, **by_code).cookie
        assert house.access.authenticate(cookie) != VISITOR
    without = quick.again(keys=KEYS[1:])
    for _, token, code in people[2 * third :]:
        assert without.access.inspect(token, BROWSER).state == "unknown"
        with pytest.raises(Refused):
            without.access.redeem(token, binding="a phone's", code=code)
    assert len(quick.rows(Session)) == 2 * third


@pytest.mark.guarantee(11)
def test_a_token_of_one_purpose_is_junk_for_every_other_and_sha_256_signs():
    signer = Signer(KEYS)
    refused = 0
    for made, read in itertools.permutations(Purpose, 2):
        assert signer.read(read, signer.sign(made, ["x"])) is None
        assert not {*signer.secret_of(made, "x")} & {*signer.secret_of(read, "x")}
        refused += 1
    assert refused >= 30
    for purpose in Purpose:
        *_, signature = signer.sign(purpose, ["x"]).rpartition(".")
        assert len(signature) == 43  # 256 bits
        assert signer.read(purpose, Signer(KEYS[2:]).sign(purpose, 7)) == 7
        assert Signer(KEYS[2:]).read(purpose, signer.sign(purpose, 7)) == 7, "the newest key signs"


def test_the_rotation_would_catch_a_list_of_keys_in_the_wrong_order(quick):
    """Newest first, the old key goes on signing, which nobody notices until it is taken out."""
    reversed_ = quick.again(keys=KEYS[1::-1])
    people = crowd(reversed_, 3)
    without = quick.again(keys=KEYS[1:])
    assert {reversed_.access.inspect(token, BROWSER).state for _, token, _ in people} == {"ready"}
    assert {without.access.inspect(token, BROWSER).state for _, token, _ in people} == {"unknown"}


def test_the_cross_uses_would_catch_a_signer_with_one_salt_for_all(monkeypatch):
    salted = Signer._serializer
    monkeypatch.setattr(Signer, "_serializer", lambda self, _: salted(self, Purpose.FORM))
    signer = Signer(KEYS)
    assert all(signer.read(read, signer.sign(made, ["x"])) == ["x"] for made, read in itertools.permutations(Purpose, 2))
