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
