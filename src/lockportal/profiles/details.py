"""What a detail of a customer or a contact may be: each is checked alone, and answered as it is kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from attrs import fields

from lockportal.core.actor import Right
from lockportal.core.errors import Refused
from lockportal.core.record import KEEP, Record
from lockportal.profiles.models import Address

_UNSTORABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_KIND: Final = re.compile(r"[a-z][a-z_]{0,31}")
_LONGEST: Final = 255
_MOST_LINES: Final = 20


def text(value: str, what: str, *, blank: bool = True, most: int = _LONGEST) -> str:
    """Answer a line of text without spaces around it; Refused names the field that cannot be kept."""
    field = what.partition(".")[2]
    value = value.strip()
    if not value and not blank:
        raise Refused(f"{what}_missing", f"Give a {field.replace('_', ' ')}.", field=field)
    if len(value) > most:
        raise Refused(f"{what}_too_long", f"At most {most} characters, please.", field=field)
    if _UNSTORABLE.search(value):
        raise Refused(f"{what}_unreadable", "This has characters that cannot be kept.", field=field)
    return value


def language(value: str, what: str) -> str:
    """Answer a language tag, or nothing; `what` is whose it is, as in the error's code."""
    if value and not _LANGUAGE.fullmatch(value):
        raise Refused(f"{what}.language_unknown", "Write it like en or pt-BR.", field="language")
    return value


def rights(values: Collection[Right]) -> tuple[Right, ...]:
    """Answer rights in one order, each once; somebody without any would be no contact."""
    if not values:
        raise Refused("contact.rights_missing", "Grant at least one right, or disable the contact.", field="rights")
    return tuple(right for right in Right if right in values)


def address(value: Address) -> Address:
    """Answer a postal address with each of its lines as it is kept."""
    if value.country and not _COUNTRY.fullmatch(value.country):
        message = "Write the country as two capitals, like US or DE."
        raise Refused("customer.country_unknown", message, field="address.country")
    if len(value.lines) > _MOST_LINES:
        raise Refused("customer.address_too_long", f"At most {_MOST_LINES} lines, please.", field="address.lines")
    return Address(
        lines=tuple(text(line, "customer.address") for line in value.lines),
        city=text(value.city, "customer.city"),
        postcode=text(value.postcode, "customer.postcode"),
        region=text(value.region, "customer.region"),
        country=value.country,
    )


def kinds(values: Collection[str]) -> tuple[str, ...]:
    """Answer names of kinds of document in one order, each once; which there are is not known here."""
    for value in values:
        if not _KIND.fullmatch(value):
            raise Refused("customer.kind_unknown", "Write a kind of document like purchase_order.", field="hidden_kinds")
    return tuple(sorted({str(value) for value in values}))


def given(command: Any, record: type[Record]) -> dict[str, Any]:  # noqa: ANN401 - a command of changes to such a record
    """Answer those fields of a change that are to be changed: all but what is KEEP."""
    names = {attribute.name for attribute in fields(record)} & {attribute.name for attribute in fields(type(command))}
    values = {name: getattr(command, name) for name in names - {"account_id"}}
    return {name: value for name, value in values.items() if value is not KEEP}
