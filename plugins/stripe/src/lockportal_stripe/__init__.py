"""Stripe as a payment gateway of lockportal: cards and bank debits, saved methods, refunds, disputes, verified webhooks."""

from __future__ import annotations

from lockportal_stripe.capabilities import DESCRIPTOR
from lockportal_stripe.gateway import StripeGateway, open_gateway
from lockportal_stripe.settings import StripeSettings

__all__ = ["DESCRIPTOR", "StripeGateway", "StripeSettings", "open_gateway"]
