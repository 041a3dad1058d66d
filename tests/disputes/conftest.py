import pytest

from disputes.desks import open_desk


@pytest.fixture
def desk():
    """A desk in memory, for what asks nothing of the database."""
    made = open_desk("sqlite://")
    yield made
    made.portal.close()


@pytest.fixture
def stored_desk(database_url):
    """A desk on each database."""
    made = open_desk(database_url)
    yield made
    made.portal.close()
