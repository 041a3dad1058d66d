"""Take pictures of every page, on a desk and on a phone, light and dark: `python tests/screenshots.py FOLDER`.

`--docs` takes those that stand in the README and the documentation instead, into docs/images.

It needs playwright, the Flask example, and a Chromium: LOCKPORTAL_CHROMIUM, or the one on PATH.
"""

import os
import runpy
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
STAFF = {"username": "casey", "password": "open sesame"}
"""Who signs in at the desk, as Playwright takes it."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none")


def chromium() -> str | None:
    """Answer the path of a Chromium, or None."""
    named = os.environ.get("LOCKPORTAL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def served(folder: Path, **options):
    """Serve a portal with the data of the tests by the Flask example, on a free port of this machine."""
    from lockportal_example_flask import create_app
    from werkzeug.serving import make_server

    from lockportal.web import BasicLogin

    world_of_tests = of_tests()["World"]
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    options = {"languages": ("en", "de", "fr", "es"), **options}
    world = world_of_tests(folder, base_url=f"http://127.0.0.1:{server.server_port}", **options)
    server.app = create_app(world.portal, staff=BasicLogin({STAFF["username"]: STAFF["password"]}))
    give_tasks(world)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world.portal.close()


def give_tasks(world) -> None:
    """Give the desk something to do: a mail that failed, a task that is late, and one that somebody has taken."""
    from lockportal.core.actor import SYSTEM
    from lockportal.core.messages import Undelivered
    from lockportal.messages.commands import KeepDeadLetter

    today, letter = world.portal.ledger.today(), world.clock.new_id()
    failed = Undelivered(
        account_id=world.harbour,
        receiver="messages.notices",
        type="documents.documents_stored",
        version=1,
        attempts=12,
        reason="mail.recipient_refused: mail.example.com:25: the server refuses the recipient (code 550).",
    )
    world.portal.shell.run(KeepDeadLetter(account_id=world.harbour, letter_id=letter, undelivered=failed), SYSTEM)
    for account, reason, owner, days in (
        (world.mill, "The ERP has blocked this customer.", "", -3),
        (world.empty, "Ask for the certificate that frees of sales tax.", "casey", 5),
    ):
        due = today + timedelta(days=days)
        world.portal.activities.open(account, SYSTEM, kind="erp.blocked", key=reason, reason=reason, owner=owner, due_on=due)


FILES = {
    "bundle",
    "dispute_file",
    "document_pdf",
    "document_receipt",
    "document_remittance",
    "documents_csv",
    "einvoice",
    "file",
    "health",
    "history_pdf",
    "paper",
    "payment_receipt",
    "payment_remittance",
    "statement_pdf",
    "static",
    "upload",
}
"""Routes that answer with a file, at the desk with `desk_` before their names: there is nothing to take a picture of."""
LEADING = {"document_payment_back", "method_back", "payment_back", "sign_in"}
"""Routes that lead a person who is signed in to another page."""


@cache
def of_tests() -> dict[str, Any]:
    """Answer what the tests of the pages have: their world, and an address for each route."""
    return runpy.run_path(str(Path(__file__).parent / "web" / "conftest.py"))


def addresses(world, *, desk: bool) -> dict[str, str]:
    """Answer an address for each GET route there is, of the desk or of the portal."""
    from lockportal.core.routes import Entrance
    from lockportal.web import ROUTES

    found = of_tests()["desk_addresses" if desk else "addresses"](world)
    known = {route.name for route in ROUTES if route.method == "GET" and (route.entrance is Entrance.STAFF) is desk}
    assert found.keys() == known, "each page has its address"
    return found


def pictured(world, *, desk: bool) -> Iterator[tuple[str, str]]:
    """Name each route that answers with a page, and its address."""
    for name, path in addresses(world, desk=desk).items():
        if name.removeprefix("desk_") not in FILES and name not in LEADING:
            yield name.replace("_", "-"), path


def desk_pages(world) -> Iterator[tuple[str, str]]:
    """Name the pages of the desk, and their paths: each there is, and how some of them look otherwise."""
    yield from pictured(world, desk=True)
    yield "desk-mine", "/desk"
    yield "desk-customers-empty", "/desk/customers?search=nobody+like+it"
    yield "desk-not-found", f"/desk/accounts/{world.harbour.hex[::-1]}"


def pages(world) -> Iterator[tuple[str, str]]:
    """Name the pages of somebody who is signed in, and their paths: each there is, and how some of them look otherwise."""
    yield from pictured(world, desk=False)
    home = f"/accounts/{world.harbour}"
    yield "documents-filtered", f"{home}/documents?text=glove&issued_from=2026-01-01&state=overdue"
    chosen = "&".join(f"document={world.ids[number]}" for number in ("INV-1003", "INV-1005", "INV-2001"))
    yield "documents-chosen", f"{home}/documents?{chosen}"
    yield "documents-empty", f"{home}/documents?text=nothing+like+it"
    yield "documents-fault", f"{home}/documents?amount_from=much"
    yield "document-credit", f"{home}/documents/{world.ids['CM-77']}"
    yield "document-files", f"{home}/documents/{world.ids['INV-1006']}"
    yield "document-order", f"{home}/documents/{world.ids['PO-8001']}"
    yield "bundle-nothing", f"{home}/bundle"
    yield "pay-open", f"{home}/pay?all=open&currency=USD"
    yield "not-found", f"/accounts/{world.mill}/"


def sign_in(page, world, email: str) -> Iterator[str]:
    """Go the way of a person who signs in, answering the name of each page on it."""
    page.goto(f"{world.base_url}/sign-in")
    yield "sign-in"
    page.fill("input[name=email]", "not an address")
    page.locator("form").evaluate("form => form.noValidate = true")
    page.click("button[type=submit]")
    yield "sign-in-fault"
    page.fill("input[name=email]", email)
    page.click("button[type=submit]")
    yield "check-mail"
    world.portal.deliver()
    token = world.letterbox.token(world.base_url)
    page.goto(f"{world.base_url}/sign-in/{token}")
    yield "confirm"
    page.click("button[type=submit]")
    page.wait_for_url("**/accounts/**")
    yield "signed-in"


def main(folder: Path) -> None:
    """Write the pictures of every page in every size and scheme."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(Path(place)) as world,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS)) as browser,
    ):
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()

                def picture(name: str, page=page, mark: str = f"{size}-{scheme}") -> None:
                    page.screenshot(path=folder / f"{name}-{mark}.png", full_page=True)

                for name in sign_in(page, world, "ann@harbour.example"):
                    picture(name)
                for name, path in pages(world):
                    page.goto(world.base_url + path)
                    picture(name)
                context.close()
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, http_credentials=STAFF
                )
                page = context.new_page()
                for name, path in desk_pages(world):
                    page.goto(world.base_url + path)
                    picture(name, page)
                    if page.get_by_text("Technical details").count():
                        page.get_by_text("Technical details").first.click()
                        picture(f"{name}-details", page)
                context.close()


