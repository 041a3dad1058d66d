"""The schema goes up and down on every database, says what it lacks, and is pinned by a script for each."""

import itertools
import os
import sys
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from lockportal.core.account import Capability
from lockportal.core.errors import Refused
from lockportal.storage import migrations
from lockportal.storage.engines import open_engines
from lockportal.storage.migrations import revision, running
from lockportal.storage.migrations.revision import main
from lockportal.storage.migrations.running import Line, schema
from lockportal.storage.tables import ACCOUNT
from lockportal.testing.bench import fulfilled, race
from lockportal.testing.specimen import Counter
from lockportal.testing.specimen import capability as specimens
from waiting import AMPLE

SNAPSHOTS = Path(__file__).parent / "snapshots"
REVISE = "python -m lockportal.storage.migrations.revision"
REFRESH = "LOCKPORTAL_REFRESH_SNAPSHOTS=1 python -m pytest tests/storage/test_migrations.py -k snapshot"


@pytest.fixture
def engines(database_url):
    made = open_engines(database_url)
    yield made
    made.dispose()


def tables(engines):
    return set(sa.inspect(engines.writes).get_table_names())


def test_an_empty_database_lacks_everything(engines, capabilities):
    faults = migrations.check(engines, capabilities)
    assert "version 0001 is not applied" in faults
    assert "add table: lockportal_account" in faults


def test_the_schema_goes_up_and_down_and_up_again(engines, capabilities):
    for _ in range(2):
        migrations.upgrade(engines, capabilities)
        assert migrations.check(engines, capabilities) == (), f"the records changed: write a migration with {REVISE}"
        assert tables(engines) == {*schema(capabilities).tables, "lockportal_version"}
        migrations.downgrade(engines, "base")
        assert tables(engines) == {"lockportal_version"}


def test_upgrading_again_changes_nothing(engines, capabilities):
    migrations.upgrade(engines, capabilities)
    with engines.writing() as connection:
        row = {"supplier_id": UUID(int=1), "account_id": UUID(int=2), "kind": "customer", "version": 1}
        connection.execute(sa.insert(ACCOUNT), row)
    migrations.upgrade(engines, capabilities)
    with engines.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM lockportal_account").scalar_one() == 1


RACERS = 8


def upgrade_at_once(database_url, capabilities):
    """What becomes of processes that all find an empty database and upgrade it."""
    together = threading.Barrier(RACERS)

    def upgrade():
        engines = open_engines(database_url)
        together.wait(120)
        try:
            migrations.upgrade(engines, capabilities)
        finally:
            engines.dispose()

    answers = race(*[upgrade] * RACERS)
    engines = open_engines(database_url)
    faults = migrations.check(engines, capabilities)
    engines.dispose()
    return answers, faults


def test_several_may_upgrade_at_once(database_url, capabilities):
    answers, faults = upgrade_at_once(database_url, capabilities)
    fulfilled(answers)
    assert faults == ()


@pytest.mark.postgresql
@pytest.mark.guarantee(33)
@pytest.mark.parametrize("level", ["repeatable\\ read", "serializable"])
def test_several_may_upgrade_at_once_whatever_level_the_host_set(postgresql_url, capabilities, level):
    url = sa.make_url(postgresql_url).update_query_dict({"options": f"-c default_transaction_isolation={level}"})
    answers, faults = upgrade_at_once(url.render_as_string(hide_password=False), capabilities)
    fulfilled(answers)
    assert faults == ()


def giving_back_early():
    """A lock that is given back before the commit, and a commit that waits until the next one has looked what there is."""
    looked, turns = threading.Event(), itertools.count()

    @contextmanager
    def early(engines):
        with engines.writing() as connection:
            connection.exec_driver_sql("SELECT get_lock('early', 600)")
            if next(turns) == 1:
                sa.event.listen(connection, "before_cursor_execute", looks)
            yield connection
            connection.exec_driver_sql("SELECT release_lock('early')")
            assert looked.wait(AMPLE)

    def looks(connection, cursor, statement, parameters, context, executemany):
        if statement.lstrip().startswith(("CREATE", "INSERT")):  # it has seen no version, and begins
            looked.set()

    return early


@pytest.mark.mariadb
def test_a_lock_that_is_given_back_before_the_commit_does_not_keep_upgrades_apart(mariadb_url, capabilities, monkeypatch):
    monkeypatch.setattr(running, "_alone", giving_back_early())
    with pytest.raises(sa.exc.IntegrityError):
        fulfilled(upgrade_at_once(mariadb_url, capabilities)[0])


