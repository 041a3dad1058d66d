"""What lockportal loads through the entry point: it registers the gateway `paypal`."""

from __future__ import annotations

from lockportal import hookimpl
from lockportal.payments.ports import GatewayRegistrar
from lockportal_paypal.capabilities import DESCRIPTOR
from lockportal_paypal.gateway import open_gateway


@hookimpl
def lockportal_payment_gateways(register: GatewayRegistrar) -> None:
    """Register PayPal."""
    register(DESCRIPTOR, open_gateway)
