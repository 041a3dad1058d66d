"""WCAG 2.2 AA: axe finds nothing on any page, light and dark, wide and narrow; every act by keyboard alone; focus is seen."""

import runpy
from importlib.resources import files
from pathlib import Path

import pytest

from keyboard_alone import press, reach
from lockportal.web import BasicLogin
from waiting import patient
from web.conftest import World
from web.served import by_fastapi

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python")
pytest.importorskip("lockportal_example_flask")
HERE = Path(__file__).parent
SHOTS = runpy.run_path(str(HERE.parent / "screenshots.py"))
GIVEN = runpy.run_path(str(HERE / "conftest.py"))
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that the scheme of colours can break; the others look at the same page in either."""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    path = SHOTS["chromium"]()
    if path is None:
        pytest.skip("no Chromium: set LOCKPORTAL_CHROMIUM")
    with sync_playwright() as playwright:
        made = patient(playwright.chromium.launch(executable_path=path, args=list(SHOTS["FLAGS"])))
        yield made
        made.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from lockportal.core.actor import SYSTEM, Right

    with SHOTS["served"](tmp_path_factory.mktemp("accessible")) as made:
        for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
            made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
        yield made


@pytest.fixture(scope="module")
def page(browser, world):
    """Somebody who is signed in as a customer and, by name and password, at the desk."""
    context = browser.new_context(http_credentials=SHOTS["STAFF"])
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        pass
    yield page
    context.close()


def faults(page, **options):
    """What axe finds on the page that is open; its script is handed to each page once."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("async options => (await axe.run(options)).violations", {"resultTypes": ["violations"], **options})
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def looked_through(page):
    """Every fault of the page that is open: by all rules in light, by those of colours in dark, wide and narrow."""
    for name, (width, height) in SHOTS["SIZES"].items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            rules = {"type": "tag", "values": EVERY_RULE} if scheme == "light" else {"type": "rule", "values": COLOURS}
            yield from ((name, scheme, *fault) for fault in faults(page, runOnly=rules))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def pages(world):
    """An address of every page, by the name of its route, and of each way in which one can fail."""
    from lockportal.web import ROUTES

    known = GIVEN["addresses"](world) | GIVEN["desk_addresses"](world)
    assert known.keys() == {route.name for route in ROUTES if route.method == "GET"}
    yield from known.items()
    home = f"/accounts/{world.harbour}"
    yield "no such page", "/nothing/here"
    yield "nothing found", f"{home}/documents?text=nothing+like+it"
    yield "a filter at fault", f"{home}/documents?amount_from=much&issued_from=2026-01-01"
    yield "nothing chosen", f"{home}/bundle"


def test_axe_finds_nothing_on_the_way_in(browser, world):
    context = browser.new_context()
    page = context.new_page()
    found = [(name, *fault) for name in SHOTS["sign_in"](page, world, "bob@mill.example") for fault in looked_through(page)]
    context.close()
    assert found == []


def test_axe_finds_nothing_on_any_page_light_and_dark_wide_and_narrow(page, world):
    found, seen = [], set()
    for name, path in pages(world):
        if not page.request.get(world.base_url + path).headers["content-type"].startswith("text/html"):
            continue
        page.goto(world.base_url + path)
        seen.add(name)
        found += [(name, *fault) for fault in looked_through(page)]
    assert found == []
    assert {"home", "documents", "document", "statement", "desk", "desk_customers", "desk_account", "sessions"} <= seen


MAIN = ("home", "documents", "document", "pay", "new_dispute", "desk_account")
"""The pages that are looked at once more, where another framework serves them."""


