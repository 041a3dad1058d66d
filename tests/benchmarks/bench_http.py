"""The list of open invoices over HTTP: the portal in Flask and FastAPI beside a bare route of each that runs the very same SQL.

Run as `python tests/benchmarks/bench_http.py [documents] [seconds]`; it prints lines of a markdown table. Each application is
served by granian with one worker on a port of its own, as its README says; one client asks over several connections. The
sides take turns, medians of the rounds. The bare side knows nobody: no session, no rights, no page; SQLite by the driver's own
module, one connection for each thread.
"""

import json
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

import sqlalchemy as sa
from bench_pages import Letters, signed_in
from book import rows

from lockportal import SYSTEM, Config, Portal
from lockportal.documents import DocumentState, Filter

ROUNDS, CONNECTIONS, KEY = 5, 8, "k" * 40
SHOWN = 25
"""How many rows a page shows; one more is asked for, to know whether there is a next page."""
_LOCAL = threading.local()


def bare_rows(account):
    """What the bare routes answer: what the portal's own statement finds, read by the driver."""
    connection = getattr(_LOCAL, "connection", None)
    if connection is None:
        connection = _LOCAL.connection = sqlite3.connect(os.environ["BENCH_FILE"])
        _LOCAL.asked = json.loads(Path(os.environ["BENCH_SQL"]).read_text("utf-8"))
    given = {"account": bytes.fromhex(account), "supplier": bytes.fromhex(_LOCAL.asked["supplier"])}
    cursor = connection.execute(_LOCAL.asked["sql"], [given.get(one, one) for one in _LOCAL.asked["parameters"]])
    names = [column[0] for column in cursor.description]
    return [
        {name: value.hex() if isinstance(value, bytes) else value for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()[:SHOWN]
    ]


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
    """Write the book, and the statement of the list; answer the account of a typical customer and a contact's session."""
    letters = Letters()
    config = Config(database=f"sqlite:///{folder / 'book.db'}", secret_keys=(KEY,), files=f"folder:{folder / 'files'}")
    portal = Portal(config, notifier=letters)
    portal.upgrade()
    assert portal.documents.store(rows(documents), SYSTEM, source="bench").added == documents
    account, cookie = signed_in(portal, letters, f"C-{documents // 40:07}")
    (folder / "list.json").write_text(json.dumps(statement(portal, account, cookie)), "utf-8")
    portal.close()
    return account, cookie


def statement(portal, account, cookie):
    """Answer the one statement by which the portal lists open documents, with the names of the ids among its parameters."""
    run = []
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda _c, _cursor, sql, given, _context, _many: run.append((sql, given)))
    shown = portal.documents.search(account, portal.access.authenticate(cookie), Filter(state=DocumentState.OPEN)).items
    sql, given = run[-1]
    assert "lockportal_document" in sql
    assert shown
    names = {account.bytes: "account", portal.supplier.id.bytes: "supplier"}
    parameters = [names[bytes(one)] if isinstance(one, bytes | memoryview) else one for one in given]
    return {"sql": sql, "parameters": parameters, "supplier": portal.supplier.id.hex}


def served(folder, interface, application):
    """Start a server; answer its process and port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "BENCH_FILE": str(folder / "book.db"),
        "BENCH_SQL": str(folder / "list.json"),
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
