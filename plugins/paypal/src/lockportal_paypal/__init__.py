"""PayPal as a payment gateway of lockportal: hosted payments, authorizations, refunds, saved methods, verified webhooks."""

from __future__ import annotations

from lockportal_paypal.capabilities import DESCRIPTOR
from lockportal_paypal.gateway import PayPalGateway, open_gateway
from lockportal_paypal.settings import PayPalSettings

__all__ = ["DESCRIPTOR", "PayPalGateway", "PayPalSettings", "open_gateway"]
