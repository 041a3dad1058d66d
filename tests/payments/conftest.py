import pytest

from payments.tills import open_shop


@pytest.fixture
def shop(database_url):
    made = open_shop(database_url)
    yield made
    made.portal.close()