PICTURED = {
    "home": ("desktop", "light", "en", "/accounts/{harbour}/"),
    "documents": ("desktop", "light", "en", "/accounts/{harbour}/documents?{chosen}"),
    "desk": ("desktop", "dark", "en", "/desk/accounts/{harbour}"),
    "phone": ("phone", "light", "de", "/accounts/{harbour}/"),
}
"""The pictures of the documentation: size, scheme, language, and the page."""


def illustrate(folder: Path) -> None:
    """Write the pictures of the documentation, of what a screen shows without scrolling, in few colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as place,
        served(Path(place)) as world,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS)) as browser,
    ):
        chosen = "&".join(f"document={world.ids[number]}" for number in ("INV-1003", "INV-1005", "INV-2001"))
        for name, (size, scheme, language, path) in PICTURED.items():
            world.clock.forward(minutes=16)
            width, height = SIZES[size]
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale=language, http_credentials=STAFF
            )
            page = context.new_page()
            for _ in sign_in(page, world, "ann@harbour.example"):
                pass
            page.goto(world.base_url + path.format(harbour=world.harbour, chosen=chosen))
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}.png")
            with Image.open(folder / f"{name}.png") as taken:
                few = taken.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            few.save(folder / f"{name}.png", optimize=True)
            context.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--docs"]:
        illustrate(Path(__file__).resolve().parent.parent / "docs" / "images")
    else:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
