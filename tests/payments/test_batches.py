"""File formats of banks: registered apart, pure, held against their contract; and the contract against who breaks it."""

import json
from datetime import date
from uuid import UUID

import pytest
from attrs import evolve, field, frozen

from books import NOON, closing, item_id, open_portal, usd
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.batches import BatchDescriptor, BatchFile, BatchLine, BatchReport, BatchRequest
from lockportal.payments.errors import WebhookMalformed
from lockportal.payments.methods import API_VERSION, Flow, MethodCapability, MethodKind
from lockportal.payments.operations import Advice, Decline, DeclineCode, Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.requests import MethodRef
from lockportal.plugins import hookimpl
from lockportal.testing import BatchContract
from lockportal.testing.batches import BatchGround


@frozen
class LedgerSettings:
    bank: str = field(default="First Bank")


DESCRIPTOR = BatchDescriptor(
    format_name="lines",
    display_name="Lines",
    config_schema=LedgerSettings,
    methods=(MethodCapability(kind=MethodKind.ACH_DEBIT, flows=frozenset({Flow.BATCH})),),
)
BATCH = BatchRequest(
    batch_id=item_id("batch"),
    number=1,
    lines=tuple(
        BatchLine(
            operation_id=item_id(n),
            trace=n,
            money=usd(n * 10),
            method=MethodRef(ref=f"ba_{n}"),
            customer_name="Alpha",
            reference=f"P-{n}",
        )
        for n in (1, 2)
    ),
    effective_on=date(2026, 3, 4),
    made_at=NOON,
)


class Lines:
    """One line of JSON for each debit; a bank answers by one line for each that came back."""

    def __init__(self, config=None):
        self.config = config

    def build(self, batch):
        rows = [{"id": str(one.operation_id), "trace": one.trace, "minor": one.money.minor} for one in batch.lines]
        content = "\n".join(json.dumps(row) for row in rows).encode()
        total = Money(sum(one.money.minor for one in batch.lines), "USD")
        return BatchFile(name=f"debits-{batch.effective_on}-{batch.number}.txt", content=content, total=total, count=len(rows))

    def read(self, content, name):
        try:
            rows = [json.loads(line) for line in content.decode().splitlines()]
            return BatchReport(observations=tuple(self._seen(row) for row in rows or [{}]))
        except (ValueError, LookupError, TypeError) as error:
            raise WebhookMalformed("lines.unreadable") from error

    def _seen(self, row):
        return Observation(
            kind=OpKind.RETURN,
            status=OpStatus.SUCCEEDED,
            money=Money(row["minor"], "USD"),
            occurred_at=NOON,
            source=ObservationSource.FILE,
            parent_ref=str(UUID(row["id"])),
            decline=Decline(code=DeclineCode.ACCOUNT_CLOSED, advice=Advice.NEVER, network_code="R02"),
        )


def ground(kind=Lines):
    return BatchGround(
        descriptor=DESCRIPTOR,
        gateway=kind(),
        batch=BATCH,
        returned=lambda file: file.content.splitlines()[0],
        again=kind,
        private=("000123456789",),
    )


class TestLines(BatchContract):
    @pytest.fixture
    def ground(self):
        return ground()


class Counting(Lines):
    """Numbers its files by itself."""

    built = 0

    def build(self, batch):
        self.built += 1
        return evolve(super().build(batch), name=f"debits-{self.built}.txt")


class Forgetful(Lines):
    def build(self, batch):
        return super().build(evolve(batch, lines=batch.lines[1:]))


class Named(Lines):
    def build(self, batch):
        return evolve(super().build(batch), name="000123456789.txt")


class Mild(Lines):
    def read(self, content, name):
        try:
            return super().read(content, name)
        except WebhookMalformed:
            return BatchReport(unread=(name,))


class Silent(Lines):
    def _seen(self, row):
        return evolve(super()._seen(row), decline=None)


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        (Counting, "test_the_same_batch_is_the_same_file", "to the byte"),
        (Forgetful, "test_a_file_says_what_it_holds", "says what it holds"),
        (Forgetful, "test_another_amount_is_another_file", "every amount"),
        (Named, "test_a_file_says_what_it_holds", "number of an account"),
        (Silent, "test_a_return_is_read_as_one", "says why"),
        (Mild, "test_what_is_none_of_its_files_is_malformed", "DID NOT RAISE"),
    ],
)
def test_the_contract_fails_who_breaks_it(kind, rule, words):
    with pytest.raises(BaseException, match=words):
        getattr(BatchContract(), rule)(ground(kind))


def test_a_format_that_declares_no_batches_fails():
    for methods in ((), (MethodCapability(kind=MethodKind.CARD),)):
        with pytest.raises(AssertionError, match="way to pay"):
            BatchContract().test_it_declares_batches(evolve(ground(), descriptor=evolve(DESCRIPTOR, methods=methods)))


class Plugin:
    @hookimpl
    def lockportal_bank_formats(self, register):
        register(DESCRIPTOR, Lines)


def test_a_format_is_opened_with_its_settings():
    portal = open_portal("sqlite://", plugins=(Plugin(),))
    formats = portal.payments.bank_formats
    assert DESCRIPTOR in formats.descriptors
    opened = formats.open("lines", "house", {"bank": "Second Bank"})
    assert (opened.config.merchant_account, opened.config.settings.bank) == ("house", "Second Bank")
    for name, settings, code in (("none", {}, "format.unknown"), ("lines", {"bank": 1}, "format.settings")):
        with pytest.raises(Refused, match=code):
            formats.open(name, "house", settings)
    portal.close()


class Registers:
    """Registers formats, and may fail after that."""

    def __init__(self, *formats, fails=False):
        self.formats, self.fails = formats, fails

    @hookimpl
    def lockportal_bank_formats(self, register):
        for one in self.formats:
            register(one, Lines)
        if self.fails:
            raise LookupError("half-way")


SECOND = evolve(DESCRIPTOR, format_name="second")


@pytest.mark.parametrize(
    "broken",
    [
        Registers(SECOND, DESCRIPTOR),
        Registers(SECOND, SECOND),
        Registers(evolve(SECOND, api_version=API_VERSION + 1)),
        Registers(SECOND, fails=True),
    ],
)
def test_a_plugin_that_fails_to_register_leaves_no_format_behind_and_harms_nobody(broken, caplog):
    third = evolve(DESCRIPTOR, format_name="third", api_version=API_VERSION - 1)
    with closing(open_portal("sqlite://", plugins=(broken, Registers(third), Plugin()))) as portal:
        names = {one.format_name for one in portal.payments.bank_formats.descriptors}
    assert {"lines", "second", "third"} & names == {"lines", "third"}
    assert "could not register its file formats" in caplog.text