def test_axe_finds_nothing_on_the_main_pages_of_the_other_application(browser, tmp_path):
    """Both write the same pages, as their parity says; here a browser has them from the other one."""
    pytest.importorskip("lockportal_example_fastapi")
    staff = BasicLogin({SHOTS["STAFF"]["username"]: SHOTS["STAFF"]["password"]})
    with by_fastapi(lambda base_url: World(tmp_path, base_url=base_url), staff=staff) as made:
        context = browser.new_context(http_credentials=SHOTS["STAFF"])
        page, found = context.new_page(), []
        for _ in SHOTS["sign_in"](page, made, "ann@harbour.example"):
            pass
        known = GIVEN["addresses"](made) | GIVEN["desk_addresses"](made)
        for name in MAIN:
            assert page.goto(made.base_url + known[name]).status == 200
            found += [(name, *fault) for fault in looked_through(page)]
        context.close()
        made.portal.close()
    assert found == []


def test_axe_would_find_what_is_amiss(page, world):
    """A control: a text that is too pale, a box without a name, a picture without words."""
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents")
    page.emulate_media(color_scheme="light")
    page.evaluate("""() => {
        document.querySelector("h1").style.color = "#ccc";
        document.querySelector(".pick input[name=document]").closest("label").querySelector("span").remove();
        document.querySelector("main").append(document.createElement("img"));
    }""")
    assert {name for name, _ in faults(page, runOnly=EVERY_RULE)} >= {"color-contrast", "label", "image-alt"}


SEEN = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const name = one.tagName + " " + (one.textContent.trim().slice(0, 30) || one.name || "");
    return [name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""


def walked(page):
    """What Tab comes to on the page that is open, in order, and whether it is seen that the keyboard is there."""
    page.evaluate("document.activeElement.blur()")
    steps = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(SEEN)
        if name.startswith("BODY"):
            break
        steps.append((name, seen))
    return steps


@pytest.mark.parametrize("path", ["/accounts/{0}/", "/accounts/{0}/documents", "/desk/accounts/{0}"])
def test_the_keyboard_comes_to_everything_and_it_is_seen_where_it_is(page, world, path):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(world.base_url + path.format(world.harbour))
    steps = walked(page)
    assert steps[0][0].startswith("A Skip to content")
    assert [name for name, seen in steps if not seen] == []
    reachable = page.locator("a[href]:visible, button:visible, input:visible, select:visible, summary:visible").count()
    assert len(steps) >= reachable


def test_a_focus_that_is_not_seen_would_be_found(page, world):
    page.goto(f"{world.base_url}/accounts/{world.harbour}/")
    page.evaluate("document.querySelector('main a').style.outline = 'none'")
    assert not all(seen for _, seen in walked(page))


def test_a_person_signs_in_searches_chooses_downloads_and_signs_out_by_keyboard_alone(browser, world):
    world.clock.forward(minutes=16)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{world.base_url}/sign-in")
    page.wait_for_function("document.activeElement.name === 'email'")
    page.keyboard.type("ann@harbour.example")
    press(page, "Enter")
    page.wait_for_selector("strong.code")
    world.portal.deliver()
    page.goto(f"{world.base_url}/sign-in/{world.letterbox.token(world.base_url)}")
    reach(page, "button[type=submit]")
    press(page, "Enter")
    page.wait_for_url("**/accounts/**")
    press(page, "Tab", "Enter")  # past the menu
    reach(page, ".owed [role=button][href*=documents]")
    press(page, "Enter")
    page.wait_for_url("**/documents?**")
    reach(page, "[type=search]")
    page.keyboard.type("INV-1003")
    press(page, "Enter")
    page.wait_for_url("**text=INV-1003**")
    page.wait_for_function("document.querySelectorAll('input[name=document]').length === 1")
    reach(page, "input[name=document]")
    press(page, "Space")
    assert "$310.25" in page.locator("[data-chosen]").inner_text()
    reach(page, "button[value=pdf]")
    with page.expect_download() as waiting:
        press(page, "Enter")
    assert Path(waiting.value.path()).read_bytes()[:4] == b"%PDF"
    page.evaluate("document.activeElement.blur()")
    reach(page, ".who form button")
    press(page, "Enter")
    page.wait_for_url("**/sign-in?done=left")
    context.close()
