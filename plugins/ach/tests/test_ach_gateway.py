"""Debits by file: the contract of every format, and what is ACH's own: prenotes, changes, and what a person has to look at."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from ach_drafts import batch as batch_of_drafts
from ach_drafts import entry, file
from ach_ground import NUMBERS, REFS, back, batch_of, changed, facts_of, gateway_of, line, settings_of, vault_of
from ach_returns import answered, contested_of, return_of
from attrs import evolve
from lockportal_ach import DESCRIPTOR, BankAccount, Movement, open_gateway, read_file, write_file
from lockportal_ach.vault import TABLE
from lockportal_ach.writing import AccountKind, EntryClass

from lockportal import Config, Portal
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.batches import BatchConfig, MethodUpdate
from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import MethodKind
from lockportal.payments.operations import Advice, OpKind
from lockportal.payments.requests import MethodFacts, MethodRef, MethodStatus
from lockportal.testing import BatchContract
from lockportal.testing.batches import BatchGround


class TestAch(BatchContract):
    @pytest.fixture
    def ground(self, tmp_path):
        return BatchGround(
            descriptor=DESCRIPTOR,
            gateway=gateway_of(tmp_path),
            batch=batch_of(),
            returned=back,
            again=lambda: gateway_of(tmp_path),
            private=NUMBERS,
        )


@pytest.fixture
def gateway(tmp_path):
    return gateway_of(tmp_path)


def test_a_debit_names_its_method_and_its_payment(gateway):
    made = read_file(gateway.build(batch_of()).content)
    assert made.problems == ()
    assert [(one.entry.identification, one.entry.account.strip(), one.trace, one.addenda[0].words) for one in made.details] == [
        (REFS[0], NUMBERS[0], "121042880000001", "P-1"),
        (REFS[1], NUMBERS[1], "121042880000002", "P-2"),
    ]
    assert (made.header.made_on, made.header.made_at) == ("260304", "0930"), "as the clock on the bank's wall says"


def test_lines_are_written_by_their_traces(gateway):
    turned = gateway.build(batch_of(line(2), line(1)))
    assert turned.content == gateway.build(batch_of()).content


def test_a_debit_of_nothing_is_a_prenote(gateway):
    (one,) = read_file(gateway.build(batch_of(line(1, money=Money(0, "USD")))).content).details
    assert (one.is_prenote, one.is_debit, one.addenda) == (True, True, ())


def test_a_prenote_that_comes_back_blocks_its_method(gateway):
    sent = gateway.build(batch_of(line(1, money=Money(0, "USD"))))
    report = gateway.read(back(sent, "R03"), "back")
    facts = MethodFacts(ref=MethodRef(ref=REFS[0]), kind=MethodKind.ACH_DEBIT, last4="6789", status=MethodStatus.BLOCKED)
    assert (report.observations, report.methods) == ((), (MethodUpdate(method=MethodRef(ref=REFS[0]), facts=facts),))


def test_kinds_of_consent_and_recurring_are_settings(tmp_path):
    made = read_file(gateway_of(tmp_path, entry_class=EntryClass.TEL, recurring=True).build(batch_of()).content)
    assert [(one.entry.discretionary, one.addenda) for one in made.details] == [("R", ())] * 2


def test_a_return_is_of_its_debit_with_what_helps(gateway):
    (seen,) = gateway.read(back(gateway.build(batch_of()), "R02"), "back").observations
    assert (seen.kind, seen.money, seen.parent_ref) == (OpKind.RETURN, Money(1_000, "USD"), "121042880000001")
    assert (seen.decline.network_code, seen.decline.advice) == ("R02", Advice.NEVER)
    assert seen.occurred_at == datetime(2026, 3, 4, 14, 30, tzinfo=UTC)


def test_a_code_that_is_not_known_is_a_return_for_review(gateway):
    report = gateway.read(back(gateway.build(batch_of()), "R99"), "back")
    assert [one.decline.advice for one in report.observations] == [Advice.CONTACT_BANK]
    assert report.unread == ("line 3: there is no return code R99 (121042880000001).",)


def test_a_credit_that_comes_back_reopens_nothing(gateway):
    made = write_file(file(batch_of_drafts(entry(movement=Movement.CREDIT))))
    report = gateway.read(answered(made, [return_of(one, "R03") for one in made.details]), "back")
    assert (report.observations, report.methods) == ((), ())
    assert report.unread == ("line 3: A credit came back with R03: nobody owes it. (121042880000001)",)


def test_the_public_file_of_returns_has_nothing_of_this_company(gateway, bank_data):
    report = gateway.read((bank_data / "nacha" / "testdata" / "return-WEB.ach").read_bytes(), "return-WEB.ach")
    assert (report.observations, report.methods, len(report.unread)) == ((), (), 2)


def test_the_public_file_of_returns_reopens_the_debit_and_not_the_credit(tmp_path, bank_data):
    gateway = gateway_of(tmp_path, odfi="091400606")
    report = gateway.read((bank_data / "nacha" / "testdata" / "return-WEB.ach").read_bytes(), "return-WEB.ach")
    assert [(one.money, one.decline.network_code) for one in report.observations] == [(Money(12_354, "USD"), "R01")]
    assert len(report.unread) == 1


def test_a_contest_is_for_a_person(gateway):
    made = read_file(gateway.build(batch_of()).content)
    report = gateway.read(answered(made, [contested_of(next(made.details), "R73")]), "back")
    assert (report.observations, len(report.unread)) == ((), 1)


def test_what_does_not_tie_out_is_told_beside_what_does(gateway):
    content = back(gateway.build(batch_of())).replace(b"\n9000001", b"\n9000002")
    report = gateway.read(content, "back")
    assert (len(report.observations), report.unread) == (
        1,
        ("line 6: The record states 2 batches, and there are 1. (file.batches)",),
    )


def test_a_file_without_a_day_says_no_return(gateway):
    content = back(gateway.build(batch_of()))
    report = gateway.read(content[:23] + b"269999" + content[29:], "back")
    assert (report.observations, report.unread) == (
        (),
        ("line 3: The file does not say on which day it was made. (121042880000001)",),
    )


def test_a_change_moves_the_method_to_another_account(gateway):
    sent = gateway.build(batch_of())
    content = changed(sent, "C07", "1210428821918171614       37")
    report, again = gateway.read(content, "cor"), gateway.read(content, "cor")
    assert report == again, "read twice, it is one change"
    (update,) = report.methods
    assert (update.method.ref, update.facts.last4, update.facts.status) == (REFS[0], "1614", MethodStatus.ACTIVE)
    kept = gateway.vault.reveal(update.facts.ref.ref)
    assert kept == BankAccount(routing="121042882", number="1918171614", kind=AccountKind.SAVINGS)
    assert gateway.build(batch_of()).content == sent.content, "what was sent is built as it was"


@pytest.mark.parametrize(
    ("code", "corrected", "right"),
    [
        ("C01", "1918171614", BankAccount(routing="231380104", number="1918171614")),
        ("C02", "121042882", BankAccount(routing="121042882", number=NUMBERS[0])),
        ("C05", "37", BankAccount(routing="231380104", number=NUMBERS[0], kind=AccountKind.SAVINGS)),
        ("C05", "27", BankAccount(routing="231380104", number=NUMBERS[0])),
    ],
)
def test_a_change_leaves_what_it_does_not_speak_of(gateway, code, corrected, right):
    (update,) = gateway.read(changed(gateway.build(batch_of()), code, corrected), "cor").methods
    assert gateway.vault.reveal(update.facts.ref.ref) == right


@pytest.mark.parametrize(("code", "corrected"), [("C04", "Harbour Inc"), ("C99", "1"), ("C02", "121042883")])
def test_a_change_that_says_nothing_here_is_for_a_person(gateway, code, corrected):
    report = gateway.read(changed(gateway.build(batch_of()), code, corrected), "cor")
    assert (report.methods, len(report.unread)) == ((), 1)


def test_a_change_of_an_unknown_account_is_for_a_person(gateway):
    content = changed(gateway.build(batch_of()), "C01", "1918171614")
    gateway.vault.forget(REFS[0])
    report = gateway.read(content, "cor")
    assert (report.methods, report.unread) == ((), (f"line 3: No account is kept as {REFS[0]}. (121042880000001)",))


@pytest.mark.parametrize(
    ("batch", "code", "named"),
    [
        (batch_of(line(1, money=Money(100, "CAD"))), "ach.currency", "P-1"),
        (batch_of(line(1, method=MethodRef(ref="nobody"))), "vault.unknown", "P-1"),
        (batch_of(line(1, money=Money(10**10, "USD"))), "ach.amount", "Entry 1"),
        (batch_of(line(1, trace=10**7)), "ach.trace", "Trace"),
        (batch_of(line(1), line(2, trace=1)), "ach.trace", "Trace"),
        (evolve(batch_of(), lines=()), "ach.file", "lines"),
    ],
)
def test_what_cannot_be_written_is_rejected_by_its_line(gateway, batch, code, named):
    with pytest.raises(RequestRejected) as raised:
        gateway.build(batch)
    assert raised.value.code == code
    assert named in raised.value.message
    assert not any(number in str(raised.value) for number in NUMBERS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("odfi", "121042883"),
        ("destination", "121042883"),
        ("origin", "12345678901"),
        ("company", ""),
        ("company_id", "12345678901"),
        ("bank", "Bänk"),
        ("zone", "Nowhere/Town"),
        ("vault_keys", ()),
        ("vault_keys", ("AAAA",)),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, setting, value):
    with pytest.raises(ValueError, match=setting):
        settings_of(tmp_path, **{setting: value})


def test_a_portal_debits_by_file_and_no_table_and_no_log_has_the_number(tmp_path, caplog, monkeypatch):
    """In one database with the portal: the vault's own table has it encrypted, and nothing else has it at all."""
    caplog.set_level(logging.DEBUG)
    told = []
    monkeypatch.setenv("LOCKPORTAL_PLUGINS", "ach")
    url = f"sqlite:///{tmp_path / 'vault.db'}"
    portal = Portal(Config(database=url, secret_keys=("a secret of at least 32 characters",)))
    portal.upgrade()
    vault_of(tmp_path)
    gateway = portal.payments.bank_formats.open("nacha", "house-bank", facts_of(tmp_path))
    sent = gateway.build(batch_of())
    gateway.read(back(sent), "back")
    gateway.read(changed(sent, "C01", "1918171614"), "cor")
    for bad in (batch_of(line(1, money=Money(10**10, "USD"))), batch_of(line(1, method=MethodRef(ref="nobody")))):
        with pytest.raises(RequestRejected) as raised:
            gateway.build(bad)
        told.append(f"{raised.value} {raised.value!r}")
    shown = f"{gateway!r} {sent!r} {sent.name} {told}" + " ".join(one.getMessage() for one in caplog.records)
    for number in (*NUMBERS, "1918171614"):
        assert number not in shown
        assert number not in dump(url)
    for path in tmp_path.glob("vault.db*"):
        assert not any(number.encode() in path.read_bytes() for number in (*NUMBERS, "1918171614"))


def test_the_search_for_numbers_finds_one_that_is_stored(tmp_path):
    """The control of the test before: a number that somebody wrote where it should not be is found."""
    vault_of(tmp_path)
    url = f"sqlite:///{tmp_path / 'vault.db'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.insert(TABLE), {"ref": "X", "last4": "1", "sealed": NUMBERS[0]})
    assert NUMBERS[0] in dump(url)
    assert any(NUMBERS[0].encode() in path.read_bytes() for path in Path(tmp_path).glob("vault.db*"))


def dump(url):
    """Every value of every table of a database, as text."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return "\n".join(repr(tuple(row)) for table in tables.sorted_tables for row in connection.execute(sa.select(table)))


def test_the_format_is_open_to_its_own_settings_only():
    with pytest.raises(Refused) as raised:
        open_gateway(BatchConfig(merchant_account="bank", settings=UUID(int=1)))
    assert raised.value.code == "ach.settings"
