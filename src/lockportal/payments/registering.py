"""Gateways as plugins register them: each plugin apart, all of what it registers or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from lockportal.core.errors import Refused
from lockportal.payments.limits import GatewayLimits
from lockportal.payments.methods import API_VERSION, GatewayDescriptor
from lockportal.payments.ports import GatewayFactory
from lockportal.payments.settings import PaymentsSettings

Known = tuple[GatewayDescriptor, GatewayFactory]
"""A gateway as it was registered."""
_LOG: Final = logging.getLogger("lockportal.payments")


@frozen
class _Staged:
    """What one plugin registers, before it counts."""

    known: Mapping[str, Known]
    staged: dict[str, Known] = field(factory=dict)

    def __call__(self, descriptor: GatewayDescriptor, factory: GatewayFactory) -> None:
        """Take one gateway; Refused where its type is taken or its contract is another one."""
        if descriptor.gateway_type in {*self.known, *self.staged}:
            raise Refused("gateway.twice", f"There are two gateways of the type {descriptor.gateway_type!r}.")
        if descriptor.api_version not in {API_VERSION, API_VERSION - 1}:
            raise Refused("gateway.version", f"{descriptor.gateway_type!r} is written for another version of lockportal.")
        self.staged[descriptor.gateway_type] = (descriptor, factory)


def registered(hook: Any) -> dict[str, Known]:  # noqa: ANN401 - pluggy's relay
    """Collect the gateways of every plugin; one that fails at it registers none of its own, and nobody else suffers."""
    known: dict[str, Known] = {}
    for implementation in reversed(hook.lockportal_payment_gateways.get_hookimpls()):
        register = _Staged(known)
        try:
            implementation.function(register=register)
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            _LOG.exception("a plugin could not register its gateways", extra={"plugin": implementation.plugin_name})
            continue
        known |= register.staged
    return known


def limits(hook: Any, settings: Mapping[type, object]) -> GatewayLimits:  # noqa: ANN401 - pluggy's relay
    """Answer what the gateways can do that the settings name, of those that plugins register."""
    wanted = settings.get(PaymentsSettings)
    if not isinstance(wanted, PaymentsSettings) or not wanted.merchants:
        return GatewayLimits()
    known = registered(hook)
    there = {name: one.gateway for name, one in wanted.merchants.items() if one.gateway in known}
    return GatewayLimits(gateways={name: known[gateway][0] for name, gateway in there.items()})
