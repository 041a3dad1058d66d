"""The contract of a gateway: the sandbox keeps it, and so does one that speaks HTTP, through a proxy that breaks things."""

import pytest

from lockportal.testing import GatewayContract, HttpParty
from lockportal.testing.gateways import FaultProxy
from payments.gateways.grounds import fake_ground
from payments.gateways.tiny import API_KEY, Service, TinyGateway, TinySettings, tiny_ground


class TestFake(GatewayContract):
    @pytest.fixture
    def ground(self):
        return fake_ground()


class TestTiny(GatewayContract):
    @pytest.fixture
    def ground(self):
        service = Service()
        with HttpParty(answer=service.answer) as stub, FaultProxy(stub.url) as proxy:
            yield tiny_ground(TinyGateway(proxy.url, TinySettings(API_KEY)), service, proxy=proxy)
