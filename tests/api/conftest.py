"""The API over a portal with two customers, asked by a customer's token, by staff, and by nobody."""

import runpy
from pathlib import Path

import pytest

from lockportal import SYSTEM, Right
from lockportal.web import BasicLogin, Front, Request

WORLDS = runpy.run_path(str(Path(__file__).parents[1] / "web" / "conftest.py"))
HERE = "https://portal.example"
BINDING = "a secret of the client that asks"
KEEPER = "keeper@harbour.example"
STAFF = {"Authorization": "Basic Y2FzZXk6cHc=", "Origin": HERE}


class Client:
    """Sends requests to the front as a web framework would, in one process."""

    def __init__(self, front, headers=None, cookies=None):
        self.front, self.headers, self.cookies = front, headers or {}, cookies or {}

    def __call__(self, method, path, *, json=None, headers=None, query=None, form=None, files=None, key=None):
        from lockportal import codec

        given = {**self.headers, **(headers or {}), "Host": "portal.example"}
        if key is not None:
            given["Idempotency-Key"] = key
        if json is not None:
            given.setdefault("Content-Type", "application/json")
        repeated = {name: value if isinstance(value, tuple) else (value,) for name, value in (query or {}).items()}
        return self.front.handle(
            Request(
                method=method,
                path=f"/api{path}",
                query={name: values[0] for name, values in repeated.items()},
                repeated=repeated,
                form=form or {},
                files=files or {},
                cookies=self.cookies,
                headers=given,
                body=b"" if json is None else json if isinstance(json, bytes) else codec.dumps(json),
                secure=True,
                remote="192.0.2.7",
            )
        )


def told(answer):
    """The JSON of an answer."""
    from lockportal import codec

    return codec.decode(answer.body)


def token(world, email):
    """Sign somebody in as a client of the API does; answer the token."""
    ask = Client(Front(world.portal))
    assert ask("POST", "/sign-in", json={"email": email, "binding": BINDING}).status == 200
    world.portal.deliver()
    link = world.letterbox.token(HERE)
    return told(ask("POST", "/sign-in/redeem", json={"token": link, "binding": BINDING}))["cookie"]


def make_world(folder):
    world = WORLDS["World"](folder)
    world.portal.profiles.add_contact(world.harbour, KEEPER, "Kit", tuple(Right), by=SYSTEM)
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = make_world(tmp_path_factory.mktemp("world"))
    yield made
    made.portal.close()


@pytest.fixture
def front(world):
    return Front(world.portal, staff=BasicLogin({"casey": "pw"}))


@pytest.fixture
def nobody(front):
    return Client(front)


@pytest.fixture
def keeper(world, front):
    """Somebody with every right in one account, by a token."""
    world.clock.forward(minutes=16)
    return Client(front, {"Authorization": f"Bearer {token(world, KEEPER)}"})


@pytest.fixture
def staff(front):
    return Client(front, STAFF)
