"""The contract of a payment gateway: a plugin's gateway passes it in a few lines.

    class TestMine(GatewayContract):
        @pytest.fixture
        def ground(self): return GatewayGround(descriptor=DESCRIPTOR, gateway=MyGateway(…), approve=…, moved=…, …)

What is tried follows from what the descriptor declares. The ground gives the other side: the payer who agrees or whose bank says
no, the gateway's own books, its signed webhooks and, for a gateway that is spoken to by HTTP, a `FaultProxy` before its stub.
"""

from __future__ import annotations

from lockportal.testing.gateways.amounts import AmountsContract
from lockportal.testing.gateways.breaking import FaultsContract
from lockportal.testing.gateways.declared import DeclaredContract
from lockportal.testing.gateways.forged import ForgedContract
from lockportal.testing.gateways.ground import GatewayGround
from lockportal.testing.gateways.keys import KeysContract
from lockportal.testing.gateways.methods import MethodsContract
from lockportal.testing.gateways.network import Contacted, loopback_only
from lockportal.testing.gateways.outcomes import OutcomesContract
from lockportal.testing.gateways.privacy import PrivacyContract
from lockportal.testing.gateways.proxy import Fault, FaultProxy
from lockportal.testing.gateways.telling import TellingContract

__all__ = ["Contacted", "Fault", "FaultProxy", "GatewayContract", "GatewayGround", "loopback_only"]


class GatewayContract(
    DeclaredContract,
    KeysContract,
    AmountsContract,
    OutcomesContract,
    MethodsContract,
    TellingContract,
    ForgedContract,
    FaultsContract,
    PrivacyContract,
):
    """Everything that lockportal relies on a payment gateway for; give it a fixture `ground`."""
