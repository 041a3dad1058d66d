"""From a route of the API to the call of a service's method: which parameter comes from which part of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib import import_module
from inspect import Parameter as Declared
from inspect import getdoc, signature
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, get_type_hints

import attrs
from attrs import frozen

from lockportal import codec
from lockportal.api import types
from lockportal.api.problems import Unfit
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import KEEP
from lockportal.core.routes import Route
from lockportal.http import Request

if TYPE_CHECKING:
    from lockportal.portal import Portal

KEY: Final = "Idempotency-Key"
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
_KEY: Final = re.compile(r"[!-~]{1,200}")
_UNSET: Final = object()


class Place(StrEnum):
    """Where the value of a parameter comes from."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    FORM = "form"
    FILE = "file"
    KEY = "key"
    CALLER = "caller"


@frozen(kw_only=True)
class Caller:
    """Who sends a request: the actor, the network address, and what the client calls itself."""

    actor: Actor
    client: str = ""
    user_agent: str = ""


@frozen(kw_only=True)
class Parameter:
    """One parameter of a method; `of` names the parameter of which this is a field, as each condition of a filter is."""

    name: str
    place: Place
    kind: Any
    default: Any = _UNSET
    of: str = ""

    @property
    def required(self) -> bool:
        """Whether a request must bear it."""
        return self.default is _UNSET


@frozen(kw_only=True)
class Call:
    """A route of the API, the method behind it, and the class that its body is checked by."""

    route: Route
    method: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    answer: Any
    body: type | None
    words: str
    """The method's docstring."""
    wholes: Mapping[str, type]
    """The class of each parameter whose fields are sent one by one."""

    def of(self, place: Place) -> tuple[Parameter, ...]:
        """Answer the parameters of one place."""
        return tuple(one for one in self.parameters if one.place is place)

    def run(self, request: Request, caller: Caller) -> Any:  # noqa: ANN401 - whatever the method answers
        """Read a request and call the method; Refused or Unfit name what is at fault."""
        given: dict[str, Any] = {}
        nested: dict[str, dict[str, Any]] = {}
        for one in self.parameters:
            value = self._value(one, request, caller)
            if value is not _UNSET:
                (nested.setdefault(one.of, {}) if one.of else given)[one.name] = value
        for name, values in nested.items():
            given[name] = self.wholes[name](**values)
        return self.method(**given, **self._body(request))

    def _value(self, one: Parameter, request: Request, caller: Caller) -> Any:  # noqa: ANN401 - of the parameter's type
        if one.place is Place.BODY:
            return _UNSET
        if one.place is Place.CALLER:
            return caller.actor if one.kind is Actor else getattr(caller, one.name)
        return _READERS[one.place](one, request)

    def _body(self, request: Request) -> Mapping[str, Any]:
        """Answer the parameters that a JSON body gives: only those that it names, as a change keeps the others."""
        if self.body is None:
            return {}
        if request.header("Content-Type").partition(";")[0].strip().casefold() != JSON:
            raise Unfit(415, "body.type_unknown", f"Send {JSON}.")
        raw = codec.decode(request.body)
        made: object = codec.structure(self.body, raw)
        return {name: getattr(made, name) for name in raw}

    def check_query(self, request: Request) -> None:
        """Refuse a field of the address that the method knows nothing of: a condition with a slip would find too much."""
        unknown = request.query.keys() - {one.name for one in self.of(Place.QUERY)}
        if unknown:
            raise Refused("input.invalid", "there is no such field", field=min(unknown))


def compiled(route: Route, portal: Portal) -> Call:
    """Find the method behind a route and where its parameters come from."""
    method = _method(route.handler, portal)
    hints = get_type_hints(method)
    found: list[Parameter] = []
    for name, declared in signature(method).parameters.items():
        if name not in route.omit:
            found.extend(_parameters(route, name, types.sent(hints[name]), _default(declared)))
    in_body = [one for one in found if one.place is Place.BODY]
    return Call(
        route=route,
        method=method,
        parameters=tuple(found),
        answer=hints["return"],
        body=_body_class(route, in_body) if in_body else None,
        words=getdoc(method) or "",
        wholes={one.of: types.one_of(hints[one.of]) for one in found if one.of},
    )


