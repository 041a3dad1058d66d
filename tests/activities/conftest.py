"""Activities on a real database, with one customer."""

from collections.abc import Iterator

import pytest

from lockportal.config import Config
from lockportal.core.actor import staff
from lockportal.core.settings import Supplier
from lockportal.portal import Portal
from lockportal.testing.bench import StillClock
from standing import stand

ANN, BEN = staff("ann"), staff("ben")


@pytest.fixture
def portal(database_url) -> Iterator[Portal]:
    yield from opened(database_url)


@pytest.fixture
def quick(sqlite_url) -> Iterator[Portal]:
    """The portal on SQLite alone, for what no database has a part in."""
    yield from opened(sqlite_url)


def opened(url):
    config = Config(
        supplier=Supplier(name="Nord", currencies=("EUR",)),
        database=url,
        secret_keys=("a key of the tests, which is long enough",),
    )
    portal = Portal(config, clock=StillClock())
    assert portal.shell  # derives the tables of every capability
    stand(portal.engines)
    yield portal
    portal.close()


@pytest.fixture
def account(portal):
    return portal.profiles.open_customer("C-1", "Alpha", by=ANN)


@pytest.fixture
def quick_account(quick):
    return quick.profiles.open_customer("C-1", "Alpha", by=ANN)
