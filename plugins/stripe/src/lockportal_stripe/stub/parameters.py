"""The parameters of requests, read from forms: what Stripe does not know, the stub refuses.

They are checked against those that Stripe's own client declares, which Stripe makes from its specification.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
from typing_extensions import is_typeddict

from lockportal_stripe.stub.refusals import Refusal

Params = dict[str, Any]
_NAMES: Final = {"StripeContext": object, "Mapping": typing.Mapping, "Any": typing.Any}
_OPTIONS: Final = frozenset(stripe.RequestOptions.__annotations__)


def read(form: str) -> Params:
    """Read a form, `a[b][0]=c`, into nested values."""
    whole: Params = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        keys, place = [first, *rest], whole
        for key in keys[:-1]:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Refusal("Invalid form.", validation=True)
        place[keys[-1]] = value
    return {key: _lists(value) for key, value in whole.items()}


def check(params: Params, declared: type | None) -> Params:
    """Answer the parameters in their types; Refusal for one that Stripe does not know, or that is no such thing."""
    if declared is None:
        return _typed(params, {}, "")
    return _typed(params, hints_of(declared), "")


@cache
def hints_of(declared: type) -> Mapping[str, Any]:
    """Answer what a class of parameters declares."""
    hints = typing.get_type_hints(declared, localns=_NAMES)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def _lists(value: Any) -> Any:  # noqa: ANN401 - a form
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    numbered = inner and all(key.isdigit() for key in inner)
    return [inner[key] for key in sorted(inner, key=int)] if numbered else inner


def _typed(params: Params, hints: Mapping[str, Any], path: str) -> Params:
    typed: Params = {}
    for name, value in params.items():
        here = f"{path}[{name}]" if path else name
        if name not in hints:
            raise Refusal(f"Received unknown parameter: {here}", "parameter_unknown", param=here, validation=True)
        typed[name] = _value(value, tuple(_members(hints[name])), here)
    return typed


def _value(value: Any, kinds: tuple[Any, ...], path: str) -> Any:  # noqa: ANN401 - a form
    if isinstance(value, dict):
        for kind in kinds:
            if is_typeddict(kind):
                return _typed(value, hints_of(kind), path)
        if any(get_origin(kind) is dict for kind in kinds):
            return value
        raise Refusal(f"Invalid string: {path}", param=path, validation=True)
    if isinstance(value, list):
        for kind in kinds:
            if get_origin(kind) is list:
                return [_value(one, tuple(_members(get_args(kind)[0])), f"{path}[{n}]") for n, one in enumerate(value)]
        raise Refusal(f"Invalid string: {path}", param=path, validation=True)
    return _scalar(value, kinds, path)


def _scalar(value: str, kinds: tuple[Any, ...], path: str) -> Any:  # noqa: ANN401 - a form
    words = {word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)}
    if value in words:
        return value
    if int in kinds and value.lstrip("-").isdecimal():
        return int(value)
    if bool in kinds and value in {"true", "false"}:
        return value == "true"
    if str in kinds and not words - {""}:
        return value
    if int in kinds:
        raise Refusal(f"Invalid integer: {value}", "parameter_invalid_integer", param=path, validation=True)
    raise Refusal(f"Invalid {path}: must be one of {', '.join(map(str, sorted(words)))}", param=path, validation=True)


def _members(hint: Any) -> Iterable[Any]:  # noqa: ANN401 - a type
    if get_origin(hint) in {Union, types.UnionType}:
        for one in get_args(hint):
            yield from _members(one)
    elif getattr(get_origin(hint), "__name__", "") == "NotRequired":
        yield from _members(get_args(hint)[0])
    else:
        yield hint
