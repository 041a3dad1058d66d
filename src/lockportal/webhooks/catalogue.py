"""The events that other programs may be told: what of each leaves the portal, and its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, get_args, get_type_hints

import msgspec
from attrs import frozen

from lockportal.core.account import Capability
from lockportal.core.record import Event, Record, noun, personal_fields, withheld_fields

PING: Final = "webhooks.ping"
"""The type of what is sent to try an endpoint; it is told of nothing."""
_REF: Final = re.compile(r'"#/\$defs/([^"]+)"')
_PERSONAL: Final = "A personal detail: a digest stands for it, always the same for the same detail of the same person."


@frozen(kw_only=True)
class Kind:
    """One type of event: its class, which of its parts are records, and the number of its schema."""

    name: str
    event: type[Event]
    records: Mapping[str, type[Record]]
    schema: int


def kinds_of(capabilities: Iterable[Capability]) -> Mapping[str, Kind]:
    """Answer the events that capabilities publish, by type, in layer order."""
    found = [(f"{capability.name}.{noun(event)}", event) for capability in capabilities for event in capability.published]
    return {
        name: Kind(name=name, event=event, records=_records(event), schema=event.schema)  # type: ignore[arg-type]  # a class is hashable
        for name, event in found
    }


def matches(filters: Iterable[str], kind: str) -> bool:
    """Say whether a type passes an endpoint's filters: itself, or all of its capability; no filter lets all pass."""
    given = tuple(filters)
    return not given or kind in given or f"{kind.partition('.')[0]}.*" in given


def data_of(kind: Kind, body: bytes) -> Mapping[str, Any]:
    """Answer what of a journaled event is told: personal details as their digests, what is withheld left out."""
    data: dict[str, Any] = json.loads(body)
    for name, cls in kind.records.items():
        hidden = withheld_fields(cls)
        for part in _each(data[name]):
            for field in hidden:
                del part[field]
    return data


def schema_of(kind: Kind) -> Mapping[str, Any]:
    """Answer the JSON Schema (2020-12) of the `data` of one type of event."""
    (root,), parts = msgspec.json.schema_components([kind.event], ref_template="#/$defs/{name}")
    for cls in set(kind.records.values()):
        _narrow(parts[cls.__name__], cls)
    made: dict[str, Any] = dict(parts.pop(kind.event.__name__)) if "$ref" in root else dict(root)
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": kind.name}
    schema["$defs"] = {name: parts[name] for name in sorted(_named(made, parts))}
    return schema


def _named(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> set[str]:
    """Answer the names of the parts that a schema refers to, by whatever way."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        for name in _REF.findall(json.dumps(waiting.pop())):
            if name not in found:
                found.add(name)
                waiting.append(parts[name])
    return found


def _narrow(schema: dict[str, Any], cls: type[Record]) -> None:
    properties, hidden = schema["properties"], withheld_fields(cls)
    for name in hidden:
        del properties[name]
    schema["required"] = [name for name in schema["required"] if name not in hidden]
    for attribute in personal_fields(cls):
        nullable = "null" in json.dumps(properties[attribute.name])
        properties[attribute.name] = {"type": ["string", "null"] if nullable else "string", "description": _PERSONAL}


@cache
def _records(event: type[Event]) -> Mapping[str, type[Record]]:
    found: dict[str, type[Record]] = {}
    for name, hint in get_type_hints(event).items():
        for cls in (hint, *get_args(hint)):
            if isinstance(cls, type) and issubclass(cls, Record):
                found[name] = cls
    return found


def _each(value: Any) -> Iterable[dict[str, Any]]:  # noqa: ANN401 - a record as JSON, several, or none
    return value if isinstance(value, list) else [value] if value is not None else []
