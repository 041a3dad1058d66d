"""How much of a request is read: of what says that it is too long, nothing; of what turns out to be, no more than its limit."""

import asyncio
import io

import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
import pytest

from examples.twins import OWN, Twins, held
from lockportal.web import Front, Response

FORM = "application/x-www-form-urlencoded"
PARTED = "multipart/form-data; boundary=x"
PIECE = 10_000
PART = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'


class Source:
    """What a client sends, piece by piece, and how much of it was read."""

    def __init__(self, pieces, first=b""):
        self.left, self.first, self.read_bytes = pieces, first, 0

    def read(self, size=PIECE):
        if not self.left:
            return b""
        self.left -= 1
        piece = (self.first or b"x" * PIECE)[:size]
        self.first = b""
        self.read_bytes += len(piece)
        return piece


class Stream(io.RawIOBase):
    """A source as WSGI hands it over."""

    def __init__(self, source):
        self.source = source

    def readable(self):
        return True

    def readinto(self, buffer):
        told = self.source.read(len(buffer))
        buffer[: len(told)] = told
        return len(told)


def of_flask(portal, path, headers, source, length, token=""):
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "portal.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "portal.example",
        "CONTENT_TYPE": headers,
        "wsgi.url_scheme": "https",
        "wsgi.input": Stream(source),
        "wsgi.errors": io.StringIO(),
        "REMOTE_ADDR": "192.0.2.1",
        **({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}),
        **({"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}),
    }
    said = []
    b"".join(flask_portal.create_app(portal)(environ, lambda status, _: said.append(int(status.split()[0]))))
    return said[0]


def of_fastapi(portal, path, headers, source, length, token=""):
    told = {"host": "portal.example", "content-type": headers, **({} if length is None else {"content-length": str(length)})}
    told |= {"authorization": f"Bearer {token}"} if token else {}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        "client": ("192.0.2.1", 40000),
        "server": ("portal.example", 443),
    }
    said = []

    async def receive():
        piece = source.read()
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def send(message):
        if message["type"] == "http.response.start":
            said.append(message["status"])

    asyncio.run(fastapi_portal.create_app(portal)(scope, receive, send))
    return said[0]


SENDING = {"flask": of_flask, "fastapi": of_fastapi}
PATHS = [("/sign-in", FORM), ("/sign-in", PARTED), ("/sign-in", "text/plain"), ("/api/sign-in", "application/json")]


@pytest.mark.parametrize("app", list(SENDING))
@pytest.mark.parametrize(("path", "kind"), PATHS)
def test_what_says_that_it_is_too_long_is_refused_unread(app, path, kind, world):
    source = Source(1_000)
    assert SENDING[app](world.portal, path, kind, source, 1_000 * PIECE) == 413
    assert source.read_bytes == 0


@pytest.mark.parametrize("app", list(SENDING))
@pytest.mark.parametrize(("path", "kind"), PATHS)
def test_what_does_not_say_how_long_it_is_is_read_to_its_limit(app, path, kind, world):
    source = Source(1_000, PART if kind == PARTED else b"")
    most = Front(world.portal).largest("", "POST", path)
    assert SENDING[app](world.portal, path, kind, source, None) == 413
    assert source.read_bytes <= most + 2 * PIECE


FILE = b'--x\r\nContent-Disposition: form-data; name="content"; filename="x.pdf"\r\nContent-Type: application/pdf\r\n\r\n'


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # werkzeug, as below
@pytest.mark.parametrize("app", list(SENDING))
def test_a_file_that_does_not_say_how_long_it_is_is_read_to_its_limit(app, world):
    most = Front(world.portal).largest("", "POST", "/api/papers")
    token = world.signed_in().cookies[world.site.guard.session_name]
    source = Source(most // PIECE + 100, FILE)
    assert SENDING[app](world.portal, "/api/papers", PARTED, source, None, token) == 413
    assert most - 2 * PIECE <= source.read_bytes <= most + 2 * PIECE


@pytest.mark.parametrize("app", list(SENDING))
@pytest.mark.parametrize("token", ["", "nonsense"], ids=["nobody", "a wrong token"])
@pytest.mark.parametrize("length", [None, 20 * PIECE], ids=["without length", "with length"])
def test_of_a_file_that_nobody_sends_nothing_is_read(app, token, length, world):
    source = Source(20, FILE)
    assert SENDING[app](world.portal, "/api/papers", PARTED, source, length, token) == 401
    assert source.read_bytes == 0


@pytest.mark.parametrize("app", list(SENDING))
@pytest.mark.parametrize("path", ["/nowhere", "/api/nowhere", "/health"])
def test_what_leads_nowhere_is_not_read(app, path, world):
    source = Source(1_000)
    assert SENDING[app](world.portal, path, FORM, source, None) in {404, 405}
    assert source.read_bytes == 0


def test_only_where_a_file_is_sent_may_a_request_be_as_large_as_one(world):
    front = Front(world.portal)
    large = {route.name for route in front.routes if front.largest("", route.method, route.path) > 1024 * 1024}
    assert large == {route.name for route in front.routes if route.upload}
    assert large


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    made = Twins(tmp_path_factory.mktemp("twins"))
    yield made
    made.close()


def fields(count):
    return {"data": {f"f{n}": "" for n in range(count)}}


def parts(count, files=0):
    """So many fields, and files, in a form with a boundary that is short enough for a thousand."""
    names = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n\r\n' for n in range(count)]
    names += [f'--x\r\nContent-Disposition: form-data; name="{n}"; filename="a"\r\n\r\n\r\n' for n in range(files)]
    return {"content": "".join((*names, "--x--\r\n")).encode(), "headers": {"Content-Type": PARTED}}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (fields(1_000), 403),
        (fields(1_001), 413),
        (parts(1_000), 403),
        (parts(1_001), 413),
        (parts(500, files=500), 403),
        (parts(501, files=500), 413),
    ],
    ids=["1,000 fields", "1,001 fields", "1,000 parts", "1,001 parts", "1,000 parts with files", "1,001 with files"],
)
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # werkzeug leaves files of a refused form to be collected
def test_a_form_of_very_many_fields_is_refused_alike(twins, given, status):
    assert held(twins.send("POST", "/sign-in", **given)) == status


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as above
def test_a_file_with_very_many_fields_is_refused_alike(twins):
    made = parts(1_000, files=1)
    headers = {**made["headers"], "X-Staff": "casey", "Idempotency-Key": "k", **OWN}
    assert held(twins.send("POST", "/api/papers", content=made["content"], headers=headers)) == 413


def test_a_header_that_is_sent_twice_is_seen(twins):
    """A control of what holds both against each other."""
    answers = twins.send("GET", "/health")
    answers["fastapi"].headers = type(answers["fastapi"].headers)(
        [*answers["fastapi"].headers.multi_items(), ("X-Frame-Options", "DENY")]
    )
    with pytest.raises(AssertionError):
        held(answers)


@pytest.mark.parametrize("app", list(SENDING))
def test_what_a_gateway_sends_as_a_form_reaches_its_handler_as_its_bytes_and_as_a_form(app, world, monkeypatch):
    got = []

    def handle(_, request):
        got.append((request.body, dict(request.form)))
        return Response(body=b"")

    monkeypatch.setattr(Front, "handle", handle)
    for path in ("/webhooks/main", "/sign-in"):
        SENDING[app](world.portal, path, FORM, Source(1, b"b=2&a=%31"), 9)
    assert got == [(b"b=2&a=%31", {"b": "2", "a": "1"}), (b"", {"b": "2", "a": "1"})]
