"""A gateway that moves no money: for trying out, for demos and for tests. Every outcome can be had on demand.

What becomes of a payment is said by what its payer presses on the gateway's own page, by the saved method's reference
(`fake_insufficient_funds`), or by the settings; see `lockportal.payments.fake.plays`. Its books live in memory, or in a folder
that several processes may share.
"""

from __future__ import annotations

from lockportal.payments.fake.capabilities import DESCRIPTOR, FakeSettings
from lockportal.payments.fake.gateway import FakeGateway, open_gateway

__all__ = ["DESCRIPTOR", "FakeGateway", "FakeSettings", "open_gateway"]
