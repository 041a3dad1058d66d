"""What opens links without a person: scanners, prefetchers, previews, real browsers. And what planted cookies come to."""

import itertools
import re

import pytest
from attrs import evolve

from crowds import crowd
from lockportal.access.models import LinkState, LoginLink, Session
from lockportal.access.service import Access
from lockportal.access.sharing.models import ShareLinkUsed, ShareUse
from lockportal.core.actor import SYSTEM
from lockportal.storage.tables import table
from lockportal.testing.guard import counting
from lockportal.web import Site
from lockportal.web.security import Guard

ANN = "ann@harbour.example"
OWN = "https://portal.example"

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 SafeLinks",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mimecast/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.24",
    "curl/8.5.0",
    "",
)
PURPOSES = (
    {},
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "prefetch"},
    {"X-Moz": "prefetch"},
    {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"},
    {"X-Forwarded-Host": "evil.example", "Origin": OWN},
)
MORE = ("", "?utm_source=mail", "?data=05%7C02&reserved=0", "?code=000000&form_token=x", "?method=POST&_method=POST")
METHODS = ("GET", "GET", "HEAD", "OPTIONS")


def rows(world, record):
    with world.portal.engines.reading() as connection:
        return connection.execute(table(record).select()).all()


class Looking:
    """The portal as `crowd` wants a house, with one browser that has asked for all of its links."""

    def __init__(self, world):
        self.world, self.shell, self.access, self.profiles = world, world.portal.shell, world.portal.access, world.portal.profiles
        self.office = None

    def customer(self, number, name):
        from lockportal.core.actor import SYSTEM

        self.office = SYSTEM
        return self.profiles.open_customer(number, name, by=SYSTEM)

    def mails(self):
        return {number: Letter(mail) for number, mail in enumerate(self.world.letterbox.mails)}


class Letter(dict):
    """A mail as the tests of the rooms below read it."""

    def __init__(self, mail):
        super().__init__(To=mail.to)
        self.text = mail.text

    def get_body(self, _):
        return self

    def get_content(self):
        return self.text


@pytest.mark.guarantee(2)
def test_whatever_opens_a_link_without_a_click_spends_nothing_and_writes_nothing(world, tier):
    human = world.browser()
    human.get("/sign-in")
    asking = world.site.guard.asking(_request(human))
    people = crowd(Looking(world), tier.times(4, 20, 100), binding=asking.secret)
    before, done = len(rows(world, Session)), 0
    wanted = tier.times(400, 2_000, 10_000)
    with counting(world.portal.engines) as sent:
        for agent, purpose, more, method in itertools.islice(
            itertools.cycle(itertools.product(AGENTS, PURPOSES, MORE, METHODS)), wanted
        ):
            _, token, _ = people[done % len(people)]
            visitor = human if done % 3 == 0 else world.browser()  # a scanner may even have the cookies of the person
            answer = visitor.request(method, f"/sign-in/{token}{more}", headers={"User-Agent": agent, **purpose})
            assert answer.status in ({405} if method == "OPTIONS" else {200})
            assert world.site.guard.session_name not in {cookie.name for cookie in answer.cookies}
            done += 1
    assert not [statement for statement in sent if not statement.lstrip().startswith(("SELECT", "WITH"))]
    assert {row.state for row in rows(world, LoginLink)} == {LinkState.ISSUED}
    assert len(rows(world, Session)) == before
    for _, token, _ in people:
        human.cookies[world.site.guard.asking_name] = asking_cookie(world, asking)
        human.get(f"/sign-in/{token}")
        assert human.post(f"/sign-in/{token}").status == 303
    assert len(rows(world, Session)) == before + len(people)


def _request(browser):
    from lockportal.web import Request

    return Request(method="GET", path="/", cookies=browser.cookies)


def asking_cookie(world, asking):
    from lockportal.signing import Purpose

    return world.site.guard.signer.sign(Purpose.ASKING, asking.secret)


def test_the_scanners_would_catch_a_page_that_signs_in_by_a_get(world, monkeypatch):
    """The naive page, which takes the opening of a link for the click."""
    from lockportal.web.pages import sign_in

    browser = world.browser()
    browser.ask_for_link()
    token = world.letterbox.token(world.base_url)
    monkeypatch.setattr(sign_in, "inspect", sign_in.redeem)
    monkeypatch.setattr("lockportal.web.site._handler", lambda dotted: getattr(sign_in, dotted.rpartition(":")[2]))
    browser.request("GET", f"/sign-in/{token}", headers={"Sec-Purpose": "prefetch"})
    assert {row.state for row in rows(world, LoginLink)} == {LinkState.USED}


