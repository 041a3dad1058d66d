"""The types of a service's parameters, as a client can send them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.record import Keep

_WHOLE: Final = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_LISTS: Final = (tuple, list, frozenset)


def sent(kind: Any) -> Any:  # noqa: ANN401 - a type form
    """Answer the type in which a client sends a parameter: any list is a tuple, and what is kept is left out."""
    if get_origin(kind) in {Union, UnionType}:
        return reduce(or_, (sent(part) for part in get_args(kind) if part is not Keep))
    if get_origin(kind) in {Iterable, Sequence}:
        return tuple[sent(get_args(kind)[0]), ...]  # type: ignore[misc]  # made at run time
    return kind


def one_of(kind: Any) -> Any:  # noqa: ANN401 - a type form
    """Answer what a parameter is where it is given: `X` of `X | None`."""
    parts = [part for part in get_args(kind) if part is not NoneType] if get_origin(kind) in {Union, UnionType} else [kind]
    return parts[0] if len(parts) == 1 else kind


def is_list(kind: Any) -> bool:  # noqa: ANN401 - a type form
    """Say whether a parameter takes several values."""
    return get_origin(one_of(kind)) in _LISTS


def read(kind: Any, texts: Sequence[str], name: str) -> Any:  # noqa: ANN401 - type forms, and an instance of one
    """Read a parameter from the texts of an address or a form; Refused names it."""
    plain = one_of(kind)
    raw: Any = [_plain(get_args(plain)[0], text) for text in texts] if is_list(kind) else _plain(plain, texts[0])
    try:
        return codec.structure(kind if is_list(kind) else plain, raw)
    except Refused as error:
        raise Refused(error.code, error.message, field=name) from error


def _plain(kind: Any, text: str) -> Any:  # noqa: ANN401 - a type form, and what stands for it in JSON
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if kind is int and _WHOLE.fullmatch(text):
        return int(text)
    return text
