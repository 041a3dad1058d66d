"""What happens is told to whoever wants to know: signed, under one id, with nothing personal in it."""

import json
from contextlib import closing
from datetime import timedelta
from functools import partial

import jsonschema_rs
import pytest
import standardwebhooks.webhooks as reference
from standardwebhooks import Webhook, WebhookVerificationError

from books import BOLT, NOON, OTTO, customer
from lockportal import Denied, NotFound, Portal, Refused, Right
from lockportal.config import Config
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.plugins import hookimpl
from lockportal.testing.world.http import HttpParty
from lockportal.testing.world.script import Outcome, Script
from lockportal.webhooks import AttemptOutcome, WebhooksSettings
from lockportal.webhooks.commands import check_url
from webhooks.conftest import HOME, House

KEYS = ("k" * 40, "n" * 40)


@pytest.fixture
def at(monkeypatch):
    """Have the reference library tell this time."""

    def set_to(time):
        class Still(reference.datetime):
            @classmethod
            def now(cls, tz=None):
                return time.astimezone(tz)

        monkeypatch.setattr(reference, "datetime", Still)

    set_to(NOON)
    return set_to


def told(party):
    return [json.loads(one.body) for one in party.done]


@pytest.mark.guarantee(43)
def test_an_event_is_posted_as_the_standard_says_and_verified_by_its_library(house, party, at):
    endpoint = house.add(party)
    promise = house.promise()
    house.deliver()
    (request,) = party.done
    secret = house.webhooks.secret(endpoint.id, OTTO)
    assert Webhook(secret).verify(request.body, request.headers) == json.loads(request.body)
    assert secret.startswith("whsec_")
    assert (request.method, request.path, request.headers["content-type"]) == ("POST", "/hooks", "application/json")
    body = json.loads(request.body)
    assert {name: body[name] for name in ("type", "schema", "timestamp", "account_id", "customer_number")} == {
        "type": "promises.promise_made",
        "schema": 1,
        "timestamp": "2026-03-02T12:00:00Z",
        "account_id": str(house.account),
        "customer_number": "C-7",
    }
    assert body["data"]["promise"]["id"] == str(promise)
    (attempt,) = house.attempts()
    assert str(attempt.call_id) == request.headers["webhook-id"]
    assert (attempt.outcome, attempt.status, attempt.number, attempt.last) == (AttemptOutcome.DELIVERED, 200, 1, True)
    # What was changed on the way is found out, as is another secret.
    for broken in (request.body + b" ", request.body.replace(b"C-7", b"C-8")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(broken, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_c29tZXRoaW5nIGVsc2U=").verify(request.body, request.headers)


def test_the_body_says_the_same_at_every_attempt_and_the_signature_tells_the_time(house, at):
    with HttpParty(Script(Outcome.LATER, Outcome.OK)) as party:
        endpoint = house.add(party)
        house.promise()
        house.deliver()
        house.deliver(seconds=10)
        first, second = party.asked
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 10
    secret = Webhook(house.webhooks.secret(endpoint.id, OTTO))
    assert secret.verify(second.body, second.headers)
    at(NOON + timedelta(minutes=10))
    with pytest.raises(WebhookVerificationError):
        secret.verify(second.body, second.headers)


@pytest.mark.guarantee(43)
def test_both_secrets_sign_while_one_is_rotated(house, party, at):
    endpoint = house.add(party)
    old = house.webhooks.secret(endpoint.id, OTTO)
    rotated = house.webhooks.rotate(endpoint.id, OTTO)
    new = house.webhooks.secret(endpoint.id, OTTO)
    assert (new != old, rotated.rotating_until) == (True, NOON + timedelta(hours=24))
    with pytest.raises(Refused, match=r"webhook.rotating"):
        house.webhooks.rotate(endpoint.id, OTTO)
    house.promise()
    house.deliver()
    (request,) = party.done
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert Webhook(old).verify(request.body, request.headers)
    assert Webhook(new).verify(request.body, request.headers)
    house.clock.time += timedelta(hours=24)
    at(house.clock.time)
    house.promise(2)
    house.deliver()
    request = party.done[-1]
    assert Webhook(new).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(request.body, request.headers)
    assert house.webhooks.rotate(endpoint.id, OTTO).rotating_until > house.clock.time


def test_while_the_keys_of_the_portal_rotate_the_secret_of_each_signs(tmp_path, party, at):
    url, secrets = f"sqlite:///{tmp_path / 'book.sqlite'}", []
    house = House(url)
    endpoint = house.add(party)
    secrets.append(house.webhooks.secret(endpoint.id, OTTO))
    house.portal.close()
    config = Config(database=url, supplier=BOLT, settings=(HOME,), files="folder:no", secret_keys=KEYS)
    with closing(Portal(config, clock=house.clock)) as portal:
        house.portal, house.webhooks = portal, portal.webhooks
        secrets.append(house.webhooks.secret(endpoint.id, OTTO))
        house.promise()
        house.deliver()
    (request,) = party.done
    assert secrets[0] != secrets[1]
    assert all(Webhook(secret).verify(request.body, request.headers) for secret in secrets)


def test_only_those_are_told_who_want_to_be(house, party):
    with HttpParty() as other, HttpParty() as all_ears:
        house.add(party, events=["promises.promise_made"])
        house.add(other, events=["disputes.*", "promises.promise_kept"])
        house.add(all_ears, events=[])
        promise = house.promise()
        house.portal.promises.cancel(house.account, promise, OTTO, reason="No.")
        house.portal.profiles.add_contact(house.account, "anna@example.com", "Anna", (Right.VIEW,), by=OTTO)
        house.deliver()
        assert [one["type"] for one in told(party)] == ["promises.promise_made"]
        assert told(other) == []
        assert {one["type"] for one in told(all_ears)} == {
            "promises.promise_made",
            "promises.promise_cancelled",
            "profiles.contact_stored",
        }


def test_what_is_personal_is_told_as_the_journal_keeps_it_and_what_is_withheld_not_at_all(house, party):
    house.add(party, events=[])
    house.portal.profiles.add_contact(house.account, "anna@example.com", "Anna Apfel", (Right.VIEW,), by=OTTO)
    invoice_with_search(house)
    house.deliver()
    bodies = b"".join(one.body for one in party.done)
    assert b"anna" not in bodies.lower()
    assert b"Apfel" not in bodies
    contact = next(one for one in told(party) if one["type"] == "profiles.contact_stored")["data"]["contact"]
    assert all(len(contact[name]) == 64 for name in ("name", "email"))
    documents = next(one for one in told(party) if one["type"] == "documents.documents_stored")["data"]["documents"]
    assert "search" not in documents[0]
    assert documents[0]["number"] == "R-1"


def invoice_with_search(house):
    from books import invoice, store

    store(house.portal, invoice("R-1", Money(800, "EUR")), number="C-7")


def test_what_is_told_is_as_its_schema_says(house, party):
    kinds = {one.type: one for one in house.webhooks.events(OTTO)}
    house.add(party, events=[])
    house.portal.profiles.add_contact(house.account, "anna@example.com", "Anna", (Right.VIEW,), by=OTTO)
    invoice_with_search(house)
    promise = house.promise()
    house.portal.promises.cancel(house.account, promise, OTTO, reason="No.")
    house.deliver()
    assert len({one["type"] for one in told(party)}) >= 5
    for one in told(party):
        kind = kinds[one["type"]]
        assert kind.schema == one["schema"]
        jsonschema_rs.validate(kind.data, one["data"])
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(kind.data, {})


def test_nobody_is_told_what_happened_before_or_while_disabled_or_removed(house, party):
    house.promise()
    house.clock.time += timedelta(seconds=1)
    endpoint = house.add(party)
    house.deliver()
    assert told(party) == []
    house.webhooks.disable(endpoint.id, OTTO, reason="Maintenance.")
    assert house.webhooks.endpoint(endpoint.id, OTTO).reason == "Maintenance."
    house.promise(2)
    house.deliver()
    assert told(party) == []
    house.webhooks.enable(endpoint.id, OTTO)
    house.webhooks.enable(endpoint.id, OTTO)
    house.promise(3)
    house.deliver()
    assert len(told(party)) == 1
    house.webhooks.remove(endpoint.id, OTTO)
    house.promise(4)
    house.deliver()
    assert len(told(party)) == 1
    with pytest.raises(NotFound):
        house.webhooks.endpoint(endpoint.id, OTTO)
    assert house.webhooks.endpoints(OTTO) == ()


def test_another_process_hears_of_a_new_endpoint(tmp_path, party):
    house = House(f"sqlite:///{tmp_path / 'book.sqlite'}")
    other = Portal(house.portal.config, clock=house.clock, notifier=None)
    with closing(house.portal), closing(other):
        house.promise()
        while other.deliver().handled:
            pass
        other.webhooks._known = (-10.0, ())  # a second has passed
        house.clock.time += timedelta(seconds=1)
        house.add(party)
        house.promise(2)
        while other.deliver().handled:
            pass
        assert len(told(party)) == 1


def test_where_webhooks_are_off_nobody_is_told_and_no_commit_notes_anything(sqlite_url):
    house = House(sqlite_url, WebhooksSettings())
    with closing(house.portal):
        assert not house.webhooks.enabled
        assert not any(one.subscribers for one in house.portal.capabilities if one.name == "webhooks")
        with pytest.raises(Refused, match=r"webhook.off"):
            house.webhooks.add(OTTO, name="ERP", url="https://erp.example.com")


def test_staff_alone_have_to_do_with_endpoints(house, party):
    endpoint = house.add(party)
    house.promise()
    house.deliver()
    anna, (attempt,) = customer(house.account, rights=tuple(Right)), house.attempts()
    for ask in (
        lambda: house.webhooks.events(anna),
        lambda: house.webhooks.endpoints(anna),
        lambda: house.webhooks.endpoint(endpoint.id, anna),
        lambda: house.webhooks.secret(endpoint.id, anna),
        lambda: house.webhooks.ping(endpoint.id, anna),
        lambda: house.webhooks.attempts(anna),
        lambda: house.webhooks.replay(attempt.id, anna),
        lambda: house.webhooks.remove(endpoint.id, anna),
    ):
        with pytest.raises((Denied, NotFound)):
            ask()
    assert house.webhooks.endpoint(endpoint.id, SYSTEM) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://erp.example.com",
        "https://",
        "https://user:secret@erp.example.com/",
        "https://erp.example.com/#part",
        "https://erp.example.com:0/",
        "https://erp.example.com:99999/",
        "https://[::1",
        "https://erp.example.com/a b",
        "https://erp.example.com/\\@10.0.0.1",
        "https://" + "e" * 2000,
        "erp.example.com",
    ],
)
def test_an_address_is_plain(url):
    with pytest.raises(Refused, match=r"webhook.url_invalid"):
        check_url(url)


