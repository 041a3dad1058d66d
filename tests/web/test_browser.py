"""The pages in a real browser, without JavaScript of ours: the policy holds, nothing overflows, a person gets in."""

import re
import runpy
from contextlib import suppress
from pathlib import Path

import pytest

from waiting import patient

pytest.importorskip("playwright.sync_api")
pytest.importorskip("lockportal_example_flask")
SHOTS = runpy.run_path(str(Path(__file__).parents[1] / "screenshots.py"))
pytestmark = pytest.mark.browser


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
    with SHOTS["served"](tmp_path_factory.mktemp("browser")) as made:
        yield made


@pytest.fixture(autouse=True)
def later(world):
    """Each test comes later than the one before, so that all of them together meet no limit."""
    world.clock.forward(minutes=16)


@pytest.mark.guarantee(2)
@pytest.mark.guarantee(9)
@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_person_signs_in_and_reads_every_page(browser, world, size, script):
    width, height = SHOTS["SIZES"][size]
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))

    def looked(name):
        assert page.locator("h1").count() == 1, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    for name in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        looked(name)
    for name, path in SHOTS["pages"](world):
        page.goto(world.base_url + path)
        looked(name)
    page.goto(f"{world.base_url}/accounts/{world.harbour}/")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in?done=left")
    context.close()
    assert [text for text in said if "status of 4" not in text] == []


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_desk_fits_its_screen_and_opens_the_details_of_a_task(browser, world, size):
    width, height = SHOTS["SIZES"][size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, http_credentials=SHOTS["STAFF"]
    )
    page = context.new_page()
    for name, path in SHOTS["desk_pages"](world):
        page.goto(world.base_url + path)
        assert page.locator("h1").count() == 1, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.goto(f"{world.base_url}/desk?owner=all")
    assert not page.get_by_text("code 550").is_visible()
    page.get_by_text("Technical details").click()
    assert page.get_by_text("code 550").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("desk", [False, True], ids=["portal", "desk"])
def test_what_has_no_picture_is_no_page(browser, world, desk):
    context = browser.new_context(http_credentials=SHOTS["STAFF"])
    for _ in SHOTS["sign_in"](context.new_page(), world, "ann@harbour.example"):
        pass
    taken = {name for name, _ in SHOTS["pictured"](world, desk=desk)}
    left_out = {name: path for name, path in SHOTS["addresses"](world, desk=desk).items() if name.replace("_", "-") not in taken}
    assert taken
    assert left_out
    for name, path in left_out.items():
        answer = context.request.get(world.base_url + path, max_redirects=0)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        assert (answer.status, is_page) in {(200, False), (303, False)}, name
    context.close()


@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_a_person_ticks_documents_and_takes_them_in_one_file(browser, world, form):
    width, height = SHOTS["SIZES"]["phone"]
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        pass
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents")
    for number in ("INV-1006", "BOL-601"):
        page.get_by_label(f"Choose {number}").check()
    with page.expect_download() as waiting:
        page.click(f"button[value={form}]")
    assert waiting.value.suggested_filename.endswith(f".{form}")
    assert Path(waiting.value.path()).read_bytes()[:2] == {"zip": b"PK", "pdf": b"%P"}[form]
    context.close()


@pytest.mark.guarantee(2)
def test_a_browser_that_opens_a_link_and_waits_spends_nothing(browser, world):
    """As a scanner does that runs a real browser: scripts run, and nobody clicks."""
    from lockportal.access.models import LinkState, LoginLink, Session
    from lockportal.access.sharing.models import Shareable, ShareLinkUsed, ShareUse
    from lockportal.core.actor import SYSTEM
    from lockportal.storage.tables import table

    def rows(record):
        with world.portal.engines.reading() as connection:
            return connection.execute(table(record).select()).all()

    person = browser.new_context()
    page = person.new_page()
    page.goto(f"{world.base_url}/sign-in")
    page.fill("input[name=email]", "bob@mill.example")
    page.click("button[type=submit]")
    world.portal.deliver()
    address = f"{world.base_url}/sign-in/{world.letterbox.token(world.base_url)}"
    contact = world.portal.profiles.contacts(world.mill, by=SYSTEM)[0]
    sharing, document = world.portal.access.sharing, world.foreign["INV-9001"]
    (shared,) = sharing.share(world.mill, [Shareable(document, "INV-9001")], contact.id, by=SYSTEM).values()
    before, name = len(rows(Session)), world.site.guard.session_name
    scanners = [browser.new_context(), browser.new_context(user_agent="Mozilla/5.0 SafeLinks"), person]
    for context in scanners:
        context.new_page().goto(shared)
        context.new_page().goto(address)
    for context in scanners:  # each has waited for ten seconds by the end of its turn
        context.pages[-1].mouse.move(100, 100)
        context.pages[-1].wait_for_timeout(10_000 / len(scanners) if context is not person else 10_000)
        context.pages[-1].reload()
        context.pages[-2].reload()
    for context in scanners:
        assert not {name, world.site.guard.shared_name} & {cookie["name"] for cookie in context.cookies()}
    assert len(rows(Session)) == before
    assert {row.use for row in rows(ShareLinkUsed)} == {ShareUse.FETCHED}
    assert rows(LoginLink)[-1].state is LinkState.ISSUED
    page.goto(address)
    page.click("button[type=submit]")
    page.wait_for_url("**/accounts/**")
    assert name in {cookie["name"] for cookie in person.cookies()}
    opening = scanners[1].pages[-2]
    opening.click("button[type=submit]")
    opening.wait_for_url(f"**/accounts/{world.mill}/documents/{document}")
    assert opening.get_by_role("heading", name="INV-9001").is_visible()
    for context in scanners:
        context.close()


