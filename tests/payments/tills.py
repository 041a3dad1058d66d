"""A gateway for tests: its bank is a dict, and what it does with each request is said beforehand."""

from attrs import field, frozen

from books import NOON, open_portal
from lockportal.payments.errors import NotSent, OutcomeUnknown, RequestRejected, WebhookUnverified
from lockportal.payments.methods import Captures, FetchBy, Flow, GatewayDescriptor, MethodCapability, MethodKind
from lockportal.payments.operations import Advice, Decline, DeclineCode, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.ports import (
    FetchResult,
    FollowRequest,
    Found,
    GatewayResult,
    HealthReport,
    StartRequest,
    WebhookBatch,
    WebhookEvent,
)
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.plugins import hookimpl

KINDS = frozenset({OpKind.SALE, OpKind.AUTHORIZE, OpKind.CAPTURE, OpKind.VOID, OpKind.REFUND})


@frozen
class TillSettings:
    """Nothing to set."""


DESCRIPTOR = GatewayDescriptor(
    gateway_type="till",
    display_name="Till",
    config_schema=TillSettings,
    methods=tuple(
        MethodCapability(
            kind=kind,
            operations=KINDS,
            captures=Captures.MANUAL_MULTI,
            flows=frozenset({Flow.HOSTED}),
            fetch=frozenset({FetchBy.OPERATION_ID}),
        )
        for kind in (MethodKind.CARD, MethodKind.ACH_DEBIT)
    ),
    webhooks=True,
)


class Till:
    """Does as `next` says: a status, or the name of a fault; `bank` is what it has really done, by operation."""

    def __init__(self):
        self.bank = {}
        self.calls = []
        self.next = []
        self.default = OpStatus.SUCCEEDED

    def _answer(self, operation_id, kind, money):
        self.calls.append((operation_id, kind, money))
        how = self.next.pop(0) if self.next else self.default
        if operation_id in self.bank:
            return self._result(operation_id)
        if how == "before":
            raise OutcomeUnknown("till.timeout")
        if how == "reset":
            raise ConnectionResetError
        if how == "not_sent":
            raise NotSent("till.unreachable")
        if how == "rejected":
            raise RequestRejected("till.rejected")
        status = how if isinstance(how, OpStatus) else OpStatus.SUCCEEDED
        self.bank[operation_id] = (kind, status, money)
        if how in {"after", "lost"}:
            raise OutcomeUnknown("till.timeout")
        if how == "reset_after":
            raise ConnectionResetError
        if how == "garbage":
            raise ValueError("not JSON")
        return self._result(operation_id)

    def _result(self, operation_id):
        kind, status, money = self.bank[operation_id]
        action = NextAction(kind=NextKind.REDIRECT, url="https://till.test/pay") if status is OpStatus.ACTION_REQUIRED else None
        return GatewayResult(
            observations=(seen(operation_id, kind, status, money),), next_action=action, exchange=f"{kind} {status}"
        )

    def start(self, request: StartRequest):
        kind = OpKind.SALE if request.intent == "sale" else OpKind.AUTHORIZE
        return self._answer(request.operation_id, kind, request.money)

    def complete(self, request):
        return self._result(request.operation_id)

    def capture(self, request: FollowRequest):
        return self._answer(request.operation_id, OpKind.CAPTURE, request.money)

    def void(self, request: FollowRequest):
        return self._answer(request.operation_id, OpKind.VOID, request.money)

    def refund(self, request: FollowRequest):
        return self._answer(request.operation_id, OpKind.REFUND, request.money)

    def fetch(self, request):
        if request.operation_id not in self.bank:
            return FetchResult(found=Found.NOT_FOUND)
        return FetchResult(found=Found.FOUND, observations=self._result(request.operation_id).observations)

    def parse_webhook(self, request, secrets):
        if request.headers.get("secret") not in {one.value for one in secrets}:
            raise WebhookUnverified("till.unverified")
        return WebhookBatch(events=self.events.pop(0))

    def check(self):
        return HealthReport(well=True)

    events = ()

    def set(self, operation_id, status):
        kind, _, money = self.bank[operation_id]
        self.bank[operation_id] = (kind, status, money)


def seen(operation_id, kind, status, money, *, at=NOON, ref=None, event="", source=ObservationSource.SYNC, parent=""):
    decline = None
    if status is OpStatus.FAILED:
        decline = Decline(code=DeclineCode.INSUFFICIENT_FUNDS, advice=Advice.OTHER_METHOD, raw_message="51: no funds")
    return Observation(
        kind=kind,
        status=status,
        money=money,
        occurred_at=at,
        source=source,
        operation_id=operation_id,
        gateway_ref=f"till-{operation_id}" if ref is None else ref,
        parent_ref=parent,
        event_id=event,
        decline=decline,
    )


def event(name, *observations):
    return WebhookEvent(event_id=name, type="till.event", occurred_at=NOON, observations=observations)


class TillPlugin:
    """Registers one till, which the test holds."""

    def __init__(self):
        self.till = Till()

    @hookimpl
    def lockportal_payment_gateways(self, register):
        register(DESCRIPTOR, lambda config: self.till)


@frozen
class Shop:
    """A portal with a till."""

    portal: object
    till: Till = field(eq=False)


SETTINGS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="till", webhook_secrets=("s1", "s2"))},
    methods=(
        MethodRule(method=MethodKind.CARD, merchant_account="main"),
        MethodRule(method=MethodKind.ACH_DEBIT, merchant_account="main"),
    ),
    return_urls=("https://shop.test",),
)


def open_shop(url, *, settings=SETTINGS, others=(), plugins=(), **options):
    plugin = TillPlugin()
    portal = open_portal(url, settings=(settings, *others), plugins=(plugin, *plugins), **options)
    return Shop(portal, plugin.till)
