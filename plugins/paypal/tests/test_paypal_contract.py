"""PayPal's gateway keeps the contract of gateways, against the stub, through a proxy that breaks things."""

import pytest
from paypal_ground import ground_of, world

from lockportal.testing import GatewayContract


class TestPayPal(GatewayContract):
    @pytest.fixture
    def ground(self, tmp_path):
        with world(tmp_path) as made:
            yield ground_of(*made)
