"""Other programs that are told what happens, by Standard Webhooks: `portal.webhooks`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import NotFound, Refused
from lockportal.core.page import Page
from lockportal.core.ports import JournalRow
from lockportal.core.record import AT_ONCE, KEEP, Keep, noun
from lockportal.webhooks import queries
from lockportal.webhooks.catalogue import PING, kinds_of, matches, schema_of
from lockportal.webhooks.commands import (
    AddEndpoint,
    ChangeEndpoint,
    DisableEndpoint,
    EnableEndpoint,
    RemoveEndpoint,
    RotateSecret,
)
from lockportal.webhooks.envelope import secrets_of
from lockportal.webhooks.models import EndpointState, WebhookCall, WebhookEndpoint, call_id
from lockportal.webhooks.sending import Caller
from lockportal.webhooks.settings import WebhooksSettings
from lockportal.webhooks.views import AttemptRow, EndpointRow, EventKind, endpoint_row

_MOST: Final = 200
_KNOWN_SECONDS: Final = 1.0
"""So long an event may be told by endpoints as they were: another process's change is seen after it."""


class Webhooks:
    """The endpoints of a supplier, what they are told, and what came of it."""

    def __init__(self, context: Context) -> None:
        """Take the shell, the way out, and the events that capabilities publish."""
        self._shell, self._clock, self._signer = context.shell, context.clock, context.signer
        self._supplier_id = context.supplier.id
        self._enabled = context.shell.settings(WebhooksSettings).enabled
        self._kinds = kinds_of(context.shell.capabilities)
        self._caller = Caller(context, self._kinds)
        self._known: tuple[float, Sequence[WebhookEndpoint]] | None = None

    # endpoints

    @property
    def enabled(self) -> bool:
        """Whether the settings have other programs told anything."""
        return self._enabled

    def events(self, by: Actor) -> tuple[EventKind, ...]:
        """Answer the events that endpoints may be told, each with the JSON Schema of its data, to staff."""
        AddEndpoint.audience.check(by, self._supplier_id)
        return tuple(
            EventKind(type=one.name, told=(one.event.__doc__ or "").partition("\n")[0], schema=one.schema, data=schema_of(one))
            for one in self._kinds.values()
        )

    def endpoints(self, by: Actor) -> tuple[EndpointRow, ...]:
        """Answer the endpoints, the oldest first, to staff."""
        rows = self._shell.ask(queries.ENDPOINTS, by, account_id=self._supplier_id)
        return tuple(endpoint_row(queries.endpoint_of(row)) for row in rows)

    def endpoint(self, endpoint_id: UUID, by: Actor) -> EndpointRow:
        """Answer one endpoint."""
        return endpoint_row(self._stored(endpoint_id, by))

    def secret(self, endpoint_id: UUID, by: Actor) -> str:
        """Answer the secret by which an endpoint checks what it is told, `whsec_…`: the same until it is rotated."""
        return secrets_of(self._stored(endpoint_id, by), self._signer, self._clock.now())[0]

    def add(
        self,
        by: Actor,
        *,
        name: str,
        url: str,
        events: Sequence[str] = (),
        write_back: bool = False,
        key: str | None = None,
    ) -> EndpointRow:
        """Tell a program at `url` what happens from now on: events of these types (`promises.*` for all of them), or all.

        `write_back` says that it writes into the supplier's books: what it refuses with a reason becomes a task. Refused
        `webhook.off`, `webhook.event_unknown`, `webhook.url_invalid`, `webhook.name_invalid`, `webhook.too_many`.
        """
        command = AddEndpoint(
            account_id=self._supplier_id, name=name.strip(), url=url.strip(), events=self._types(events), write_back=write_back
        )
        receipt = self._run(command, by, key)
        return self.endpoint(receipt, by)

    def change(
        self,
        endpoint_id: UUID,
        by: Actor,
        *,
        name: str | Keep = KEEP,
        url: str | Keep = KEEP,
        events: Sequence[str] | Keep = KEEP,
        write_back: bool | Keep = KEEP,
    ) -> EndpointRow:
        """Change where an endpoint is told, or of what; what is not given stays. Refused as by `add`."""
        command = ChangeEndpoint(
            account_id=self._supplier_id,
            endpoint_id=endpoint_id,
            name=name if isinstance(name, Keep) else name.strip(),
            url=url if isinstance(url, Keep) else url.strip(),
            events=events if isinstance(events, Keep) else self._types(events),
            write_back=write_back,
        )
        self._run(command, by)
        return self.endpoint(endpoint_id, by)

    def rotate(self, endpoint_id: UUID, by: Actor, *, key: str | None = None) -> EndpointRow:
        """Give an endpoint a new secret; the one before signs along for a while. Refused `webhook.rotating` meanwhile."""
        self._run(RotateSecret(account_id=self._supplier_id, endpoint_id=endpoint_id), by, key)
        return self.endpoint(endpoint_id, by)

    def disable(self, endpoint_id: UUID, by: Actor, *, reason: str = "") -> None:
        """Tell an endpoint nothing more for now; what was under way is held back, and can be replayed."""
        self._run(DisableEndpoint(account_id=self._supplier_id, endpoint_id=endpoint_id, reason=reason), by)

    def enable(self, endpoint_id: UUID, by: Actor) -> None:
        """Tell an endpoint again what happens from now on."""
        self._run(EnableEndpoint(account_id=self._supplier_id, endpoint_id=endpoint_id), by)

    def remove(self, endpoint_id: UUID, by: Actor) -> None:
        """Take an endpoint away for good."""
        self._run(RemoveEndpoint(account_id=self._supplier_id, endpoint_id=endpoint_id), by)

    def ping(self, endpoint_id: UUID, by: Actor) -> AttemptRow:
        """Try an endpoint at once with an event of type `webhooks.ping`, which tells of nothing; answer what came of it."""
        AddEndpoint.audience.check(by, self._supplier_id)
        return self.attempt(self._caller.ping(self._stored(endpoint_id, by)), by)

    # what they were told

    def attempts(
        self,
        by: Actor,
        *,
        endpoint_id: UUID | None = None,
        account_id: UUID | None = None,
        amiss: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AttemptRow]:
        """Answer what endpoints were told and what came of it, the newest first, to staff; with `amiss`, what was given up."""
        limit = max(1, min(limit, _MOST))
        given: dict[str, Any] = {} if endpoint_id is None else {"endpoint": endpoint_id}
        if after is not None:
            at, last = self._signer.place(queries.ATTEMPTS.name, after)
            given |= {"at": datetime.fromisoformat(at), "id": UUID(last)}
        shape = {"after": after is not None, "endpoint": endpoint_id is not None, "amiss": amiss}
        rows = self._shell.ask(queries.ATTEMPTS, by, account_id=account_id, shape=shape, most=limit + 1, **given)
        lines = tuple(AttemptRow(**row._asdict()) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(lines)
        return Page(lines, self._signer.cursor(queries.ATTEMPTS.name, lines[-1].at.isoformat(), lines[-1].id.hex))

    def attempt(self, attempt_id: UUID, by: Actor) -> AttemptRow:
        """Answer one attempt."""
        rows = self._shell.ask(queries.ATTEMPT, by, attempt=attempt_id)
        if not rows:
            raise NotFound("webhook_attempt.not_found", "There is no such attempt.")
        return AttemptRow(**{name: value for name, value in rows[0]._asdict().items() if name in AttemptRow.__annotations__})

    def replay(self, attempt_id: UUID, by: Actor) -> None:
        """Tell an endpoint once more what an attempt was about, by the next round of deliveries and under the same id.

        Refused `webhook.disabled` where the endpoint is told nothing, `webhook.ping` for what only tried it.
        """
        attempt = self.attempt(attempt_id, by)
        endpoint = self._stored(attempt.endpoint_id, by)
        if endpoint.state is not EndpointState.ENABLED:
            raise Refused("webhook.disabled", "The endpoint is disabled. Enable it first.")
        if attempt.type == PING:
            raise Refused("webhook.ping", "This only tried the endpoint. Try it again.")
        call = self._call(endpoint.id, attempt.account_id, attempt.type, attempt.version, attempt.n)
        try:
            self._shell.outbox.revive(noun(WebhookCall), call.account_id, call.id)  # it still waits for its next attempt
        except NotFound:
            self._shell.observe(call)

    # by the outbox

    def tell(self, row: JournalRow) -> None:
        """Have every endpoint told of a row of the journal that wants to be; the same row again has nobody told twice."""
        for one in self._enabled_endpoints():
            if matches(one.events, row.type) and one.added_at <= row.at:
                self._shell.observe(self._call(one.id, row.account_id, row.type, row.version, row.n))

    def call(self, call: WebhookCall) -> None:
        """Make the next attempt of a call; Limited says when there is to be another one."""
        self._caller.call(call)

    # within

    def _call(self, endpoint_id: UUID, account_id: UUID, kind: str, version: int, n: int) -> WebhookCall:
        return WebhookCall(
            id=call_id(endpoint_id, account_id, version, n),
            account_id=account_id,
            endpoint_id=endpoint_id,
            type=kind,
            version=version,
            n=n,
            since=self._clock.now(),
            wake_at=AT_ONCE,
        )

    def _enabled_endpoints(self) -> Sequence[WebhookEndpoint]:
        known, now = self._known, time.monotonic()
        if known is None or now - known[0] > _KNOWN_SECONDS:
            rows = self._shell.ask(queries.ENDPOINTS, SYSTEM, account_id=self._supplier_id)
            found = [one for one in map(queries.endpoint_of, rows) if one.state is EndpointState.ENABLED]
            known = self._known = (now, found)
        return known[1]

    def _run(self, command: Any, by: Actor, key: str | None = None) -> UUID:  # noqa: ANN401 - a command of this capability
        receipt = self._shell.run(command, by, key=key)
        self._known = None
        return receipt.id

    def _types(self, events: Sequence[str]) -> tuple[str, ...]:
        rooms = {f"{name.partition('.')[0]}.*" for name in self._kinds}
        for one in events:
            if one not in self._kinds and one not in rooms:
                raise Refused("webhook.event_unknown", f"There is no event {one[:64]!r}.", field="events")
        return tuple(dict.fromkeys(events))

    def _stored(self, endpoint_id: UUID, by: Actor) -> WebhookEndpoint:
        rows = self._shell.ask(queries.ENDPOINTS, by, account_id=self._supplier_id, shape={"one": True}, endpoint=endpoint_id)
        if not rows:
            raise NotFound("webhook_endpoint.not_found", "There is no such endpoint.")
        return queries.endpoint_of(rows[0])
