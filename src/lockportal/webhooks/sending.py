"""One attempt to tell one endpoint of one event: sent, judged, noted, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from threading import Lock
from typing import Any, Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.errors import Limited
from lockportal.core.ports import JournalRow
from lockportal.outbox import hold
from lockportal.webhooks import queries
from lockportal.webhooks.catalogue import PING, Kind, data_of
from lockportal.webhooks.commands import DisableEndpoint, NoteHealth, NoteRefusal
from lockportal.webhooks.connecting import Line, machine_resolver
from lockportal.webhooks.envelope import body_of, secrets_of, signed
from lockportal.webhooks.judging import Answer, Verdict, judged, next_wait
from lockportal.webhooks.models import AttemptOutcome, EndpointState, WebhookAttempt, WebhookCall, WebhookEndpoint
from lockportal.webhooks.settings import WebhooksSettings

_BUSY: Final = "webhook.busy"
_NOTHING: Final = timedelta(0)


class Caller:
    """Tells endpoints, and keeps what came of it."""

    def __init__(self, context: Context, kinds: Mapping[str, Kind]) -> None:
        """Take the shell, the way out, and the events that are told."""
        self._shell, self._clock, self._signer = context.shell, context.clock, context.signer
        self._supplier_id, self._kinds = context.supplier.id, kinds
        settings = context.shell.settings(WebhooksSettings)
        self._line = Line(
            resolver=context.hook.lockportal_resolver() or machine_resolver,
            networks=settings.private_networks,
            seconds=settings.send_seconds,
            slots=settings.slots,
            ca_file=settings.ca_file,
            agent=f"lockportal/{version('lockportal')}",
        )
        self._rest = timedelta(seconds=settings.rest_seconds)
        self._resting: dict[UUID, datetime] = {}
        self._guard = Lock()

    def call(self, call: WebhookCall) -> None:
        """Make the next attempt of a call; Limited says when there is to be another one."""
        endpoint = self._endpoint(call.endpoint_id)
        row = self._shell.outbox.row(call.account_id, call.version, call.n)
        if endpoint is None or row is None or row.type not in self._kinds:
            return
        (counted,) = self._shell.ask(queries.TRIED, SYSTEM, account_id=call.account_id, call=call.id, since=call.since)
        number = int(counted.tried) + 1
        if endpoint.state is EndpointState.DISABLED:
            self._note(call, number, Verdict(AttemptOutcome.HELD, "webhook.disabled: the endpoint is disabled."), last=True)
            return
        self._let_rest(endpoint.id)
        hold()
        answer = self._post(endpoint, call.id, self._body(row))
        verdict = judged(answer, write_back=endpoint.write_back, now=self._clock.now())
        wait = next_wait(number, verdict.wait) if verdict.outcome is AttemptOutcome.FAILED else None
        self._note(call, number, verdict, last=wait is None, status=answer.status)
        self._follow(endpoint, call, verdict, answer.status, given_up=wait is None)
        if wait is not None:
            raise Limited("webhook.later", verdict.reason, retry_after=int(wait.total_seconds()), failed=True)

    def ping(self, endpoint: WebhookEndpoint) -> UUID:
        """Try an endpoint with an event that tells of nothing; answer the id of the attempt, which is noted as any other."""
        now = self._clock.now()
        row = JournalRow(account_id=self._supplier_id, version=0, n=0, type=PING, at=now, by=SYSTEM.id, ids=(), body=b"{}")
        call = WebhookCall(
            id=self._clock.new_id(), account_id=self._supplier_id, endpoint_id=endpoint.id, type=PING, version=0, n=0, since=now
        )
        answer = self._post(endpoint, call.id, body_of(row, 1, {}, None))
        verdict = judged(answer, write_back=False, now=self._clock.now())
        return self._note(call, 1, verdict, last=True, status=answer.status)

    # within

    def _endpoint(self, key: UUID) -> WebhookEndpoint | None:
        rows = self._shell.ask(queries.ENDPOINTS, SYSTEM, account_id=self._supplier_id, shape={"one": True}, endpoint=key)
        return queries.endpoint_of(rows[0]) if rows else None

    def _body(self, row: JournalRow) -> bytes:
        kind = self._kinds[row.type]
        numbers: Any = self._shell.ask(queries.NUMBER, SYSTEM, account_id=row.account_id)
        return body_of(row, kind.schema, data_of(kind, row.body), numbers[0].number if numbers else None)

    def _post(self, endpoint: WebhookEndpoint, message: UUID, body: bytes) -> Answer:
        now = self._clock.now()
        headers = signed(message, now, body, secrets_of(endpoint, self._signer, now))
        answer = self._line.post(endpoint.url, headers, body)
        if answer.fault.startswith(_BUSY):
            raise Limited(_BUSY, "Too many attempts are under way.", retry_after=1)
        with self._guard:
            if answer.silent:
                self._resting[endpoint.id] = now + self._rest
            else:
                self._resting.pop(endpoint.id, None)
        return answer

    def _let_rest(self, key: UUID) -> None:
        """Raise Limited while an endpoint that did not answer is left in peace; that is no attempt."""
        with self._guard:
            until = self._resting.get(key)
        left = _NOTHING if until is None else until - self._clock.now()
        if left > _NOTHING:
            raise Limited("webhook.resting", "The endpoint did not answer lately.", retry_after=max(1, int(left.total_seconds())))

    def _note(self, call: WebhookCall, number: int, verdict: Verdict, *, last: bool, status: int = 0) -> UUID:
        attempt = WebhookAttempt(
            id=self._clock.new_id(),
            account_id=call.account_id,
            endpoint_id=call.endpoint_id,
            call_id=call.id,
            type=call.type,
            version=call.version,
            n=call.n,
            number=number,
            at=self._clock.now(),
            outcome=verdict.outcome,
            last=last,
            status=status,
            reason=verdict.reason,
        )
        self._shell.observe(attempt)
        return attempt.id

    def _follow(self, endpoint: WebhookEndpoint, call: WebhookCall, verdict: Verdict, status: int, *, given_up: bool) -> None:
        """Have the books say what a person has to know of it."""
        taken, at_home = verdict.outcome is AttemptOutcome.DELIVERED, self._supplier_id
        if verdict.outcome is AttemptOutcome.GONE:
            gone = DisableEndpoint(account_id=at_home, endpoint_id=endpoint.id, reason=verdict.reason, gone=True)
            self._shell.run(gone, SYSTEM)
        elif taken and endpoint.failing_since is not None:
            self._shell.run(NoteHealth(account_id=at_home, endpoint_id=endpoint.id, failing=False), SYSTEM)
        elif verdict.outcome is AttemptOutcome.FAILED and given_up:
            self._shell.run(NoteHealth(account_id=at_home, endpoint_id=endpoint.id, failing=True), SYSTEM)
        if endpoint.write_back and (taken or verdict.outcome is AttemptOutcome.REFUSED):
            noted = NoteRefusal(
                account_id=call.account_id,
                call_id=call.id,
                endpoint_id=endpoint.id,
                endpoint=endpoint.name,
                event_type=call.type,
                status=0 if taken else status,
                reason=verdict.reason,
            )
            self._shell.run(noted, SYSTEM)
