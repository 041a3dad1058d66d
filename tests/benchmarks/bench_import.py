"""Documents imported per second on each database, beside the raw driver writing the very same rows.

Run as `python tests/benchmarks/bench_import.py [documents]`; it prints lines of a markdown table. The raw side inserts
every row that the import made (documents, entries, journal, due balances, customers, claims …) into the same tables with
the same indexes, in one transaction: by executemany, on PostgreSQL by COPY. The tables hold as many rows afterwards, or the
run stops. Rounds take turns; medians.
"""

import gc
import sys
import time
from statistics import median

from book import rows
from databases import database, kinds

from lockportal import SYSTEM, Config, Portal
from lockportal.storage.migrations.running import schema

ROUNDS = 3


def opened(url):
    portal = Portal(Config(database=url))
    portal.upgrade()
    return portal


def imported(url, documents):
    portal = opened(url)
    given = list(rows(documents, heavy=False))
    started = time.perf_counter()
    report = portal.documents.store(given, SYSTEM, source="bench")
    took = time.perf_counter() - started
    assert report.added == documents
    started = time.perf_counter()
    again = portal.documents.store(given, SYSTEM, source="bench")
    resync = time.perf_counter() - started
    assert again.unchanged == documents
    return portal, took, resync


def dumped(portal):
    """Read every table's rows in the driver's own form."""
    found = {}
    with portal.engines.reads.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for table in schema(portal.capabilities).sorted_tables:
            names = ", ".join(quote(column.name) for column in table.columns)
            found[table.name] = (names, [tuple(row) for row in connection.exec_driver_sql(f"SELECT {names} FROM {table.name}")])
    return found


def raw(url, tables):
    portal = opened(url)
    with portal.engines.writes.connect() as connection:
        driver = connection.connection.driver_connection
        started = time.perf_counter()
        cursor = driver.cursor()
        if portal.engines.dialect == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        for name, (names, values) in tables.items():
            if not values:
                continue
            if portal.engines.dialect == "postgresql":
                with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
            else:
                mark = "?" if portal.engines.dialect == "sqlite" else "%s"
                cursor.executemany(f"INSERT INTO {name} ({names}) VALUES ({', '.join([mark] * len(values[0]))})", values)
        driver.commit()
        took = time.perf_counter() - started
    counts = {name: len(values) for name, (_, values) in dumped(portal).items()}
    assert counts == {name: len(values) for name, (_, values) in tables.items()}
    portal.close()
    return took


def measure(kind, documents):
    imports, resyncs, raws, stored = [], [], [], 0
    for _ in range(ROUNDS):
        with database(kind) as url:
            portal, took, resync = imported(url, documents)
            tables = dumped(portal)
            portal.close()
        imports.append(took)
        resyncs.append(resync)
        stored = sum(len(values) for _, values in tables.values())
        gc.collect()
        with database(kind) as url:
            raws.append(raw(url, tables))
    return median(imports), median(resyncs), median(raws), stored


def main(documents=50_000):
    print("| database | documents/s | rows stored/s | the same rows raw, rows/s | time ratio | unchanged again, documents/s |")
    print("|---|---|---|---|---|---|")
    for kind in kinds():
        took, resync, bare, stored = measure(kind, documents)
        way = "COPY" if kind == "postgresql" else "executemany"
        print(
            f"| {kind} | {documents / took:,.0f} | {stored / took:,.0f} | {stored / bare:,.0f} ({way}) "
            f"| {took / bare:.2f} | {documents / resync:,.0f} |"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
