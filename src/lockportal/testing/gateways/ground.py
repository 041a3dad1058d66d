"""What every part of the gateways' contract stands on: a gateway and its other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.methods import GatewayDescriptor, MethodCapability
from lockportal.payments.operations import DeclineCode, OpKind
from lockportal.payments.ports import PaymentGateway, Secret, WebhookRequest
from lockportal.testing.gateways.network import loopback_only
from lockportal.testing.gateways.proxy import FaultProxy


def _nothing(_: UUID) -> None:
    """Do nothing: what succeeds does so at once."""


@frozen(kw_only=True)
class GatewayGround:
    """A gateway and its other side, each by the operation's id; what is None is not tried.

    A webhook of `sign` or `webhooks` is received when it is signed: its `received_at` says so.
    """

    descriptor: GatewayDescriptor
    gateway: PaymentGateway
    approve: Callable[[UUID], None]
    """The payer does what they are asked to, and agrees."""
    decline: Callable[[UUID], DeclineCode]
    """The payer's bank says no; answers the code that this is to be told by."""
    moved: Callable[[], Sequence[Money]]
    """Each sale, capture and refund that succeeded, as the gateway's own books have it, of whatever operation."""
    settle: Callable[[UUID], None] = _nothing
    """What is pending succeeds."""
    return_: Callable[[UUID], None] | None = None
    """What had succeeded comes back."""
    other_amount: Callable[[UUID], Money] | None = None
    """The gateway moves another amount than it was asked for; answers which."""
    unheard: Callable[[UUID], None] | None = None
    """An operation that waits for its payer gets a status that no plugin has heard of."""
    webhooks: Callable[[UUID], Sequence[WebhookRequest]] | None = None
    """Each event of an operation until now, in its order, signed with the first of the secrets."""
    together: Callable[[UUID], WebhookRequest] | None = None
    """The same events in one delivery."""
    sign: Callable[[bytes, Secret], WebhookRequest] | None = None
    """A webhook of any body, signed."""
    secrets: tuple[Secret, Secret] = field(default=(Secret("whsec_b25l"), Secret("whsec_dHdv")), repr=False)
    """Two secrets that are both in use."""
    unknown_type: bytes = b""
    """The body of an event of a type that the plugin does not know."""
    foreign: bytes = b""
    """The body of an event of an object that lockportal never asked for."""
    tolerance: timedelta | None = timedelta(minutes=5)
    """How old a webhook may be; None where the scheme has no time in it."""
    proxy: FaultProxy | None = None
    """What stands before the gateway's stub."""
    private: tuple[str, ...] = ()
    """What must be told nobody: keys of the API, numbers of accounts."""

    def offering(self, *operations: OpKind) -> tuple[MethodCapability, ...]:
        """Answer the ways to pay that declare these operations."""
        return tuple(one for one in self.descriptor.methods if set(operations) <= one.operations)


class Ground:
    """The fixtures of the contract. `ground` is to be given."""

    patience: float = 20.0
    """The seconds within which a gateway must give up a call by itself."""

    @pytest.fixture
    def ground(self) -> GatewayGround:
        """Answer a gateway through which nothing went yet."""
        raise NotImplementedError("a gateway's contract needs a fixture `ground`: a gateway and its other side")

    @pytest.fixture(autouse=True)
    def _at_home(self) -> Iterator[None]:
        with loopback_only():
            yield


def needs(thing: object, name: str) -> None:
    """Skip a rule whose part of the ground is not given."""
    if not thing:
        pytest.skip(f"the ground has no `{name}`")
