"""What can be done about saved methods, pure; and what follows where a bank says never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Actor, ActorKind, Audience, Right
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import DECIDED, Event, Record, Stamp
from lockportal.payments.limits import GatewayLimits
from lockportal.payments.methods import MethodKind, Saved
from lockportal.payments.models import OperationObserved
from lockportal.payments.operations import Advice, OpKind, OpStatus
from lockportal.payments.requests import MethodFacts, MethodStatus
from lockportal.payments.saving.models import (
    MethodBlocked,
    MethodChanged,
    MethodDue,
    MethodRemoved,
    MethodSaved,
    MethodSetUp,
    SavedMethod,
)
from lockportal.payments.settings import PaymentsSettings

PAYERS: Final = Audience(customer=Right.PAY, staff=True, system=True)
_GATEWAYS: Final = Audience(gateway=True, system=True)
_ABANDONED: Final = timedelta(days=7)


@frozen(kw_only=True)
class SetUpMethod:
    """Begin to save a way to pay: it is kept before the gateway hears of it, under the key that the gateway is asked by."""

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (SavedMethod,)
    opens: ClassVar[bool] = False

    account_id: UUID
    kind: MethodKind
    merchant_account: str = field(default="", metadata=DECIDED)

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Keep it, waiting for its gateway; Refused `method.too_many` beyond what the settings allow."""
        settings = account.settings(PaymentsSettings)
        rule = settings.method(self.kind, self.merchant_account)
        if rule is None or not rule.merchant_account:
            raise Refused("method.not_saved", "This way to pay cannot be saved here.", field="kind")
        limits = account.settings(GatewayLimits)
        able = limits.of(rule.merchant_account, self.kind)
        if limits.knows(rule.merchant_account) and (able is None or able.saved is Saved.NONE):
            raise Refused("method.not_saved", "This way to pay cannot be saved here.", field="kind")
        if len(account.all(SavedMethod)) >= settings.most_methods:
            raise Refused("method.too_many", f"At most {settings.most_methods} can be saved. Remove one first.")
        method = SavedMethod(
            id=stamp.id,
            account_id=account.id,
            contact_id=contact_of(stamp.by, account.id),
            kind=self.kind,
            merchant_account=rule.merchant_account,
            added_at=stamp.at,
            wake_at=_next(account, stamp.at, 0),
        )
        return [MethodSetUp(method=method)]


@frozen(kw_only=True)
class KeepMethod:
    """Keep what a gateway tells of a method: of one that is being saved, that was saved by a payment, or that is known.

    The same again changes nothing. Where the gateway tells of one that the account has already, that one is kept.
    """

    audience: ClassVar[Audience] = _GATEWAYS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (SavedMethod,)
    opens: ClassVar[bool] = False

    account_id: UUID
    method_id: UUID
    merchant_account: str
    facts: MethodFacts
    contact_id: UUID | None = None
    """Who paid, where the method was saved by a payment."""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Merge what is told with what is known; the account's first method is the preferred one."""
        asked, alike = account.find(SavedMethod, self.method_id), _alike(account, self)
        events: list[Event] = []
        if alike is not None and asked is not None and alike.id != asked.id and asked.live:
            events.append(MethodChanged(methods=(asked.ended(MethodStatus.REVOKED, "saved_before"),)))
        known = alike or asked
        before = known or SavedMethod(
            id=self.method_id,
            account_id=account.id,
            contact_id=self.contact_id,
            kind=self.facts.kind,
            merchant_account=self.merchant_account,
            added_at=stamp.at,
        )
        told = before.told(self.facts)
        begins = told.status is MethodStatus.ACTIVE and before.status is not MethodStatus.ACTIVE
        if begins and not any(one.default for one in account.all(SavedMethod)):
            told = evolve(told, default=True)
        if told.status is MethodStatus.ACTIVE and told.expires_on is not None:
            told = evolve(told, wake_at=account.supplier.end_of(told.expires_on))
        if known is not None and told == known:
            return events
        return [*events, MethodSaved(method=told) if begins else MethodChanged(methods=(told,))]


