"""The API's own description: OpenAPI 3.1, made from the routes, the services' signatures and the classes that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from attrs import frozen

from lockportal.api import types
from lockportal.api.calls import FORM, JSON, KEY, Call, Parameter, Place
from lockportal.api.problems import PROBLEM, Problem
from lockportal.core.page import Page
from lockportal.core.record import KEEP
from lockportal.core.routes import Entrance
from lockportal.documents.views import Download, Paper

_REF: Final = "#/components/schemas/{name}"
_FILES: Final = (Paper, Download)
_AFTER: Final = {"schema": {"type": "string"}, "description": "The address of the next page, as `rel=next` (RFC 8288)."}
_MARK: Final = {"schema": {"type": "string"}, "description": "A mark of this answer, for If-None-Match (RFC 9110)."}
_SECURITY: Final[tuple[dict[str, list[str]], ...]] = ({"token": []}, {"session": []}, {"staff": []})


@frozen(kw_only=True)
class Created:
    """What was made."""

    id: UUID


def document(calls: Sequence[Call], *, title: str, version: str, server: str, cookie: str) -> dict[str, Any]:
    """Make the document of an API that is reached at `server`; `cookie` is the name under which a browser keeps its session."""
    forms = [form for call in calls for form in _forms(call)]
    schemas, components = msgspec.json.schema_components([*forms, Problem], ref_template=_REF)
    schema_of: dict[Any, Any] = dict(zip([*forms, Problem], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(call.route.path, {})[call.route.method.lower()] = _operation(call, schema_of)
    return {
        "openapi": "3.1.1",
        "info": {"title": title, "version": version, "description": _ABOUT},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {name: _exact(schema) for name, schema in components.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "What signing in answered as `cookie`."},
                "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "A browser's session."},
                "staff": {"type": "http", "scheme": "basic", "description": "The supplier's own people, as the host knows them."},
            },
        },
    }


_ABOUT: Final = (
    "The portal's JSON API. What somebody may not know of is answered as what does not exist. Lists come in pages: `after` of an"
    f" answer is the cursor of the next. A POST that changes something bears an {KEY}."
)


def _forms(call: Call) -> list[Any]:
    """Name every type that a call reads or answers."""
    inputs = [one.kind for place in (Place.PATH, Place.QUERY, Place.FORM) for one in call.of(place)]
    return [*inputs, *([call.body] if call.body else []), *([] if _file(call) else [_answered(call)])]


def _answered(call: Call) -> Any:  # noqa: ANN401 - a type form
    return Created if call.answer is UUID else call.answer


def _file(call: Call) -> bool:
    return call.answer in _FILES


def _exact(schema: dict[str, Any]) -> dict[str, Any]:
    """Say that an object has no other fields: none is sent, and none is taken."""
    return {**schema, "additionalProperties": False} if "properties" in schema else schema


def _operation(call: Call, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    summary, _, rest = call.words.partition("\n")
    made: dict[str, Any] = {
        "operationId": call.route.name,
        "tags": [call.route.name.partition(".")[0]],
        "summary": summary,
        "parameters": [_parameter(one, schema_of) for place in (Place.PATH, Place.QUERY) for one in call.of(place)],
        "responses": {**_well(call, schema_of), **_badly(call)},
        "security": [] if call.route.entrance is Entrance.ANYONE else list(_SECURITY),
    }
    if rest.strip():
        made["description"] = rest.strip()
    made["parameters"] += [_key(call) for _ in call.of(Place.KEY)]
    if call.route.method == "GET" and not _streamed(call):
        made["parameters"].append({"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    if call.body:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[call.body]}}}
    if call.route.upload:
        made["requestBody"] = {"required": True, "content": {FORM: {"schema": _form(call, schema_of)}}}
    return made


def _streamed(call: Call) -> bool:
    return call.answer is Download


def _parameter(one: Parameter, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    made = {"name": one.name, "in": str(one.place), "required": one.required, "schema": _schema(one, schema_of)}
    return {**made, "style": "form", "explode": True} if types.is_list(one.kind) else made


def _schema(one: Parameter, schema_of: Mapping[Any, Any]) -> Any:  # noqa: ANN401 - a schema
    """Answer the schema of a parameter as text: what may be left out is not sent as null."""
    schema = schema_of[one.kind]
    given = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    plain = given[0] if len(given) == 1 else schema
    if one.place is Place.PATH and plain == {"type": "string"}:
        plain = {**plain, "minLength": 1}
    shown = one.default is not KEEP and isinstance(one.default, str | int | bool)
    return {**plain, "default": one.default} if shown and not one.required and "$ref" not in plain else plain


def _form(call: Call, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    fields = {one.name: _schema(one, schema_of) for one in call.of(Place.FORM)}
    return {
        "type": "object",
        "properties": {"content": {"type": "string", "contentMediaType": "application/octet-stream"}, **fields},
        "required": ["content", *(one.name for one in call.of(Place.FORM) if one.required)],
    }


def _key(call: Call) -> dict[str, Any]:
    return {
        "name": KEY,
        "in": "header",
        "required": call.route.method == "POST",
        "description": "A text of the client's own: the same one when the same request is repeated, which then is done once.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    }


def _well(call: Call, schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    if call.answer is type(None):
        return {"204": {"description": "It is done."}}
    if _file(call):
        headers = {} if _streamed(call) else {"ETag": _MARK}
        found = {"200": {"description": "The file.", "headers": headers, "content": {"*/*": {"schema": {"type": "string"}}}}}
        return found if _streamed(call) else {**found, "304": {"description": "It is what the client has."}}
    content = {JSON: {"schema": schema_of[_answered(call)]}}
    if call.answer is UUID:
        return {"201": {"description": "It is made.", "content": content}}
    answered: dict[str, Any] = {"description": _first_sentence(call.words), "content": content}
    none = {"204": {"description": "There is none."}} if type(None) in get_args(call.answer) else {}
    if call.route.method != "GET":
        return {"200": answered, **none}
    answered["headers"] = {"ETag": _MARK, **({"Link": _AFTER} if getattr(call.answer, "__origin__", None) is Page else {})}
    return {"200": answered, **none, "304": {"description": "It is what the client has."}}


def _first_sentence(text: str) -> str:
    return re.split(r"[.;:]\s", text, maxsplit=1)[0]


def _badly(call: Call) -> dict[str, Any]:
    """Name the refusals that a call may answer."""
    statuses = {422: "The rules refuse it."}
    if call.route.entrance is not Entrance.ANYONE:
        statuses |= {
            401: "Nobody is signed in.",
            403: "This actor may not do this.",
            404: "There is no such thing for this actor.",
        }
    if call.route.method != "GET":
        statuses |= {409: "A key was used for another request, or somebody else was faster.", 403: "This actor may not do this."}
    if call.of(Place.KEY):
        statuses[400] = f"There is no {KEY}, or it is none."
    if call.body or call.route.upload:
        statuses |= {400: "The request cannot be read.", 413: "It is too large.", 415: "It is of another type."}
    if call.route.entrance is Entrance.ANYONE:
        statuses[429] = "Too many of one kind: `retry_after` says when to try again."
    reference = {"schema": {"$ref": _REF.format(name=Problem.__name__)}}
    return {str(status): {"description": text, "content": {PROBLEM: reference}} for status, text in sorted(statuses.items())}
