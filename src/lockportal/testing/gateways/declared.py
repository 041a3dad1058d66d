"""Gateways' contract: what is declared is what works, and nothing else does."""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve, has

from lockportal.core.money import EXPONENTS, Money
from lockportal.payments.errors import Unsupported
from lockportal.payments.methods import API_VERSION, Captures, Flow, MethodCapability, MethodKind, Saved
from lockportal.payments.operations import UNASKED, OpKind
from lockportal.payments.ports import FollowRequest, Intent, OperationRef
from lockportal.testing.gateways.ground import GatewayGround, Ground
from lockportal.testing.gateways.trial import Trial, amount, new_id, raised_by, start_request

_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FOLLOWS: Final = (OpKind.CAPTURE, OpKind.VOID, OpKind.REFUND)


class DeclaredContract(Ground):
    """The descriptor is sound, each thing that it declares works, and what it does not is Unsupported."""

    def test_a_gateway_says_what_it_is(self, ground: GatewayGround) -> None:
        """Its type, its version, its settings, and for each way to pay what can be done."""
        descriptor = ground.descriptor
        assert _TYPE.fullmatch(descriptor.gateway_type), "a gateway's type is a short name of lower-case letters, digits and _"
        assert descriptor.display_name.strip(), "a gateway has a name to be shown"
        assert descriptor.api_version in {API_VERSION, API_VERSION - 1}, "a gateway is written for this version of the contract"
        assert has(descriptor.config_schema), "a gateway's settings are an attrs class"
        kinds = [one.kind for one in descriptor.methods]
        assert kinds, "a gateway declares a way to pay"
        assert len(set(kinds)) == len(kinds), "each way to pay is declared once"
        assert descriptor.webhooks is (ground.webhooks is not None), "whether there are webhooks is declared"
        for capability in descriptor.methods:
            _sound(capability)

    def test_what_is_declared_works(self, ground: GatewayGround) -> None:
        """Each operation of each way to pay."""
        trial = Trial(ground)
        for capability in ground.descriptor.methods:
            if OpKind.SALE in capability.operations:
                trial.done(start_request(capability))
            for kind in (one for one in _FOLLOWS if one in capability.operations):
                parent = trial.taken(capability) if kind is OpKind.REFUND else trial.promised(capability)
                error = raised_by(lambda kind=kind, parent=parent: trial.followed(kind, parent, parent.money))  # type: ignore[misc]
                assert error is None, f"what is declared works: {kind} of {capability.kind}; it was {error!r}"

    def test_what_is_not_declared_is_unsupported(self, ground: GatewayGround) -> None:
        """Neither another way to pay, nor another operation, nor another currency."""
        first = ground.descriptor.methods[0]
        for kind in MethodKind:
            if ground.descriptor.method(kind) is None:
                _unsupported(ground, evolve(first, kind=kind), amount(first), f"{kind} is not declared")
        for capability in ground.descriptor.methods:
            here = amount(capability)
            for intent in Intent:
                if OpKind(intent.value) not in capability.operations:
                    _unsupported(ground, capability, here, f"{intent} of {capability.kind} is not declared", intent)
            if capability.currencies:
                other = min(set(EXPONENTS) - capability.currencies)
                _unsupported(ground, capability, Money(100, other), f"{capability.kind} in {other} is not declared")
            self._follows(ground, capability)

    def test_a_gateway_says_whether_it_is_well(self, ground: GatewayGround) -> None:
        """With the credentials of the ground it is."""
        report = ground.gateway.check()
        assert report.well, f"a gateway that can be reached says that it is well; it said {report.message!r}"

    def _follows(self, ground: GatewayGround, capability: MethodCapability) -> None:
        missing = [kind for kind in _FOLLOWS if kind not in capability.operations]
        if not missing:
            return
        trial = Trial(ground)
        taken: OperationRef = trial.taken(capability)
        for kind in missing:
            request = FollowRequest(operation_id=new_id(), money=taken.money, parent=taken)
            error = raised_by(lambda kind=kind, request=request: trial.follow(kind)(request))  # type: ignore[misc]
            rule = f"what is not declared is Unsupported, and {kind} of {capability.kind} is not declared"
            assert isinstance(error, Unsupported), f"{rule}; it was {error!r}"


def _unsupported(
    ground: GatewayGround, capability: MethodCapability, money: Money, why: str, intent: Intent = Intent.SALE
) -> None:
    if intent is Intent.SALE and OpKind.SALE not in capability.operations:
        intent = Intent.AUTHORIZE if OpKind.AUTHORIZE in capability.operations else intent
    error = raised_by(lambda: ground.gateway.start(start_request(capability, money, intent)))
    assert isinstance(error, Unsupported), f"what is not declared is Unsupported, and {why}; it was {error!r}"


def _sound(capability: MethodCapability) -> None:
    kind, operations = capability.kind, capability.operations
    assert operations & {OpKind.SALE, OpKind.AUTHORIZE}, f"{kind} takes or authorizes money"
    assert not operations & UNASKED, f"{kind} declares what is asked of it, not what happens by itself"
    promises = OpKind.AUTHORIZE in operations
    assert promises is (OpKind.CAPTURE in operations), f"{kind} captures what it authorizes, and nothing else"
    assert promises is (capability.captures is not Captures.AUTO), f"{kind} says how it captures"
    assert promises or OpKind.VOID not in operations, f"{kind} voids only what it authorizes"
    assert capability.flows, f"{kind} says how a payer gives it"
    assert (Flow.OFF_SESSION in capability.flows) is (capability.saved is Saved.OFF_SESSION), f"{kind} is saved for off session"
    assert capability.currencies <= set(EXPONENTS), f"{kind} declares currencies of ISO 4217"
    assert capability.fetch, f"{kind} says by what an operation is found"
    assert capability.asynchronous or not capability.expected_days, f"{kind} takes days only where it is asynchronous"