@pytest.mark.guarantee(5)
def test_no_planted_cookie_survives_signing_in(world, tier):
    bob = world.signed_in("bob@mill.example")
    name = world.site.guard.session_name
    planted = itertools.cycle([bob.cookies[name], "junk", "x" * 4000, bob.cookies[name] + "x", "../../etc", "null"])
    seen = set()
    for _, value in zip(range(tier.times(6, 24, 100)), planted, strict=False):
        world.clock.forward(minutes=4)
        browser = world.browser()
        browser.get("/sign-in")
        asked = world.site.guard.asking(_request(browser))
        world.portal.access.request_link(ANN, binding=asked.secret)
        world.portal.deliver()
        token = world.letterbox.token(world.base_url)
        browser.cookies[name] = value
        browser.get(f"/sign-in/{token}")
        assert browser.post(f"/sign-in/{token}").status == 303
        assert browser.cookies[name] not in {value, *seen}
        seen.add(browser.cookies[name])
        assert world.site.actor(_request(browser)).accounts("view") == (world.harbour,)
        assert world.site.guard.asking_name not in browser.cookies


def test_the_planted_cookies_would_catch_a_page_that_goes_on_under_the_one_it_finds(world, tier, monkeypatch):
    """The naive page signs in under whatever cookie the browser already has."""
    given = Guard.session_cookie
    monkeypatch.setattr(Guard, "session_cookie", lambda guard, value: evolve(given(guard, value), value="planted"))
    with pytest.raises(AssertionError):
        test_no_planted_cookie_survives_signing_in(world, tier)


CASES = list(itertools.product([True, False], [OWN, "https://evil.example", "null"], ["same-origin", "cross-site"]))


@pytest.mark.guarantee(6)
@pytest.mark.parametrize("has_code", [False, True], ids=["asking browser", "with the code"])
@pytest.mark.parametrize(("cookie", "origin", "site"), CASES)
def test_a_click_counts_from_the_portals_own_page_only(world, has_code, cookie, origin, site):
    asker = world.browser()
    asker.ask_for_link()
    code = re.search(r"[0-9]{3} [0-9]{3}(?=</strong>)", asker.text).group()
    browser = world.browser() if has_code else asker
    token = world.letterbox.token(world.base_url)
    browser.get(f"/sign-in/{token}")
    if not cookie:
        browser.cookies.clear()
    headers = {"Origin": origin, "Sec-Fetch-Site": site}
    answer = browser.post(f"/sign-in/{token}", form={"code": code} if has_code else {}, headers=headers)
    passes = cookie and site == "same-origin" and origin != "https://evil.example"
    assert answer.status == (303 if passes else 403)
    assert (world.site.guard.session_name in browser.cookies) is passes
    assert {row.state for row in rows(world, LoginLink)} == {LinkState.USED if passes else LinkState.ISSUED}


