"""What schemathesis makes of the API's own document is answered as the document says, and never with a failure inside."""

import runpy
from collections import Counter
from pathlib import Path

import lockportal_example_fastapi as fastapi_portal
import lockportal_example_flask as flask_portal
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lockportal.profiles.service import Profiles
from lockportal.web import BasicLogin

GROUND = runpy.run_path(str(Path(__file__).with_name("conftest.py")))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FOR_GOOD = {"access.sign_out", "access.sign_out_everywhere", "access.end_session", "profiles.disable_contact"}
"""What would end the session of the customer who asks."""


LOADERS = {"flask": (flask_portal, openapi.from_wsgi), "fastapi": (fastapi_portal, openapi.from_asgi)}


@pytest.fixture(scope="module", params=list(LOADERS))
def world(request, tmp_path_factory):
    made = GROUND["make_world"](tmp_path_factory.mktemp("fuzzed"))
    made.app = request.param
    yield made
    made.portal.close()


def loaded(world):
    """The document as an application serves it, and the application behind it."""
    module, load = LOADERS[world.app]
    return load("/api/openapi.json", module.create_app(world.portal, staff=BasicLogin({"casey": "pw"})))


@pytest.fixture(scope="module")
def schema(world):
    return loaded(world)


@pytest.fixture(scope="module")
def customer(world):
    return {"Authorization": f"Bearer {GROUND['token'](world, GROUND['KEEPER'])}"}


@pytest.fixture(scope="module")
def known(world):
    """Ids of things that there are, by the name of their parameter."""
    portal, by = world.portal, GROUND["WORLDS"]["CASEY"]
    contact = portal.profiles.contacts(world.harbour, by=by)[0]
    task = portal.activities.open(world.harbour, by, kind="erp.blocked", key="k", reason="Blocked.")
    return {
        "account_id": str(world.harbour),
        "document_id": str(world.ids["INV-1006"]),
        "file_id": str(world.file),
        "paper_id": str(world.paper),
        "contact_id": str(contact.id),
        "person_id": str(contact.person_id),
        "task": str(task.id),
        "syntax": "ubl",
        "currency": "USD",
    }


def tried(operation, headers, known, times, mode=GenerationMode.POSITIVE, checks=CHECKS):
    """Send so many made requests of one operation; answer how often which status came."""
    met = Counter()

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def try_one(case):
        place = met.total()
        if place % 4 and mode is GenerationMode.POSITIVE:
            for parts in (case.path_parameters, case.query, case.body):
                put_in(parts, known)
        answer = case.call(headers=dict(headers))
        case.validate_response(answer, checks=checks, headers=headers)
        met[answer.status_code] += 1

    try_one()
    return met


def put_in(parts, known):
    """Put ids of what there is in the place of made-up ones, so that more of a request is understood."""
    if isinstance(parts, dict):
        for name, value in parts.items():
            if name in known and isinstance(value, str):
                parts[name] = known[name]
            put_in(value, known)


def operations(schema):
    return {made.ok().definition.raw["operationId"]: made.ok() for made in schema.get_all_operations()}


def test_whatever_is_sent_is_answered_as_the_document_says(schema, known, customer, tier):
    """10,000 calls of each application in the full run."""
    times, total = tier.times(2, 6, 160), Counter()
    for name, operation in operations(schema).items():
        total += tried(operation, GROUND["STAFF"], known, times)
        if name not in FOR_GOOD:
            total += tried(operation, customer, known, max(1, times // 3))
    assert total.total() >= tier.times(150, 500, 10_000)
    assert {200, 204, 404, 422} <= total.keys()


def test_what_the_document_forbids_is_refused(schema, known, tier):
    for operation in operations(schema).values():
        tried(
            operation, GROUND["STAFF"], known, tier.times(1, 3, 25), GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection]
        )


@pytest.mark.parametrize(
    ("broken", "seen"),
    [
        (lambda *_, **__: {"items": "none"}, "Response violates schema"),
        (lambda *_, **__: 1 / 0, "Server error"),
    ],
    ids=["another answer", "a failure inside"],
)
def test_a_method_that_answers_something_else_is_caught(world, known, monkeypatch, broken, seen):
    """A control."""
    monkeypatch.setattr(Profiles, "customers", _with_signature_of(Profiles.customers, broken))
    operation = operations(loaded(world))["profiles.customers"]
    with pytest.raises(BaseException, match=seen):
        tried(operation, GROUND["STAFF"], known, 1)


def _with_signature_of(real, function):
    import functools

    @functools.wraps(real)
    def made(*args, **kwargs):
        return function(*args, **kwargs)

    return made
