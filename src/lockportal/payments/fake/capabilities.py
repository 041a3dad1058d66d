"""What the sandbox's gateway is and can do, as any gateway declares it, and what can be set of it."""

from __future__ import annotations

from typing import Any, Final

from attrs import Attribute, field, frozen

from lockportal.payments.fake.plays import ASK, PLAYS, Step
from lockportal.payments.methods import (
    Captures,
    FetchBy,
    Flow,
    GatewayDescriptor,
    Maturity,
    MethodCapability,
    MethodKind,
    Saved,
)
from lockportal.payments.operations import OpKind


def _word(_: object, attribute: Attribute[Any], value: str) -> None:
    if value not in PLAYS:
        message = f"{attribute.name}: must be one of {', '.join(sorted(PLAYS))}"
        raise ValueError(message)


@frozen(kw_only=True)
class FakeSettings:
    """The sandbox's settings: the `folder` of its books ("" for memory), and what becomes of payments and of what follows them.

    `outcome` is for payments without a saved method that rules it; `follow` for captures, voids and refunds.
    """

    folder: str = ""
    outcome: str = field(default=ASK, validator=_word)
    follow: str = field(default="ok", validator=_word)


_BOTH: Final = frozenset({FetchBy.GATEWAY_REF, FetchBy.OPERATION_ID})
_PAGE: Final = frozenset({Flow.HOSTED, Flow.OFF_SESSION})
_DEBIT: Final = frozenset({OpKind.SALE, OpKind.REFUND})

DESCRIPTOR: Final = GatewayDescriptor(
    gateway_type="fake",
    display_name="Sandbox",
    config_schema=FakeSettings,
    maturity=Maturity.SANDBOX,
    methods=(
        MethodCapability(
            kind=MethodKind.CARD,
            flows=_PAGE,
            operations=frozenset({OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.VOID, OpKind.REFUND}),
            captures=Captures.MANUAL_MULTI,
            saved=Saved.OFF_SESSION,
            fetch=_BOTH,
        ),
        MethodCapability(
            kind=MethodKind.ACH_DEBIT,
            currencies=frozenset({"USD"}),
            countries=frozenset({"US"}),
            flows=_PAGE,
            operations=_DEBIT,
            saved=Saved.OFF_SESSION,
            mandate=True,
            asynchronous=True,
            expected_days=3,
            return_days=60,
            fetch=_BOTH,
        ),
        MethodCapability(
            kind=MethodKind.SEPA_DEBIT,
            currencies=frozenset({"EUR"}),
            flows=_PAGE,
            operations=_DEBIT,
            saved=Saved.OFF_SESSION,
            mandate=True,
            asynchronous=True,
            expected_days=3,
            return_days=40,
            fetch=_BOTH,
        ),
        MethodCapability(
            kind=MethodKind.BANK_TRANSFER, flows=frozenset({Flow.INSTRUCTIONS}), operations=frozenset({OpKind.SALE}), fetch=_BOTH
        ),
    ),
    webhooks=True,
)
"""The sandbox as a gateway."""


def capability_of(kind: MethodKind) -> MethodCapability | None:
    """Answer what the sandbox can do with a way to pay, None if nothing."""
    return DESCRIPTOR.method(kind)


def steps_of(word: str, kind: MethodKind) -> tuple[Step, ...]:
    """Answer what a word comes to for a way to pay: a debit that goes well takes its time."""
    capability = capability_of(kind)
    if word == "ok" and capability is not None and capability.asynchronous:
        word = "pending"
    return PLAYS[word].steps
