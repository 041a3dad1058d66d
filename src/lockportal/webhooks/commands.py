"""What may be done with endpoints, pure: add, change, rotate, disable and remove them; note that one fails, or refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import KEEP, Event, Keep, Record, Stamp
from lockportal.webhooks.models import (
    EndpointAdded,
    EndpointChanged,
    EndpointDisabled,
    EndpointEnabled,
    EndpointFailing,
    EndpointRecovered,
    EndpointRemoved,
    EndpointState,
    SecretRotated,
    WebhookEndpoint,
    WriteBackRefusal,
    WriteBackRefused,
    WriteBackTaken,
    refusal_id,
)
from lockportal.webhooks.settings import WebhooksSettings

_MOST: Final = 50
"""So many endpoints of one supplier at most."""
_LONGEST_URL: Final = 2000
_LONGEST_NAME: Final = 64
_UNWRITTEN: Final = re.compile(r"[\x00-\x20\x7f-\uffff\\]")
_STAFF: Final = Audience(staff=True, system=True)


def check_url(url: str) -> None:
    """Refuse `webhook.url_invalid` what is no plain http or https address; where it leads is looked at at each attempt."""
    if not _is_address(url):
        message = "An address is written like https://erp.example.com/webhooks, without a password and without #."
        raise Refused("webhook.url_invalid", message, field="url")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        reached = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return reached and "@" not in parts.netloc and "#" not in url and not _UNWRITTEN.search(url) and len(url) <= _LONGEST_URL


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise Refused("webhook.name_invalid", f"A name has up to {_LONGEST_NAME} characters.", field="name")


def _endpoint(account: Account, key: UUID) -> WebhookEndpoint:
    found = account.find(WebhookEndpoint, key)
    if found is None or not found.live:
        raise NotFound("webhook_endpoint.not_found", "There is no such endpoint.")
    return found


@frozen(kw_only=True)
class AddEndpoint:
    """Tell another program what happens from now on."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = (WebhookEndpoint,)
    opens: ClassVar[bool] = True

    account_id: UUID
    name: str
    url: str
    events: tuple[str, ...] = ()
    write_back: bool = False

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the endpoint; Refused `webhook.off`, `webhook.too_many`, `webhook.name_invalid`, `webhook.url_invalid`."""
        if not account.settings(WebhooksSettings).enabled:
            raise Refused("webhook.off", "Webhooks are switched off in the settings of this portal.")
        _check_name(self.name)
        check_url(self.url)
        if len(account.all(WebhookEndpoint)) >= _MOST:
            raise Refused("webhook.too_many", f"There are at most {_MOST} endpoints.")
        endpoint = WebhookEndpoint(
            id=stamp.id,
            account_id=account.id,
            name=self.name,
            url=self.url,
            events=self.events,
            write_back=self.write_back,
            added_at=stamp.at,
        )
        return [EndpointAdded(endpoint=endpoint)]


@frozen(kw_only=True)
class ChangeEndpoint:
    """Change where another program is told, or of what; what is not given stays."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID
    name: str | Keep = KEEP
    url: str | Keep = KEEP
    events: tuple[str, ...] | Keep = KEEP
    write_back: bool | Keep = KEEP

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the endpoint as it is then, if anything is new."""
        known = _endpoint(account, self.endpoint_id)
        after = evolve(
            known,
            name=known.name if isinstance(self.name, Keep) else self.name,
            url=known.url if isinstance(self.url, Keep) else self.url,
            events=known.events if isinstance(self.events, Keep) else self.events,
            write_back=known.write_back if isinstance(self.write_back, Keep) else self.write_back,
        )
        _check_name(after.name)
        check_url(after.url)
        return [EndpointChanged(endpoint=after)] if after != known else []


@frozen(kw_only=True)
class RotateSecret:
    """Give an endpoint a new secret; the one before signs along for the hours that the settings say."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the endpoint with its next secret; Refused `webhook.rotating` while two sign."""
        known = _endpoint(account, self.endpoint_id)
        if known.rotating_until is not None and known.rotating_until > stamp.at:
            raise Refused("webhook.rotating", "Its secret was rotated lately, and two sign. Wait until one of them is over.")
        until = stamp.at + timedelta(hours=account.settings(WebhooksSettings).rotation_hours)
        return [SecretRotated(endpoint=evolve(known, generation=known.generation + 1, rotating_until=until))]


@frozen(kw_only=True)
class DisableEndpoint:
    """Tell an endpoint nothing more for now."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID
    reason: str = ""
    gone: bool = False

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the endpoint, disabled; nothing if it is already."""
        known = _endpoint(account, self.endpoint_id)
        if known.state is EndpointState.DISABLED:
            return []
        after = evolve(known, state=EndpointState.DISABLED, reason=self.reason[:255])
        return [EndpointDisabled(endpoint=after, gone=self.gone)]


@frozen(kw_only=True)
class EnableEndpoint:
    """Tell an endpoint again what happens from now on."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the endpoint, enabled; nothing if it is already."""
        known = _endpoint(account, self.endpoint_id)
        if known.state is EndpointState.ENABLED:
            return []
        after = evolve(known, state=EndpointState.ENABLED, reason="", failing_since=None)
        return [EndpointEnabled(endpoint=after)]


@frozen(kw_only=True)
class RemoveEndpoint:
    """Take an endpoint away for good; its history stays."""

    audience: ClassVar[Audience] = _STAFF
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:  # noqa: ARG002 - the protocol's signature
        """Answer the endpoint, removed; NotFound if it is already."""
        known = _endpoint(account, self.endpoint_id)
        return [EndpointRemoved(endpoint=evolve(known, state=EndpointState.REMOVED))]


@frozen(kw_only=True)
class NoteHealth:
    """Note that something was given up at an endpoint, or that one that was failing has taken something."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    endpoint_id: UUID
    failing: bool

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the endpoint where that is news."""
        known = _endpoint(account, self.endpoint_id)
        if self.failing is (known.failing_since is not None):
            return []
        if self.failing:
            return [EndpointFailing(endpoint=evolve(known, failing_since=stamp.at))]
        return [EndpointRecovered(endpoint=evolve(known, failing_since=None))]


@frozen(kw_only=True)
class NoteRefusal:
    """Note that a write-back was refused, or that what was refused was taken after all (`status` 0)."""

    audience: ClassVar[Audience] = Audience(system=True)
    owner: ClassVar[Owner | None] = None
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    call_id: UUID
    endpoint_id: UUID
    endpoint: str
    event_type: str
    status: int = 0
    reason: str = ""

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the refusal where that is news."""
        known = account.find(WriteBackRefusal, refusal_id(self.call_id))
        if not self.status:
            return [WriteBackTaken(refusal=evolve(known, settled_at=stamp.at))] if known is not None and known.live else []
        if known is not None and known.live:
            return []
        refusal = WriteBackRefusal(
            id=refusal_id(self.call_id),
            account_id=account.id,
            endpoint_id=self.endpoint_id,
            endpoint=self.endpoint,
            type=self.event_type,
            status=self.status,
            reason=self.reason,
            refused_at=stamp.at,
        )
        return [WriteBackRefused(refusal=refusal)]
