"""One JSON form of everything: what comes in is checked by cattrs, strictly and by field; what goes out is written by msgspec."""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import cattrs
import msgspec
from attrs import fields, has
from cattrs.gen import make_dict_structure_fn

from lockportal.core.errors import Refused
from lockportal.core.money import LIMIT
from lockportal.core.record import KEEP, Event, Keep, Record, personal_fields

T = TypeVar("T")
_NUL = "\x00"
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)
_LONGEST_DECIMAL = 64
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def dumps(value: object) -> bytes:
    """Write any value of lockportal as JSON, the same bytes for the same value: UUIDs, decimals and times as text."""
    return msgspec.json.encode(value, order="sorted")


def loads(cls: type[T], text: bytes | str) -> T:
    """Read JSON that a stranger wrote into a class; Refused names the first field at fault."""
    return structure(cls, decode(text))


def decode(text: bytes | str) -> Any:  # noqa: ANN401 - whatever the text holds
    """Read JSON that a stranger wrote into plain values; Refused if it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("json.malformed", f"This is not JSON: {error}") from error


def structure(cls: type[T], raw: object) -> T:
    """Check plain values (of JSON, TOML or a form) into a class; Refused names the first field at fault."""
    try:
        return _converter().structure(raw, cls)
    except (cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError, ValueError, TypeError) as error:
        path, reason = _first_fault(error)
        raise Refused("input.invalid", reason, field=path or None) from error


def load_toml(text: str) -> dict[str, Any]:
    """Read TOML; Refused says where it is malformed."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("toml.malformed", f"This is not TOML: {error}") from error


def plain(value: object) -> Any:  # noqa: ANN401 - whatever the value holds
    """Answer a value as plain dicts, lists or tuples, texts and numbers, in the form of `dumps`; nothing is refused here."""
    return msgspec.to_builtins(value, order="sorted")


@cache
def _trusted(cls: object) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cls)


def load_stored(cls: object, text: bytes | str) -> Any:  # noqa: ANN401 - an instance of cls
    """Read JSON that lockportal itself wrote, fast and without further checks."""
    return _trusted(cls).decode(text)


def fingerprint(command: object) -> bytes:
    """Answer the SHA-256 of a request's JSON form, which binds a client's key to one body.

    Fields marked as decided by a hook are no part of it: the request is the same, though a hook now says something else.
    """
    marked = fields(cast("Any", type(command))) if has(type(command)) else ()
    decided = [attribute.name for attribute in marked if attribute.metadata.get("decided")]
    body = {name: value for name, value in plain(command).items() if name not in decided} if decided else command
    return sha256(type(command).__name__.encode() + dumps(body)).digest()


def journal_body(event: Event, hide: Callable[[Record, str], str]) -> bytes:
    """Write an event for the journal; `hide` answers what stands in a personal field's place."""
    if not any(personal_fields(type(record)) for record in event.records()):
        return dumps(event)
    body = plain(event)
    for name, value in body.items():
        kept = getattr(event, name)
        if isinstance(kept, Record):
            _hide(kept, value, hide)
        elif isinstance(kept, tuple):
            for record, part in zip(kept, value, strict=True):
                if isinstance(record, Record):
                    _hide(record, part, hide)
    return dumps(body)


def _hide(record: Record, body: dict[str, Any], hide: Callable[[Record, str], str]) -> None:
    for attribute in personal_fields(type(record)):
        if body[attribute.name]:
            body[attribute.name] = hide(record, attribute.name)


def check_text(value: str) -> str:
    """Refuse what no database keeps alike: U+0000 and lone surrogates."""
    if _NUL in value:
        message = "the character U+0000 is not allowed"
        raise ValueError(message)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = "a lone surrogate is not allowed"
        raise ValueError(message) from error
    return value


def _strict(kind: type[T]) -> Callable[[object, type[T]], T]:
    def check(value: object, _: type[T]) -> T:
        if type(value) is not kind:
            message = f"expected {kind.__name__}, got {type(value).__name__}"
            raise TypeError(message)
        return value

    return check


def _text(value: object, cls: type[str]) -> str:
    text = check_text(value if isinstance(value, str) else _strict(str)(value, str))
    return text if cls is str else cls(text)  # a StrEnum's hook is this one too


def _int(value: object, _: type[int]) -> int:
    number = _strict(int)(value, int)
    if abs(number) > LIMIT:
        message = "beyond what a 64-bit column keeps"
        raise ValueError(message)
    return number


def _decimal(value: object, _: type[Decimal]) -> Decimal:
    digits = _strict(str)(value, str)
    if len(digits) > _LONGEST_DECIMAL or not _DECIMAL.fullmatch(digits):
        message = f"not a decimal number: {digits[:_LONGEST_DECIMAL]!r}"
        raise ValueError(message)
    return Decimal(digits)


