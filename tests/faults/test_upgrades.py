"""Migrations that are killed at any statement are run again, whether or not the database takes back what they had done."""

import gc
import itertools
import os
import signal
import traceback

import pytest
import sqlalchemy as sa

from lockportal.storage import migrations
from lockportal.storage.engines import open_engines
from lockportal.storage.migrations import running
from lockportal.storage.migrations.revision import built_in
from lockportal.storage.migrations.running import Line
from lockportal.testing.faults.boundaries import listening

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no process")
CHANGES = ("before CREATE", "before DROP", "before INSERT", "before DELETE", "before COMMIT")


def run(url, act, at):
    """How a process ends that changes the schema, and is killed before its change of that number: its exit code, -9 if killed."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    changes = itertools.count()

    def passed(name, _):
        if name.startswith(CHANGES) and next(changes) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        gc.disable()  # it would close what is the parent's
        with listening(passed):
            act(open_engines(url))
        code = 0
    except BaseException:  # noqa: BLE001 - told by the exit code, and here in words
        traceback.print_exc()
    finally:
        os._exit(code)


def killed_again_and_again(url, act, tier):
    """Change the schema in processes, each killed some statements later than the last, until one ends: how each ended.

    On a database that keeps each change of the schema, each goes on from what the others left.
    """
    step, ends = tier.times(100, 40, 1), []
    while not ends or ends[-1] == -signal.SIGKILL:
        ends.append(run(url, act, len(ends) * step))
    return ends


@pytest.mark.guarantee(48)
def test_a_migration_that_is_killed_at_any_statement_is_run_again(database_url, tier):
    capabilities = built_in()
    for act, found in (
        (lambda engines: migrations.upgrade(engines, capabilities), set(running.schema(capabilities).tables)),
        (lambda engines: migrations.downgrade(engines, "base"), set()),
        (lambda engines: migrations.upgrade(engines, capabilities), set(running.schema(capabilities).tables)),
    ):
        *before, last = killed_again_and_again(database_url, act, tier)
        assert (set(before), last) == ({-signal.SIGKILL}, 0)
        engines = open_engines(database_url)
        assert tables(engines) == found
        assert (migrations.check(engines, capabilities) == ()) is bool(found)
        engines.dispose()


def tables(engines):
    with engines.reading() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"lockportal_version"}


CARELESS = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
def upgrade():
    for name in ("one", "two"):
        op.create_table(f"lockportal_{name}", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.mark.mariadb
def test_a_migration_that_takes_nothing_to_be_there_is_not(mariadb_url, tmp_path, monkeypatch):
    """The control, on the database whose changes of the schema are in no transaction."""
    (tmp_path / "0001_careless.py").write_text(CARELESS, "utf-8")
    monkeypatch.setattr(running, "OWN", Line(tmp_path))
    first, second, again = (run(mariadb_url, migrations.upgrade, at) for at in (2, -1, -1))
    assert first == -signal.SIGKILL
    assert (second, again) == (1, 1)
