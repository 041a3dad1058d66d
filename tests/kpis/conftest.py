import pytest

from books import open_portal


@pytest.fixture
def portal(sqlite_url):
    made = open_portal(sqlite_url)
    yield made
    made.close()


@pytest.fixture
def portal_everywhere(database_url):
    """As `portal`, on each kind of database."""
    made = open_portal(database_url)
    yield made
    made.close()
