"""The same schema stands on PostgreSQL partitioned by account, as it is or on an engine that scales out by it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from lockportal.storage.engines import open_engines
from lockportal.storage.migrations.running import schema
from lockportal.testing import StorageContract
from lockportal.testing.bench import Bench
from lockportal.testing.specimen import capability as specimens

PARTITIONS = 4
WHOLE = {"lockportal_claim"}  # unique beyond an account, so the one table that is not split by it


def make_partitioned(engines, capabilities):
    with engines.writing() as connection:
        for kept in schema(capabilities).tables.values():
            if kept.name in WHOLE:
                kept.create(connection)
                continue
            statement = str(CreateTable(kept).compile(dialect=postgresql.dialect())).rstrip()
            connection.exec_driver_sql(f"{statement} PARTITION BY HASH (account_id)")
            for number in range(PARTITIONS):
                connection.exec_driver_sql(
                    f"CREATE TABLE {kept.name}_{number} PARTITION OF {kept.name}"
                    f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
                )
            for index in kept.indexes:
                index.create(connection)


@pytest.fixture(scope="module")
def partitioned_engines(empty_postgresql):
    engines = open_engines(empty_postgresql(standing=False))
    make_partitioned(engines, [specimens])
    return engines


@pytest.mark.postgresql
class TestPartitioned(StorageContract):
    @pytest.fixture
    def engines(self, partitioned_engines):
        return partitioned_engines

    def test_rows_are_spread(self, bench):
        for _ in range(40):
            bench.keep(bench.specimen())
        with bench.engines.reading() as connection:
            counts = [
                connection.exec_driver_sql(
                    f"SELECT count(*) FROM lockportal_specimen_{number} WHERE supplier_id = %s", (bench.supplier.id,)
                ).scalar_one()
                for number in range(PARTITIONS)
            ]
        assert sum(counts) == 40
        assert all(counts)


@pytest.mark.postgresql
def test_every_table_of_the_portal_can_be_partitioned(postgresql_url, capabilities):
    engines = open_engines(postgresql_url)
    make_partitioned(engines, capabilities)
    kept = set(sa.inspect(engines.writes).get_table_names())
    assert kept > set(schema(capabilities).tables)
    engines.dispose()


def test_every_key_holds_the_supplier_and_all_but_the_claims_the_account(capabilities):
    for kept in schema((*capabilities, specimens)).tables.values():
        unique = [kept.primary_key.columns, *(index.columns for index in kept.indexes if index.unique)]
        for columns in unique:
            names = {column.name for column in columns}
            assert "supplier_id" in names, kept.name
            assert "account_id" in names or kept.name in WHOLE, kept.name


@pytest.mark.postgresql
def test_a_bench_s_schema_is_left_as_it_is(postgresql_url):
    engines = open_engines(postgresql_url)
    make_partitioned(engines, [specimens])
    Bench(engines=engines).make_schema()
    with engines.reading() as connection:
        kind = connection.exec_driver_sql("SELECT relkind FROM pg_class WHERE relname = 'lockportal_specimen'").scalar_one()
    assert kind in {"p", b"p"}
    engines.dispose()