def upgraded(url, capabilities):
    """Which tables are there after an upgrade."""
    engines = open_engines(url)
    try:
        migrations.upgrade(engines, capabilities)
        return tables(engines)
    finally:
        engines.dispose()


def databases(folder, count):
    return [f"sqlite:///{folder / str(number)}.sqlite" for number in range(count)]


def test_threads_may_upgrade_different_databases_at_once(tmp_path, capabilities):
    found = fulfilled(race(*(lambda url=url: upgraded(url, capabilities) for url in databases(tmp_path, RACERS))))
    assert found == [{*schema(capabilities).tables, "lockportal_version"}] * RACERS


def test_without_a_lock_of_the_process_they_disturb_each_other(tmp_path, capabilities, monkeypatch):
    """The control: the second begins before the first goes on, which then finds the context of the second."""
    first_begun, second_begun, first_done = threading.Event(), threading.Event(), threading.Event()
    turns, run_env = itertools.count(), ScriptDirectory.run_env

    def run(script):
        mine, other = ((first_begun, second_begun), (second_begun, first_done))[next(turns)]
        mine.set()
        assert other.wait(AMPLE)
        run_env(script)

    def first():
        try:
            return upgraded(databases(tmp_path, 2)[0], capabilities)
        finally:
            first_done.set()

    def second():
        assert first_begun.wait(AMPLE)
        return upgraded(databases(tmp_path, 2)[1], capabilities)

    monkeypatch.setattr(running, "_ONE_AT_A_TIME", nullcontext())
    monkeypatch.setattr(ScriptDirectory, "run_env", run)
    assert "lockportal_account" not in race(first, second)[0]


@pytest.mark.mariadb
def test_who_waits_too_long_for_another_s_upgrade_is_refused(mariadb_url, capabilities, monkeypatch):
    monkeypatch.setattr(running, "_PATIENCE", 0)
    engines, other = open_engines(mariadb_url), open_engines(mariadb_url)
    with running._alone(other), pytest.raises(Refused) as caught:
        migrations.upgrade(engines, capabilities)
    assert caught.value.code == "schema.busy"
    migrations.upgrade(engines, capabilities)
    engines.dispose()
    other.dispose()


def test_a_host_s_tables_are_left_alone(engines, capabilities):
    with engines.writing() as connection:
        for name in ("document", "alembic_version", "lockportalx"):
            connection.exec_driver_sql(f"CREATE TABLE {name} (id INTEGER)")
    migrations.upgrade(engines, capabilities)
    assert migrations.check(engines, capabilities) == ()
    migrations.downgrade(engines, "base")
    assert tables(engines) == {"document", "alembic_version", "lockportalx", "lockportal_version"}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DROP TABLE lockportal_salt", "add table: lockportal_salt"),
        ("ALTER TABLE lockportal_account ADD COLUMN more INTEGER", "remove column: lockportal_account.more"),
        ("ALTER TABLE lockportal_account DROP COLUMN kind", "add column: lockportal_account.kind"),
        ("DROP INDEX lockportal_claim_account", "add index: lockportal_claim_account"),
    ],
)
def test_drift_is_told(engines, capabilities, damage, said):
    migrations.upgrade(engines, capabilities)
    on = " ON lockportal_claim" if "DROP INDEX" in damage and engines.dialect == "mariadb" else ""
    with engines.writing() as connection:
        connection.exec_driver_sql(damage + on)
    assert migrations.check(engines, capabilities) == (said,)


def test_a_changed_type_is_told(engines, capabilities):
    if engines.dialect == "sqlite":
        pytest.skip("SQLite cannot change a column's type")
    migrations.upgrade(engines, capabilities)
    change = {"postgresql": "ALTER COLUMN kind TYPE VARCHAR(99)", "mariadb": "MODIFY COLUMN kind VARCHAR(99) NOT NULL"}
    with engines.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE lockportal_account {change[engines.dialect]}")
    assert migrations.check(engines, capabilities) == ("modify type: lockportal_account.kind",)


def test_a_migration_that_broke_off_is_run_again(engines, capabilities):
    with engines.writing() as connection:
        schema(capabilities).tables["lockportal_account"].create(connection)
    migrations.upgrade(engines, capabilities)
    assert migrations.check(engines, capabilities) == ()


def test_a_version_from_elsewhere_is_refused(engines, capabilities):
    migrations.upgrade(engines, capabilities)
    with engines.writing() as connection:
        connection.exec_driver_sql("UPDATE lockportal_version SET version_num = '9999'")
    with pytest.raises(Refused) as caught:
        migrations.upgrade(engines, capabilities)
    assert caught.value.code == "schema.version_unknown"
    assert "version 9999 is not known here" in migrations.check(engines, capabilities)


