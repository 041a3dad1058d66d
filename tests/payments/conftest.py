import pytest

from payments.tills import open_shop


@pytest.fixture
def shop(database_url):
    made = open_shop(database_url)
    yield made
    made.portal.close()


@pytest.fixture
def sqlite_shop():
    """A shop in memory, for what asks nothing of the database."""
    made = open_shop("sqlite://")
    yield made
    made.portal.close()


@pytest.fixture
def file_shop(database_url):
    """A shop for threads: on each database, SQLite in a file."""
    made = open_shop(database_url)
    yield made
    made.portal.close()
