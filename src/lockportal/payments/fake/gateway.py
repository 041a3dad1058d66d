"""The sandbox's gateway: translates between the portal's requests and the bank, and goes wrong where it is told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from lockportal.payments.errors import NotSent, OutcomeUnknown, RequestRejected, Unsupported
from lockportal.payments.fake.bank import Bank, order_id_of
from lockportal.payments.fake.books import Books, FolderBooks, MemoryBooks
from lockportal.payments.fake.capabilities import FakeSettings, capability_of, steps_of
from lockportal.payments.fake.events import method_facts, method_of, observed, read
from lockportal.payments.fake.hosted import Hosted
from lockportal.payments.fake.ledger import SETUP, Fact, Order
from lockportal.payments.fake.plays import ASK, PLAYS, BankStatus, Fault, Step, decline_of, word_of
from lockportal.payments.fake.signing import verify
from lockportal.payments.methods import Flow, MethodKind
from lockportal.payments.operations import DeclineCode, ObservationSource, OpKind
from lockportal.payments.payers import NextAction, NextKind
from lockportal.payments.ports import (
    CompleteRequest,
    FetchRequest,
    FetchResult,
    FollowRequest,
    Found,
    GatewayConfig,
    GatewayResult,
    HealthReport,
    MethodFacts,
    MethodRef,
    MethodStatus,
    Secret,
    SetupRequest,
    StartRequest,
    WebhookBatch,
    WebhookRequest,
)

_REVOKED = (Step(BankStatus.FAILED, decline=DeclineCode.MANDATE_REVOKED),)


class FakeGateway:
    """One account with the sandbox. `hosted` is the other side: the page that the payer sees, and the webhooks that follow."""

    def __init__(self, config: GatewayConfig, settings: FakeSettings, books: Books) -> None:
        """Take the account, the settings, and the bank's books."""
        self._settings = settings
        self._now = config.now
        self._bank = Bank(books, config.now)
        self.hosted = Hosted(self._bank, config)

    def start(self, request: StartRequest) -> GatewayResult:
        """Take or authorize money as the word says that rules it, or send the payer to the hosted page."""
        self._offered(OpKind(request.intent.value), request.kind, request.money.currency)
        if request.money.minor <= 0:
            raise RequestRejected("fake.amount", "An amount is above zero.")
        word, forgotten = self._settings.outcome, False
        if request.method is not None:
            word, forgotten = self._debited(request.method)
        order = Order(
            id=request.operation_id,
            kind=request.intent.value,
            method=request.kind,
            money=request.money,
            reference=request.reference,
            payee=request.customer.number,
            return_url=request.return_url,
            cancel_url=request.cancel_url,
            locale=request.locale,
            save=request.save,
            at=self._now(),
        )
        waits = request.kind is MethodKind.BANK_TRANSFER  # a transfer is the payer's own doing
        steps = _REVOKED if forgotten else steps_of(ASK if waits else word, request.kind)
        method = "" if request.method is None else request.method.ref
        binds = f"{order.kind} {order.money} {order.method} {order.reference} {request.customer.account_id} {method}"
        self._go(request.operation_id, PLAYS[word].fault, lambda: self._bank.open(order, steps, binds))
        return self._result(request.operation_id)

    def complete(self, request: CompleteRequest) -> GatewayResult:
        """Answer what the bank says, whatever the payer's browser brought, but for the small deposits of an account."""
        if "amounts" in request.params:
            self.hosted.verify(request.operation_id, request.params["amounts"])
        return self._result(request.operation_id)

    def capture(self, request: FollowRequest) -> GatewayResult:
        """Take of what was authorized, in as many parts as it is asked for."""
        return self._follow(OpKind.CAPTURE, request)

    def void(self, request: FollowRequest) -> GatewayResult:
        """Give up all that was authorized and not taken; of a payment whose page is still open, close that."""
        facts = self._bank.facts(request.parent.operation_id)
        if facts and facts[-1].status == BankStatus.REQUIRES_ACTION:
            self.hosted.press(request.parent.operation_id.hex, "cancel")
            return GatewayResult(exchange=_exchange(request.parent.operation_id, self._bank.facts(request.parent.operation_id)))
        return self._follow(OpKind.VOID, request)

    def refund(self, request: FollowRequest) -> GatewayResult:
        """Give back of what was taken."""
        return self._follow(OpKind.REFUND, request)

    def fetch(self, request: FetchRequest) -> FetchResult:
        """Say what became of an operation and of what happened to it since."""
        facts = self._bank.facts(request.operation_id)
        found = Found.FOUND if facts else Found.NOT_FOUND
        return FetchResult(
            found=found, observations=observed(facts, ObservationSource.POLL), exchange=_exchange(request.operation_id, facts)
        )

    def setup_method(self, request: SetupRequest) -> GatewayResult:
        """Send the payer to the hosted page, to save a method."""
        capability = capability_of(request.kind)
        if capability is None or Flow.OFF_SESSION not in capability.flows:
            raise Unsupported("fake.unsupported", f"The sandbox saves no {request.kind}.")
        order = Order(
            id=request.operation_id,
            kind=SETUP,
            method=request.kind,
            payee=request.customer.number,
            return_url=request.return_url,
            cancel_url=request.cancel_url,
            locale=request.locale,
            save=True,
            at=self._now(),
        )
        word = self._settings.outcome
        binds = f"{SETUP} {request.kind} {request.customer.account_id}"
        steps = PLAYS[word].steps
        self._go(request.operation_id, PLAYS[word].fault, lambda: self._bank.open(order, steps, binds))
        return self._result(request.operation_id)

    def fetch_method(self, ref: MethodRef) -> MethodFacts:
        """Say whether a saved method can be used; RequestRejected for a reference that is none."""
        if word_of(ref.ref) is None:
            raise RequestRejected("fake.no_method", "The sandbox knows of no such method.")
        return method_facts(ref.ref, MethodStatus.REVOKED if self._bank.forgotten(ref.ref) else MethodStatus.ACTIVE)

    def detach_method(self, ref: MethodRef) -> None:
        """Forget a saved method; nothing if it is forgotten already."""
        self._bank.forget(ref.ref)

    def parse_webhook(self, request: WebhookRequest, secrets: tuple[Secret, ...]) -> WebhookBatch:
        """Verify a webhook on its raw bytes, and read it; WebhookUnverified or WebhookMalformed, and nothing else."""
        verify(request.headers, request.body, secrets, request.received_at)
        return read(request.body)

    def check(self) -> HealthReport:
        """Say that all is well: there is nothing to reach."""
        return HealthReport(well=True, message="The sandbox is here. No money moves.")

    # within

    def _follow(self, kind: OpKind, request: FollowRequest) -> GatewayResult:
        order = self._bank.order(order_id_of(request.parent.gateway_ref))
        if order is None:
            raise RequestRejected("fake.no_parent", "There is no such operation to do this to.")
        self._offered(kind, order.method, request.money.currency)
        play, ref = PLAYS[self._settings.follow], request.parent.gateway_ref
        self._go(
            request.operation_id,
            play.fault,
            lambda: self._bank.follow(request.operation_id, kind, request.money, ref, play.steps),
        )
        return self._result(request.operation_id)

    def _offered(self, operation: OpKind, kind: MethodKind, currency: str) -> None:
        capability = capability_of(kind)
        if capability is None or not capability.offers(operation, currency):
            raise Unsupported("fake.unsupported", f"The sandbox does no {operation} of {kind} in {currency}.")

    def _debited(self, method: MethodRef) -> tuple[str, bool]:
        """Answer the word that rules debits with a saved method, and whether it was forgotten."""
        word = word_of(method.ref)
        if word is None:
            raise RequestRejected("fake.no_method", "The sandbox knows of no such method.")
        return word, self._bank.forgotten(method.ref)

    def _go(self, operation_id: UUID, fault: Fault | None, work: Callable[[], None]) -> None:
        """Do what is asked, and at the first time go wrong as it is told."""
        if fault is None or not self._bank.first(operation_id):
            work()
            return
        if fault.done:
            work()
        if fault is Fault.NOT_SENT:
            raise NotSent("gateway.unreachable", "The sandbox plays that there is no connection.")
        if fault is Fault.GARBAGE:
            raise ValueError("the answer cannot be read")  # as a plugin would that trusts its gateway
        raise OutcomeUnknown(f"gateway.{fault}", f"The sandbox plays {fault}.")

    def _result(self, operation_id: UUID) -> GatewayResult:
        facts = self._bank.facts(operation_id)
        order = self._bank.order(operation_id)
        last = next((one for one in reversed(facts) if one.operation_id is not None), None)
        if last is None:
            return GatewayResult(exchange=_exchange(operation_id, facts))
        saved = order is not None and order.save and last.status == BankStatus.SUCCEEDED
        return GatewayResult(
            observations=observed(facts, ObservationSource.SYNC),
            next_action=None if order is None else self._next(order, last),
            decline=None if last.decline is None else decline_of(last.decline),
            method=method_of(last, order.method) if order is not None and saved else None,
            request_id=f"req_{operation_id.hex}",
            exchange=_exchange(operation_id, facts),
        )

    def _next(self, order: Order, last: Fact) -> NextAction | None:
        if order.kind == SETUP and last.status == BankStatus.PROCESSING:
            return NextAction(kind=NextKind.MICRO_DEPOSITS)
        if last.status != BankStatus.REQUIRES_ACTION:
            return None
        if order.method is not MethodKind.BANK_TRANSFER:
            return NextAction(kind=NextKind.REDIRECT, url=self.hosted.url(order.id))
        lines = (f"Transfer {order.money} to Sandbox Bank.", f"Write {order.reference} as the reference.", "No money moves.")
        return NextAction(kind=NextKind.INSTRUCTIONS, url=self.hosted.url(order.id), lines=lines)


def open_gateway(config: GatewayConfig) -> FakeGateway:
    """Open an account with the sandbox, as its settings say."""
    settings = config.settings
    if not isinstance(settings, FakeSettings):
        message = f"the sandbox takes FakeSettings, not {type(settings).__name__}"
        raise TypeError(message)
    books = FolderBooks(Path(settings.folder, config.merchant_account)) if settings.folder else MemoryBooks()
    return FakeGateway(config, settings, books)


def _exchange(operation_id: UUID, facts: tuple[Fact, ...]) -> str:
    """Answer the transcript for the desk: what was asked about, and each word that came back."""
    told = [f"{one.kind} {one.ref} {one.status} {one.money or ''} {one.decline or ''}".rstrip() for one in facts]
    return "\n".join([f"operation {operation_id}", *told])