def test_a_person_reads_the_mail_elsewhere_and_types_the_code(browser, world):
    width, height = SHOTS["SIZES"]["phone"]
    desk, phone = (
        browser.new_context(),
        browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False),
    )
    shown = desk.new_page()
    shown.goto(f"{world.base_url}/sign-in")
    shown.fill("input[name=email]", "ann@harbour.example")
    shown.click("button[type=submit]")
    code = shown.locator("strong.code").inner_text()
    world.portal.deliver()
    page = phone.new_page()
    page.goto(f"{world.base_url}/sign-in/{world.letterbox.token(world.base_url)}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("input[name=code]", code)
    page.click("button[type=submit]")
    page.wait_for_url("**/accounts/**")
    page.goto(f"{world.base_url}/sessions")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("text=This browser").count() == 1
    desk.close()
    phone.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_administrator_invites_and_changes_somebody(browser, world, size, tmp_path):
    from lockportal.core.actor import SYSTEM, Right

    rights = (Right.VIEW, Right.DISPUTE, Right.USERS)
    address = f"ada-{size}@harbour.example"
    world.portal.profiles.add_contact(world.harbour, address, "Ada Adler", rights, by=SYSTEM)
    width, height = SHOTS["SIZES"][size]
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, address):
        pass

    def looked(name):
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    page.goto(f"{world.base_url}/accounts/{world.harbour}/people")
    looked("people")
    page.get_by_text("Invite somebody").click()
    form = page.locator("form[action$='/people']")
    form.get_by_label("E-mail address").fill(f"carl-{size}@a-rather-long-domain-of-a-customer.example")
    form.get_by_label("Name").fill("Carl Christiansen-Featherstonehaugh")
    form.get_by_label("See documents and balances").uncheck()
    form.get_by_role("button").click()
    looked("refused")
    assert form.get_by_role("alert").is_visible()
    form.get_by_label("Dispute documents").check()
    form.get_by_role("button").click()
    looked("invited")
    row = page.locator("tr", has_text=f"carl-{size}@")
    row.get_by_text("Change …").click()
    looked("changing")
    row.get_by_label("See documents and balances").check()
    row.get_by_role("button", name="Save").click()
    assert "See documents and balances" in page.locator("tr", has_text=f"carl-{size}@").inner_text()
    context.close()


def test_who_signs_out_of_the_desk_is_asked_for_name_and_password_again(browser, world):
    """The browser itself keeps name and password, and forgets them when it is asked although it has sent them."""
    from playwright.sync_api import Error

    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    name, password = SHOTS["STAFF"]["username"], SHOTS["STAFF"]["password"].replace(" ", "%20")
    desk = f"{world.base_url}/desk"

    def status(act):
        with page.expect_response(desk) as answer:
            act()
        return answer.value.status

    def open_desk():
        with suppress(Error):  # nobody answers the browser's question
            page.goto(desk)

    page.goto(desk.replace("://", f"://{name}:{password}@"))
    assert status(open_desk) == 200  # it sends them by itself
    assert status(page.get_by_role("button", name="Sign out").click) == 401
    assert status(open_desk) == 401
    page = context.new_page()
    page.goto(desk.replace("://", f"://{name}:{password}@"))
    assert status(open_desk) == 200
    context.close()


