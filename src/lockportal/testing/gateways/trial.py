"""How the contract asks a gateway: requests as lockportal makes them, and what the answers come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.clock import SystemClock
from lockportal.core.money import EXPONENTS, Money
from lockportal.payments.folding import Merged, merged
from lockportal.payments.methods import MethodCapability
from lockportal.payments.operations import (
    UNASKED,
    Observation,
    OpKind,
    OpStatus,
    gathered,
)
from lockportal.payments.ports import (
    CompleteRequest,
    CustomerRef,
    FetchRequest,
    FetchResult,
    FollowRequest,
    GatewayResult,
    Intent,
    InvoiceRef,
    MethodRef,
    OperationRef,
    SetupRequest,
    StartRequest,
)
from lockportal.testing.gateways.ground import GatewayGround

MINOR: Final = 120_00
"""What is paid unless something else is said."""
NAME: Final = "Vera Vogel"
EMAIL: Final = "vera.vogel@example.com"


def new_id() -> UUID:
    """Make an id."""
    return SystemClock().new_id()


def currency_of(capability: MethodCapability) -> str:
    """Answer a currency that a way to pay can be used in."""
    return min(capability.currencies, default="EUR")


def amount(capability: MethodCapability, minor: int = MINOR) -> Money:
    """Answer an amount that is within the bounds of a way to pay."""
    money = Money(minor, currency_of(capability))
    if capability.least is not None and capability.least.currency == money.currency:
        money = max(money, capability.least)
    return money


def customer() -> CustomerRef:
    """Answer a customer whom nobody knows yet."""
    account_id = new_id()
    return CustomerRef(account_id=account_id, number=f"C-{account_id.hex[-6:]}", name=NAME, country="DE", email=EMAIL)


def start_request(
    capability: MethodCapability,
    money: Money | None = None,
    intent: Intent = Intent.SALE,
    **changes: Any,  # noqa: ANN401 - the fields of a request
) -> StartRequest:
    """Answer a request to take or authorize money; the payer is there unless it is said otherwise."""
    money = amount(capability) if money is None else money
    operation_id = new_id()
    made = StartRequest(
        operation_id=operation_id,
        money=money,
        intent=intent,
        kind=capability.kind,
        customer=customer(),
        reference=f"P-{operation_id.hex[-8:]}",
        invoices=(InvoiceRef(number="R-1", amount=money),),
        return_url="http://127.0.0.1:8000/back",
        cancel_url="http://127.0.0.1:8000/cancelled",
    )
    return evolve(made, **changes)


@frozen
class Trial:
    """Asks a gateway through its ground."""

    ground: GatewayGround
    refs: dict[UUID, str] = field(factory=dict)
    """The gateway's references, as far as it told them."""

    def start(self, request: StartRequest) -> GatewayResult:
        """Start, and let the payer agree where they are asked to, and the bank let it through."""
        result = self.ground.gateway.start(request)
        self.note(request.operation_id, result.observations)
        self.agree(request, result)
        return result

    def agree(self, request: StartRequest, result: GatewayResult) -> None:
        """Let the payer agree where a gateway asks for that, and its bank let it through."""
        if status_of(request.money, result.observations) is OpStatus.ACTION_REQUIRED:
            self.ground.approve(request.operation_id)
        if self.known(request, OpKind(request.intent.value)).status is OpStatus.PENDING:
            self.ground.settle(request.operation_id)

    def taken(self, capability: MethodCapability, minor: int = MINOR) -> OperationRef:
        """Answer what a payment of a way to pay took: its sale, or its capture where there are no sales."""
        if OpKind.SALE in capability.operations:
            return self.done(start_request(capability, amount(capability, minor)))
        promised = self.promised(capability, minor)
        return self.followed(OpKind.CAPTURE, promised, promised.money)

    def promised(self, capability: MethodCapability, minor: int = MINOR) -> OperationRef:
        """Answer an authorization."""
        return self.done(start_request(capability, amount(capability, minor), Intent.AUTHORIZE))

    def done(self, request: StartRequest) -> OperationRef:
        """Start and see it through: it must succeed, with the amount that was asked for."""
        kind = OpKind(request.intent.value)
        self.start(request)
        known = self.known(request, kind)
        assert known.status is OpStatus.SUCCEEDED, f"what is declared works: {kind} of {request.kind}; it is {known.status}"
        return OperationRef(operation_id=request.operation_id, gateway_ref=known.gateway_ref, money=request.money)

    def followed(self, kind: OpKind, parent: OperationRef, money: Money, operation_id: UUID | None = None) -> OperationRef:
        """Capture, void or refund, and see it through."""
        request = FollowRequest(operation_id=operation_id or new_id(), money=money, parent=parent)
        result = self.follow(kind)(request)
        self.note(request.operation_id, result.observations)
        known = merged(money, own(result.observations))
        if known.status is not OpStatus.SUCCEEDED:
            self.ground.settle(request.operation_id)
            fetched = self.fetch(request.operation_id, kind, money, parent=parent)
            known = merged(money, own((*result.observations, *fetched.observations)))
        assert known.status is OpStatus.SUCCEEDED, f"what is declared works: {kind}; it is {known.status}"
        return OperationRef(operation_id=request.operation_id, gateway_ref=known.gateway_ref, money=money)

    def follow(self, kind: OpKind) -> Callable[[FollowRequest], GatewayResult]:
        """Answer the method of a gateway that captures, voids or refunds."""
        gateway = self.ground.gateway
        return {OpKind.CAPTURE: gateway.capture, OpKind.VOID: gateway.void, OpKind.REFUND: gateway.refund}[kind]

    def complete(self, request: StartRequest, **params: str) -> GatewayResult:
        """Answer what a gateway says when a payer comes back."""
        ref = self.known(request, OpKind(request.intent.value)).gateway_ref
        return self.ground.gateway.complete(
            CompleteRequest(operation_id=request.operation_id, gateway_ref=ref, money=request.money, params=params)
        )

    def fetch(
        self, operation_id: UUID, kind: OpKind, money: Money, *, parent: OperationRef | None = None, by_id: bool = False
    ) -> FetchResult:
        """Ask what became of an operation, by all that is known of it, or `by_id` alone."""
        ref = "" if by_id else self.refs.get(operation_id, "")
        return self.ground.gateway.fetch(
            FetchRequest(operation_id=operation_id, kind=kind, money=money, gateway_ref=ref, parent=parent)
        )

    def note(self, operation_id: UUID, observations: Iterable[Observation]) -> None:
        """Keep the reference that a gateway told of an operation."""
        ref = next((one.gateway_ref for one in own(observations) if one.gateway_ref), "")
        if ref:
            self.refs[operation_id] = ref

    def known(self, request: StartRequest, kind: OpKind) -> Merged:
        """Answer what becomes of an operation by what its gateway says when it is asked."""
        return merged(request.money, own(self.fetch(request.operation_id, kind, request.money).observations))

    def setup(self, capability: MethodCapability) -> MethodRef | None:
        """Save a method, the payer agreeing; answer it, None where the gateway tells of none."""
        request = SetupRequest(
            operation_id=new_id(),
            kind=capability.kind,
            customer=customer(),
            return_url="http://127.0.0.1:8000/back",
            cancel_url="http://127.0.0.1:8000/cancelled",
        )
        result = self.ground.gateway.setup_method(request)
        if result.method is None:
            self.ground.approve(request.operation_id)
            nothing = Money.zero(currency_of(capability))
            result = self.ground.gateway.complete(
                CompleteRequest(operation_id=request.operation_id, gateway_ref="", money=nothing)
            )
        return None if result.method is None else result.method.ref


def own(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Answer the observations of an operation itself, without what happened to it."""
    return gathered(one for one in observations if one.kind not in UNASKED)


def status_of(money: Money, observations: Iterable[Observation]) -> OpStatus:
    """Answer what observations of an operation come to."""
    return merged(money, own(observations)).status


def raised_by(work: Callable[[], object]) -> Exception | None:
    """Answer what a call raises, None if it answers."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is, the rule judges it
        return error
    return None


def exponents(capability: MethodCapability) -> tuple[str, ...]:
    """Answer a currency of each number of decimal digits that a way to pay can be used in."""
    picked: dict[int, str] = {}
    for currency in ("JPY", "EUR", "USD", "KWD", *sorted(EXPONENTS)):
        if not capability.currencies or currency in capability.currencies:
            picked.setdefault(EXPONENTS[currency], currency)
    return tuple(currency for digits, currency in sorted(picked.items()) if digits < 4)  # noqa: PLR2004 - funds, not money
