"""Several suppliers by host name behind one application, in both examples; and where they come from."""

import re
from pathlib import Path

import pytest

from examples.hosts import CLIENTS, open_two
from lockportal import SYSTEM, Portal
from lockportal.core.errors import Refused
from lockportal.web import Front, Request, portals_of

ACME, BOLT = "pay.acme.example", "pay.bolt.example"
TOML = """
[portal]
database = "sqlite:///book.db"

[suppliers.acme]
name = "Acme Valves"

[suppliers.bolt]
name = "Bolt & Sons"
"""
ENVIRONMENT = {
    "LOCKPORTAL_HOSTS": f"https://{ACME}=acme, https://{BOLT}:8443=bolt",
    "LOCKPORTAL_SECRET_KEYS": "k" * 40,
}


@pytest.fixture
def portals(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lockportal.toml").write_text(TOML, "utf-8")
    with open_two(ENVIRONMENT) as made:
        yield made


@pytest.mark.parametrize("name", CLIENTS)
def test_each_host_name_has_its_own_supplier(portals, name):
    with CLIENTS[name](portals) as client:
        for host, supplier, other in ((ACME, "Acme Valves", "Bolt"), (BOLT, "Bolt &amp; Sons", "Acme")):
            for written in (host, host.upper(), f"{host}:8443"):
                page = client.get("/sign-in", headers={"Host": written}).text
                assert supplier in page
                assert other not in page
        title = client.get("/api/openapi.json", headers={"Host": ACME}).json()["info"]["title"]
        assert title.startswith("Acme Valves")


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "[::1]:80", f"{ACME}.evil.example", f"evil.{ACME}", ""])
def test_a_host_name_that_is_nobodys_is_answered_as_misdirected(portals, name, host):
    with CLIENTS[name](portals) as client:
        for method, path in (("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/nowhere"), ("GET", "/api/me")):
            answer = client.request(method, path, headers={"Host": host})
            assert (answer.status_code, answer.text) == (421, "There is no portal of this name here.\n")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/health", headers={"Host": host}).json() == {"status": "ok"}


def test_a_session_of_one_supplier_is_none_of_the_other(portals):
    tokens = {}
    for portal in portals.values():
        account = portal.profiles.open_customer("C-1", "Harbour", by=SYSTEM)
        portal.profiles.add_contact(account, "ann@harbour.example", by=SYSTEM, invite=False)
        binding = "b" * 32
        portal.access.request_link("ann@harbour.example", binding=binding)
        portal.deliver()
        link = re.search(r"/sign-in/(\S+)", Path("outbox/latest.eml").read_text("utf-8"))[1]
        tokens[portal.supplier.key] = portal.access.redeem(link, binding=binding).cookie
    front = Front(portals)

    def status(host, key):
        headers = {"Host": host, "Authorization": f"Bearer {tokens[key]}"}
        return front.handle(Request(method="GET", path="/api/me", headers=headers)).status

    assert (status(ACME, "acme"), status(BOLT, "bolt")) == (200, 200)
    assert (status(ACME, "bolt"), status(BOLT, "acme")) == (401, 401)


def test_one_portal_answers_to_whatever_name_it_is_asked_by(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    portal = portals_of({"LOCKPORTAL_SECRET_KEYS": "k" * 40, "LOCKPORTAL_DATABASE_URL": "sqlite://"})
    assert isinstance(portal, Portal)
    assert Front(portal).handle(Request(method="GET", path="/sign-in", headers={"Host": "x.example"})).status == 200
    portal.close()


@pytest.mark.parametrize("hosts", ["acme", "pay.acme.example=acme", "https://=acme", "https://x.example", "ftp://x.example=acme"])
def test_hosts_that_cannot_be_read_are_refused(portals, hosts):
    with pytest.raises(Refused) as refused:
        portals_of({**ENVIRONMENT, "LOCKPORTAL_HOSTS": hosts})
    assert refused.value.code == "hosts.malformed"


def test_a_named_file_must_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as refused:
        portals_of({"LOCKPORTAL_CONFIG": "nowhere.toml"})
    assert refused.value.code == "config.unreadable"


def test_a_supplier_that_is_not_in_the_file_is_refused(portals):
    with pytest.raises(Refused) as refused:
        portals_of({**ENVIRONMENT, "LOCKPORTAL_HOSTS": "https://x.example=nobody"})
    assert refused.value.code == "config.unknown_supplier"


def test_below_a_path_the_framework_may_take_it_off_or_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"LOCKPORTAL_DATABASE_URL": "sqlite://", "LOCKPORTAL_BASE_URL": "https://x.example/portal"}
    portal = portals_of({"LOCKPORTAL_SECRET_KEYS": "k" * 40, **given})
    front = Front(portal)
    for path in ("/portal/sign-in", "/sign-in", "/portal/api/openapi.json", "/api/openapi.json"):
        assert front.handle(Request(method="GET", path=path)).status == 200
    assert front.handle(Request(method="GET", path="/portalsign-in")).status == 404
    portal.close()
