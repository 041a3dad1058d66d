"""A portal served by each of the example apps on a free port, and a real browser for its payers."""

import runpy
import socket
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from lockportal.payments.settings import MethodRule, PaymentsSettings
from waiting import patient
from web import payers
from web.conftest import NOON, World

SHOTS = runpy.run_path(str(Path(__file__).parents[1] / "screenshots.py"))


@contextmanager
def launched():
    """A Chromium; whoever has none skips."""
    from playwright.sync_api import sync_playwright

    path = SHOTS["chromium"]()
    if path is None:
        pytest.skip("no Chromium: set LOCKPORTAL_CHROMIUM")
    with sync_playwright() as playwright:
        made = patient(playwright.chromium.launch(executable_path=path, args=list(SHOTS["FLAGS"])))
        yield made
        made.close()


@contextmanager
def by_flask(make, **options):
    from lockportal_example_flask import create_app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    world = make(f"http://127.0.0.1:{server.server_port}")
    server.app = create_app(world.portal, **options)
    with running(server.serve_forever):
        yield world
        server.shutdown()
    server.server_close()


@contextmanager
def by_fastapi(make, **options):
    import uvicorn
    from lockportal_example_fastapi import create_app

    with socket.create_server(("127.0.0.1", 0)) as listener:
        world = make(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(create_app(world.portal, **options), access_log=False, log_level="warning"))
        with running(lambda: server.run([listener])):
            yield world
            server.should_exit = True


@contextmanager
def running(serve):
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    thread.join(60)


SERVERS = {"flask": by_flask, "fastapi": by_fastapi}
BOTH = ["flask", pytest.param("fastapi", marks=pytest.mark.slow)]
"""The parameters of a fixture that serves by each app; the second one is left out of quick runs."""


class Till:
    """A portal whose payers go on to the page of a gateway's stub, and one of them, who is signed in, with a browser."""

    def __init__(self, world, browser):
        self.world, self.browser, self.number = world, browser, 0
        self.contexts = []

    def invoice(self, amount, due_in=-3):
        """Make an invoice of the test's own, and answer its number."""
        self.number += 1
        number = f"PAY-{self.number:03}"
        self.world.store(self.world.invoice(number, amount, due_in))
        self.world.ids |= self.world._ids(self.world.harbour)
        return number

    def balance(self, number):
        return payers.balance(self.world, number)

    def come(self):
        """Open a page for somebody who is signed in."""
        self.world.clock.forward(minutes=16)  # past the limits of asking for links
        context = self.browser.new_context()
        self.contexts.append(context)
        for name, value in self.world.signed_in().cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self.world.base_url}])
        return context.new_page()

    def go(self, page, path):
        page.goto(f"{self.world.base_url}/accounts/{self.world.harbour}/{path}")

    def pay(self, page, way, number):
        """Choose a way to pay an invoice, press the button, and wait for the gateway's page."""
        self.go(page, f"pay?document={self.world.ids[number]}")
        page.get_by_role("radio", name=way).check()
        page.locator("button[value=pay]").click()
        page.wait_for_url(lambda url: not url.startswith(self.world.base_url))

    def back(self, page):
        """Wait until the payer is back at the portal; answer the payment's address."""
        page.wait_for_url(f"{self.world.base_url}/**")
        return urlsplit(page.url)._replace(query="").geturl()

    def operation(self, there):
        return UUID(payers.operation(self.world, there))

    def told(self, page, there, wanted):
        """Wait until a payment's page says so: the gateway's webhooks come by themselves."""
        for _ in range(600):
            page.goto(there)
            if state(page) == wanted:
                return
            page.wait_for_timeout(100)
        assert state(page) == wanted

    def ways(self, page):
        """The ways to pay that stand on the page."""
        return [one.get_attribute("value") for one in page.get_by_role("radio").all()]

    def autopay(self, page, number, **ahead):
        """Turn autopay on for what falls due, and let the days go by; answer what was paid by it."""
        self.go(page, "autopay")
        page.get_by_role("button", name="Turn autopay on").click()
        page.get_by_role("heading", name="Announced").or_(page.get_by_role("heading", name="What it takes next")).wait_for()
        for _ in range(4):
            self.world.portal.tick()
            self.world.clock.forward(**ahead)
        return self.balance(number)

    def close(self):
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def state(page):
    return page.locator("#progress h2").inner_text()


@contextmanager
def till_of(app, browser, folder, name, stand, methods):
    """Serve a portal paid through the stub that `stand(now, endpoint)` opens; it answers the stub and the account with it."""
    times = []

    def now():
        return times[0].now() if times else NOON

    with ExitStack() as stack:

        def make(base_url):
            stub, account = stack.enter_context(stand(now, f"{base_url}/webhooks/{name}"))
            rules = tuple(MethodRule(method=kind, merchant_account=name) for kind in methods)
            world = World(folder, base_url=base_url, settings=(PaymentsSettings(merchants={name: account}, methods=rules),))
            world.stub = stub
            times.append(world.clock)
            return world

        with SERVERS[app](make) as world:
            till = Till(world, browser)
            yield till
        world.portal.close()
