"""What was posted and what was decided is never changed: the database refuses it, to its owner and to the application's role."""

import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa

from books import OTTO, closing, invoice, open_portal, store, usd
from lockportal.ledger.models import Entry
from lockportal.storage.migrations import append_only
from lockportal.storage.tables import JOURNAL, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "configure.md"
KEPT = {table(Entry): "amount_minor = amount_minor + 1", JOURNAL: "body = '{}'"}
REFUSALS = ("is append-only", "permission denied", "command denied", "must be owner")


def grants(dialect, role, password, database):
    """The statements of the page that make the application's role, for this role and database."""
    title = "-- PostgreSQL" if dialect == "postgresql" else "-- MariaDB"
    blocks = [block.partition("```")[0] for block in PAGE.read_text("utf-8").split("```sql\n")[1:]]
    (script,) = [block for block in blocks if block.startswith(title)]
    for old, new in (("portal_app", role), ("a long password", password), ("portal.*", f"{database}.*")):
        script = script.replace(old, new)
    return [line.rstrip(";") for line in script.splitlines() if not line.startswith("--")]


@pytest.fixture
def role_url(database_url):
    """The URL by which an application comes that has the role of the page; None on SQLite, which knows no roles."""
    url = sa.make_url(database_url)
    dialect, name, password = url.get_backend_name(), f"app_{secrets.token_hex(6)}", secrets.token_hex(12)
    if dialect == "sqlite":
        yield lambda: None
        return
    owner, made = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool), []

    def make():
        made.append(name)
        with owner.connect() as connection:
            for statement in grants(dialect, name, password, url.database):
                connection.exec_driver_sql(statement)
        if dialect == "postgresql":  # as the role, whatever its server asks of who logs in
            return url.update_query_dict({"options": f"-c role={name}"}).render_as_string(hide_password=False)
        return url.set(username=name, password=password).render_as_string(hide_password=False)

    yield make
    if not made:
        return
    with owner.connect() as connection:
        if dialect == "postgresql":
            connection.exec_driver_sql(f"DROP OWNED BY {name}")
        connection.exec_driver_sql(f"DROP {'ROLE' if dialect == 'postgresql' else 'USER'} {name}")


def book(url, invoices):
    """A portal on an upgraded database, with so many invoices."""
    portal = open_portal(url, create=False)
    portal.upgrade()
    store(portal, *(invoice(f"R-{n}", usd(100)) for n in range(invoices)))
    return portal


def changes(kept, dialect, row, columns):
    """Every way to change or to take away a row, by its name."""
    key = [*kept.primary_key.columns]
    mine = [column == row[column.name] for column in key]
    for name in columns:
        yield f"update of {name}", sa.update(kept).values({name: row[name]}).where(*mine)
        if name not in kept.primary_key.columns:
            yield f"update of {name} everywhere", sa.update(kept).values({name: row[name]})
    yield "delete", sa.delete(kept).where(*mine)
    yield "delete of all", sa.delete(kept)
    yield "update in words", sa.text(f"UPDATE {kept.name} SET {KEPT[kept]}")
    yield "delete in words", sa.text(f"DELETE FROM {kept.name}")
    names = ", ".join(f"`{name}`" if dialect == "mariadb" else f'"{name}"' for name in kept.c.keys())  # noqa: SIM118 - no mapping
    again = f"INTO {kept.name} ({names}) SELECT {names} FROM {kept.name} WHERE true"
    over = ", ".join(column.name for column in key)
    yield from {
        "sqlite": {
            "replacing": sa.text(f"INSERT OR REPLACE {again}"),
            "update or replace": sa.text(f"UPDATE OR REPLACE {kept.name} SET {KEPT[kept]}"),
            "inserting over": sa.text(f"INSERT {again} ON CONFLICT DO UPDATE SET {KEPT[kept]}"),
        },
        "postgresql": {
            "truncate": sa.text(f"TRUNCATE {kept.name}"),
            "inserting over": sa.text(f"INSERT {again} ON CONFLICT ({over}) DO UPDATE SET supplier_id = excluded.supplier_id"),
        },
        "mariadb": {
            "replacing": sa.text(f"REPLACE {again}"),
            "inserting over": sa.text(f"INSERT {again} ON DUPLICATE KEY UPDATE supplier_id = VALUES(supplier_id)"),
        },
    }[dialect].items()