def _method(dotted: str, portal: Portal) -> Callable[..., Any]:
    """Answer a method of a service, or of a room within one; a plain function as it is."""
    module, _, name = dotted.partition(":")
    first, _, rest = name.partition(".")
    found = getattr(import_module(module), first)
    return attrgetter(rest)(portal.service(found)) if rest else found  # type: ignore[no-any-return]


def _default(declared: Declared) -> Any:  # noqa: ANN401 - of the parameter's type
    return _UNSET if declared.default is Declared.empty else declared.default


def _parameters(route: Route, name: str, kind: Any, default: Any) -> list[Parameter]:  # noqa: ANN401 - a type form, its value
    place = _place(route, name, kind, default)
    if place is Place.QUERY and attrs.has(types.one_of(kind)):
        return [
            Parameter(name=one.name, place=place, kind=types.sent(hint), default=one.default, of=name)
            for one, hint in _fields(types.one_of(kind))
        ]
    return [Parameter(name=name, place=place, kind=kind, default=default)]


def _fields(cls: type) -> list[tuple[Any, Any]]:
    hints = get_type_hints(cls)
    return [(one, hints[one.name]) for one in attrs.fields(cls)]


def _place(route: Route, name: str, kind: Any, default: Any) -> Place:  # noqa: ANN401 - a type form, its value
    if kind is Actor or name in {"client", "user_agent"}:
        return Place.CALLER
    if f"{{{name}}}" in route.path:
        return Place.PATH
    if name == "key" and default is None:
        return Place.KEY
    if route.upload:
        return Place.FILE if name in {"content", "name", "media_type"} else Place.FORM
    return Place.QUERY if route.method == "GET" else Place.BODY


def _body_class(route: Route, parameters: list[Parameter]) -> type:
    """Make the class that a body is checked by; what is kept unless it is sent, has no value of its own."""
    made = {
        one.name: attrs.field(type=one.kind, default=attrs.NOTHING if one.required else _kept(one.default)) for one in parameters
    }
    name = "".join(part.capitalize() for part in re.split(r"[._]", route.name)) + "Body"
    return attrs.make_class(name, made, frozen=True, kw_only=True)


def _kept(default: Any) -> Any:  # noqa: ANN401 - of the parameter's type
    return attrs.Factory(lambda: None) if default is KEEP else default


def _in_path(one: Parameter, request: Request) -> Any:  # noqa: ANN401 - of the parameter's type
    """Read a part of the path; what cannot be one leads nowhere."""
    try:
        return types.read(one.kind, (request.params[one.name],), one.name)
    except Refused:
        noun = "account" if one.name == "account_id" else one.name.removesuffix("_id")
        raise NotFound(f"{noun}.not_found", f"There is no such {noun.replace('_', ' ')}.") from None


def _in_query(one: Parameter, request: Request) -> Any:  # noqa: ANN401 - of the parameter's type
    return _read(one, request.every(one.name))


def _in_form(one: Parameter, request: Request) -> Any:  # noqa: ANN401 - of the parameter's type
    return _read(one, (request.form[one.name],) if one.name in request.form else ())


def _read(one: Parameter, texts: tuple[str, ...]) -> Any:  # noqa: ANN401 - of the parameter's type
    if texts:
        return types.read(one.kind, texts, one.name)
    if one.required:
        raise Refused("input.invalid", "this field is required", field=one.name)
    return _UNSET


def _uploaded(one: Parameter, request: Request) -> Any:  # noqa: ANN401 - of the parameter's type
    upload = request.files.get("content")
    if upload is None:
        raise Refused("input.invalid", "this field is required: a file", field="content")
    return getattr(upload, one.name)


def _key(one: Parameter, request: Request) -> Any:  # noqa: ANN401 - of the parameter's type
    key = request.header(KEY)
    if not key and request.method != "POST":
        return one.default
    if not key:
        raise Unfit(400, "key.missing", f"Send a {KEY}: a text of your own, the same one when you repeat this request.")
    if not _KEY.fullmatch(key):
        raise Unfit(400, "key.invalid", f"A {KEY} has 1 to 200 printable signs of ASCII, and no blank.")
    return key


_READERS: Final[Mapping[Place, Callable[[Parameter, Request], Any]]] = MappingProxyType(
    {Place.PATH: _in_path, Place.QUERY: _in_query, Place.FORM: _in_form, Place.FILE: _uploaded, Place.KEY: _key}
)
