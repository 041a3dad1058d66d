"""The isolation levels that a host may set by URL, or that a plugin's engines may bring.

The built-in engines set some levels themselves: on MariaDB writes run at READ COMMITTED and a moment of several questions at
REPEATABLE READ, whatever the server's default is; on PostgreSQL a moment runs at REPEATABLE READ, and everything else at the
level of the URL or the server.
"""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from lockportal.storage.engines import Engines, open_engines

POSTGRESQL = {"rc": "read\\ committed", "rr": "repeatable\\ read", "ser": "serializable"}
LEVELS = (
    *(pytest.param(("postgresql", level), id=f"postgresql-{level}", marks=pytest.mark.postgresql) for level in POSTGRESQL),
    *(
        pytest.param(("mariadb", level, strict), id=f"mariadb-{level}-{strict}", marks=pytest.mark.mariadb)
        for level, strict in (("rc", "OFF"), ("rr", "OFF"), ("rr", "ON"))
    ),
)


@contextmanager
def engines_at(request, level):
    """Engines of an empty database at a level: by the URL where the storage leaves it open, else as a plugin might bring them."""
    url = request.getfixturevalue(f"empty_{level[0]}")()
    if level[0] == "postgresql":
        made = sa.make_url(url).update_query_dict({"options": f"-c default_transaction_isolation={POSTGRESQL[level[1]]}"})
        engines = open_engines(made.render_as_string(hide_password=False))
    else:
        engines = mariadb_engines(url, *level[1:])
    yield engines
    engines.dispose()


def mariadb_engines(url, level, strict):
    """Engines whose writes run at another level than the storage's own."""
    engines = open_engines(url)
    with engines.reading() as connection:
        known = connection.exec_driver_sql("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'").all()
    if not known:
        engines.dispose()
        pytest.skip("this MariaDB has no innodb_snapshot_isolation")
    writes = engines.writes if level == "rc" else engines.writes.execution_options(isolation_level="REPEATABLE READ")

    def connected(connection, _):
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION innodb_snapshot_isolation = {strict}")

    sa.event.listen(engines.writes, "connect", connected)
    return Engines(writes, engines.reads, engines.lock)