def ways_around(kept, dialect):
    """What takes the protection itself away, which is for owners."""
    for name in append_only.triggers(dialect, kept.name):
        yield f"dropping {name}", sa.text(f"DROP TRIGGER {name}" + (f" ON {kept.name}" if dialect == "postgresql" else ""))
    if dialect == "postgresql":
        yield "disabling", sa.text(f"ALTER TABLE {kept.name} DISABLE TRIGGER ALL")
        yield "replicating", sa.text("SET session_replication_role = replica")
    yield "truncate", sa.text(f"TRUNCATE TABLE {kept.name}")  # of MariaDB, a DROP to which no trigger is asked
    yield "altering", sa.text(f"ALTER TABLE {kept.name} ADD COLUMN more INTEGER")
    yield "dropping", sa.text(f"DROP TABLE {kept.name}")


def answer(engines, statement):
    """Say how the database refuses a statement: '' where it does what it is told, which is taken back."""
    with engines.writes.connect() as connection:
        if engines.dialect == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            connection.execute(statement)
        except sa.exc.DBAPIError as error:
            return str(error.orig)
        finally:
            connection.rollback()
    return ""


def rows_of(engines, kept):
    with engines.reading() as connection:
        return sorted((dict(row) for row in connection.execute(sa.select(kept)).mappings()), key=str)


def answers(portal, rows):
    """Try every change of so many rows of each table, and say how each was answered."""
    told, dialect = {}, portal.engines.dialect
    for kept in KEPT:
        for number, row in enumerate(rows_of(portal.engines, kept)[:rows]):
            for name, statement in changes(kept, dialect, row, kept.c.keys()):
                told[kept.name, number, name] = answer(portal.engines, statement)
    return told


def let_pass(told):
    return [name for name, said in told.items() if not any(word in said.lower() for word in REFUSALS)]


@pytest.mark.guarantee(17)
def test_no_row_of_the_ledger_or_of_the_journal_is_changed_or_taken_away_by_anybody(database_url, role_url, tier):
    rows = tier.times(1, 1, 100)
    with closing(book(database_url, rows)) as portal:
        before = {kept: rows_of(portal.engines, kept) for kept in KEPT}
        assert all(before.values())
        told = answers(portal, rows)
        assert len(told) >= 2 * len(table(Entry).c)
        assert let_pass(told) == []
        url = role_url()
        if url is not None:
            with closing(open_portal(url, create=False)) as mine:
                assert mine.check_schema() == (), "MariaDB shows triggers to those alone who may drop them"
                assert let_pass(answers(mine, rows)) == []
                for kept in KEPT:
                    tried = ways_around(kept, mine.engines.dialect)
                    assert let_pass({name: answer(mine.engines, statement) for name, statement in tried}) == []
        assert {kept: rows_of(portal.engines, kept) for kept in KEPT} == before
        assert portal.check_schema() == ()
        with closing(open_portal(url or database_url, create=False)) as mine:
            store(mine, invoice("R-more", usd(7)))
            assert mine.verify(OTTO) == ()
        assert len(rows_of(portal.engines, table(Entry))) == len(before[table(Entry)]) + 1, "what is added is added as ever"


def test_where_nothing_is_protected_every_one_of_these_changes_is_made_and_the_check_tells_what_lacks(database_url, monkeypatch):
    """The control: the same changes, on tables as anybody makes them."""
    monkeypatch.setattr(append_only, "protect", lambda _: None)
    with closing(book(database_url, 1)) as portal:
        assert set(answers(portal, 1).values()) == {""}
        names = {name for kept in KEPT for name in append_only.triggers(portal.engines.dialect, kept.name)}
        assert set(portal.check_schema()) == {f"add trigger: {name}" for name in names}


def test_sqlite_would_replace_rows_unasked_if_connections_did_not_say_otherwise(sqlite_url):
    """The control of one setting: without it, a REPLACE takes rows away past every trigger."""
    with closing(book(sqlite_url, 1)) as portal, portal.engines.writes.connect() as connection:
        (row, *_) = rows_of(portal.engines, JOURNAL)
        replacing = dict(changes(JOURNAL, "sqlite", row, ()))["replacing"]
        with pytest.raises(sa.exc.IntegrityError, match="is append-only"):
            connection.execute(replacing)
        connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
        connection.execute(replacing)
