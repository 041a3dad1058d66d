"""Each example application, in one process with the test, behind the same kind of client."""

import runpy
from pathlib import Path

import httpx2
import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
import pytest
from starlette.testclient import TestClient

WORLDS = runpy.run_path(str(Path(__file__).parents[1] / "web" / "conftest.py"))
HERE, CLIENT = "https://portal.example", "192.0.2.1"


def of_flask(portal):
    transport = httpx2.WSGITransport(app=flask_portal.create_app(portal), remote_addr=CLIENT)
    return httpx2.Client(transport=transport, base_url=HERE)


def of_fastapi(portal):
    app = fastapi_portal.create_app(portal)
    return TestClient(app, base_url=HERE, client=(CLIENT, 40000), follow_redirects=False)


CLIENTS = {"flask": of_flask, "fastapi": of_fastapi}


@pytest.fixture
def addresses():
    """Every page that a customer can open, by the name of its route: called with a world."""
    return WORLDS["addresses"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = WORLDS["World"](tmp_path_factory.mktemp("world"))
    yield made
    made.portal.close()


@pytest.fixture(autouse=True)
def later(world):
    """Each test comes later than the one before, so that all of them together meet no limit."""
    world.clock.forward(minutes=16)


@pytest.fixture(params=list(CLIENTS))
def client(request, world):
    with CLIENTS[request.param](world.portal) as made:
        yield made


@pytest.fixture
def both(world):
    with of_flask(world.portal) as flask, of_fastapi(world.portal) as fastapi:
        yield {"flask": flask, "fastapi": fastapi}
