"""What a supplier wants to be followed up, and when nobody is written to; table `[dunning]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from attrs import Attribute, field, frozen
from attrs.validators import instance_of

from lockportal.core.settings import whole_number
from lockportal.dunning.policies import STANDARD, Policy


def _policies(_: object, __: object, value: tuple[Policy, ...]) -> None:
    if not value:
        message = "dunning.policies: needs at least one"
        raise ValueError(message)
    if len({policy.name for policy in value}) < len(value):
        message = "dunning.policies: names one twice"
        raise ValueError(message)


def _zones(_: object, attribute: Attribute[Any], value: Mapping[str, str]) -> None:
    for country, zone in value.items():
        try:
            ZoneInfo(zone)
        except (LookupError, OSError, ValueError):
            message = f"dunning.{attribute.name}: {zone!r} of {country} is not an IANA time zone"
            raise ValueError(message) from None


@frozen(kw_only=True)
class DunningSettings:
    """`policies` in the order in which they are tried; the first whose segment a customer fits holds."""

    active: bool = field(default=False, validator=instance_of(bool))
    """Whether anything is sent: a policy is simulated first, and switched on here."""
    policies: tuple[Policy, ...] = field(default=(STANDARD,), validator=_policies)
    awake_from: time = time(8)
    """Nobody is written to before this hour of their own zone,"""
    awake_until: time = time(20)
    """nor from this one on."""
    rest_days: bool = field(default=True, validator=instance_of(bool))
    """Whether weekends and public holidays of the customer's country are quiet."""
    zones: Mapping[str, str] = field(factory=dict, validator=_zones)
    """By country, an ISO 3166 code: the zone of its customers, where the country has several, or none is known."""
    credit_covers: bool = field(default=True, validator=instance_of(bool))
    """Whether credit that is not applied yet is taken off what is followed up, the oldest documents first."""
    again_after: int = field(default=60, validator=whole_number("dunning", 5, 24 * 60))
    """So many minutes later a run is tried again where somebody was not to be written to at that hour."""

    def __attrs_post_init__(self) -> None:
        """Refuse hours between which nobody is ever written to."""
        if self.awake_from >= self.awake_until:
            message = f"dunning.awake_from: must lie before {self.awake_until}, not at {self.awake_from}"
            raise ValueError(message)
