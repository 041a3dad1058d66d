"""Runs the demo: finds the application, fills the book, serves the portal, and walks through it or says how to get in."""

from __future__ import annotations

import _thread
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol, cast

from attrs import frozen
from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import TaskID

from lockportal.config import Config
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import NotFound
from lockportal.core.progress import Progress
from lockportal.demo.disputing import open_some
from lockportal.demo.door import Door
from lockportal.demo.mailbox import Mailbox
from lockportal.demo.stubs import SANDBOX, STUB, Stand, Stub, sandbox, stand_of
from lockportal.demo.walk import Walk
from lockportal.portal import Portal
from lockportal.signing import draw_secret
from lockportal.testing.book import DEMO_EMAIL, GROUP_EMAIL, Book, enclose, settings, supplier, write

APPS: Final = "lockportal.apps"
"""The entry-point group of applications that serve a portal: `serve(portal, *, host, port, ready)`."""
_PORT: Final = 8000
_ARGUING: Final = 3
"""So many customers of the book have disputes."""
_FAILED: Final = 1
_MISSING: Final = 2
_PATIENCE: Final = 10.0


class Serve(Protocol):
    """Serves a portal until the main thread is interrupted; `ready` is told the address once it answers."""

    def __call__(self, portal: Portal, *, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
        """Serve."""
        ...


def run(
    *,
    app: str = "flask",
    gateway: str = "",
    check: bool = False,
    host: str = "127.0.0.1",
    port: int | None = None,
    database: str | None = None,
    seed: int = 7,
    customers: int = 200,
    echo: Callable[[str], None] = print,
) -> int:
    """Run the demo in the main thread and answer the exit code: 0 well, 1 a step failed, 2 something is not installed.

    `app` is the name of an installed application or a dotted name, `package.module:function`; so is `gateway`, the stub of a
    gateway on this machine through which payments go, without which they go through the sandbox. With `check` the demo
    walks through the portal by itself and ends; else it serves until Ctrl-C. `port` 0 takes a free one; by default it is 8000,
    and a free one to check. Without a `database` there is one for the moment; a database that holds the book keeps it.
    """
    serve: Serve | None = None
    stand: Stand = sandbox
    missing = []
    if find_spec("typst") is None:
        missing.append('Invoices and statements need Typst: pip install "lockportal[pdf]"')
    try:
        serve = _app(app)
    except (ImportError, AttributeError, LookupError) as error:
        missing.append(f"The application {app!r} cannot be loaded: {error}")
    try:
        stand = stand_of(gateway) if gateway else sandbox
    except (ImportError, AttributeError, LookupError) as error:
        missing.append(f"The gateway {gateway!r} cannot be loaded: {error}")
    for reason in missing:
        echo(reason)
    if serve is None or missing:
        return _MISSING
    chosen = _free_port(host, port if port is not None else 0 if check else _PORT)
    if chosen is None:
        echo(f"Port {port or _PORT} of {host} is taken: choose another with --port, or take a free one with --port 0.")
        return _FAILED
    with TemporaryDirectory(prefix="lockportal-demo-", ignore_cleanup_errors=True) as folder, _interruptible():
        merchant = STUB if gateway else SANDBOX
        show = _Show(serve=serve, stand=stand, merchant=merchant, host=host, port=chosen, folder=Path(folder), echo=echo)
        try:
            return show.run(database=database, seed=seed, customers=customers, check=check)
        except KeyboardInterrupt:
            return _FAILED if check else 0


@frozen(kw_only=True)
class _Show:
    """One run of the demo: what serves, which gateway stands, where, where its files are, and whom it tells."""

    serve: Serve
    stand: Stand
    merchant: str
    host: str
    port: int
    folder: Path
    echo: Callable[[str], None]

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def run(self, *, database: str | None, seed: int, customers: int, check: bool) -> int:
        """Let the gateway stand, fill a portal, open the door, then walk or serve."""
        with self.stand(self.folder, f"{self.base_url}/webhooks/{self.merchant}") as stub:
            return self._with(stub, database=database, seed=seed, customers=customers, check=check)

    def _with(self, stub: Stub, *, database: str | None, seed: int, customers: int, check: bool) -> int:
        mailbox = Mailbox(self.outbox, self.base_url, _silent if check else self.echo)
        config = Config(
            supplier=supplier(),
            settings=(*settings(), stub.settings(self.merchant, self.folder)),
            database=database or f"sqlite:///{(self.folder / 'demo.db').as_posix()}",
            base_url=self.base_url,
            mail=f"folder:{self.outbox}",
            files=f"folder:{self.folder / 'files'}",
            secret_keys=(draw_secret(),),
        )
        with closing(Portal(config, notifier=mailbox)) as portal:
            book = self._filled(portal, seed, customers)
            with Door(portal, mailbox, DEMO_EMAIL).standing(self.host) as door:
                return self._walk(portal, book, stub, door) if check else self._open(portal, door)

    def _filled(self, portal: Portal, seed: int, customers: int) -> Book:
        """Bring a portal's database up to date and write the book, unless its documents are there from before."""
        portal.upgrade()
        book = Book(seed=seed, customers=customers, as_of=portal.ledger.today())
        with suppress(NotFound):
            first = portal.profiles.customer_by_number(book.customers[0].number, by=SYSTEM)
            if portal.documents.search(first.account_id, SYSTEM, limit=1).items:
                enclose(portal, book)  # the file store of this run is empty yet
                self.echo("The book is in the database already and stays as it is.")
                return book
        with _bars() as progress:
            write(portal, book, progress)
        for customer in book.customers[:_ARGUING]:
            open_some(portal, portal.profiles.customer_by_number(customer.number, by=SYSTEM).account_id)
        self.echo(f"A book of {customers} customers with {sum(1 for _ in book.rows()):,} documents, as of {book.as_of}.")
        return book

    def _open(self, portal: Portal, door: str) -> int:
        """Serve until Ctrl-C."""
        name, _, password = os.environ.setdefault("LOCKPORTAL_STAFF", f"casey:{draw_secret()[:8]}").partition(":")

        def ready(address: str) -> None:
            self.echo(f"The portal of {portal.supplier.name}: {address}/")
            self.echo("")
            self.echo(f"  Sign in at once, as {DEMO_EMAIL}: {door}")
            self.echo("")
            self.echo(f"  The desk of its own people, as {name} with the password {password}: {address}/desk")
            self.echo("")
            self.echo(f"Or ask for a link on its sign-in page as {DEMO_EMAIL}, or as {GROUP_EMAIL}, who acts for two customers.")
            self.echo(f"No mail leaves this machine: it lands in {self.outbox}, and its link is shown here.")
            through = "a sandbox" if self.merchant == SANDBOX else "a gateway's stub on this machine"
            self.echo(f"Payments go through {through}: no money moves, and its page lets you choose what the bank says.")
            self.echo("Ctrl-C ends the demo.")

        with suppress(KeyboardInterrupt):  # some servers keep it to themselves
            self.serve(portal, host=self.host, port=self.port, ready=ready)
        self.echo("The demo is over.")
        return 0

    def _walk(self, portal: Portal, book: Book, stub: Stub, door: str) -> int:
        """Serve while a thread walks through the portal; when it has arrived, it interrupts the serving."""
        failed = ["the server ended before the walk did"]
        ended = threading.Event()

        def walk() -> None:
            try:
                Walk(portal, book, self.base_url, self.outbox, self.echo, stub).run(door)
                failed.clear()
            except Exception as error:  # noqa: BLE001 - whatever ends the walk is its result
                failed[:] = [str(error) or type(error).__name__]
            if not ended.is_set():
                _thread.interrupt_main()

        walker = threading.Thread(target=walk, name="lockportal-demo-walk", daemon=True)
        with suppress(KeyboardInterrupt):
            self.serve(portal, host=self.host, port=self.port, ready=lambda _: walker.start())
        ended.set()
        if walker.ident is not None:
            walker.join(_PATIENCE)
        for reason in failed:
            self.echo(f"FAILED {reason}")
        return _FAILED if failed else 0


def _silent(_: str) -> None:
    """Tell nobody."""


def _app(name: str) -> Serve:
    """Answer the function that serves a portal; LookupError if it is not installed, ImportError if it cannot be imported."""
    if ":" in name:
        module, _, function = name.partition(":")
        return cast("Serve", getattr(import_module(module), function))
    found = tuple(entry_points(group=APPS, name=name))
    if not found:
        raise LookupError(f"pip install lockportal-example-{name}")
    return cast("Serve", found[0].load())


def _free_port(host: str, port: int) -> int | None:
    """Answer a port on which a server can stand, a free one for 0; None if it is taken."""
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere the option would share a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C, and the wish of a system that ends, come as KeyboardInterrupt; a background job may have them ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bars() -> Iterator[Progress]:
    """Show progress bars on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    with Bars(console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total or None)
            bars.update(tasks[step], completed=done, total=total or None)

        yield progress
