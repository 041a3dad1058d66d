"""The supplier's gateways: registered by plugins, opened by the settings, called with a time limit outside transactions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from attrs import evolve, field, frozen

from lockportal import codec
from lockportal.context import Context
from lockportal.core.errors import GatewayError, LockportalError, Refused
from lockportal.core.ports import Clock
from lockportal.payments.errors import (
    CredentialsInvalid,
    NotSent,
    RequestRejected,
    Unsupported,
    WebhookMalformed,
    WebhookUnverified,
)
from lockportal.payments.methods import GatewayDescriptor, MethodCapability, MethodKind, Saved
from lockportal.payments.models import Operation, Payment
from lockportal.payments.operations import Advice, Decline, DeclineCode, Observation, ObservationSource, OpStatus
from lockportal.payments.ports import (
    FetchResult,
    Found,
    GatewayConfig,
    GatewayResult,
    PaymentGateway,
    Secret,
    WebhookBatch,
    WebhookRequest,
)
from lockportal.payments.references import is_reference, reader
from lockportal.payments.registering import registered
from lockportal.payments.settings import PaymentsSettings
from lockportal.slots import Slots

T = TypeVar("T")
_LOG: Final = logging.getLogger("lockportal.payments")
_SECONDS: Final = 25.0
_SLOTS: Final = 16
_REFUSED: Final = (RequestRejected, CredentialsInvalid, Unsupported)


@frozen
class Merchant:
    """One of the supplier's accounts with a gateway, ready to be called."""

    name: str
    descriptor: GatewayDescriptor
    gateway: PaymentGateway = field(eq=False, repr=False)
    secrets: tuple[Secret, ...] = field(repr=False)
    slots: Slots = field(eq=False, repr=False)

    def method(self, kind: MethodKind) -> MethodCapability:
        """Answer what the gateway can do with a way to pay; Unsupported if nothing."""
        found = self.descriptor.method(kind)
        if found is None:
            raise Unsupported("payment.unsupported", f"{self.descriptor.display_name} does not take {kind}.")
        return found


@frozen(kw_only=True)
class Answered:
    """What came of a call: the observations that are certain, the gateway's answer where there is one, and the outcome's code."""

    observations: tuple[Observation, ...]
    result: GatewayResult | None = None
    outcome: str = "answered"
    not_sent: bool = False


