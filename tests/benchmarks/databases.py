"""An empty database of each kind that this machine has, for a benchmark: SQLite always, the servers where their URLs are set."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

SERVERS = {"postgresql": "LOCKPORTAL_TEST_POSTGRESQL", "mariadb": "LOCKPORTAL_TEST_MARIADB"}


def kinds() -> list[str]:
    """Name the databases that can be measured here."""
    return ["sqlite", *(kind for kind, variable in SERVERS.items() if os.environ.get(variable))]


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Answer the URL of an empty database, which is gone afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="lockportal-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'book.db'}"
        return
    admin = sa.make_url(os.environ[SERVERS[kind]])
    name = f"lockportal_bench_{secrets.token_hex(4)}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            force = " WITH (FORCE)" if kind == "postgresql" else ""
            connection.exec_driver_sql(f"DROP DATABASE {name}{force}")
