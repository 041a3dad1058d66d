"""The list of open invoices over HTTP: the portal in Flask and FastAPI beside a bare route of each that does the same SQL.

Run as `python tests/benchmarks/bench_http.py [documents] [seconds]`; it prints lines of a markdown table. Each application is
served by granian with one worker on a port of its own, as its README says; one client asks over several connections. The
sides take turns, medians of the rounds. The bare side knows nobody: no session, no rights, no page; SQLite by the driver's own
module, one connection for each thread.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench_pages import Letters, signed_in
from book import rows

from lockportal import SYSTEM, Config, Portal

ROUNDS, CONNECTIONS, KEY = 5, 8, "k" * 40
SQL = """
    SELECT lower(hex(id)), kind, number, po_number, issued_on, due_on, total_minor, total_currency, balance_minor
    FROM lockportal_document WHERE account_id = ? AND live AND visible ORDER BY issued_on DESC, id DESC LIMIT 25
"""
NAMES = ("id", "kind", "number", "po_number", "issued_on", "due_on", "total", "currency", "balance")
_LOCAL = threading.local()


def bare_rows(account):
    """What the bare routes answer: the same rows, read by the driver."""
    connection = getattr(_LOCAL, "connection", None)
    if connection is None:
        connection = _LOCAL.connection = sqlite3.connect(os.environ["BENCH_FILE"])
    return [dict(zip(NAMES, row, strict=True)) for row in connection.execute(SQL, (bytes.fromhex(account),))]


def bare_flask():
    from flask import Flask, jsonify

    app = Flask(__name__)

    @app.get("/accounts/<account>/documents")
    def documents(account):
        return jsonify(bare_rows(account))

    return app


def bare_fastapi():
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/accounts/{account}/documents")
    def documents(account: str):
        return bare_rows(account)

    return app


SIDES = {
    "Flask": ("wsgi", "bench_http:bare_flask", "lockportal_example_flask:from_environment"),
    "FastAPI": ("asgi", "bench_http:bare_fastapi", "lockportal_example_fastapi:from_environment"),
}


def filled(folder, documents):
    """Write the book; answer the account of a typical customer and a contact's session."""
    letters = Letters()
    config = Config(database=f"sqlite:///{folder / 'book.db'}", secret_keys=(KEY,), files=f"folder:{folder / 'files'}")
    portal = Portal(config, notifier=letters)
    portal.upgrade()
    assert portal.documents.store(rows(documents), SYSTEM, source="bench").added == documents
    found = signed_in(portal, letters, f"C-{documents // 40:07}")
    portal.close()
    return found


def served(folder, interface, application):
    """Start a server; answer its process and port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "BENCH_FILE": str(folder / "book.db"),
        "LOCKPORTAL_DATABASE_URL": f"sqlite:///{folder / 'book.db'}",
        "LOCKPORTAL_SECRET_KEYS": KEY,
        "PYTHONPATH": os.pathsep.join((here, str(Path(here).parent))),
    }
    flags = (
        "--interface",
        interface,
        "--factory",
        "--workers",
        "1",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
    )
    threads = ("--blocking-threads", str(CONNECTIONS)) if interface == "wsgi" else ()
    granian = Path(sys.executable).with_name("granian")
    process = subprocess.Popen([granian, *flags, *threads, application], env=environment, cwd=folder, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, port
    process.kill()
    raise RuntimeError(f"{application} does not start")


def asked(port, path, headers, seconds):
    """Ask over several connections for so long; answer the requests per second."""
    until = time.perf_counter() + seconds

    def ask(_):
        connection, done = HTTPConnection("127.0.0.1", port), 0
        while time.perf_counter() < until:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(ask, range(CONNECTIONS))) / seconds


def main(documents=50_000, seconds=3.0):
    print("| framework | what is asked | lockportal, requests/s | bare route, requests/s | ratio |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="lockportal-bench-") as name:
        folder = Path(name)
        account, cookie = filled(folder, int(documents))
        bare = f"/accounts/{account.hex}/documents"
        asks = {
            "list page": (f"/accounts/{account}/documents?state=open", {"Cookie": f"lockportal={cookie}"}),
            "list by the API": (f"/api/accounts/{account}/documents?state=open", {"Authorization": f"Bearer {cookie}"}),
        }
        for framework, (interface, plain, whole) in SIDES.items():
            ours, theirs = served(folder, interface, whole), served(folder, interface, plain)
            try:
                for title, (path, headers) in asks.items():
                    pairs = [
                        (asked(ours[1], path, headers, float(seconds)), asked(theirs[1], bare, {}, float(seconds)))
                        for _ in range(ROUNDS)
                    ]
                    one, other = (median(column) for column in zip(*pairs, strict=True))
                    print(f"| {framework} | {title} | {one:,.0f} | {other:,.0f} | {one / other:.2f} |", flush=True)
            finally:
                for process, _ in (ours, theirs):
                    process.terminate()
                    process.wait(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