class Gateways:
    """Opens the gateways that the settings name, and calls them."""

    def __init__(self, context: Context) -> None:
        """Collect what plugins register, each plugin apart, and open what the settings name; Refused says which of them fails."""
        self._clock: Clock = context.clock
        self._secret = reader(lambda reference: context.hook.lockportal_secret(reference=reference))
        self._known = registered(context.hook)
        self._settings = context.shell.settings(PaymentsSettings)
        for rule in self._settings.methods:
            if rule.merchant_account and rule.merchant_account not in self._settings.merchants:
                message = f"[[payments.methods]] names {rule.merchant_account!r}, which is none of [payments.merchants]."
                raise Refused("gateway.unknown", message, field="payments.methods.merchant_account")
        self.on_refused: Callable[[str, str], None] = lambda _name, _code: None
        self._merchants = {name: self._open(name, context.base_url) for name in self._settings.merchants}

    @property
    def descriptors(self) -> tuple[GatewayDescriptor, ...]:
        """Answer what every registered gateway is, by type."""
        return tuple(descriptor for _, (descriptor, _) in sorted(self._known.items()))

    @property
    def merchants(self) -> Mapping[str, Merchant]:
        """Answer the supplier's accounts with gateways, by name."""
        return self._merchants

    def merchant(self, name: str) -> Merchant:
        """Answer one of the supplier's accounts with gateways; Refused `gateway.unknown` if there is none of this name."""
        found = self._merchants.get(name)
        if found is None:
            raise Refused(
                "gateway.unknown", f"There is no account {name!r} with a gateway in the settings.", field="merchant_account"
            )
        return found

    def ask(self, operation: Operation, call: Callable[[PaymentGateway], GatewayResult], *, again: bool = False) -> Answered:
        """Ask a gateway to do an operation, and answer what is known of it then, whatever happens.

        `again` says that it was asked before: then a refusal is of this request alone, and tells nothing of the first.
        """
        merchant = self.merchant(operation.merchant_account)
        try:
            result = merchant.slots.run(lambda: call(merchant.gateway))
            observations = _own(result.observations, operation)
        except NotSent as error:
            return Answered(observations=(), outcome=error.code, not_sent=True)
        except _REFUSED as error:
            _LOG.error("a gateway refused a request", extra={"operation": str(operation.id), "code": error.code})
            self._credentials(merchant.name, error)
            refused = () if again else (self._seen(operation, OpStatus.FAILED, DeclineCode.PROCESSING_ERROR),)
            return Answered(observations=refused, outcome=error.code)
        except GatewayError as error:
            if error.code.endswith(".busy"):
                return Answered(observations=(), outcome=error.code, not_sent=True)
            return self._unknown(operation, error.code)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the gateway may have done it
            return self._unknown(operation, error.code if isinstance(error, LockportalError) else type(error).__name__)
        return Answered(observations=observations or (self._seen(operation, OpStatus.UNKNOWN),), result=result)

    def fetch(self, operation: Operation, call: Callable[[PaymentGateway], FetchResult]) -> FetchResult:
        """Ask a gateway what became of an operation; whatever goes wrong, it cannot tell."""
        try:
            merchant = self.merchant(operation.merchant_account)
            result = merchant.slots.run(lambda: call(merchant.gateway))
            return evolve(result, observations=_own(result.observations, operation))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - then it is asked again later
            self._credentials(operation.merchant_account, error)
            _LOG.warning("a gateway could not tell of an operation", extra={"operation": str(operation.id), "error": str(error)})
            return FetchResult(found=Found.CANNOT_TELL)

    def attempt(self, name: str, call: Callable[[PaymentGateway], T]) -> T | None:
        """Ask a gateway for something that moves no money; None where that failed, whatever it was: it is tried again later."""
        try:
            merchant = self.merchant(name)
            return merchant.slots.run(lambda: call(merchant.gateway))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, no money moved
            self._credentials(name, error)
            _LOG.warning("a gateway could not be asked", extra={"merchant_account": name, "error": str(error)})
            return None

    def returns(self, payment: Payment) -> tuple[int, bool]:
        """Answer within how many business days money of a payment may come back, and whether only asking tells of it."""
        descriptor = self.merchant(payment.merchant_account).descriptor
        able = descriptor.method(payment.method)
        return (0, False) if able is None else (able.return_days, not descriptor.webhooks)

    def saves(self, name: str, kind: MethodKind) -> Saved:
        """Answer how a gateway saves a way to pay."""
        able = self.merchant(name).descriptor.method(kind)
        return Saved.NONE if able is None else able.saved

    def read(self, name: str, request: WebhookRequest) -> WebhookBatch:
        """Verify and translate a webhook; WebhookUnverified or WebhookMalformed, and nothing else."""
        merchant = self.merchant(name)
        if not merchant.secrets:
            raise WebhookUnverified("webhook.no_secret", "No secret is set for this account's webhooks.")
        try:
            batch = merchant.gateway.parse_webhook(request, merchant.secrets)
        except (WebhookUnverified, WebhookMalformed, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            _LOG.exception("a gateway's plugin failed at a webhook", extra={"merchant_account": name})
            raise WebhookMalformed("webhook.unreadable", "This cannot be read.") from error
        return batch

    def gone(self, operation: Operation) -> Observation:
        """Answer that the gateway never received an operation."""
        return self._seen(operation, OpStatus.FAILED, DeclineCode.NOT_RECEIVED, ObservationSource.POLL)

    def unsure(self, operation: Operation) -> Observation:
        """Answer that nobody here can tell what became of an operation."""
        return self._seen(operation, OpStatus.UNKNOWN, source=ObservationSource.POLL)

    def _credentials(self, name: str, error: BaseException) -> None:
        if isinstance(error, CredentialsInvalid):
            self.on_refused(name, error.code)

    def _unknown(self, operation: Operation, outcome: str) -> Answered:
        _LOG.warning("what became of an operation is not known", extra={"operation": str(operation.id), "outcome": outcome})
        return Answered(observations=(self._seen(operation, OpStatus.UNKNOWN),), outcome=outcome)

    def _seen(
        self,
        operation: Operation,
        status: OpStatus,
        code: DeclineCode | None = None,
        source: ObservationSource = ObservationSource.SYNC,
    ) -> Observation:
        return Observation(
            kind=operation.kind,
            status=status,
            money=None,
            occurred_at=self._clock.now(),
            source=source,
            operation_id=operation.id,
            decline=None if code is None else Decline(code=code, advice=Advice.RETRY_LATER),
        )

    def _open(self, name: str, base_url: str) -> Merchant:
        account = self._settings.merchants[name]
        known = self._known.get(account.gateway)
        if known is None:
            there = ", ".join(sorted(self._known)) or "none"
            message = f"[payments.merchants.{name}] names the gateway {account.gateway!r}; installed are: {there}."
            raise Refused("gateway.unknown", message, field=f"payments.merchants.{name}.gateway")
        descriptor, factory = known
        try:
            settings: Any = codec.structure(descriptor.config_schema, dict(account.settings))
        except Refused as error:
            where = f"payments.merchants.{name}.settings.{error.field}" if error.field else f"payments.merchants.{name}.settings"
            raise Refused("gateway.settings", error.message, field=where) from error
        config = GatewayConfig(
            merchant_account=name, settings=settings, base_url=base_url, now=self._clock.now, secret=self._secret
        )
        gateway = factory(config)
        try:
            read = tuple(self._secret(one) if is_reference(one) else one for one in account.webhook_secrets)
        except Refused as error:
            raise Refused(error.code, error.message, field=f"payments.merchants.{name}.webhook_secrets") from error
        secrets = tuple(map(Secret, read))
        return Merchant(name, descriptor, gateway, secrets, Slots("gateway", slots=_SLOTS, seconds=_SECONDS))


def _own(observations: tuple[Observation, ...], operation: Operation) -> tuple[Observation, ...]:
    """Leave out what is of another operation: a plugin that mixes them up moves nobody's money."""
    return tuple(evolve(one, operation_id=operation.id) for one in observations if one.operation_id in {None, operation.id})
