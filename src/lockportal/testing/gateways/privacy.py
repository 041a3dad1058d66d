"""Gateways' contract: secrets and numbers of accounts are told nobody, and nobody outside is asked."""

from __future__ import annotations

from collections.abc import Sequence

from lockportal.core.money import Money
from lockportal.payments.operations import OpKind
from lockportal.payments.ports import FollowRequest, OperationRef
from lockportal.testing.gateways.ground import GatewayGround, Ground
from lockportal.testing.gateways.network import loopback_only
from lockportal.testing.gateways.trial import EMAIL, NAME, Trial, new_id, raised_by, start_request


class PrivacyContract(Ground):
    """What stands in transcripts, answers and errors can be read by everybody at the desk, and in logs."""

    def test_nothing_private_is_told(self, ground: GatewayGround) -> None:
        """Neither by an answer, nor by its transcript, nor by an error and what it came of."""
        private = (*ground.private, *(secret.value for secret in ground.secrets))
        for told in _everything(ground):
            shown = [value for value in private if value in told]
            assert not shown, f"nothing private is told: {len(shown)} secrets stand in an answer, a transcript or an error"
            assert NAME not in told, "nothing private is told: a transcript bears the payer's name"
            assert EMAIL not in told, "nothing private is told: a transcript bears the payer's address"

    def test_nobody_outside_is_asked(self, ground: GatewayGround) -> None:
        """A contract is tried on this machine alone."""
        with loopback_only():
            _everything(ground)


def _everything(ground: GatewayGround) -> Sequence[str]:
    """Answer all that a gateway tells of a payment that goes well, of one that goes wrong, and of itself."""
    trial, gateway, told = Trial(ground), ground.gateway, [repr(ground.gateway), repr(ground.gateway.check())]
    for capability in ground.offering(OpKind.SALE):
        request = start_request(capability)
        told += [repr(trial.start(request)), repr(trial.complete(request))]
        told.append(repr(trial.fetch(request.operation_id, OpKind.SALE, request.money)))
        nowhere = OperationRef(operation_id=new_id(), gateway_ref="nowhere", money=request.money)
        refund = FollowRequest(operation_id=new_id(), money=Money(1, request.money.currency), parent=nowhere)
        told.append(_chain(raised_by(lambda refund=refund: gateway.refund(refund))))  # type: ignore[misc]
    return told


def _chain(error: BaseException | None) -> str:
    told = ""
    while error is not None:
        told += repr(error)
        error = error.__cause__ if error.__cause__ is not None or error.__suppress_context__ else error.__context__
    return told