@pytest.mark.parametrize(
    ("lets", "case"), [("_check", (True, "null", "cross-site")), ("check_asking_form", (False, OWN, "same-origin"))]
)
def test_the_matrix_would_catch_a_guard_that_lets_pass(world, monkeypatch, lets, case):
    """The naive guard takes a form from another site, or from a browser without the cookie."""
    monkeypatch.setattr(Guard, lets, lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_click_counts_from_the_portals_own_page_only(world, lets != "_check", *case)


@pytest.mark.guarantee(6)
def test_somebody_elses_link_names_its_account_and_wants_the_code_before_it_signs_anybody_in(world):
    attacker, victim = world.browser(), world.browser()
    attacker.ask_for_link("bob@mill.example")
    token = world.letterbox.token(world.base_url)
    victim.get(f"/sign-in/{token}")
    assert "b…@mill.example" in victim.text
    assert victim.post(f"/sign-in/{token}").status == 422
    assert world.site.guard.session_name not in victim.cookies


@pytest.mark.guarantee(7)
def test_known_unknown_and_disabled_addresses_cost_the_same_and_are_answered_the_same(world):
    from lockportal.core.actor import SYSTEM, Right

    profiles = world.portal.profiles
    former = profiles.add_contact(world.harbour, "former@harbour.example", "Eva", (Right.VIEW,), by=SYSTEM)
    profiles.disable_contact(world.harbour, former.id, by=SYSTEM)
    told = []
    for email in ("warm@harbour.example", ANN, "nobody@harbour.example", "former@harbour.example"):
        browser = world.browser()
        browser.get("/sign-in")
        with counting(world.portal.engines) as sent:
            answer = browser.post("/sign-in", form={"email": email})
        page = re.sub(r"[0-9]{3} [0-9]{3}</strong>", "", browser.text).replace(email, "")
        headers = dict(answer.header_lines())
        length = int(headers.pop("Content-Length")) - len(email) * browser.text.count(email)  # the page says what was typed
        told.append((answer.status, headers, length, page, [statement.split("(")[0] for statement in sent]))
    _, known, unknown, disabled = told
    assert known == unknown == disabled


@pytest.mark.guarantee(7)
def test_the_count_of_statements_would_catch_whoever_looks_the_address_up_at_once(world, monkeypatch):
    """The naive service answers a request while it is made."""
    real = Access.request_link

    def naive(self, email, **more):
        asked = real(self, email, **more)
        world.portal.deliver()
        return asked

    monkeypatch.setattr(Access, "request_link", naive)
    counts = []
    for email in ("warm@harbour.example", ANN, "nobody@harbour.example"):
        browser = world.browser()
        browser.get("/sign-in")
        with counting(world.portal.engines) as sent:
            browser.post("/sign-in", form={"email": email})
        counts.append(len(sent))
    assert counts[1] != counts[2]


HOSTS = (
    "evil.example", "portal.example.evil.example", "127.0.0.1", "portal.example:443@evil.example", "evil.example:443",
    "[::1]", "localhost", "portal.example, evil.example", "portal.example\tevil.example", "evil.example/portal.example",
    "evil.example?portal.example", "evil.example#portal.example", "PORTAL.EXAMPLE.evil.example", "portal.example.",
    "xn--prtal-jua.example",     "evil.example%2f", "//evil.example", "https://evil.example", "", "a" * 300 + ".example",
)  # fmt: skip


@pytest.mark.guarantee(9)
def test_twenty_hostile_hosts_are_in_no_mail_no_page_and_no_location(make_world):
    for number, hostile in enumerate(HOSTS):
        if number % 5 == 0:
            world = make_world()
        told = {"Host": hostile, "X-Forwarded-Host": hostile, "Forwarded": f"host={hostile}", "X-Original-Host": hostile}
        browser = world.browser()
        browser.get("/sign-in", headers=told)
        pages = [browser.text]
        browser.post("/sign-in", form={"email": ANN}, headers={**told, "Origin": "null", "Sec-Fetch-Site": "same-origin"})
        pages.append(browser.text)
        world.portal.deliver()
        mail = world.letterbox.mails[-1]
        links = re.findall(r"https?://[^\s\"<>]+", mail.text + (mail.html or ""))
        assert links
        assert all(link.startswith("https://portal.example/") for link in links if "/sign-in/" in link)
        told_to = [page for page in (*pages, mail.text, mail.html or "") if "evil" in page or "aaaa" in page]
        assert told_to == []
        assert "evil" not in (browser.get("/", headers=told).header("Location"))


def test_the_hostile_hosts_would_catch_a_site_that_believes_the_header(make_world, monkeypatch):
    """The naive site links to wherever it is told that it is."""
    handle = Site.handle

    def naive(self, request):
        self.portal.access._mail._base_url = f"https://{request.header('Host')}"
        return handle(self, request)

    monkeypatch.setattr(Site, "handle", naive)
    with pytest.raises(AssertionError):
        test_twenty_hostile_hosts_are_in_no_mail_no_page_and_no_location(make_world)


# as scanners do it: whole mails at once, some seconds after they were sent


def scanned(world, address, asker):
    """Let everything open an address that opens addresses without a person: seconds after the mail, twice, and by other words."""
    world.clock.forward(seconds=3)
    for agent, more in itertools.product(("", AGENTS[0]), MORE):
        for method, purpose in (("GET", {}), ("GET", {}), ("HEAD", {}), ("GET", PURPOSES[2])):
            for browser in (world.browser(), asker):
                answer = browser.request(method, f"{address}{more}", headers={"User-Agent": agent, **purpose})
                assert answer.status == 200
                assert not {world.site.guard.session_name, world.site.guard.shared_name} & {one.name for one in answer.cookies}
        world.clock.forward(seconds=1)


@pytest.mark.guarantee(2)
def test_scanners_that_come_seconds_after_the_mail_leave_a_login_link_to_the_person(world):
    person = world.browser()
    person.ask_for_link()
    address = f"/sign-in/{world.letterbox.token(world.base_url)}"
    scanned(world, address, person)
    assert {row.state for row in rows(world, LoginLink)} == {LinkState.ISSUED}
    person.get(address)
    assert person.post(address).status == 303
    assert person.get(f"/accounts/{world.harbour}/").status == 200


@pytest.mark.guarantee(2)
def test_scanners_that_come_seconds_after_the_mail_open_no_document_and_are_logged_apart(world):
    world.store(world.invoice("INV-7001", "120.00", 29))
    world.portal.deliver()
    (link,) = {found for mail in world.letterbox.mails for found in re.findall(r"https://portal\.example(/d/\S+)", mail.text)}
    person = world.browser()
    scanned(world, link, person)
    assert {row.use for row in rows(world, ShareLinkUsed)} == {ShareUse.FETCHED}
    (line,) = world.portal.access.sharing.links(world.harbour, by=SYSTEM).items
    assert (line.state, line.last_used_at) == ("open", None)
    document = f"/accounts/{world.harbour}/documents/{world.id_of('INV-7001')}"
    assert person.get(document).status == 303
    person.get(link)
    assert person.post(link).header("Location") == document
    assert person.get(document).status == 200
    assert [row.use for row in rows(world, ShareLinkUsed)].count(ShareUse.OPENED) == 1
