"""The two example applications over copies of one database, with the same keys, people and sessions: nothing else differs."""

import itertools
import re
import shutil
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import httpx2
import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
from attrs import asdict
from starlette.testclient import TestClient

from estate import BINDING, Estate, share, sign_in
from lockportal import Right
from lockportal.core.actor import staff
from lockportal.signing import Purpose
from lockportal.web.security import Asking, Guard

HERE, CLIENT = "https://portal.example", "192.0.2.1"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}


class ByHeader:
    """Knows a member of staff by a header, and asks everybody else for a name."""

    challenge = 'Basic realm="desk"'

    def __call__(self, request):
        name = request.header("X-Staff")
        return staff(name) if name else None


class Twins:
    """Both applications, the ids of one thing of every kind, and everybody who might come."""

    def __init__(self, folder):
        self.estate = Estate(folder)
        with self.estate.open() as portal:
            self.guard = Guard(HERE, portal.context.signer)
            self._come_in(portal)
        self._opened, self.portals, self.clients = [], [], {}
        for name, of in (("flask", _of_flask), ("fastapi", _of_fastapi)):
            shutil.copy(folder / "estate.sqlite", folder / f"{name}.sqlite")
            opened = self.estate.open(database=f"{name}.sqlite")
            portal = opened.__enter__()
            portal.clock.new_id = drawn(self.estate.own.account)
            self._opened.append(opened)
            self.portals.append(portal)
            self.clients[name] = of(portal)

    def _come_in(self, portal):
        """Sign people in, ask for links that nobody has used yet, and open a document by its link."""
        estate, contacts = self.estate, self.estate.contacts
        self.people = {
            "keeper": sign_in(portal, contacts[tuple(Right)].email),
            "viewer": sign_in(portal, "viewer@c-1.example"),
            "stranger": sign_in(portal, "viewer@c-2.example"),
        }
        self.ending = [sign_in(portal, contacts[(right,)].email) for right in Right]
        self.links = [self._link(portal, contacts[(right,)].email) for right in (Right.VIEW, Right.PAY, Right.PROMISE)]
        _, self.shared = share(portal, estate.own.account, estate.own.document, estate.own.contact)
        signed = self.people["viewer"].actor
        address = portal.access.signed_urls.sign(estate.own.account, estate.own.document, "pdf", by=signed)
        self.download = address.rpartition("/")[2]

    @staticmethod
    def _link(portal, address):
        portal.access.request_link(address, binding=BINDING)
        portal.deliver()
        mails = [mail.text for mail in portal.context.notifier.mails if mail.to == address]
        return re.search(r"/sign-in/(\S+)", mails[-1])[1]

    def ids(self, **more):
        """One thing of every kind, and what else is named."""
        found = asdict(self.estate.own, recurse=False)
        return SimpleNamespace(**{**found, "share_token": self.shared, "binding": BINDING, **more})

    def cookie(self, who):
        """The cookie header of somebody who is signed in; of nobody, that of a browser that asks."""
        if who is None:
            return f"{self.guard.asking_name}={self.guard.signer.sign(Purpose.ASKING, BINDING)}"
        return f"{self.guard.session_name}={who.cookie}"

    def token(self, actor):
        """The token of a form."""
        return self.guard.asking_token(Asking(BINDING)) if actor is None else self.guard.session_token(actor)

    def send(self, method, path, **given):
        """Send the same request to both, a moment after the last; answer what each said."""
        answers = {}
        for portal in self.portals:
            portal.clock.time += timedelta(milliseconds=1)
        for name, client in self.clients.items():
            client.cookies.clear()
            answers[name] = client.request(method, path, **given)
        return answers

    def close(self):
        for client in self.clients.values():
            client.close()
        for opened in self._opened:
            opened.__exit__(None, None, None)


def drawn(first):
    """Ids that follow one another, so that both name and order alike what they make."""
    numbers = itertools.count(first.int + (1 << 80))
    return lambda: UUID(int=next(numbers))


def _of_flask(portal):
    transport = httpx2.WSGITransport(app=flask_portal.create_app(portal, staff=ByHeader()), remote_addr=CLIENT)
    return httpx2.Client(transport=transport, base_url=HERE)


def _of_fastapi(portal):
    app = fastapi_portal.create_app(portal, staff=ByHeader())
    return TestClient(app, base_url=HERE, client=(CLIENT, 40000), follow_redirects=False, raise_server_exceptions=False)


# holding answers against each other

_DRAWN = [
    (re.compile(r'(__Host-lockportal(?:-asking|-document)?=|"cookie":"|name="(?:form_token|key)" value=")[^;"]+'), r"\1…"),
    (re.compile(r'"code":"[0-9]{6}"'), "a code"),
    (re.compile(r'<strong class="code">[0-9]{3} [0-9]{3}'), "a code"),
    (re.compile(r"\bD-[0-9A-Z]{10}\b"), "a dispute"),
]
_OF_THE_BODY = {"content-length", "etag"}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def held(answers):
    """Hold what both said against each other, but for what each draws for itself; answer the status.

    Headers are held as they came, each as often as it came.
    """
    flask, fastapi = answers.values()
    texts = [(answer.text if _is_text(answer) else answer.content.hex()) for answer in (flask, fastapi)]
    common = set(_ID.findall(texts[0])) & set(_ID.findall(texts[1]))
    plain = [_plain(text, common) for text in texts]
    assert plain[0] == plain[1]
    alike = texts[0] == texts[1]
    headers = [_headers(answer, common, alike=alike) for answer in (flask, fastapi)]
    assert headers[0] == headers[1]
    assert flask.status_code == fastapi.status_code
    return flask.status_code


def held_without_bodies(heads, gets):
    """Hold the answers to a HEAD against those that the same sides gave to the GET: all but the body, and the body's length."""
    for head, got in zip(heads.values(), gets.values(), strict=True):
        assert head.content == b""
        assert head.status_code == got.status_code
        told, expected = (sorted((n.lower(), _plain(v, set())) for n, v in one.headers.multi_items()) for one in (head, got))
        assert told == expected


def _is_text(answer):
    return answer.headers.get("Content-Type", "").startswith(("text/", "application/json", "application/problem+json"))


def _plain(text, common):
    for pattern, instead in _DRAWN:
        text = pattern.sub(instead, text)
    return _ID.sub(lambda found: found[0] if found[0] in common else "a new id", text)


def _headers(answer, common, *, alike):
    """Every header as often as it came; the length and mark of a body stand for its text, which the other one need not share."""
    lengths = answer.headers.get_list("content-length")
    assert lengths in ([], [str(len(answer.content))])
    told = [(name.lower(), _plain(value, common)) for name, value in answer.headers.multi_items()]
    return sorted((name, "its own" if name in _OF_THE_BODY and not alike else value) for name, value in told)
