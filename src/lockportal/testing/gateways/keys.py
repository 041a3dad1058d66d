"""Gateways' contract: an operation's id is its key, so that whatever is asked twice is done once."""

from __future__ import annotations

from attrs import evolve

from lockportal.core.money import Money
from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import FetchBy, Idempotency, MethodCapability
from lockportal.payments.operations import OpKind, OpStatus
from lockportal.payments.ports import Found, Intent
from lockportal.testing.bench import race
from lockportal.testing.gateways.ground import GatewayGround, Ground
from lockportal.testing.gateways.trial import Trial, amount, new_id, raised_by, start_request, status_of

_RACERS = 8


class KeysContract(Ground):
    """One key, one charge; another body under it is rejected; what was never asked is not found."""

    def test_the_same_request_again_charges_once(self, ground: GatewayGround) -> None:
        """Before and after the payer agreed."""
        trial = Trial(ground)
        for capability in _keyed(ground):
            before, request = len(ground.moved()), start_request(capability)
            ground.gateway.start(request)
            trial.start(request)
            again = ground.gateway.start(request)
            rule = f"the same request again charges once ({capability.kind})"
            assert len(ground.moved()) == before + 1, f"{rule}; {len(ground.moved()) - before} times here"
            assert status_of(request.money, again.observations) is OpStatus.SUCCEEDED, f"{rule}, and is answered alike"

    def test_racers_with_one_key_charge_once(self, ground: GatewayGround) -> None:
        """Some of them may not learn what became of it."""
        trial = Trial(ground)
        for capability in _keyed(ground):
            before, request = len(ground.moved()), start_request(capability)
            race(*[lambda request=request: ground.gateway.start(request)] * _RACERS)
            trial.start(request)
            count = len(ground.moved()) - before
            assert count == 1, f"racers with one key charge once ({capability.kind}); {count} times here"

    def test_a_key_is_bound_to_its_amount(self, ground: GatewayGround) -> None:
        """The same key with another amount is rejected, and moves nothing."""
        trial = Trial(ground)
        for capability in _keyed(ground):
            request = start_request(capability)
            trial.start(request)
            before = len(ground.moved())
            other = evolve(request, money=Money(request.money.minor + 1, request.money.currency))
            error = raised_by(lambda other=other: ground.gateway.start(other))  # type: ignore[misc]
            rule = f"a key with another amount is RequestRejected ({capability.kind})"
            assert isinstance(error, RequestRejected), f"{rule}; it was {error!r}"
            assert len(ground.moved()) == before, f"{rule}, and moves nothing"

    def test_two_equal_refunds_are_two(self, ground: GatewayGround) -> None:
        """Each under its own id; each of them again is the same one."""
        trial = Trial(ground)
        for capability in ground.offering(OpKind.REFUND):
            if not capability.partial_refund:
                continue
            taken = trial.taken(capability)
            before, part = len(ground.moved()), Money(taken.money.minor // 3, taken.money.currency)
            one, two = new_id(), new_id()
            for operation_id in (one, two, one, two):
                trial.followed(OpKind.REFUND, taken, part, operation_id)
            count = len(ground.moved()) - before
            assert count == 2, f"two equal refunds are two, however often each is sent; {count} here"  # noqa: PLR2004 - two

    def test_what_was_never_asked_is_not_found(self, ground: GatewayGround) -> None:
        """By an id that the gateway never heard of."""
        for capability in ground.descriptor.methods:
            if FetchBy.OPERATION_ID in capability.fetch:
                found = Trial(ground).fetch(new_id(), OpKind.SALE, amount(capability)).found
                assert found is Found.NOT_FOUND, f"what was never asked is NOT_FOUND; it is {found}"

    def test_asking_changes_nothing(self, ground: GatewayGround) -> None:
        """However often, and by whatever the descriptor declares."""
        trial = Trial(ground)
        for capability in ground.descriptor.methods:
            request = start_request(capability, None, *_intent(capability))
            kind = OpKind(request.intent.value)
            trial.note(request.operation_id, ground.gateway.start(request).observations)
            before = trial.fetch(request.operation_id, kind, request.money)
            assert before.found is Found.FOUND, f"what was begun is found; it is {before.found}"
            for _ in range(3):
                again = trial.fetch(request.operation_id, kind, request.money)
                same = status_of(request.money, again.observations) is status_of(request.money, before.observations)
                assert same, "asking changes nothing"
            if FetchBy.OPERATION_ID in capability.fetch:
                by_id = trial.fetch(request.operation_id, kind, request.money, by_id=True)
                assert by_id.found is Found.FOUND, "an operation is found by its id alone, as is declared"


def _keyed(ground: GatewayGround) -> tuple[MethodCapability, ...]:
    """Answer the ways to pay whose sales bear a key that the gateway itself knows again."""
    return tuple(one for one in ground.offering(OpKind.SALE) if one.idempotency is not Idempotency.NONE)


def _intent(capability: MethodCapability) -> tuple[Intent, ...]:
    return () if OpKind.SALE in capability.operations else (Intent.AUTHORIZE,)
