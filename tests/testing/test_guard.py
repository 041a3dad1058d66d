"""The guard over statements lets nothing pass that does not bear its supplier, and the count counts."""

import pytest

from lockportal.storage.engines import open_engines
from lockportal.testing import Unscoped, counting, scoped
from lockportal.testing.bench import Bench
from lockportal.testing.guard import check_scope
from scoping import unscoped_of_the_library

SCOPED = [
    "SELECT a.id FROM lockportal_document AS a WHERE a.supplier_id = %(supplier_)s::UUID",
    "SELECT id FROM (SELECT supplier_id FROM lockportal_entry WHERE lockportal_entry.supplier_id = ?) AS anon_1",
    "UPDATE lockportal_account SET version = 1 WHERE `supplier_id` = %s",
    'DELETE FROM lockportal_salt WHERE "supplier_id" = :x',
    "INSERT INTO lockportal_salt (supplier_id, account_id) VALUES (?, ?)",
    "INSERT INTO lockportal_a (supplier_id, id) SELECT supplier_id, id FROM lockportal_b WHERE supplier_id = ?",
    "INSERT INTO lockportal_a (supplier_id, n) VALUES (?, 1) ON CONFLICT (supplier_id) DO UPDATE SET n = (lockportal_a.n + 1)",
    "INSERT INTO lockportal_a (supplier_id, n) VALUES (%s, 1) ON DUPLICATE KEY UPDATE n = `lockportal_a`.`n` + 1",
    "COPY lockportal_entry (supplier_id, id) FROM STDIN",
    "SELECT * FROM customers",
    "SELECT version_num FROM lockportal_version",
    "CREATE TABLE lockportal_x (id INTEGER)",
    "PRAGMA journal_mode=WAL",
]
UNSCOPED = [
    "SELECT supplier_id FROM lockportal_document",
    "SELECT 1 FROM lockportal_document WHERE account_id = ?",
    "SELECT 1 FROM lockportal_a JOIN lockportal_b ON true WHERE lockportal_a.supplier_id = ?",
    "SELECT 1 FROM lockportal_a, lockportal_b WHERE lockportal_a.supplier_id = lockportal_b.supplier_id",
    'UPDATE "lockportal_account" SET version = 1',
    "  delete FROM lockportal_outbox",
    "WITH x AS (SELECT 1 FROM lockportal_a) SELECT * FROM x",
    "INSERT INTO lockportal_salt (account_id) VALUES (?)",
    "INSERT INTO lockportal_salt (account_id) SELECT id FROM lockportal_account",
    "INSERT INTO lockportal_a (supplier_id, id) SELECT supplier_id, id FROM lockportal_b",
    "INSERT INTO lockportal_a (supplier_id, id) SELECT ?, b.id FROM lockportal_b AS b WHERE b.account_id = ?",
    "INSERT INTO lockportal_a (supplier_id, id) SELECT ?, b.id FROM lockportal_b AS b, lockportal_c WHERE b.supplier_id = ?",
    "COPY lockportal_entry (id) FROM STDIN",
    "TRUNCATE lockportal_entry",
]


@pytest.mark.parametrize("statement", SCOPED)
def test_a_statement_with_its_supplier_passes(statement):
    check_scope(statement)


@pytest.mark.parametrize("statement", UNSCOPED)
def test_a_statement_without_is_stopped(statement):
    with pytest.raises(Unscoped):
        check_scope(statement)


def test_the_guard_stands_only_while_it_is_asked_to():
    engines = open_engines("sqlite://")
    Bench(engines=engines).make_schema()
    with engines.reading() as connection:
        with scoped(engines), pytest.raises(Unscoped):
            connection.exec_driver_sql("SELECT * FROM lockportal_account")
        assert connection.exec_driver_sql("SELECT * FROM lockportal_account").all() == []


def test_of_statements_without_a_supplier_those_of_the_library_are_collected():
    """A control of the look at whole folders of tests; a test's own looks are no matter of it."""
    engines = open_engines("sqlite://")
    Bench(engines=engines).make_schema()
    of_the_library = {"__name__": "lockportal.somewhere"}
    exec("def send(connection, statement):\n    return connection.exec_driver_sql(statement)", of_the_library)
    with unscoped_of_the_library() as found, engines.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM lockportal_account")
        of_the_library["send"](connection, "SELECT 2 FROM lockportal_account")
    assert [statement.partition(": ")[2] for statement in found] == ["SELECT 2 FROM lockportal_account"]


@pytest.mark.postgresql
def test_the_guard_sees_what_is_copied(postgresql_url):
    bench = Bench(engines=open_engines(postgresql_url))
    bench.make_schema()
    with counting(bench.engines) as sent:
        bench.store().observe([bench.specimen() for _ in range(300)])
    assert [statement for statement in sent if statement.startswith("COPY lockportal_specimen (supplier_id, ")]
    bench.engines.dispose()


def test_statements_are_counted_in_order():
    engines = open_engines("sqlite://")
    with counting(engines) as sent, engines.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("SELECT 2")
    with engines.reading() as connection:
        connection.exec_driver_sql("SELECT 3")
    assert sent == ["SELECT 1", "SELECT 2"]
