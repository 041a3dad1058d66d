"""Links that are opened elsewhere, with the code, and links that serve no more, from which a new one is asked for."""

import re

import pytest

ANN = "ann@harbour.example"
HIDDEN = re.compile(r'name="form_token" value="([^"]+)"')
SHOWN = re.compile(r'<strong class="code">([0-9]{3} [0-9]{3})</strong>')


def shown(browser):
    return SHOWN.search(browser.text).group(1)


def mailed(world):
    return world.letterbox.token(world.base_url)


def wrong(code):
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"


@pytest.mark.guarantee(6)
def test_the_link_serves_on_the_phone_with_the_code_that_the_desk_shows(world):
    desk, phone = world.browser(), world.browser()
    wanted = f"/accounts/{world.harbour}/documents"
    desk.ask_for_link(next_path=wanted)
    code, token = shown(desk), mailed(world)
    assert phone.get(f"/sign-in/{token}").status == 200
    for part in ('inputmode="numeric"', 'autocomplete="one-time-code"', "a…@harbour.example", "Quayside Supply Co."):
        assert part in phone.text
    assert code not in phone.text
    assert phone.post(f"/sign-in/{token}", form={"code": "12345"}).status == 422
    assert "Enter all six digits." in phone.text
    assert phone.post(f"/sign-in/{token}", form={"code": wrong(code)}).status == 422
    assert "You have 4 more tries." in phone.text
    assert world.site.guard.session_name not in phone.cookies
    assert phone.post(f"/sign-in/{token}", form={"code": code}).header("Location") == wanted
    assert phone.get(wanted).status == 200
    assert desk.get(f"/sign-in/{token}").status == 410


@pytest.mark.guarantee(8)
def test_after_five_wrong_codes_the_link_is_closed_and_a_new_one_can_be_asked_for(world):
    desk, phone = world.browser(), world.browser()
    desk.ask_for_link()
    code, token = shown(desk), mailed(world)
    phone.get(f"/sign-in/{token}")
    statuses = [phone.post(f"/sign-in/{token}", form={"code": wrong(code)}).status for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 410]
    assert "Too many wrong codes" in phone.text
    assert phone.post(f"/sign-in/{token}", form={"code": code}).status == 410
    assert desk.get(f"/sign-in/{token}").status == 410
    world.clock.forward(seconds=1)
    assert phone.post(f"/sign-in/{token}/again").status == 200
    world.portal.deliver()
    phone.get(f"/sign-in/{mailed(world)}")
    assert phone.post(f"/sign-in/{mailed(world)}").status == 303


@pytest.mark.guarantee(7)
def test_a_new_link_for_an_old_one_tells_nothing_and_leads_to_the_same_place(world):
    desk, other = world.browser(), world.browser()
    wanted = f"/accounts/{world.harbour}/documents"
    desk.ask_for_link(next_path=wanted)
    old = mailed(world)
    world.clock.forward(minutes=11)
    assert other.get(f"/sign-in/{old}").status == 410
    assert "Send me a new link" in other.text
    assert ANN not in other.text
    # what a form names of its own accord is not listened to
    answer = other.post(f"/sign-in/{old}/again", form={"email": "bob@mill.example", "next": "/preferences"})
    assert answer.status == 200
    assert ANN not in other.text
    world.portal.deliver()
    mail = world.letterbox.mails[-1]
    assert mail.to == ANN
    assert len(world.letterbox.mails) == 2
    stranger = world.browser()
    stranger.get(f"/sign-in/{mailed(world)}")
    assert "Enter your code" in stranger.text
    other.get(f"/sign-in/{mailed(world)}")
    assert other.post(f"/sign-in/{mailed(world)}").header("Location") == wanted


@pytest.mark.guarantee(6)
def test_a_new_link_is_asked_for_by_the_portals_own_form_only(world):
    desk = world.browser()
    desk.ask_for_link()
    old = mailed(world)
    world.clock.forward(minutes=11)
    assert desk.request("GET", f"/sign-in/{old}/again").status == 405
    desk.get(f"/sign-in/{old}")
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert desk.post(f"/sign-in/{old}/again", headers=foreign).status == 403
    world.portal.deliver()
    assert len(world.letterbox.mails) == 1


def test_a_token_that_was_not_made_here_asks_for_nothing(world):
    browser = world.browser()
    browser.get("/sign-in")
    form = {"form_token": HIDDEN.search(browser.text).group(1)}
    browser.get("/sign-in/nonsense")
    assert "Send me a new link" not in browser.text
    assert browser.post("/sign-in/nonsense/again", form=form).status == 404
    world.portal.deliver()
    assert not world.letterbox.mails


@pytest.mark.guarantee(7)
def test_the_code_is_shown_for_known_and_unknown_addresses_alike(world):
    pages = []
    for email in (ANN, "nob@harbour.example"):
        browser = world.browser()
        browser.get("/sign-in")
        browser.post("/sign-in", form={"email": email})
        pages.append(browser.text.replace(email, "X").replace(shown(browser), "000 000"))
    assert pages[0] == pages[1]
