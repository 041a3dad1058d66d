"""Gateways' contract: amounts are the gateway's own, each operation's by itself, and no more than is left."""

from __future__ import annotations

from lockportal.core.money import Money
from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import Captures
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import FollowRequest, OperationRef
from lockportal.testing.gateways.ground import GatewayGround, Ground, needs
from lockportal.testing.gateways.trial import Trial, exponents, new_id, own, raised_by, start_request


class AmountsContract(Ground):
    """What was promised bounds what is taken, and that what is given back."""

    def test_captures_come_in_parts(self, ground: GatewayGround) -> None:
        """Each with its own amount, not the sum of all so far."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.CAPTURE):
            if capability.captures is not Captures.MANUAL_MULTI:
                continue
            promised, before = trial.promised(capability), list(ground.moved())
            parts = [Money(minor, promised.money.currency) for minor in (promised.money.minor // 2, promised.money.minor // 4)]
            for part in parts:
                taken = trial.followed(OpKind.CAPTURE, promised, part)
                told = trial.fetch(taken.operation_id, OpKind.CAPTURE, part, parent=promised)
                amounts = {one.money for one in own(told.observations) if one.status is OpStatus.SUCCEEDED}
                assert amounts == {part}, f"each capture is told with its own amount; {part} is told as {amounts}"
            assert list(ground.moved())[len(before) :] == parts, "captures come in parts"

    def test_no_more_is_taken_than_was_promised(self, ground: GatewayGround) -> None:
        """Neither at once nor in parts."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.CAPTURE):
            promised = trial.promised(capability)
            rule = "no more is taken than was promised: RequestRejected"
            _refused(trial, OpKind.CAPTURE, promised, promised.money.minor + 1, rule)
            trial.followed(OpKind.CAPTURE, promised, promised.money)
            _refused(trial, OpKind.CAPTURE, promised, 1, rule)

    def test_what_was_taken_cannot_be_voided(self, ground: GatewayGround) -> None:
        """Nor can it be after it was voided already."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.CAPTURE, OpKind.VOID):
            promised = trial.promised(capability)
            trial.followed(OpKind.CAPTURE, promised, promised.money)
            rule = "what was taken cannot be voided: RequestRejected"
            _refused(trial, OpKind.VOID, promised, promised.money.minor, rule)

    def test_what_was_voided_cannot_be_taken(self, ground: GatewayGround) -> None:
        """The promise is over."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.CAPTURE, OpKind.VOID):
            promised = trial.promised(capability)
            trial.followed(OpKind.VOID, promised, promised.money)
            _refused(trial, OpKind.CAPTURE, promised, 1, "what was voided cannot be taken: RequestRejected")

    def test_no_more_is_given_back_than_was_taken(self, ground: GatewayGround) -> None:
        """Neither at once nor in parts."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.REFUND):
            taken = trial.taken(capability)
            rule = f"no more is given back than was taken ({capability.kind}): RequestRejected"
            _refused(trial, OpKind.REFUND, taken, taken.money.minor + 1, rule)
            given = taken.money
            if capability.partial_refund:
                given = Money(taken.money.minor - 5, taken.money.currency)
            trial.followed(OpKind.REFUND, taken, given)
            _refused(trial, OpKind.REFUND, taken, 6, rule)

    def test_every_currency_keeps_its_digits(self, ground: GatewayGround) -> None:
        """Those without decimal digits, those with two and those with three."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            for currency in exponents(capability):
                money = Money(1234, currency)
                if capability.least is not None and capability.least.currency == currency:
                    money = max(money, capability.least)
                before = len(ground.moved())
                trial.done(start_request(capability, money))
                found = list(ground.moved())[before:]
                assert found == [money], f"every currency keeps its digits; {money} moved {found}"

    def test_the_gateways_own_amount_is_told(self, ground: GatewayGround) -> None:
        """Where it moved another one than was asked, that is what is told."""
        if ground.other_amount is None:
            needs(ground.other_amount, "other_amount")
            return
        trial = Trial(ground)
        for capability in ground.offering(OpKind.SALE):
            request = start_request(capability)
            trial.note(request.operation_id, ground.gateway.start(request).observations)
            if trial.known(request, OpKind.SALE).status is not OpStatus.ACTION_REQUIRED:
                continue
            money = ground.other_amount(request.operation_id)
            known = trial.known(request, OpKind.SALE)
            if known.status is OpStatus.PENDING:
                ground.settle(request.operation_id)
                known = trial.known(request, OpKind.SALE)
            assert known.money == money, (
                f"the gateway's own amount is told, not what was asked; {money} was told as {known.money}"
            )
            assert known.mismatch, "the gateway's own amount is told, and differs"


def _refused(trial: Trial, kind: OpKind, parent: OperationRef, minor: int, rule: str) -> None:
    before = len(trial.ground.moved())
    request = FollowRequest(operation_id=new_id(), money=Money(minor, parent.money.currency), parent=parent)
    error = raised_by(lambda: trial.follow(kind)(request))
    assert isinstance(error, RequestRejected), f"{rule}; it was {error!r}"
    assert len(trial.ground.moved()) == before, f"{rule}, and nothing moves"
