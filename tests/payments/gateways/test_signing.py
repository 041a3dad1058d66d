"""Signed webhooks: what the standard says, and nothing that is forged."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from lockportal import codec
from lockportal.payments.errors import WebhookMalformed, WebhookUnverified
from lockportal.payments.fake import signing
from lockportal.payments.fake.signing import sign, verify
from lockportal.payments.ports import Secret, WebhookRequest
from payments.gateways.grounds import SECRETS, fake
from tiers import Tier

AT = datetime(2021, 2, 25, 15, 2, 10, tzinfo=UTC)
GIVEN = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
ACCEPTED = b'{"events":[]}'


def test_the_example_of_the_standard_is_signed_alike():
    assert sign(ID, AT, BODY, GIVEN)["webhook-signature"] == SIGNED


def test_the_reference_library_signs_and_verifies_alike():
    reference = Webhook(GIVEN.value)
    now = datetime.now(UTC)
    theirs = {"webhook-id": ID, "webhook-timestamp": str(int(now.timestamp()))}
    verify({**theirs, "webhook-signature": reference.sign(ID, now, BODY.decode())}, BODY, (GIVEN,), now)
    assert reference.verify(BODY, dict(sign(ID, now, BODY, GIVEN))) == {"test": 2432232314}


@pytest.mark.guarantee(21)
@pytest.mark.parametrize(("seconds", "well"), [(299, True), (-299, True), (300, True), (301, False), (-301, False)])
def test_a_webhook_is_well_for_five_minutes(seconds, well):
    headers, now = sign(ID, AT, BODY, GIVEN), AT + timedelta(seconds=seconds)
    if well:
        verify(headers, BODY, (GIVEN,), now)
    else:
        with pytest.raises(WebhookUnverified, match="stale"):
            verify(headers, BODY, (GIVEN,), now)


@pytest.mark.guarantee(21)
def test_either_secret_and_any_of_several_signatures_will_do():
    one, two = (sign(ID, AT, BODY, secret) for secret in SECRETS)
    both = {**one, "webhook-signature": f"v1a,nonsense {two['webhook-signature']} {one['webhook-signature']}"}
    for headers in (one, two, both):
        verify(headers, BODY, SECRETS, AT)
    with pytest.raises(WebhookUnverified):
        verify(one, BODY, SECRETS[1:], AT)
    far = {**one, "webhook-signature": "v1,x " * 16 + one["webhook-signature"]}
    with pytest.raises(WebhookUnverified):
        verify(far, BODY, SECRETS, AT)  # somebody who sends thousands of them is not worked for


@pytest.mark.guarantee(21)
@pytest.mark.parametrize("value", ["", "whsec_", "whsec_%%%", "whsec_é", "whsec_AAA"])
def test_a_secret_that_is_none_signs_and_verifies_nothing(value):
    with pytest.raises(ValueError, match="whsec_"):
        sign(ID, AT, BODY, Secret(value))
    with pytest.raises(WebhookUnverified):
        verify(sign(ID, AT, BODY, Secret("x")), BODY, (Secret(value),), AT)


def test_a_secret_may_be_any_text():
    verify(sign(ID, AT, BODY, Secret("plain")), BODY, (Secret("plain"),), AT)


@pytest.mark.guarantee(21)
def test_signatures_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(signing.hmac, "compare_digest", lambda one, other: compared.append((one, other)) or one == other)
    headers = sign(ID, AT, BODY, GIVEN)
    given = {**headers, "webhook-signature": f"{SIGNED[:-2]}A= {headers['webhook-signature']} v1,x"}
    verify(given, BODY, SECRETS, AT)
    assert len(compared) == 6, "each signature is compared with each secret's, also after one was found"


class Mutant:
    """A webhook with something else in it: a header, a body, a time, or all."""

    def __init__(self, seed, sent):
        self.random, self.sent = Random(seed), sent

    def text(self):
        odd = ["", " ", "v1,", "v1a,", ",", "\x00", "é", "\udcff", "0", "-1", "9" * 30, "1e9", "NaN", "=", "\r\n", "v1,AAAA"]
        drawn = "".join(chr(self.random.randrange(1, 0x300)) for _ in range(self.random.randrange(40)))
        return self.random.choice([*odd, drawn])

    def spoiled(self, value):
        place = self.random.randrange(len(value) + 1)
        return value[:place] + self.text()[:3] + value[place + self.random.randrange(2) :]

    def body(self):
        body = bytearray(self.sent.body)
        for _ in range(self.random.randrange(1, 4)):
            body[self.random.randrange(len(body))] ^= 1 << self.random.randrange(8)
        choices = [bytes(body), self.random.randbytes(self.random.randrange(200)), self.sent.body[: self.random.randrange(80)]]
        return self.random.choice([*choices, self.sent.body + b" ", b"[" * 2_000])

    def one(self):
        headers = dict(self.sent.headers)
        name = self.random.choice(list(headers))
        how = self.random.randrange(6)
        if how == 0:
            del headers[name]
        elif how == 1:
            headers[name] = self.text()
        elif how == 2:
            headers[name] = self.spoiled(headers[name])
        elif how == 3:
            headers = {key: self.text() for key in headers}
        body = self.body() if how >= 4 else self.sent.body
        if how == 5:
            headers[name] = self.spoiled(headers[name])
        return evolve(self.sent, headers=headers, body=body)


def genuine(forged, sent):
    """Whether what was spoiled still bears the signature of the same id, time and body: beside other ones it may stand."""
    same = all(forged.headers.get(name) == sent.headers[name] for name in ("webhook-id", "webhook-timestamp"))
    signatures = forged.headers.get("webhook-signature", "").split(" ")
    return same and forged.body == sent.body and sent.headers["webhook-signature"] in signatures


@pytest.mark.guarantee(21)
def test_no_forged_webhook_is_read_whatever_it_looks_like(tier):
    gateway = fake()
    sent = gateway.hosted.signed("evt_1", ACCEPTED, SECRETS[0])
    assert gateway.parse_webhook(sent, SECRETS).status == 200
    count = tier.times(500, 20_000, 100_000)
    for seed in range(count):
        forged = Mutant(seed, sent).one()
        if genuine(forged, sent):
            continue
        try:
            gateway.parse_webhook(forged, SECRETS)
        except WebhookUnverified:
            continue
        pytest.fail(f"seed {seed} was read: {forged}")


def test_the_forged_ones_would_catch_a_gateway_that_looks_at_no_signature(monkeypatch):
    """The control: the naive gateway reads whatever comes."""
    monkeypatch.setattr("lockportal.payments.fake.gateway.verify", lambda *_: None)
    with pytest.raises((pytest.fail.Exception, WebhookMalformed)):
        test_no_forged_webhook_is_read_whatever_it_looks_like(Tier("quick"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "ref": json_values,
        "kind": st.sampled_from(["sale", "refund", "return", "setup", "x"]) | json_values,
        "status": st.sampled_from(["succeeded", "x"]) | json_values,
        "at": st.sampled_from(["2026-03-01T12:00:00Z", "0001-01-01T00:00:00+14:00"]) | json_values,
        "money": st.just({"minor": 2**63, "currency": "EUR"}) | json_values,
        "decline": json_values,
        "operation_id": json_values,
    },
)
events = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("evt_1") | json_values,
        "type": st.sampled_from(["sale.succeeded", "payout.paid", "setup.x"]) | json_values,
        "at": st.just("2026-03-01T12:00:00Z") | json_values,
        "fact": facts | json_values,
        "method": st.sampled_from(["card", "x", None]) | json_values,
    },
)


@pytest.mark.guarantee(21)
@given(st.lists(events | json_values, max_size=3) | json_values)
def test_whatever_is_signed_is_read_or_malformed(content):
    gateway = fake()
    try:
        body = codec.dumps({"events": content})
    except UnicodeEncodeError:
        return
    sent = gateway.hosted.signed("evt_1", body, SECRETS[0])
    try:
        gateway.parse_webhook(sent, SECRETS)
    except WebhookMalformed:
        return


def test_a_webhook_of_no_gateway_is_unverified():
    with pytest.raises(WebhookUnverified):
        fake().parse_webhook(WebhookRequest(received_at=AT), SECRETS)