def _instant(value: object, _: type[datetime]) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_strict(str)(value, str))
    if moment.tzinfo is None:
        message = "a time needs its offset, such as Z"
        raise ValueError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        message = "before the first or after the last day of the calendar"
        raise ValueError(message) from error


def _date(value: object, _: type[date]) -> date:
    if type(value) is date:
        return value
    written = _strict(str)(value, str)
    if not _DATE.fullmatch(written):
        message = f"not a date such as 2026-03-31: {written[:32]!r}"
        raise ValueError(message)
    return date.fromisoformat(written)


def _time(value: object, _: type[time]) -> time:
    """Take a time of day, as TOML writes it."""
    if type(value) is not time or value.tzinfo is not None:
        message = "not a time of day such as 17:30:00"
        raise TypeError(message)
    return value


def _uuid(value: object, _: type[UUID]) -> UUID:
    written = _strict(str)(value, str)
    if not _UUID.fullmatch(written):
        message = "not a UUID of 32 digits in five groups"
        raise ValueError(message)
    return UUID(written)


def _bytes(value: object, _: type[bytes]) -> bytes:
    try:
        return base64.b64decode(_strict(str)(value, str), validate=True)
    except binascii.Error as error:
        message = "not base64"
        raise ValueError(message) from error


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(int, _int)
    converter.register_structure_hook(bool, _strict(bool))
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(datetime, _instant)
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(time, _time)
    converter.register_structure_hook(bytes, _bytes)
    converter.register_structure_hook(UUID, _uuid)
    converter.register_structure_hook_factory(
        has,
        lambda cls: _only(Mapping, "object", make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)),
    )
    converter.register_structure_hook_factory(_is_list, lambda kind: _list_of(kind, converter))
    converter.register_structure_hook_factory(lambda kind: Keep in get_args(kind), lambda kind: _kept_or(kind, converter))
    return converter


def _kept_or(kind: Any, converter: cattrs.Converter) -> Callable[[object, object], Any]:  # noqa: ANN401 - a type form
    """Make the hook of a detail that may be left as it is."""
    given: Any = Union.__getitem__(tuple(part for part in get_args(kind) if part is not Keep))

    def structure_detail(value: object, _: object) -> Any:  # noqa: ANN401 - an instance of kind
        return KEEP if value in (KEEP, KEEP.value) else converter.structure(value, given)

    return structure_detail


def _is_list(kind: object) -> bool:
    parts = get_args(kind)
    return get_origin(kind) in {list, frozenset, Sequence} or (get_origin(kind) is tuple and parts[1:] == (...,))


def _list_of(kind: Any, converter: cattrs.Converter) -> Callable[[object, object], Any]:  # noqa: ANN401 - a type form
    """Make the hook of a tuple, list or set: cattrs' own takes a text or an object for a list of its parts, too."""
    element = get_args(kind)[0]
    make = {list: list, frozenset: frozenset}.get(get_origin(kind), tuple)

    def structure_list(value: object, _: object) -> Any:  # noqa: ANN401 - an instance of kind
        if not isinstance(value, list | tuple | frozenset):
            message = f"expected a list, got {type(value).__name__}"
            raise TypeError(message)
        parts = []
        for index, part in enumerate(value):
            try:
                parts.append(converter.structure(part, element))
            except Exception as error:
                error.add_note(cattrs.IterableValidationNote("", index, element))
                raise cattrs.IterableValidationError("", [error], kind) from error
        return make(parts)

    return structure_list


def _only(kind: Any, name: str, build: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:  # noqa: ANN401 - types
    def structure_one(value: object, cls: object) -> Any:  # noqa: ANN401 - an instance of cls
        if not isinstance(value, kind):
            message = f"expected an {name}, got {type(value).__name__}"
            raise TypeError(message)
        return build(value, cls)

    return structure_one


def _first_fault(error: BaseException) -> tuple[str, str]:
    """Walk to the first leaf of cattrs' error tree; answer its path (`lines[2].amount`) and the reason."""
    path = ""
    while isinstance(error, cattrs.BaseValidationError):
        error, note = _first_child(error)
        path += note
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        name = min(error.extra_fields)
        return f"{path}.{name}".lstrip("."), "there is no such field"
    if isinstance(error, KeyError):
        return path.lstrip("."), "this field is required"
    return path.lstrip("."), str(error)


def _first_child(error: cattrs.BaseValidationError) -> tuple[BaseException, str]:
    child = error.exceptions[0]
    for note in getattr(child, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return child, f".{note.name}"
        if isinstance(note, cattrs.IterableValidationNote):
            return child, f"[{note.index}]"
    return child, ""
