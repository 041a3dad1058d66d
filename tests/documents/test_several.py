"""Some documents whole, in the order in which they are named: all of them, or none."""

import pytest

from books import account_of, customer, invoice, open_portal, store
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound, Refused


@pytest.fixture
def portal(database_url):
    made = open_portal(database_url)
    store(made, invoice("R-1"), invoice("R-2"), invoice("R-3"))
    store(made, invoice("R-4"), number="200", name="Mill")
    yield made
    made.close()


def ids(portal, number="100"):
    return {row.number: row.id for row in portal.documents.search(account_of(portal, number), SYSTEM).items}


def test_documents_come_in_the_order_in_which_they_are_named_all_or_none(portal):
    account, known = account_of(portal), ids(portal)
    by = customer(account)
    wanted = [known["R-3"], known["R-1"]]
    assert [one.number for one in portal.documents.several(account, wanted, by)] == ["R-3", "R-1"]
    assert portal.documents.several(account, [], by) == ()
    for strange in (ids(portal, "200")["R-4"], portal.clock.new_id()):
        with pytest.raises(NotFound, match=r"document\.not_found"):
            portal.documents.several(account, [*wanted, strange], by)


def test_more_than_a_thousand_are_refused(portal):
    with pytest.raises(Refused, match=r"document\.too_many"):
        portal.documents.several(account_of(portal), [portal.clock.new_id()] * 1001, SYSTEM)
