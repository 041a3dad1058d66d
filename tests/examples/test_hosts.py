"""Several suppliers by host name behind one application, in both examples; and where they come from."""

import base64
import re
from pathlib import Path

import pytest

from examples.browsing import OURS, token_of
from examples.hosts import CLIENTS, open_two
from lockportal import SYSTEM, Portal
from lockportal.core.errors import Refused
from lockportal.web import BasicLogin, Front, Request, portals_of, staff_of

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


def person(portal):
    """A customer of a supplier with a person who may see."""
    account = portal.profiles.open_customer("C-1", f"Harbour of {portal.supplier.key}", by=SYSTEM)
    portal.profiles.add_contact(account, "ann@harbour.example", by=SYSTEM, invite=False)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_person_signs_in_by_the_pages_of_one_supplier_and_is_nobody_at_the_others(portals, name):
    for portal in portals.values():
        person(portal)
    with CLIENTS[name](portals) as client:
        for host, other in ((ACME, BOLT), (BOLT, ACME)):
            client.cookies.clear()
            sent = {**OURS, "Host": host}
            form = {"email": "ann@harbour.example", "form_token": token_of(client.get("/sign-in", headers=sent))}
            assert client.post("/sign-in", data=form, headers=sent).status_code == 200
            for portal in portals.values():
                portal.deliver()
            link = re.search(r"https://([^/]+)(/sign-in/\S+)", Path("outbox/latest.eml").read_text("utf-8"))
            assert link[1].partition(":")[0] == host
            token = token_of(client.get(link[2], headers=sent))
            assert client.post(link[2], data={"form_token": token}, headers={**sent, "Host": other}).status_code == 404
            assert client.post(link[2], data={"form_token": token}, headers=sent).status_code == 303
            supplier = "acme" if host == ACME else "bolt"
            seen = client.get("/", headers=sent, follow_redirects=True)
            assert (seen.status_code, f"Harbour of {supplier}" in seen.text) == (200, True)
            away = client.get("/", headers={**sent, "Host": other})
            assert away.status_code == 303
            assert away.headers["Location"].endswith("/sign-in")


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


PEOPLE = {"LOCKPORTAL_STAFF_ACME": "casey:of acme", "LOCKPORTAL_STAFF_BOLT": "robin:of bolt"}


@pytest.mark.parametrize("name", CLIENTS)
def test_the_people_of_one_supplier_are_nobody_at_the_desk_of_another(portals, name, monkeypatch):
    for variable, people in PEOPLE.items():
        monkeypatch.setenv(variable, people)
    with CLIENTS[name](portals) as client:
        for host, people in ((ACME, "casey:of acme"), (BOLT, "robin:of bolt")):
            other = BOLT if host == ACME else ACME
            for path in ("/desk", "/api/tasks"):
                assert client.get(path, headers={"Host": host, **basic(people)}).status_code == 200
                assert client.get(path, headers={"Host": other, **basic(people)}).status_code == 401


@pytest.mark.parametrize("name", CLIENTS)
def test_a_supplier_whose_people_are_not_named_has_no_desk(portals, name, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_STAFF_ACME", PEOPLE["LOCKPORTAL_STAFF_ACME"])
    with CLIENTS[name](portals) as client:
        assert client.get("/desk", headers={"Host": ACME, **basic("casey:of acme")}).status_code == 200
        assert client.get("/desk", headers={"Host": BOLT, **basic("casey:of acme")}).status_code == 404


def test_one_variable_for_the_people_of_several_suppliers_is_refused(portals):
    with pytest.raises(Refused) as refused:
        staff_of(portals, {**PEOPLE, "LOCKPORTAL_STAFF": "casey:of all"})
    assert (refused.value.code, refused.value.field) == ("staff.ambiguous", "LOCKPORTAL_STAFF")
    only = {ACME: portals[ACME], "localhost": portals[ACME]}
    assert staff_of(only, {"LOCKPORTAL_STAFF": "casey:of all"}).keys() == {"acme"}
    assert staff_of(portals, {}) == {}


def test_one_login_for_the_desks_of_several_suppliers_is_refused(portals):
    with pytest.raises(Refused) as refused:
        Front(portals, staff=BasicLogin({"casey": "of all"}))
    assert refused.value.code == "staff.ambiguous"


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
