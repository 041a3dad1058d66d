"""Gateways' contract: methods that are saved, debited with nobody there, and forgotten."""

from __future__ import annotations

from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import MethodCapability, Saved
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import MethodRef, MethodStatus
from lockportal.testing.gateways.ground import GatewayGround, Ground
from lockportal.testing.gateways.trial import Trial, raised_by, start_request


class MethodsContract(Ground):
    """What is declared to be saved for off session can be debited, until it is forgotten."""

    def test_a_saved_method_is_debited(self, ground: GatewayGround) -> None:
        """With nobody there who could agree."""
        trial = Trial(ground)
        for capability in _saved(ground):
            method = _saved_method(trial, capability)
            facts = ground.gateway.fetch_method(method)
            assert facts.kind is capability.kind, f"a saved method is of its kind; {capability.kind} is told as {facts.kind}"
            assert facts.status is MethodStatus.ACTIVE, f"a method that was saved is active; it is {facts.status}"
            assert len(facts.last4) <= 4, "never more of a number is told than its last four digits"  # noqa: PLR2004 - four
            request = start_request(capability, method=method, off_session=True)
            result = ground.gateway.start(request)
            trial.note(request.operation_id, result.observations)
            assert result.next_action is None, "a saved method is debited with nobody there who could act"
            if trial.known(request, OpKind.SALE).status is OpStatus.PENDING:
                ground.settle(request.operation_id)
            status = trial.known(request, OpKind.SALE).status
            assert status is OpStatus.SUCCEEDED, f"a saved method is debited; it is {status}"

    def test_a_forgotten_method_is_gone(self, ground: GatewayGround) -> None:
        """However often it is forgotten; nothing can be taken by it."""
        trial = Trial(ground)
        for capability in _saved(ground):
            method = _saved_method(trial, capability)
            for _ in range(2):
                error = raised_by(lambda method=method: ground.gateway.detach_method(method))  # type: ignore[misc]
                assert error is None, f"to forget a method twice is to forget it; it was {error!r}"
            before = len(ground.moved())
            request = start_request(capability, method=method, off_session=True)
            error = raised_by(lambda request=request: trial.start(request))  # type: ignore[misc]
            assert error is None or isinstance(error, RequestRejected), f"a forgotten method is declined; it was {error!r}"
            assert len(ground.moved()) == before, "a forgotten method is gone: nothing is taken by it"
            assert not _active(ground, method), "a forgotten method is gone: it is not active"


def _saved(ground: GatewayGround) -> tuple[MethodCapability, ...]:
    return tuple(one for one in ground.offering(OpKind.SALE) if one.saved is Saved.OFF_SESSION)


def _saved_method(trial: Trial, capability: MethodCapability) -> MethodRef:
    method = trial.setup(capability)
    assert method is not None, f"a method that its payer agreed to save is told ({capability.kind})"
    return method


def _active(ground: GatewayGround, method: MethodRef) -> bool:
    try:
        return ground.gateway.fetch_method(method).status is MethodStatus.ACTIVE
    except RequestRejected:
        return False
