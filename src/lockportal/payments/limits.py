"""What the supplier's gateways can do, as decisions about payments know it: as the gateways declare it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from lockportal.payments.methods import GatewayDescriptor, MethodCapability, MethodKind
from lockportal.payments.models import Operation

_NONE: Final[Mapping[str, GatewayDescriptor]] = MappingProxyType({})


def refunds_until(able: MethodCapability | None, taken: Operation) -> datetime | None:
    """Answer until when a gateway gives back what an operation took, None where it says nothing of that."""
    if able is None or able.refund_window is None:
        return None
    return (taken.merged.at or taken.created_at) + able.refund_window


@frozen(kw_only=True)
class GatewayLimits:
    """What is behind each of the supplier's accounts with gateways, by their names; of one that is not here nothing is known."""

    gateways: Mapping[str, GatewayDescriptor] = field(default=_NONE)

    def knows(self, merchant_account: str) -> bool:
        """Say whether it is known what an account's gateway can do."""
        return merchant_account in self.gateways

    def of(self, merchant_account: str, kind: MethodKind) -> MethodCapability | None:
        """Answer what an account's gateway can do with a way to pay, None for nothing, or where that is not known."""
        found = self.gateways.get(merchant_account)
        return None if found is None else found.method(kind)
