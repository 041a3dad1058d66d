"""Whatever payers and banks do, in whatever order: answers, asking and webhooks come to the same, money told once."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lockportal_stripe.stub.refusals import Refusal
from lockportal_stripe.stub.scripts import DEBITS, SCRIPTS
from stripe_ground import ACH, CARD, desk_of, happened, same

from lockportal.payments import OpStatus
from lockportal.payments.folding import merged

STEPS = (
    *(("pay", word) for word in sorted({*SCRIPTS, *DEBITS})),
    ("authenticate", True),
    ("authenticate", False),
    ("verify", True),
    ("verify", False),
    ("leave",),
    ("settle",),
    ("settle",),
    ("dispute", "insufficient_funds"),
)


def walk(desk, operation_id, steps):
    for name, *words in steps:
        act = getattr(desk.payer, name)
        with suppress(Refusal, KeyError):  # it cannot be done now
            if name in {"authenticate", "verify"}:
                act(operation_id, passed=words[0])
            elif name != "dispute" or _paid(desk, operation_id):
                act(operation_id, *words)


def _paid(desk, operation_id):
    intent = desk.payer.of("payment_intent", operation_id)
    charge = desk.stub.books().things.get(str(intent["latest_charge"]))
    return intent["status"] == "succeeded" and not charge["disputed"]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from((CARD, ACH)), st.lists(st.sampled_from(STEPS), max_size=6), st.randoms(use_true_random=False))
def test_answers_asking_and_webhooks_come_to_the_same(capability, steps, chance):
    with tempfile.TemporaryDirectory() as folder, desk_of(Path(folder)) as desk:
        request, _ = desk.begun(capability)
        walk(desk, request.operation_id, steps)
        known, told = desk.known(request), desk.heard(request.operation_id)
        heard = merged(request.money, [one for one in told if one.kind == request.intent.value])
        if told and known.status is not OpStatus.ACTION_REQUIRED:
            assert same(known, heard), (steps, known, heard)
        assert not known.conflict
        shuffled = [*told, *told]
        chance.shuffle(shuffled)
        assert merged(request.money, [one for one in shuffled if one.kind == request.intent.value]) == heard
        moved = [amount for amount, _ in desk.stub.books().moved]
        assert moved == ([request.money.minor] if known.status is OpStatus.SUCCEEDED else [])
        fetched = desk.fetch(request.operation_id, money=request.money).observations
        assert happened(told) == happened(fetched)
        answered = merged(request.money, desk.gateway.start(request).observations)
        assert same(known, answered)