@frozen(kw_only=True)
class PreferMethod:
    """Make a saved method the preferred one of its account."""

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (SavedMethod,)
    opens: ClassVar[bool] = False

    account_id: UUID
    method_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Prefer it, and no other; Refused `method.not_usable` for one that cannot be used."""
        method = own_method(account, self.method_id, stamp.by)
        if not method.usable(account.supplier.today(stamp.at)):
            raise Refused("method.not_usable", "This saved way to pay cannot be used. Choose another one.", field="method_id")
        wanted = (evolve(one, default=one.id == method.id) for one in account.all(SavedMethod))
        changed = tuple(one for one in wanted if one != account.get(SavedMethod, one.id))
        return [MethodChanged(methods=changed)] if changed else []


@frozen(kw_only=True)
class RemoveMethod:
    """Remove a saved method: from now on nothing is taken by it, and its gateway is told to forget it."""

    audience: ClassVar[Audience] = PAYERS
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = (SavedMethod,)
    opens: ClassVar[bool] = False

    account_id: UUID
    method_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """End it; the same again changes nothing."""
        method = own_method(account, self.method_id, stamp.by)
        if not method.live:
            return []
        wake_at = _next(account, stamp.at, 0) if method.ref else None
        ended = method.ended(MethodStatus.REVOKED, "removed")
        return [MethodRemoved(method=evolve(ended, detached=not method.ref, asked=0, wake_at=wake_at))]


@frozen(kw_only=True)
class NoteDetached:
    """Note that the gateway has forgotten a method."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    method_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - a command's signature
        """Tell the gateway no more."""
        method = account.get(SavedMethod, self.method_id)
        return [] if method.detached else [MethodChanged(methods=(evolve(method, detached=True, wake_at=None),))]


def ask_about(method: SavedMethod, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Ask the gateway about a method that is being saved, or have it forget one; a card ends with its last day.

    What nobody went on with is given up.
    """
    if method.status is MethodStatus.ACTIVE:
        return [MethodChanged(methods=(evolve(method, status=MethodStatus.EXPIRED, wake_at=None),))]
    if method.live and not method.ref and stamp.at - method.added_at >= _ABANDONED:
        return [MethodChanged(methods=(method.ended(MethodStatus.REVOKED, "abandoned"),))]
    asked = method.asked + 1
    return [MethodDue(method=evolve(method, asked=asked, wake_at=_next(account, stamp.at, asked)))]


def block_method(event: OperationObserved, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG001 - as every reaction
    """Block the saved method of a payment that came back, or was declined, with the advice never to use it again."""
    decline = event.operation.merged.decline
    bad = event.operation.kind is OpKind.RETURN or event.operation.status is OpStatus.FAILED
    if event.payment.method_id is None or decline is None or decline.advice is not Advice.NEVER or not bad:
        return []
    method = account.find(SavedMethod, event.payment.method_id)
    if method is None or not method.live or method.status is MethodStatus.BLOCKED:
        return []
    return [MethodBlocked(method=method.ended(MethodStatus.BLOCKED, decline.code.value))]


def contact_of(by: Actor, account_id: UUID) -> UUID | None:
    """Answer the contact that somebody acts as in an account, None for staff and the library's own jobs."""
    grant = by.grant(account_id)
    return None if grant is None else grant.contact_id


def own_method(account: Account, method_id: UUID, by: Actor) -> SavedMethod:
    """Answer a saved method that this actor may use; NotFound for a colleague's, unless the settings share them."""
    method = account.get(SavedMethod, method_id)
    theirs = method.contact_id == contact_of(by, account.id) or account.settings(PaymentsSettings).share_methods
    if by.kind is ActorKind.CUSTOMER and not theirs:
        raise NotFound("saved_method.not_found", "There is no such saved method.")
    return method


def usable_method(account: Account, method_id: UUID, kind: MethodKind, stamp: Stamp, *, off_session: bool) -> SavedMethod:
    """Answer a saved method that money of this kind can be taken by now; Refused `method.not_usable`, `method.no_mandate`."""
    method = own_method(account, method_id, stamp.by)
    if not method.usable(account.supplier.today(stamp.at)) or (off_session and not method.off_session):
        raise Refused("method.not_usable", "This saved way to pay cannot be used. Choose another one.", field="saved_method")
    if method.kind is not kind:
        raise Refused("payment.method", f"The saved way to pay is another one: {method.kind}.", field="method")
    able = account.settings(GatewayLimits).of(method.merchant_account, kind)
    if able is None:
        return method
    if off_session and able.saved is not Saved.OFF_SESSION:
        raise Refused("method.not_usable", "This saved way to pay cannot be used. Choose another one.", field="saved_method")
    if able.mandate and not method.mandate_ref:
        message = "Nobody has agreed yet that this account is debited. Save it once more, or pay in another way."
        raise Refused("method.no_mandate", message, field="saved_method")
    return method


def _alike(account: Account, command: KeepMethod) -> SavedMethod | None:
    """Answer the account's own method of the same reference, if it has one."""
    same = (command.merchant_account, command.facts.ref.ref)
    return next((one for one in account.all(SavedMethod) if (one.merchant_account, one.ref) == same), None)


def _next(account: Account, at: datetime, asked: int) -> datetime:
    steps = account.settings(PaymentsSettings).ask_after
    return at + timedelta(seconds=steps[min(asked, len(steps) - 1)])