def test_an_endpoint_is_changed_in_part_and_named(house, party):
    endpoint = house.add(party)
    changed = house.webhooks.change(endpoint.id, OTTO, name=" Other ", events=["promises.promise_kept"], write_back=True)
    assert (changed.name, changed.url, changed.events, changed.write_back) == (
        "Other",
        endpoint.url,
        ("promises.promise_kept",),
        True,
    )
    assert house.webhooks.change(endpoint.id, OTTO) == changed
    assert house.webhooks.change(endpoint.id, OTTO, url="https://erp.example.com").url == "https://erp.example.com"
    for call in (house.webhooks.add, partial(house.webhooks.change, endpoint.id)):
        with pytest.raises(Refused, match=r"webhook.url_invalid"):
            call(OTTO, name="ERP", url="nowhere")
    for name in ("", "  ", "x" * 65):
        with pytest.raises(Refused, match=r"webhook.name_invalid"):
            house.webhooks.change(endpoint.id, OTTO, name=name)
    for events in (["promises.made_up"], ["*"], ["made_up.*"]):
        with pytest.raises(Refused, match=r"webhook.event_unknown"):
            house.webhooks.change(endpoint.id, OTTO, events=events)
    house.webhooks.disable(endpoint.id, OTTO)
    house.webhooks.disable(endpoint.id, OTTO)


def test_there_is_an_end_of_endpoints(house, party):
    for _ in range(50):
        house.add(party)
    with pytest.raises(Refused, match=r"webhook.too_many"):
        house.add(party)


def test_the_same_key_adds_one_endpoint(house, party):
    first, second = (house.add(party, key="once") for _ in range(2))
    assert first == second
    assert len(house.webhooks.endpoints(OTTO)) == 1


def test_a_host_may_look_names_up_itself(sqlite_url, party):
    class Names:
        @hookimpl
        def lockportal_resolver(self):
            return lambda name: {"erp.house": ["127.0.0.1"]}.get(name, [])

    house = House(sqlite_url, plugins=(Names(),))
    with closing(house.portal):
        house.add(party, url=party.url.replace("127.0.0.1", "erp.house"))
        house.promise()
        house.deliver()
        assert party.done[0].headers["host"].startswith("erp.house:")
