"""The portal's pages at 10,000 and at 1,000,000 documents, for a typical customer and for the heaviest one.

Run as `python tests/benchmarks/bench_pages.py [documents]`; it prints lines of a markdown table. Requests go through the
site, with authentication and templates, in this process; the two books take turns, medians of the rounds.
"""

import sys
import time
from statistics import median
from types import SimpleNamespace

from book import HEAVY, rows
from databases import database, kinds

from lockportal import SYSTEM, Config, Portal, Right
from lockportal.web import Request, Site

ROUNDS, REQUESTS, SMALL = 9, 40, 10_000


class Letters:
    """Keeps the newest mail."""

    def send(self, mail):
        self.mail = mail


def signed_in(portal, letters, number):
    """Sign a contact of a customer in; answer the account and the cookie."""
    customer = portal.profiles.customer_by_number(number, by=SYSTEM)
    address = f"{number.lower()}@example.com"
    portal.profiles.add_contact(customer.id, email=address, name="Bench", rights=(Right.VIEW,), by=SYSTEM)
    portal.access.request_link(address, binding="bench")
    portal.deliver()
    token = letters.mail.text.split("/sign-in/")[1].split()[0]
    return customer.id, portal.access.redeem(token, binding="bench").cookie


def filled(url, documents):
    letters = Letters()
    portal = Portal(Config(database=url, secret_keys=("k" * 40,)), notifier=letters)
    portal.upgrade()
    report = portal.documents.store(rows(documents), SYSTEM, source="bench")
    assert report.added == documents
    site = Site(portal)
    typical, cookie = signed_in(portal, letters, f"C-{documents // 40:07}")
    heavy, heavy_cookie = signed_in(portal, letters, HEAVY)
    one = portal.documents.search(typical, SYSTEM, limit=1).items[0]
    pages = {
        "home": (f"/accounts/{typical}/", cookie),
        "list": (f"/accounts/{typical}/documents", cookie),
        "document": (f"/accounts/{typical}/documents/{one.id}", cookie),
        "home, heaviest customer": (f"/accounts/{heavy}/", heavy_cookie),
        "list, heaviest customer": (f"/accounts/{heavy}/documents", heavy_cookie),
    }
    return SimpleNamespace(portal=portal, site=site, pages=pages)


def timed(book, page):
    path, cookie = book.pages[page]
    request = Request(method="GET", path=path, cookies={"lockportal": cookie})
    started = time.perf_counter()
    for _ in range(REQUESTS):
        assert book.site.handle(request).status == 200
    return (time.perf_counter() - started) / REQUESTS * 1000


def main(large=1_000_000):
    print(f"| database | page | ms at {SMALL:,} documents | ms at {large:,} documents | growth |")
    print("|---|---|---|---|---|")
    for kind in kinds():
        with database(kind) as one, database(kind) as other:
            books = filled(one, SMALL), filled(other, large)
            for page in books[0].pages:
                timings = [[timed(book, page) for book in books] for _ in range(ROUNDS)]
                small, big = (median(column) for column in zip(*timings, strict=True))
                print(f"| {kind} | {page} | {small:.2f} | {big:.2f} | {big / small:.2f} |", flush=True)
            for book in books:
                book.portal.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
