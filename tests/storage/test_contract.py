"""The built-in databases keep the contract that a plugin's database is held to."""

import json
from contextlib import nullcontext

import pytest

from lockportal.storage.engines import open_engines
from lockportal.testing import StorageContract
from lockportal.testing.storage.ground import NAUGHTY


class _Naughtier(StorageContract):
    @pytest.fixture
    def naughty(self, request):
        try:
            folder = request.getfixturevalue("public_data")
        except pytest.skip.Exception:
            return NAUGHTY
        texts = json.loads((folder / "adversarial" / "blns" / "blns.json").read_text("utf-8"))
        return (*NAUGHTY, *texts)


@pytest.fixture(scope="module")
def postgresql_engines(empty_postgresql):
    return open_engines(empty_postgresql(standing=False))


@pytest.fixture(scope="module")
def mariadb_engines(empty_mariadb):
    return open_engines(empty_mariadb(standing=False))


class TestSqliteFile(_Naughtier):
    @pytest.fixture
    def engines(self, sqlite_url):
        return open_engines(sqlite_url)


class TestSqliteInMemory(_Naughtier):
    @pytest.fixture
    def engines(self):
        return open_engines("sqlite://")


@pytest.mark.postgresql
class TestPostgresql(_Naughtier):
    @pytest.fixture
    def engines(self, postgresql_engines):
        return postgresql_engines


@pytest.mark.mariadb
class TestMariadb(_Naughtier):
    @pytest.fixture
    def engines(self, mariadb_engines):
        return mariadb_engines


def test_only_memory_shares_one_connection(sqlite_url):
    assert isinstance(open_engines(sqlite_url).lock, nullcontext)
    assert not isinstance(open_engines("sqlite://").lock, nullcontext)
