"""Aging and a page of open invoices of one typical customer, beside the same SQL through the bare driver on a held connection.

Run as `python tests/benchmarks/bench_reads.py [documents]`; it prints lines of a markdown table. Answers are compared first.
"""

import sys
import time
from statistics import median

from book import rows
from databases import database, kinds

from lockportal import SYSTEM, Config, Portal
from lockportal.documents.models import DocumentState
from lockportal.documents.service import Filter

ROUNDS, CALLS = 9, 200


def bare(portal, account_id):
    """Answer two functions on a held connection with hand-written SQL: the open amounts by due date, a page of open invoices."""
    connection = portal.engines.reads.connect()
    sqlite = portal.engines.dialect == "sqlite"
    mark = "?" if sqlite else "%s"
    owner = account_id if portal.engines.dialect == "postgresql" else account_id.bytes
    cursor = connection.connection.driver_connection.cursor()
    aging = f"SELECT amount_currency, due_on, item_count, amount_minor FROM lockportal_due_balance WHERE account_id = {mark}"
    true = "true" if portal.engines.dialect == "postgresql" else "1"
    page = (
        "SELECT id, kind, number, po_number, issued_on, due_on, total_minor, total_currency, balance_minor, balance_currency "
        f"FROM lockportal_document WHERE account_id = {mark} AND live = {true} AND balance_minor > 0 "
        "ORDER BY issued_on DESC, id DESC LIMIT 26"
    )

    def run(statement):
        cursor.execute(statement, (owner,))
        return cursor.fetchall()

    return (lambda: run(aging)), (lambda: run(page))


def timed(call):
    started = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - started) / CALLS * 1_000_000


def pairs(portal, documents):
    """Answer each question with its twin on the bare driver, once their answers are equal."""
    account_id = portal.profiles.customer_by_number(f"C-{documents // 40:07}", by=SYSTEM).id
    wanted = Filter(state=DocumentState.OPEN)
    raw_aging, raw_page = bare(portal, account_id)
    (aging,) = portal.ledger.aging(SYSTEM, account_id=account_id)
    assert aging.balance.minor == sum(row[3] for row in raw_aging())
    assert [row.number for row in portal.documents.search(account_id, SYSTEM, wanted).items] == [r[2] for r in raw_page()]
    return {
        "aging": (lambda: portal.ledger.aging(SYSTEM, account_id=account_id), raw_aging),
        "first page of open": (lambda: portal.documents.search(account_id, SYSTEM, wanted), raw_page),
    }


def main(documents=100_000):
    print("| database | question | lockportal, µs | bare driver, µs | ratio |")
    print("|---|---|---|---|---|")
    for kind in kinds():
        with database(kind) as url:
            portal = Portal(Config(database=url, secret_keys=("k" * 40,)))
            portal.upgrade()
            portal.documents.store(rows(documents), SYSTEM, source="bench")
            for name, calls in pairs(portal, documents).items():
                timings = [[timed(call) for call in calls] for _ in range(ROUNDS)]
                ours, theirs = (median(column) for column in zip(*timings, strict=True))
                print(f"| {kind} | {name} | {ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} |", flush=True)
            portal.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
