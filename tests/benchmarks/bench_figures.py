"""The desk's page of key figures beside its own SQL: the page, then the same statements by the bare driver.

Run as `python tests/benchmarks/bench_figures.py [documents]`; it prints lines of a markdown table. Both take turns, medians of
the rounds. The span is the last month of the book; the desk is signed in by a header.
"""

import sys
import time
from datetime import date
from statistics import median

import sqlalchemy as sa
from book import rows
from databases import database, kinds

from lockportal import SYSTEM, Config, Portal
from lockportal.core.actor import staff
from lockportal.web import Request, Site

ROUNDS = 5
SPAN = {"from": str(date(2025, 11, 1)), "to": str(date(2025, 11, 30))}


class Everybody:
    """Lets everybody in as a member of staff."""

    challenge = ""

    def __call__(self, request):
        return staff("bench")


def request():
    return Request(method="GET", path="/desk/figures", query=SPAN, headers={})


def timed(run):
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def statements(portal, site):
    """Collect what one request sends: statements with their parameters, as the driver is handed them."""
    sent = []

    def keep(_connection, _cursor, statement, parameters, _context, _executemany):
        sent.append((statement, parameters))

    both = (portal.engines.reads, portal.engines.writes)  # what must tie out is read in one transaction of the other
    for engine in both:
        sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        answer = site.handle(request())
        assert answer.status == 200, answer.status
    finally:
        for engine in both:
            sa.event.remove(engine, "before_cursor_execute", keep)
    return [one for one in sent if "lockportal_" in one[0]]


def bare(portal, sent):
    """Send them by a cursor of the driver, and fetch what they answer."""
    connection = portal.engines.reads.raw_connection()
    try:
        cursor = connection.cursor()
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        cursor.close()
    finally:
        connection.close()


def measured(portal):
    """Answer how many statements the page sends, and the milliseconds of the page and of those alone."""
    site = Site(portal, staff=Everybody())
    sent = statements(portal, site)
    timings = [(timed(lambda: site.handle(request())), timed(lambda: bare(portal, sent))) for _ in range(ROUNDS)]
    page, alone = (median(column) for column in zip(*timings, strict=True))
    return len(sent), page, alone


def main(documents=1_000_000):
    print("| database | documents | statements | page, ms | its SQL alone, ms | times |")
    print("|---|---|---|---|---|---|")
    for kind in kinds():
        with database(kind) as url:
            portal = Portal(Config(database=url, secret_keys=("k" * 40,)))
            portal.upgrade()
            report = portal.documents.store(rows(documents), SYSTEM, source="bench")
            assert report.added == documents
            count, page, alone = measured(portal)
            print(f"| {kind} | {documents:,} | {count} | {page:,.0f} | {alone:,.0f} | {page / alone:.2f} |", flush=True)
            portal.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
