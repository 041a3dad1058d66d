"""The list of open invoices over HTTP: the portal in Flask and FastAPI beside a bare route of each with the very same statements.

Run as `python tests/benchmarks/bench_http.py [documents] [seconds]`; it prints lines of a markdown table. Each application is
served by granian with one worker on a port of its own, as its README says; one client asks over several connections. The
sides take turns, medians of the rounds.

A bare route runs every statement that the portal's own request ran, as it was sent and with the values that it bore, by the
driver's own module on a connection that each thread holds; it makes JSON of the rows, or fills a template of its framework: the
portal's own page with places for what is in the rows, and so of its size. It looks at nothing of what the other statements found,
knows nobody, has one language, and sends no header that its framework does not.

Beside the requests per second of the clock stand those per second of the processor's time that a server took: what else runs on
the machine, and the client, have little part in them.
"""

import json
import os
import re
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
from uuid import UUID

import sqlalchemy as sa
from bench_pages import Letters, signed_in
from book import rows

from lockportal import SYSTEM, Config, Portal
from lockportal.web import Front, Request

ROUNDS, CONNECTIONS, KEY = 5, 8, "k" * 40
SHOWN = 25
"""How many rows a page shows; one more is asked for, to know whether there is a next page."""
TICKS = os.sysconf("SC_CLK_TCK")
_LOCAL = threading.local()


def bare_rows(what):
    """Run all statements of one request by the driver; answer the rows of the list."""
    connection = getattr(_LOCAL, "connection", None)
    if connection is None:
        connection = _LOCAL.connection = sqlite3.connect(Path(os.environ["BENCH_FOLDER"]) / "book.db")
        asked = json.loads((Path(os.environ["BENCH_FOLDER"]) / "asked.json").read_text("utf-8"))
        _LOCAL.asked = {name: [(sql, plain(given), its) for sql, given, its in run] for name, run in asked.items()}
    found = []
    for sql, given, its in _LOCAL.asked[what]:
        cursor = connection.execute(sql, given)
        answered = cursor.fetchall()
        if its:
            names = [column[0] for column in cursor.description]
            found = [
                {
                    name: str(UUID(bytes=value)) if isinstance(value, bytes) else value
                    for name, value in zip(names, row, strict=True)
                }
                for row in answered[:SHOWN]
            ]
    return found


def plain(given):
    """Bring a statement's values back from JSON."""
    return [bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for value in given]


def bare_flask():
    from flask import Flask, jsonify, render_template

    app = Flask(__name__, template_folder=os.environ["BENCH_FOLDER"])

    @app.get("/accounts/<account>/documents")
    def page(account):
        return render_template("bare.html", rows=bare_rows("list page"), account=account)

    @app.get("/api/accounts/<account>/documents")
    def api(account):
        return jsonify(bare_rows("list by the API"))

    return app


def bare_fastapi():
    from fastapi import FastAPI
    from fastapi import Request as Asked
    from fastapi.templating import Jinja2Templates

    app, templates = FastAPI(), Jinja2Templates(os.environ["BENCH_FOLDER"])

    @app.get("/accounts/{account}/documents")
    def page(request: Asked, account: str):
        return templates.TemplateResponse(request, "bare.html", {"rows": bare_rows("list page"), "account": account})

    @app.get("/api/accounts/{account}/documents")
    def api(account: str):
        return bare_rows("list by the API")

    return app


SIDES = {
    "Flask": ("wsgi", "bench_http:bare_flask", "lockportal_example_flask:from_environment"),
    "FastAPI": ("asgi", "bench_http:bare_fastapi", "lockportal_example_fastapi:from_environment"),
}


def filled(folder, documents):
    """Write the book; answer the account of a typical customer, a contact's session, and what is asked, with its headers."""
    letters = Letters()
    config = Config(database=f"sqlite:///{folder / 'book.db'}", secret_keys=(KEY,), files=f"folder:{folder / 'files'}")
    portal = Portal(config, notifier=letters)
    portal.upgrade()
    assert portal.documents.store(rows(documents), SYSTEM, source="bench").added == documents
    account, cookie = signed_in(portal, letters, f"C-{documents // 40:07}")
    asks = {
        "list page": (f"/accounts/{account}/documents", {"Cookie": f"lockportal={cookie}"}),
        "list by the API": (f"/api/accounts/{account}/documents", {"Authorization": f"Bearer {cookie}"}),
    }
    front, asked = Front(portal), {}
    for name, (path, headers) in asks.items():
        asked[name], body = recorded(front, path, headers, cookie)
        if name == "list page":
            (folder / "bare.html").write_text(template(body.decode(), account), "utf-8")
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    portal.close()
    return asks


