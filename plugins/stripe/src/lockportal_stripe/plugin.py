"""The plugin: what lockportal finds through the entry point."""

from __future__ import annotations

from lockportal import hookimpl
from lockportal.payments.ports import GatewayRegistrar
from lockportal_stripe.capabilities import DESCRIPTOR
from lockportal_stripe.gateway import open_gateway


@hookimpl
def lockportal_payment_gateways(register: GatewayRegistrar) -> None:
    """Register the gateway `stripe`."""
    register(DESCRIPTOR, open_gateway)
