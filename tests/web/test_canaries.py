"""Nothing that must stay secret is in a log: through every way in, and every way in which it may fail."""

import base64
import logging
import re

import pytest
import sqlalchemy as sa

from lockportal import codec
from lockportal.api import Api
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import GatewayError
from lockportal.signing import Purpose
from lockportal.web import BasicLogin, Request, Site
from secret_ways import API_KEY, IBAN, SETTINGS, Vault, Vaults, pay_every_way

ANN = "ann@harbour.example"
UNKNOWN = "canary.unknown@harbour.example"
SEARCHED = "canary-search-words"
PASSWORD = "canary of a password"
REASON = "canary of a reason"
ACCOUNT = "4417 0093"


@pytest.fixture
def echoed(caplog):
    """Everything is logged: at DEBUG, with each statement and its parameters as far as the engines tell them."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy.engine", "sqlalchemy.pool"):
        caplog.set_level(logging.DEBUG, name)
    return caplog


def code_of(browser):
    return re.search(r"[0-9]{3} [0-9]{3}(?=</strong>)", browser.text).group()


def go_every_way(world, canaries):
    """Sign in by click and by code, fail in each way there is, and sign out in each way."""
    token_of = world.letterbox.token
    desk, phone = world.browser(), world.browser()
    desk.ask_for_link(next_path=f"/accounts/{world.harbour}/documents?text={SEARCHED}")
    first = token_of(world.base_url)
    canaries |= {first, code_of(desk), code_of(desk).replace(" ", "")}
    phone.get(f"/sign-in/{first}")
    phone.post(f"/sign-in/{first}", form={"code": "12345"})
    phone.post(f"/sign-in/{first}", form={"code": f"{(int(code_of(desk).replace(' ', '')) + 1) % 10**6:06}"})
    canaries |= {*desk.cookies.values(), *phone.cookies.values()}
    assert phone.post(f"/sign-in/{first}", form={"code": code_of(desk)}).status == 303
    canaries |= {*phone.cookies.values()}
    desk.get(f"/sign-in/{first}")
    desk.post(f"/sign-in/{first}/again")
    world.clock.forward(seconds=1)
    world.portal.deliver()
    second = token_of(world.base_url)
    canaries |= {second, code_of(desk)}
    desk.get(f"/sign-in/{second}")
    assert desk.post(f"/sign-in/{second}").status == 303
    canaries |= {*desk.cookies.values()}
    for browser in (desk, phone):
        browser.get(f"/accounts/{world.harbour}/documents?text={SEARCHED}")
        browser.get("/sessions")
    desk.post("/sessions/end")
    for junk in (f"{first}x", first[:-3], "junk"):
        phone.get(f"/sign-in/{junk}")
    phone.cookies[world.site.guard.session_name] = canary = f"{second}.canary-of-a-cookie"
    canaries.add(canary)
    phone.get("/sessions")
    for number in range(25):  # into both limits
        browser = world.browser()
        browser.get("/sign-in")
        browser.post("/sign-in", form={"email": UNKNOWN if number % 2 else ANN})
    world.portal.deliver()


def fail_every_way(world, canaries, monkeypatch):
    """Let the mail server, the database and the code break on the way."""
    browser = world.browser()

    def broken(*_, **__):
        raise GatewayError("mail.not_sent", "the server is away")

    world.clock.forward(minutes=20)
    with monkeypatch.context() as patch:
        patch.setattr(world.letterbox, "send", broken)
        browser.get("/sign-in")
        browser.post("/sign-in", form={"email": ANN})
        assert world.portal.deliver().failed
    canaries |= {*browser.cookies.values()}
    world.clock.forward(minutes=20)
    browser.ask_for_link()
    token = world.letterbox.token(world.base_url)
    canaries.add(token)
    for target in ("inspect", "redeem", "request_link"):
        with monkeypatch.context() as patch:
            patch.setattr(world.portal.access, target, lambda *_, **__: 1 / 0)
            browser.get(f"/sign-in/{token}" if target == "inspect" else "/sign-in")
            if target != "inspect":
                browser.post(f"/sign-in/{token}" if target == "redeem" else "/sign-in", form={"email": ANN})
    browser.get(f"/sign-in/{token}")
    assert browser.post(f"/sign-in/{token}").status == 303
    canaries |= {*browser.cookies.values()}
    with world.portal.engines.writing() as connection:
        connection.execute(sa.text("ALTER TABLE lockportal_session RENAME TO lockportal_gone"))
        connection.execute(sa.text("ALTER TABLE lockportal_login_link RENAME TO lockportal_lost"))
        connection.execute(sa.text("ALTER TABLE lockportal_link_requested RENAME TO lockportal_left"))
    stranger = world.browser()
    assert browser.get("/sessions").status == 500
    assert stranger.get(f"/sign-in/{token}").status == 500
    stranger.get("/sign-in")
    assert stranger.post("/sign-in", form={"email": "canary.new@harbour.example"}).status == 500


def share_every_way(world, canaries, number):
    """Open documents by links and by addresses for other programs, take both back, and look at the desk."""
    world.store(world.invoice(f"SHARED-{number}", "12.00", 29))
    world.portal.deliver()
    mails = [mail.text for mail in world.letterbox.mails if f"SHARED-{number}" in mail.text]
    (link,) = {found for text in mails for found in re.findall(r"https://portal\.example(/d/\S+)", text)}
    holder, program = world.browser(), world.browser()
    holder.get(link)
    document = holder.post(link).header("Location")
    holder.get(f"{document}/addresses")
    addresses = re.findall(r'href="(/download/[^"]+)"', holder.text)
    canaries |= {part.rpartition("/")[2] for part in (link, *addresses)} | {*holder.cookies.values()}
    for address in (*addresses, f"{addresses[0]}x"):
        program.get(address)
    desk = Site(world.portal, staff=BasicLogin({"casey": PASSWORD}))
    for given in (PASSWORD, f"{PASSWORD} wrong"):
        sent = {"Authorization": f"Basic {base64.b64encode(f'casey:{given}'.encode()).decode()}"}
        canaries |= {given, sent["Authorization"].removeprefix("Basic ")}
        for path in ("/desk", f"/desk/accounts/{world.harbour}/links", f"/desk/accounts/{world.harbour}"):
            desk.handle(Request(method="GET", path=path, headers=sent))
    world.portal.access.sharing.revoke(world.harbour, reason=REASON, by=SYSTEM)
    assert holder.get(link).status == 410
    assert {program.get(address).status for address in addresses} == {404}


def told(text, canaries):
    """Answer the canaries that stand for themselves in a text."""
    resting = [one for one in canaries if one in text]
    return [one for one in resting if re.search(rf"(?<![0-9a-zA-Z]){re.escape(one)}(?![0-9a-zA-Z])", text)]


@pytest.mark.guarantee(10)
def test_no_secret_is_logged_on_any_way_through_the_door_and_the_api(make_world, echoed, monkeypatch, tier):
    world, handled, wanted = make_world(settings=(SETTINGS,), plugins=(Vaults(),)), [], tier.times(150, 400, 10_000)
    for room in (Site, Api):

        def counted(self, *given, handle=room.handle):
            handled.append(1)
            return handle(self, *given)

        monkeypatch.setattr(room, "handle", counted)
    words = {ANN, ANN.upper(), UNKNOWN, "canary.new", "canary.unknown", SEARCHED, PASSWORD, REASON, ACCOUNT}
    signer, rounds, found, last = world.site.guard.signer, 0, [], set()
    while len(handled) < wanted:
        world.clock.forward(minutes=20)
        canaries = set(words)
        pay_every_way(world, ANN, canaries, rounds)
        world.clock.forward(minutes=20)
        go_every_way(world, canaries)
        share_every_way(world, canaries, rounds)
        if len(handled) >= wanted:
            fail_every_way(world, canaries, monkeypatch)
        raw = {signer.read(Purpose.ASKING, value) for value in canaries}
        canaries |= {value for value in raw if isinstance(value, str)}
        assert len(canaries) > 25
        text = echoed.text
        found += told(text, canaries | last)
        assert "SELECT" in text
        assert "INSERT INTO lockportal_session" in text
        assert "INSERT INTO lockportal_payment " in text
        if len(handled) < wanted:
            echoed.clear()
        last, rounds = canaries, rounds + 1
    assert "ZeroDivisionError" in echoed.text
    assert "no such table" in echoed.text
    assert "a gateway refused a request" in echoed.text
    assert found == []


def test_the_canaries_would_catch_an_engine_that_shows_its_parameters(world, echoed):
    """The naive engine is one that does not hide them."""
    world.portal.engines.writes.hide_parameters = world.portal.engines.reads.hide_parameters = False
    world.browser().ask_for_link()
    assert ANN in echoed.text


def test_the_canaries_would_catch_an_api_that_logs_bodies_and_a_gateway_that_is_quoted(make_world, echoed, monkeypatch):
    """The naive API notes what it was sent, the naive room of payments what a gateway said."""
    decode, start = codec.decode, Vault.start

    def noting(body):
        logging.getLogger("naive").debug("%s", body)
        return decode(body)

    def quoting(self, request):
        try:
            return start(self, request)
        except Exception as error:
            logging.getLogger("naive").debug("%s", error)
            raise

    monkeypatch.setattr(codec, "decode", noting)
    monkeypatch.setattr(Vault, "start", quoting)
    canaries = set()
    pay_every_way(make_world(settings=(SETTINGS,), plugins=(Vaults(),)), ANN, canaries, 0)
    assert {IBAN, API_KEY} <= {*told(echoed.text, canaries)}
