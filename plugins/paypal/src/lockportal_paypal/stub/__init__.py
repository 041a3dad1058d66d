"""A PayPal on this machine, for tests and demos: what the gateway drives of the API, its page, and its signed webhooks.

    with PayPalStub() as stub:
        PayPalSettings(client_id=stub.client_id, client_secret="file:…", base_url=stub.url, trust_anchors="…")

It refuses what PayPal refuses: fields that do not exist, orders that nobody approved, more than is there. No money moves.
"""

from __future__ import annotations

from lockportal_paypal.stub.server import PayPalStub

__all__ = ["PayPalStub"]
