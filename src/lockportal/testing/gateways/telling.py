"""Gateways' contract: webhooks tell the same as the gateway does when it is asked, in any order, however often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import TypeVar

from lockportal.payments.folding import merged
from lockportal.payments.operations import (
    Observation,
    ObservationSource,
    OpKind,
    gathered,
)
from lockportal.payments.ports import StartRequest, WebhookBatch, WebhookEvent, WebhookRequest
from lockportal.testing.gateways.ground import GatewayGround, Ground, needs
from lockportal.testing.gateways.trial import Trial, own, raised_by, start_request

T = TypeVar("T")


class TellingContract(Ground):
    """What a genuine webhook says, and what is not ours in it."""

    def test_a_webhook_tells_what_the_gateway_does(self, ground: GatewayGround) -> None:
        """Its answer, asking it, and its webhooks come to the same."""
        for request, sent in _told(ground):
            trial = Trial(ground)
            events = [event for one in sent for event in _read(ground, one).events]
            seen = [one for event in events for one in event.observations]
            answered = own(ground.gateway.start(request).observations)
            fetched = own(trial.fetch(request.operation_id, OpKind.SALE, request.money).observations)
            rule = f"webhook, answer and asking come to the same ({request.kind})"
            came = {_sum(request, one) for one in (own(seen), answered, fetched)}
            assert len(came) == 1, f"{rule}; they come to {came}"
            assert all(one.operation_id == request.operation_id for one in seen), f"{rule}, and name the operation"
            assert all(one.source is ObservationSource.WEBHOOK for one in seen), "a webhook's observations say that they are its"
            assert all(event.event_id and event.type for event in events), "each event has its id and its type"

    def test_the_order_of_webhooks_does_not_matter(self, ground: GatewayGround) -> None:
        """Nor how often each comes; reading keeps nothing between them."""
        for request, sent in _told(ground):
            batches = [_read(ground, one) for one in sent]
            rule = "webhooks in any order, however often, come to the same"
            for order in list(permutations(sent))[:24]:
                again = [_read(ground, one) for one in (*order, *order)]
                assert {_sum(request, _seen(again))} == {_sum(request, _seen(batches))}, rule
                assert set(again) == set(batches), f"{rule}: a webhook that comes again is read alike"
            ids = [event.event_id for batch in batches for event in batch.events]
            assert len(set(ids)) == len(ids), "each event has an id of its own"

    def test_several_events_come_in_one_webhook(self, ground: GatewayGround) -> None:
        """None of them is lost."""
        together = _given(ground.together, "together")
        for request, sent in _told(ground):
            apart = [event for one in sent for event in _read(ground, one).events]
            batch = _read(ground, together(request.operation_id))
            assert _ids(batch.events) == _ids(apart), "of several events in one webhook none is lost"
            assert set(batch.events) == set(apart), "several events in one webhook say what each says by itself"

    def test_an_unknown_type_is_answered_well(self, ground: GatewayGround) -> None:
        """A gateway may have news of which the plugin knows nothing."""
        self._answered_well(ground, ground.unknown_type, "unknown_type", "an unknown type is answered well")

    def test_a_foreign_object_is_answered_well(self, ground: GatewayGround) -> None:
        """The account may be used by others, too."""
        self._answered_well(ground, ground.foreign, "foreign", "an object that is not ours is answered well")

    def _answered_well(self, ground: GatewayGround, body: bytes, name: str, rule: str) -> None:
        needs(body, name)
        sign = _given(ground.sign, "sign")
        read: list[WebhookBatch] = []
        error = raised_by(lambda: read.append(_read(ground, sign(body, ground.secrets[0]))))
        assert error is None, f"{rule}; it was {error!r}"
        (batch,) = read
        assert 200 <= batch.status < 300, f"{rule}, by {batch.status}"  # noqa: PLR2004 - what is well
        assert not _seen(read), f"{rule}, and says nothing of any operation"


def _told(ground: GatewayGround) -> Sequence[tuple[StartRequest, Sequence[WebhookRequest]]]:
    """Answer a payment of each way to pay, and the webhooks that tell of it."""
    webhooks = _given(ground.webhooks, "webhooks")
    told = []
    for capability in ground.offering(OpKind.SALE):
        request = start_request(capability)
        Trial(ground).done(request)
        sent = webhooks(request.operation_id)
        assert sent, f"webhooks tell of a payment ({capability.kind})"
        told.append((request, sent))
    return told


def _given(thing: Callable[..., T] | None, name: str) -> Callable[..., T]:
    needs(thing, name)
    assert thing is not None
    return thing


def _read(ground: GatewayGround, request: WebhookRequest) -> WebhookBatch:
    return ground.gateway.parse_webhook(request, ground.secrets)


def _seen(batches: Sequence[WebhookBatch]) -> tuple[Observation, ...]:
    return gathered(one for batch in batches for event in batch.events for one in event.observations)


def _ids(events: Sequence[WebhookEvent]) -> list[str]:
    return [event.event_id for event in events]


def _sum(request: StartRequest, seen: Sequence[Observation]) -> tuple[object, ...]:
    known = merged(request.money, own(seen))
    return (known.status, known.money, known.gateway_ref, known.mismatch, known.conflict)
