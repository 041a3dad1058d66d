"""Gateways' contract: what becomes of a payment is told as it is, and only the gateway tells it."""

from __future__ import annotations

from lockportal.payments.folding import merged
from lockportal.payments.methods import Flow
from lockportal.payments.operations import (
    OpKind,
    OpStatus,
)
from lockportal.testing.gateways.ground import GatewayGround, Ground, needs
from lockportal.testing.gateways.trial import Trial, own, start_request, status_of


class OutcomesContract(Ground):
    """A decline is an answer, a browser proves nothing, a return is an operation of its own, and what is new is pending."""

    def test_a_decline_is_an_answer(self, ground: GatewayGround) -> None:
        """With the code that all gateways share, and advice."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            request = start_request(capability)
            trial.note(request.operation_id, ground.gateway.start(request).observations)
            waits = trial.known(request, OpKind.SALE).status is OpStatus.ACTION_REQUIRED
            if not waits or Flow.INSTRUCTIONS in capability.flows:  # what is paid by hand is not declined, but never comes
                continue
            before = len(ground.moved())
            code = ground.decline(request.operation_id)
            result = trial.complete(request)
            known = merged(request.money, own(result.observations))
            assert known.status is OpStatus.FAILED, f"a decline is an answer, and a failure; it was {known.status}"
            for decline in (known.decline, result.decline):
                assert decline is not None, "a decline is an answer, with its reason"
                assert decline.code is code, f"a decline is an answer, of the code {code}; it was {decline.code}"
            assert len(ground.moved()) == before, "a decline moves nothing"

    def test_what_a_browser_brings_proves_nothing(self, ground: GatewayGround) -> None:
        """Whatever it says, the gateway is asked."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            request = start_request(capability)
            trial.note(request.operation_id, ground.gateway.start(request).observations)
            if trial.known(request, OpKind.SALE).status is not OpStatus.ACTION_REQUIRED:
                continue
            result = trial.complete(request, status="succeeded", success="true", outcome="ok", payment_status="paid")
            status = status_of(request.money, result.observations)
            assert status is OpStatus.ACTION_REQUIRED, f"what a browser brings proves nothing; it made it {status}"

    def test_a_return_is_an_operation_of_its_own(self, ground: GatewayGround) -> None:
        """The sale has succeeded, and stays so; what comes back names it as its parent."""
        if ground.return_ is None:
            needs(ground.return_, "return_")
            return
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            if not capability.return_days:
                continue
            request = start_request(capability)
            sale = trial.done(request)
            ground.return_(request.operation_id)
            told = trial.fetch(request.operation_id, OpKind.SALE, request.money).observations
            rule = f"a return is an operation of its own ({capability.kind})"
            assert status_of(request.money, told) is OpStatus.SUCCEEDED, f"{rule}; the sale stays what it was"
            returns = [one for one in told if one.kind is OpKind.RETURN]
            assert {one.parent_ref for one in returns} == {sale.gateway_ref}, f"{rule}, with the sale as its parent"
            assert all(one.operation_id is None for one in returns), f"{rule}, that lockportal never asked for"
            refs = {one.gateway_ref for one in returns}
            assert refs.isdisjoint({"", sale.gateway_ref}), f"{rule}, with its own reference"
            assert {one.money for one in returns} == {request.money}, f"{rule}, with its amount"

    def test_a_status_that_nobody_heard_of_is_pending(self, ground: GatewayGround) -> None:
        """Neither a success nor a failure: a gateway may learn new words."""
        if ground.unheard is None:
            needs(ground.unheard, "unheard")
            return
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            request = start_request(capability)
            trial.note(request.operation_id, ground.gateway.start(request).observations)
            if trial.known(request, OpKind.SALE).status is OpStatus.ACTION_REQUIRED:
                ground.unheard(request.operation_id)
                status = trial.known(request, OpKind.SALE).status
                assert status is OpStatus.PENDING, f"a status that nobody heard of is pending; it was {status}"
