"""Gateways' contract: a webhook that the gateway did not sign, lately and as it is, is not read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from attrs import evolve

from lockportal.payments.errors import WebhookMalformed, WebhookUnverified
from lockportal.payments.operations import OpKind
from lockportal.payments.ports import Secret, WebhookBatch, WebhookRequest
from lockportal.testing.gateways.ground import GatewayGround, Ground, needs
from lockportal.testing.gateways.trial import Trial, raised_by, start_request

_GARBAGE: Final = (
    "",
    " ",
    ",",
    "v1,",
    "v1,%%%",
    "é",
    "\udcff",
    "\x00",
    "9" * 400,
    "-1",
    "NaN",
    "1e9",
    "v1 v1 v1",
    "a=b,c=d",
    "\r\n",
)
_BODIES: Final = (
    b"",
    b"null",
    b"[]",
    b"7",
    b"{",
    b"\xff\xfe",
    b'{"events":',
    b'{"events": 7}',
    b'{"events": [7]}',
    b'{"id": 1, "type": [], "data": null}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"9" * 5_000,
)
_STRANGER: Final = Secret("whsec_c3RyYW5nZXI=")
_SECOND: Final = timedelta(seconds=1)


class ForgedContract(Ground):
    """WebhookUnverified, or WebhookMalformed, and nothing else, whatever comes."""

    def test_a_changed_webhook_is_unverified(self, ground: GatewayGround) -> None:
        """By one bit of its body, anywhere; or with a blank more, which means the same."""
        for sent in _genuine(ground):
            changed = [_flipped(sent.body, place) for place in range(0, len(sent.body), max(1, len(sent.body) // 64))]
            for body in (*changed, sent.body + b" ", b" " + sent.body, b""):
                _unverified(ground, evolve(sent, body=body), "a changed webhook is unverified: its raw bytes are signed")

    def test_another_secret_signs_nothing(self, ground: GatewayGround) -> None:
        """Nor does any where none is set."""
        needs(ground.sign, "sign")
        assert ground.sign is not None
        for sent in _genuine(ground):
            rule = "what another secret signed is unverified"
            _unverified(ground, ground.sign(sent.body, _STRANGER), rule)
            _unverified(ground, sent, f"{rule}, and without a secret everything is", secrets=())
            _unverified(ground, sent, rule, secrets=(_STRANGER,))

    def test_either_of_two_secrets_will_do(self, ground: GatewayGround) -> None:
        """While they are changed there are two, in either order."""
        needs(ground.sign, "sign")
        assert ground.sign is not None
        one, two = ground.secrets
        for sent in _genuine(ground):
            for secret in (one, two):
                for secrets in ((one, two), (two, one)):
                    signed = ground.sign(sent.body, secret)
                    error = raised_by(lambda signed=signed, secrets=secrets: ground.gateway.parse_webhook(signed, secrets))  # type: ignore[misc]
                    assert error is None, f"either of two secrets will do; it was {error!r}"

    def test_a_stale_webhook_is_unverified(self, ground: GatewayGround) -> None:
        """A second beyond the tolerance, in the past and in the future; a second within it is well."""
        needs(ground.tolerance, "tolerance")
        assert ground.tolerance is not None
        for sent in _genuine(ground):
            for sign in (1, -1):
                late = evolve(sent, received_at=sent.received_at + sign * (ground.tolerance + 2 * _SECOND))
                _unverified(ground, late, "a stale webhook is unverified")
                fresh = evolve(sent, received_at=sent.received_at + sign * (ground.tolerance - _SECOND))
                error = raised_by(lambda fresh=fresh: ground.gateway.parse_webhook(fresh, ground.secrets))  # type: ignore[misc]
                assert error is None, f"a webhook within the tolerance is well; it was {error!r}"

    def test_garbage_in_a_header_is_unverified(self, ground: GatewayGround) -> None:
        """Or where one is missing that is signed, or that bears the signature."""
        for sent in _genuine(ground):
            rule = "garbage in a header is WebhookUnverified or WebhookMalformed, and nothing else"
            _told(ground, evolve(sent, headers={}), rule)
            signing = [name for name in sent.headers if self._matters(ground, sent, name)]
            assert signing, "a webhook bears its signature in a header"
            for name in signing:
                for value in _GARBAGE:
                    _told(ground, evolve(sent, headers={**sent.headers, name: value}), rule)

    def test_garbage_that_is_signed_is_malformed(self, ground: GatewayGround) -> None:
        """The gateway sent it, but it cannot be read; or it is read, and nothing follows."""
        needs(ground.sign, "sign")
        assert ground.sign is not None
        for body in _BODIES:
            sent = ground.sign(body, ground.secrets[0])
            read: list[WebhookBatch] = []
            error = raised_by(lambda sent=sent, read=read: read.append(ground.gateway.parse_webhook(sent, ground.secrets)))  # type: ignore[misc]
            rule = "garbage that is signed is WebhookMalformed, or says nothing"
            assert error is None or isinstance(error, WebhookMalformed), f"{rule}; it was {error!r}"
            assert not [one for batch in read for event in batch.events for one in event.observations], rule

    def _matters(self, ground: GatewayGround, sent: WebhookRequest, name: str) -> bool:
        """Say whether a webhook is refused without a header."""
        without = evolve(sent, headers={key: value for key, value in sent.headers.items() if key != name})
        return raised_by(lambda: ground.gateway.parse_webhook(without, ground.secrets)) is not None


def _genuine(ground: GatewayGround) -> Sequence[WebhookRequest]:
    """Answer webhooks of one payment; they are read as they are."""
    needs(ground.webhooks, "webhooks")
    assert ground.webhooks is not None
    request = start_request(ground.offering(OpKind.SALE)[0])
    Trial(ground).done(request)
    sent = ground.webhooks(request.operation_id)[-1:]
    for one in sent:
        error = raised_by(lambda one=one: ground.gateway.parse_webhook(one, ground.secrets))  # type: ignore[misc]
        assert error is None, f"a genuine webhook is read; it was {error!r}"
    return sent


def _unverified(ground: GatewayGround, sent: WebhookRequest, rule: str, secrets: tuple[Secret, ...] | None = None) -> None:
    error = raised_by(lambda: ground.gateway.parse_webhook(sent, ground.secrets if secrets is None else secrets))
    assert isinstance(error, WebhookUnverified), f"{rule}; it was {error!r}"


def _told(ground: GatewayGround, sent: WebhookRequest, rule: str) -> None:
    error = raised_by(lambda: ground.gateway.parse_webhook(sent, ground.secrets))
    assert isinstance(error, WebhookUnverified | WebhookMalformed), f"{rule}; it was {error!r}"


def _flipped(body: bytes, place: int) -> bytes:
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
