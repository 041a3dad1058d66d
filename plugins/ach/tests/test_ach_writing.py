"""What is written: 94 columns, blocks of ten, hashes and totals that tie out, by the reader here and by two that others wrote."""

import achkit
import pytest
from ach_drafts import DEBITS, FEW, batch, entry, file, files
from achlens.core.validator import validate
from attrs import evolve
from hypothesis import given
from lockportal_ach import EntryClass, Movement, read_file, write_file
from lockportal_ach.files import is_routing

from lockportal.core.errors import Refused


@FEW
@given(files())
def test_a_file_is_read_as_it_was_written(draft):
    made = write_file(draft)
    found = read_file(made.content())
    assert found == made
    assert found.problems == ()
    assert found.content() == made.content() == write_file(draft).content()


@FEW
@given(files())
def test_records_have_94_columns_and_come_in_tens(draft):
    lines = write_file(draft).content().decode("ascii").split("\n")
    assert lines.pop() == ""
    assert {len(line) for line in lines} == {94}
    assert len(lines) % 10 == 0
    (control,) = [line for line in lines if line[0] == "9" and line.strip("9")]
    assert int(control[7:13]) == len(lines) // 10


@FEW
@given(files())
def test_hashes_and_totals_are_those_of_the_drafts(draft):
    ones = [one for batch in draft.batches for one in batch.drafts]
    control = write_file(draft).control
    assert control.hash == sum(int(one.routing[:8]) for one in ones) % 10**10
    assert control.debits == sum(one.amount for one in ones if one.movement in DEBITS)
    assert control.credits == sum(one.amount for one in ones if one.movement not in DEBITS)
    assert control.count == sum(1 + bool(one.remark) for one in ones)


@FEW
@given(files())
def test_other_readers_accept_what_is_written(draft):
    content = write_file(draft).content().decode("ascii")
    assert achkit.validate(content) == {"ok": True, "errors": []}
    report = validate(content)
    assert report.valid, report.findings


def test_the_other_readers_refuse_what_does_not_tie_out():
    content = write_file(file()).content().decode("ascii").replace("0000012345C", "0000012346C")
    assert not achkit.validate(content)["ok"]
    assert not validate(content).valid


@pytest.mark.parametrize("kind", EntryClass)
def test_each_kind_of_entry_is_written_to_the_byte(kind):
    lines = write_file(file(batch(entry(), entry_class=kind))).content().decode("ascii").splitlines()
    once = "S " if kind in {EntryClass.WEB, EntryClass.TEL} else "  "
    assert lines[:5] == [
        "101 12104288212345678902603040930A094101First Bank             Lighthouse                     ",
        f"5225Lighthouse                          1234567890{kind}INVOICES        260305   1121042880000001",
        f"627231380104744-5678-99      0000012345C-17           Harbour Foods         {once}0121042880000001",
        "822500000100231380100000000123450000000000001234567890                         121042880000001",
        "9000001000001000000010023138010000000012345000000000000                                       ",
    ]
    assert lines[5:] == ["9" * 94] * 5


def test_a_recurring_debit_says_so():
    made = write_file(file(batch(entry(once=False), entry_class=EntryClass.WEB)))
    assert [one.entry.discretionary for one in made.details] == ["R"]


def test_directions_make_the_service_class():
    both = batch(entry(1), entry(2, movement=Movement.CREDIT))
    credits_only = batch(entry(3, movement=Movement.CREDIT))
    assert [one.header.service_class for one in write_file(file(both, credits_only)).batches] == [200, 220]


def test_a_prenote_moves_nothing():
    (one,) = write_file(file(batch(entry(amount=0, movement=Movement.DEBIT_PRENOTE)))).details
    assert (one.entry.code, one.is_prenote, one.is_debit, one.entry.amount) == (28, True, True, 0)


def test_names_lose_marks_and_length_but_accounts_never():
    made = write_file(file(batch(entry(name="Café Zoë and the very long remainder"))))
    assert [one.entry.name for one in made.details] == ["Cafe Zoe and the very"]
    with pytest.raises(Refused) as raised:
        write_file(file(batch(entry(account="1" * 18))))
    assert (raised.value.code, raised.value.field) == ("ach.field", "account")


def test_no_account_stands_in_what_is_shown_of_a_file():
    draft = file()
    made = write_file(draft)
    assert "744-5678-99" not in f"{draft!r}{made!r}{read_file(made.content())!r}"


@pytest.mark.parametrize(
    ("draft", "code", "field"),
    [
        (file(batch(entry(routing="231380105"))), "ach.routing", "routing"),
        (file(batch(entry(routing="2313801"))), "ach.routing", "routing"),
        (file(batch(odfi="121042883")), "ach.routing", "odfi"),
        (file(destination="x"), "ach.routing", "destination"),
        (file(batch(entry(account=" "))), "ach.account", "account"),
        (file(batch(entry(account="١٢٣"))), "ach.account", "account"),
        (file(batch(entry(account="12\n34"))), "ach.account", "account"),
        (file(batch(entry(amount=0))), "ach.amount", "amount"),
        (file(batch(entry(amount=-1))), "ach.amount", "amount"),
        (file(batch(entry(amount=10**10))), "ach.amount", "amount"),
        (file(batch(entry(amount=1, movement=Movement.DEBIT_PRENOTE))), "ach.amount", "amount"),
        (file(batch(*(entry(n, amount=10**10 - 1) for n in range(1, 102)))), "ach.amount", "amount"),
        (file(batch(entry(name="東京"))), "ach.name", "name"),
        (file(batch(entry(remark="x" * 81))), "ach.remark", "remark"),
        (file(batch(entry(remark="x"), entry_class=EntryClass.TEL)), "ach.remark", "remark"),
        (file(batch(entry(2), entry(2))), "ach.trace", "trace"),
        (file(batch(entry(3)), batch(entry(2))), "ach.trace", "trace"),
        (file(batch(entry(0))), "ach.trace", "trace"),
        (file(batch(entry(10**7))), "ach.trace", "trace"),
        (file(batch(entry(identification="x" * 16))), "ach.field", "identification"),
        (file(batch(company_id="12345678901")), "ach.field", "company_id"),
        (file(batch(drafts=())), "ach.file", "drafts"),
        (evolve(file(), batches=()), "ach.file", "batches"),
        (file(number=0), "ach.file", "number"),
        (file(number=37), "ach.file", "number"),
        (file(origin=""), "ach.field", "origin"),
        (file(origin="12345678901"), "ach.field", "origin"),
    ],
)
def test_what_cannot_be_written_is_refused_by_its_field(draft, code, field):
    with pytest.raises(Refused) as raised:
        write_file(draft)
    assert (raised.value.code, raised.value.field) == (code, field)
    assert "744-5678-99" not in str(raised.value)


@pytest.mark.parametrize(("number", "well"), [("121042882", True), ("121042883", False), ("", False), ("١٢١٠٤٢٨٨٢", False)])
def test_the_last_digit_checks_the_others(number, well):
    assert is_routing(number) is well