# plugins


MIGRATION = """
import sqlalchemy as sa
from alembic import op
from lockportal.storage import types
revision, down_revision, branch_labels, depends_on = "counters_0001", None, None, None
def upgrade():
    op.create_table(
        "lockportal_counter",
        sa.Column("supplier_id", types.Id(), primary_key=True),
        sa.Column("id", types.Id(), primary_key=True),
        sa.Column("account_id", types.Id(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        mariadb_charset="utf8mb4",
    )
    op.create_index("lockportal_counter_live", "lockportal_counter", ["account_id", "live"])
def downgrade():
    op.drop_table("lockportal_counter")
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    package = tmp_path / "lockportal_counters_migrations"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "counters_0001.py").write_text(MIGRATION)
    monkeypatch.syspath_prepend(tmp_path)
    yield Capability(name="counters", records=(Counter,), migrations="lockportal_counters_migrations")
    sys.modules.pop("lockportal_counters_migrations", None)


def test_a_plugin_brings_its_own_migrations(engines, capabilities, plugin):
    migrations.upgrade(engines, capabilities)
    both = (*capabilities, plugin)
    assert migrations.check(engines, both)[0] == "version counters_0001 is not applied"
    migrations.upgrade(engines, both)
    assert migrations.check(engines, both) == ()
    migrations.downgrade(engines, "base", plugin)
    assert "lockportal_counter" not in tables(engines)
    assert migrations.check(engines, capabilities) == ()
    assert "lockportal_counter" in migrations.sql("sqlite://", [plugin])


def test_a_table_of_a_plugin_that_is_off_is_no_fault(engines, capabilities):
    migrations.upgrade(engines, capabilities)
    with engines.writing() as connection:
        schema([specimens]).tables["lockportal_counter"].create(connection)
    assert migrations.check(engines, capabilities) == ()


# scripts


URLS = {"sqlite": "sqlite://", "postgresql": "postgresql://host/name", "mariadb": "mariadb://host/name"}


@pytest.mark.parametrize("dialect", URLS)
def test_the_script_is_the_snapshot(dialect):
    written = migrations.sql(URLS[dialect])
    path = SNAPSHOTS / f"{dialect}.sql"
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(written, "utf-8")
    assert path.read_text("utf-8") == written, f"the schema changed: if it should, run {REFRESH} and read the difference"


def test_the_script_makes_what_upgrade_makes(engines, capabilities):
    script = migrations.sql(URLS[engines.dialect])
    with engines.writing() as connection:
        for statement in script.split(";\n"):
            lines = [line for line in statement.splitlines() if line and not line.startswith("--")]
            if lines not in ([], ["BEGIN"], ["COMMIT"]):
                connection.exec_driver_sql("\n".join(lines))
    assert migrations.check(engines, capabilities) == ()


# the command that writes migrations


def test_the_command_explains_itself():
    for arguments in ([], ["-h"], ["one", "two"]):
        with pytest.raises(SystemExit, match="usage"):
            main(arguments)


def test_the_command_writes_what_the_records_have_and_the_migrations_lack(tmp_path, monkeypatch, capabilities):
    line = Line(tmp_path)
    monkeypatch.setattr(running, "OWN", line)
    monkeypatch.setattr(revision, "OWN", line)
    last = max(place for place, one in enumerate(capabilities) if one.records)
    fewer = capabilities[:last] + capabilities[last + 1 :]
    assert Path(main(["first"])).name == "0001_first.py"
    assert Path(main(["--initial"])).name == "0001_initial.py"
    assert [path.name for path in tmp_path.glob("*.py")] == ["0001_initial.py"]
    engines = open_engines("sqlite://")
    migrations.upgrade(engines, capabilities)
    assert migrations.check(engines, capabilities) == ()
    (tmp_path / "0001_initial.py").unlink()
    revision.write("without the last", fewer)
    assert revision.write("with it", capabilities).name == "0002_with_it.py"
    second = (tmp_path / "0002_with_it.py").read_text("utf-8")
    lacking = schema(capabilities).tables.keys() - schema(fewer).tables.keys()
    assert second.count("op.create_table(") == len(lacking) > 0
    engines.dispose()


def test_the_records_have_no_change_that_no_migration_has(capabilities):
    engines = open_engines("sqlite://")
    migrations.upgrade(engines, capabilities)
    assert migrations.check(engines, capabilities) == (), f'write a migration: {REVISE} "what it is for", or --initial'
