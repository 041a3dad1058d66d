"""A shop whose customers promise."""

import pytest

from payments.tills import open_shop
from promises.words import Word


@pytest.fixture
def word():
    """Somebody who owes, in a book in memory."""
    shop = open_shop("sqlite://")
    yield Word(shop)
    shop.portal.close()


@pytest.fixture
def word_everywhere(database_url):
    """As `word`, on each kind of database."""
    shop = open_shop(database_url)
    yield Word(shop)
    shop.portal.close()
