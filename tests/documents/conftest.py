import pytest

from books import open_portal


@pytest.fixture
def portal(database_url):
    made = open_portal(database_url)
    yield made
    made.close()
