"""How many statements a page asks, whatever the size of the book: home at most five, a list four, a document five."""

import pytest

from lockportal.core.actor import SYSTEM
from lockportal.documents.imports.rows import ImportRow
from lockportal.testing import counting
from lockportal.web import Request, Site

MOST = {"": 5, "documents": 4, "documents?text=L-0&state=open": 4, "document": 5, "statement": 6}
AT_THE_DESK = {
    "customers": 2,
    "customers?search=customer": 2,
    "messages": 1,
    "account": 15,
    "account/documents": 3,
    "account/messages": 3,
}
"""At the desk nobody's session is looked up: the host knows who is there."""


@pytest.fixture(params=["small", "large"])
def book(request, world):
    """The small book, and one in which each list has many times what a page shows."""
    if request.param == "large":
        rows = [ImportRow(n, "C-1041", "Harbour Foods Ltd", world.invoice(f"L-{n:04}", 10 + n, n % 90 - 45)) for n in range(300)]
        rows += [ImportRow(n, f"D-{n}", f"Customer {n}", world.invoice(f"D-{n}", 10, 3)) for n in range(300, 420)]
        assert not world.portal.documents.store(rows, SYSTEM, source="large").errors
        world.portal.deliver()
    return world


def asked(world, visit):
    visit()  # what is asked once in a while is known by now
    with counting(world.portal.engines) as sent:
        answer = visit()
    assert answer.status == 200
    return len([one for one in sent if one != "BEGIN"])


def test_a_customers_pages_ask_few_statements(book):
    ann, home = book.signed_in(), f"/accounts/{book.harbour}"
    for page, most in MOST.items():
        path = f"documents/{book.ids['INV-1006']}" if page == "document" else page
        assert asked(book, lambda path=path: ann.get(f"{home}/{path}")) <= most, page


def test_the_pages_of_the_desk_ask_few_statements(book):
    from lockportal.core.actor import staff

    site = Site(book.portal, staff=lambda request: staff("casey"))
    for page, most in AT_THE_DESK.items():
        path, _, query = page.replace("account", f"accounts/{book.harbour}", 1).partition("?")
        fields = dict([query.split("=")]) if query else {}
        request = Request(method="GET", path=f"/desk/{path}", query=fields)
        assert asked(book, lambda request=request: site.handle(request)) <= most, page
