import pytest

from books import NOON, StandingClock, account_of, closing, customer, invoice, open_portal, store
from scanners import Scanners


class Desk:
    """A portal with one customer, and who sends files there."""

    def __init__(self, url, folder, *, settings=(), scanner=None, create=True):
        self.clock = StandingClock(NOON)
        plugins = () if scanner is None else (Scanners(scanner),)
        self.portal = open_portal(
            url, files=f"folder:{folder}", settings=settings, clock=self.clock, plugins=plugins, create=create
        )
        if create:
            store(self.portal, invoice())
        self.account = account_of(self.portal)
        self.customer = customer(self.account)

    def send(self, content, name="paper.pdf", by=None, **how):
        return self.portal.uploads.send(self.account, content, name, by or self.customer, **how)

    def lines(self, by=None):
        return self.portal.uploads.list(self.account, by or self.customer).items

    def had(self, upload, by=None):
        made = self.portal.uploads.open(self.account, upload, by or self.customer)
        return b"".join(made.chunks)

    def contents(self):
        return [one.sha256 for one in self.portal.context.uploads.walk()]


@pytest.fixture
def open_desk(tmp_path):
    """Open portals on a database and one folder; they are closed with the test."""
    from contextlib import ExitStack

    with ExitStack() as kept:

        def opened(url="sqlite://", **how):
            desk = Desk(url, tmp_path / "files", **how)
            kept.enter_context(closing(desk.portal))
            return desk

        yield opened


@pytest.fixture
def desk(open_desk, sqlite_url):
    return open_desk(sqlite_url)
