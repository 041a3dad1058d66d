"""The pages in a real browser, without JavaScript of ours: the policy holds, nothing overflows, a person gets in."""

import runpy
from pathlib import Path

import pytest

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
        made = playwright.chromium.launch(executable_path=path, args=list(SHOTS["FLAGS"]))
        yield made
        made.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with SHOTS["served"](tmp_path_factory.mktemp("browser")) as made:
        yield made


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
    page.wait_for_url("**/sign-in")
    context.close()
    assert [text for text in said if "status of 4" not in text] == []