def recorded(front, path, headers, cookie):
    """Answer the statements that a request runs when it comes again: what they are, their values, whether it is the list's."""
    request = Request(
        method="GET",
        path=path,
        query={"state": "open"},
        repeated={"state": ("open",)},
        cookies={"lockportal": cookie} if "Cookie" in headers else {},
        headers=headers,
    )
    run = []

    def note(_connection, _cursor, sql, given, _context, _many):
        values = [{"hex": bytes(one).hex()} if isinstance(one, bytes | memoryview) else one for one in given]
        run.append((sql, values, ".due_on" in sql and "LIMIT" in sql))

    front.handle(request)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    answer = front.handle(request)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert answer.status == 200, answer.status
    assert [its for _, _, its in run].count(True) == 1
    return run, answer.body


def template(page, account):
    """Make a template of the portal's page: its rows by a loop over what the driver answers, all else as it stands."""
    head, _, rest = page.partition("<tbody>")
    table, _, tail = rest.partition("</tbody>")
    row = table[: table.index("</tr>") + len("</tr>")]
    row = row.replace(re.search(r'name="document" value="([^"]+)"', row)[1], "{{ row.id }}")
    row = row.replace(re.search(r">Choose ([^<]+)<", row)[1], "{{ row.number }}").replace(str(account), "{{ account }}")
    for place in ("issued_on", "due_on"):
        row = re.sub(
            r'(<time datetime=")[0-9-]+(">)[A-Z][^<]*(<)', rf"\g<1>{{{{ row.{place} }}}}\2{{{{ row.{place} }}}}\3", row, count=1
        )
    for place in ("total", "balance"):
        row = re.sub(
            r'(<data value=")[0-9.]+(">)\$[^<]*(<)',
            rf"\g<1>{{{{ row.{place}_minor / 100 }}}}\2{{{{ row.{place}_currency }}}} {{{{ row.{place}_minor / 100 }}}}\3",
            row,
            count=1,
        )
    row = row.replace(re.search(r'data-label="Your reference">([^<]+)<', row)[1], "{{ row.po_number }}")
    made = (
        f"{{% raw %}}{head}<tbody>{{% endraw %}}{{% for row in rows %}}{row}{{% endfor %}}{{% raw %}}</tbody>{tail}{{% endraw %}}"
    )
    assert made.count("{{ row.") == 15, row
    return made


def served(folder, interface, application):
    """Start a server; answer its process and port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "BENCH_FOLDER": str(folder),
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


def spent(process):
    """Answer the seconds of the processor that a process and those that it started have taken."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(map(spent, children))


def asked(side, path, headers, seconds):
    """Ask over several connections for so long; answer the requests per second of the clock, and of the server's processor."""
    process, port = side
    before, until = spent(process.pid), time.perf_counter() + seconds

    def ask(_):
        connection, done = HTTPConnection("127.0.0.1", port), 0
        while not done or time.perf_counter() < until:
            connection.request("GET", f"{path}?state=open", headers=headers)
            answer = connection.getresponse()
            size = len(answer.read())
            assert answer.status == 200, answer.status
            done += 1
        connection.close()
        return done, size

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(ask, range(CONNECTIONS)))
    done = sum(one for one, _ in answers)
    return done / seconds, done / (spent(process.pid) - before), answers[0][1]


def main(documents=50_000, seconds=3.0):
    print("| framework | what is asked | lockportal, requests/s | bare | ratio | in a second of the processor | bare | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="lockportal-bench-") as name:
        folder = Path(name)
        asks = filled(folder, int(documents))
        for framework, (interface, bare, whole) in SIDES.items():
            sides = served(folder, interface, whole), served(folder, interface, bare)
            try:
                for title, (path, headers) in asks.items():
                    for side in sides:  # what is made once, is made before
                        asked(side, path, headers, 1.0)
                    told = [[asked(side, path, headers, float(seconds)) for side in sides] for _ in range(ROUNDS)]
                    ours, theirs = ([median(column) for column in zip(*side, strict=True)] for side in zip(*told, strict=True))
                    assert title != "list page" or abs(ours[2] / theirs[2] - 1) < 0.05, (ours, theirs)
                    cells = [f"{ours[n]:,.0f} | {theirs[n]:,.0f} | {ours[n] / theirs[n]:.2f}" for n in (0, 1)]
                    print(f"| {framework} | {title} | {' | '.join(cells)} |", flush=True)
            finally:
                for process, _ in sides:
                    process.terminate()
                    process.wait(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