def test_a_menu_of_seven_entries_stays_on_a_phone(browser, world):
    width, height = SHOTS["SIZES"]["phone"]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        pass
    page.evaluate("""() => {
        const menu = document.querySelector(".menu");
        while (menu.children.length < 7) menu.append(menu.children[1].cloneNode(true));
    }""")
    places = page.locator(".menu a").evaluate_all("every => every.map(one => one.getBoundingClientRect().right)")
    assert len(places) == 7
    assert max(places) <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_menu_of_seven_entries_is_one_line_on_a_desk_in_every_language(browser, world):
    width, height = SHOTS["SIZES"]["desktop"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        pass
    for tag in ("de", "fr", "es", "en"):
        page.locator(f".languages a[lang={tag}]").click()
        page.locator(f"html[lang={tag}]").wait_for()
        page.evaluate("""() => {
            const menu = document.querySelector(".menu");
            while (menu.children.length < 7) menu.append(menu.children[3].cloneNode(true));
        }""")
        tops = page.locator(".menu a").evaluate_all("every => every.map(one => one.getBoundingClientRect().top)")
        house, who, menu = (page.locator(name).bounding_box() for name in (".house", ".who", ".menu"))
        assert len(tops) == 7
        assert len(set(tops)) == 1, tag
        assert house["x"] + house["width"] < who["x"], "the name of the house, then whose account it is"
        assert max(house["y"] + house["height"], who["y"] + who["height"]) <= menu["y"], tag
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tag
    context.close()


def test_a_language_from_right_to_left_turns_the_pages_around(browser, tmp_path):
    (tmp_path / "host" / "web" / "locale").mkdir(parents=True)
    words = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Overview"\nmsgstr "نظرة عامة"\n'
    (tmp_path / "host" / "web" / "locale" / "ar.po").write_text(words, "utf-8")
    (tmp_path / "portal").mkdir()
    options = {"languages": ("ar", "en"), "templates": tmp_path / "host"}
    with SHOTS["served"](tmp_path / "portal", **options) as turned:
        for width, height in SHOTS["SIZES"].values():
            turned.clock.forward(minutes=16)
            context = browser.new_context(viewport={"width": width, "height": height}, locale="ar")
            page = context.new_page()
            for _ in SHOTS["sign_in"](page, turned, "ann@harbour.example"):
                pass
            for tail in ("", "documents", f"documents/{turned.ids['INV-1006']}", "statement"):
                page.goto(f"{turned.base_url}/accounts/{turned.harbour}/{tail}")
                assert page.locator("html").get_attribute("dir") == "rtl"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, tail
                first, second = (page.locator(".menu a").nth(place).bounding_box() for place in (0, 1))
                assert first["x"] > second["x"], "the first entry stands to the right"
            context.close()


def signed_in(browser, world):
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    for _ in SHOTS["sign_in"](page, world, "ann@harbour.example"):
        pass
    return page


def held_back(page, pattern):
    """Hold requests of a pattern back until they are let go, by the function that is answered."""
    waiting = []
    page.route(pattern, lambda route: waiting.append(route))  # noqa: PLW0108 - a method has no place for its mark

    def let_go():
        assert waiting
        for route in waiting:
            route.continue_()

    return let_go


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("Download as ZIP", "**/bundle?*"), ("Download as one PDF", "**/bundle?*"), ("Download as CSV", "**/documents.csv*")],
)
def test_a_file_that_takes_long_says_that_it_is_being_made(browser, world, name, pattern):
    page, said = signed_in(browser, world), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents")
    page.get_by_label("Choose INV-1006").check()
    pressed = page.get_by_text(name, exact=True)
    working = page.locator("[data-working]")
    assert (pressed.get_attribute("aria-busy"), working.inner_text()) == (None, "")
    let_go = held_back(page, pattern)
    with page.expect_download() as waiting:
        pressed.click()
        page.get_by_text("The file is being made").wait_for()
        assert working.get_attribute("role") == "status"
        assert pressed.get_attribute("aria-busy") == "true"
        let_go()
    assert Path(waiting.value.path()).stat().st_size > 0
    assert waiting.value.suggested_filename.rpartition(".")[2] == {"P": "pdf", "Z": "zip", "C": "csv"}[name.split()[-1][0]]
    page.wait_for_function("!document.querySelector('[aria-busy]')")
    assert (working.text_content(), said) == ("", [])
    page.context.close()


def test_where_no_file_comes_the_page_that_says_why_is_shown(browser, world):
    page = signed_in(browser, world)
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents")
    page.get_by_role("button", name="Download as ZIP").click()
    page.wait_for_url("**/bundle?*")
    assert page.locator("h1").count() == 1
    page.context.close()


SEEN = """() => {
    const note = () => (sessionStorage.seen = document.documentElement.className);
    new MutationObserver(note).observe(document.documentElement, {attributes: true});
}"""
"""Keeps of a page how it was marked last, beyond the page itself."""


def test_a_list_of_the_desk_that_takes_long_says_that_it_is_asked_for(browser, world):
    context = browser.new_context(http_credentials=SHOTS["STAFF"])
    page = context.new_page()
    page.goto(f"{world.base_url}/desk/customers")
    assert page.locator("html.working").count() == 0
    page.evaluate(SEEN)
    page.fill("input[name=search]", "harbour")
    assert page.evaluate("sessionStorage.seen") is None
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/customers?search=harbour")
    assert page.evaluate("sessionStorage.seen") == "working", "until the next page came"
    assert page.locator("html.working").count() == 0
    context.close()


def test_a_page_on_paper_is_dark_on_white_without_what_is_pressed(browser, world):
    page = signed_in(browser, world)
    page.goto(f"{world.base_url}/accounts/{world.harbour}/documents")
    pressed = [".bar", ".foot", ".acts", ".filters", ".tabs", ".pick"]
    assert all(page.locator(one).first.is_visible() for one in pressed if page.locator(one).count())
    page.emulate_media(media="print", color_scheme="dark")
    assert not any(page.locator(one).first.is_visible() for one in pressed if page.locator(one).count())
    assert page.locator("tbody th", has_text="INV-1006").is_visible()
    ink = page.locator("tbody th").first.evaluate("one => getComputedStyle(one).color")
    assert max(map(int, re.findall(r"\d+", ink))) < 100, "what is light on a dark screen is dark on paper"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert page.pdf()[:4] == b"%PDF"
    page.context.close()
