"""The table of the API: it covers the library, and its document says what each line takes and answers."""

import inspect

import jsonschema_rs
import pytest

from api_calls import CALLS
from lockportal import Config, Portal, codec, hookimpl
from lockportal.api import ROUTES, Api
from lockportal.core.account import Capability
from lockportal.core.actor import Actor, Audience
from lockportal.core.routes import Entrance, Route
from lockportal.web import Front, Request
from recipes import WITHIN
from rooms import services

LEFT_OUT = {
    "disputes.take_reply": "takes a reply by mail for `messages.receive`",
    "profiles.account": "customer has more",
    "profiles.accounts_of": "accounts answers the same in pages",
    "profiles.contacts": "people answers the same in pages",
    "access.authenticate": "every request is authenticated by it",
    "access.sharing.authenticate": "every request is authenticated by it",
    "access.sharing.share": "its caller vouches for the documents",
    "access.signed_urls.open": "it answers the address that sign makes, at /download",
    "documents.export": "search answers the same in pages",
    "documents.import_": "it reads a path of the machine",
    "documents.several": "get answers one with all that belongs to it, search answers many",
    "documents.store": "the host hands in what it vouches for",
    "ledger.today": "each answer names its day",
    "payments.autopay.preview": "the pages alone tell of it so far",
    "payments.instalments.quote": "the pages alone tell of it so far",
    "payments.schedules.quote": "the pages alone tell of it so far",
    "disputes.short_pays.coming": "the pages alone tell of it so far",
    "disputes.short_pays.made": "the pages alone tell of it so far",
    "disputes.short_pays.offered": "the pages alone tell of it so far",
    "promises.preview": "the pages alone tell of it so far",
    "promises.shares": "the pages alone tell of it so far",
    "profiles.verify": "a check of the books for those who run them",
    "ledger.verify": "a check of the books for those who run them",
    "payments.receive": "webhooks come as their raw bytes, to an address of their own",
    "payments.close_operation": "for those who run the gateways",
    "payments.parked": "for those who run the gateways",
    "payments.merchants.closed": "for those who run the gateways",
    "payments.merchants.reopen": "for those who run the gateways",
    "payments.lists.applied": "the pages alone tell of it so far",
    "payments.retry_parked": "for those who run the gateways",
    "payments.close_parked": "for those who run the gateways",
    "payments.verify": "a check of the books for those who run them",
    "documents.verify": "a check of the books for those who run them",
    "uploads.verify": "a check of the books for those who run them",
}


@pytest.fixture(scope="module")
def portal():
    made = Portal(Config(database="sqlite://", secret_keys=("k" * 40,)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def api(portal):
    return Api(portal, cookie="lockportal")


@pytest.fixture(scope="module")
def document(api):
    return codec.decode(api.openapi)


def test_the_api_has_every_method_of_every_service_but_those_that_say_why():
    offered = {route.name.removesuffix("_of_all") for route in ROUTES} - {"me.who"}
    assert offered | LEFT_OUT.keys() == set(services()) - WITHIN.keys()
    assert not offered & LEFT_OUT.keys()


def test_every_post_bears_a_key_or_says_why_a_repeat_does_no_harm(api):
    for call in api.calls:
        if call.route.method == "POST":
            keyed = [one for one in call.parameters if one.place == "key"]
            assert bool(keyed) != bool(call.route.repeats), call.route.name


def test_whatever_needs_more_than_its_path_is_in_the_recipes(api):
    needing = {call.route.name for call in api.calls if call.body or call.route.upload}
    needing |= {call.route.name for call in api.calls for one in call.of("query") if one.required}
    assert needing <= CALLS.keys()


def test_the_document_has_every_route_and_each_of_its_schemas_is_one(api, document):
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(route.method, route.path) for route in api.routes} - {("GET", "/api/openapi.json")}
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert set(references(schema)) <= schemas.keys(), name
    assert set(references(document["paths"])) <= schemas.keys()


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_every_line_of_the_document_is_described(document):
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith((".", ";", ",", ":")) or operation["summary"], operation["operationId"]


class Stock:
    """A stranger's service."""

    def __init__(self, context):
        self._context = context

    def level(self, account_id: str, by: Actor, *, at_least: int = 0) -> dict[str, int]:
        """Answer how much there is."""
        Audience(visitor=True).scope(by, None)
        return {account_id: at_least}


class Plugin:
    @hookimpl
    def lockportal_capabilities(self):
        line = Route(
            name="stock.level",
            method="GET",
            path="/api/stock/{account_id}",
            entrance=Entrance.ANYONE,
            handler=f"{__name__}:Stock.level",
        )
        return [Capability(name="stock", service=f"{__name__}:Stock", routes=(line,))]


def test_a_capability_adds_lines_of_its_own(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or inspect.getmodule(Stock))
    portal = Portal(Config(database="sqlite://", secret_keys=("k" * 40,)), plugins=[Plugin()])
    front = Front(portal)
    assert "stock.level" in {route.name for route in front.routes}
    asked = {"at_least": "7"}
    answer = front.handle(Request(method="GET", path="/api/stock/x", query=asked))
    assert (answer.status, answer.body) == (200, b'{"x":7}')
    described = codec.decode(front.handle(Request(method="GET", path="/api/openapi.json")).body)
    assert "/api/stock/{account_id}" in described["paths"]
    portal.close()
