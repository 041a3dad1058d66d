"""What the fault tests stand on: databases of each kind with an administrator, and servers of the tests' own."""

import os

import pytest

from lockportal.testing.faults import SERVERS, ServerMissing
from lockportal.testing.world import World


def _ground(request, tmp_path_factory):
    """A world in an empty database of a kind; those beside it need no schema of their own."""
    if request.param == "sqlite":
        database = f"sqlite:///{tmp_path_factory.mktemp('ground') / 'lockportal.sqlite'}"
    else:
        database = request.getfixturevalue(f"empty_{request.param}")()
    with World(0, database=database) as made:
        yield made


_SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]
ground = pytest.fixture(scope="module", params=["sqlite", *_SERVERS])(_ground)
server_ground = pytest.fixture(scope="module", params=_SERVERS)(_ground)


@pytest.fixture(
    params=[
        pytest.param("postgresql_url", id="postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb_url", id="mariadb", marks=pytest.mark.mariadb),
    ]
)
def server_url(request):
    """URL of an empty database of a server: the test runs on PostgreSQL and MariaDB."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def own_server():
    """Make a server of the test's own, of a kind and with options."""

    def make(kind, *options):
        try:
            return SERVERS[kind](*options)
        except ServerMissing as missing:
            if os.environ.get("LOCKPORTAL_REQUIRE_SERVERS") == "1":
                pytest.fail(str(missing), pytrace=False)
            pytest.skip(str(missing))

    return make
