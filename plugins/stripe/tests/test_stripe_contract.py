"""The contract of a gateway, against the stub."""

import pytest
from attrs import evolve
from lockportal_stripe import DESCRIPTOR
from stripe_ground import ground_of

from lockportal.testing import GatewayContract

IN_TENS = {"BHD", "JOD", "KWD", "OMR", "TND"}


class TestStripe(GatewayContract):
    @pytest.fixture
    def ground(self, tmp_path, request):
        with ground_of(tmp_path, breaks=request.function.__qualname__.startswith("FaultsContract")) as ground:
            yield ground

    def test_every_currency_keeps_its_digits(self, ground):
        """The contract pays 1.234 of a currency of three digits; Stripe takes those in tens only, see test_stripe_amounts."""
        card, *debits = DESCRIPTOR.methods
        card = evolve(card, currencies=card.currencies - IN_TENS)
        super().test_every_currency_keeps_its_digits(evolve(ground, descriptor=evolve(DESCRIPTOR, methods=(card, *debits))))
