"""Both applications over several portals."""

from contextlib import contextmanager

import httpx2
import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
from starlette.testclient import TestClient

from lockportal.storage.copies import upgrade
from lockportal.web import portals_of


@contextmanager
def open_two(environment):
    """The portals of an environment, with their schema."""
    portals = portals_of(environment)
    for portal in portals.values():
        upgrade(portal.engines, portal.capabilities)
    yield portals
    for portal in portals.values():
        portal.close()


def of_flask(portals, **more):
    transport = httpx2.WSGITransport(app=flask_portal.create_app(portals, **more))
    return httpx2.Client(transport=transport, base_url="https://portal.example")


def of_fastapi(portals, **more):
    return TestClient(fastapi_portal.create_app(portals, **more), base_url="https://portal.example", follow_redirects=False)


CLIENTS = {"flask": of_flask, "fastapi": of_fastapi}
