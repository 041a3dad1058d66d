"""What banks sent is read as a whole, with what is wrong in it named; whatever comes, nothing but `malformed` is raised."""

import pytest
from ach_drafts import FEW, batch, entry, file
from hypothesis import given
from hypothesis import strategies as st
from lockportal_ach import read_file, write_file
from lockportal_ach.files import FILLING
from lockportal_ach.reading import LARGEST
from lockportal_ach.records import AdviceEntry, Entry, InternationalEntry, ManyEntry

from lockportal.payments.errors import WebhookMalformed

WRONG = {
    "cor-read.ach": {"addendum.trace"},
    "enr-read.ach": {"field.number", "entry.addenda_count"},
    "iat-credit.ach": {"entry.addenda_count"},
}
"""The public files that do not tie out, and by what."""


@pytest.fixture(scope="module")
def samples(bank_data):
    return {path.name: path.read_bytes() for path in sorted((bank_data / "nacha").glob("*/*.ach"))}


def test_every_public_file_is_read_with_the_problems_that_it_has(samples):
    assert len(samples) >= 25
    found = {name: {one.code for one in read_file(content).problems} for name, content in samples.items()}
    assert {name: codes for name, codes in found.items() if codes} == WRONG


def test_what_was_read_of_a_public_file_is_written_as_it_was(samples):
    for name, content in samples.items():
        if name != "enr-read.ach":  # its entry is no number where there should be one
            assert read_file(content).content().split() == content.split(), name


def test_kinds_of_entries_have_columns_of_their_own(samples):
    kinds = {name: {type(one.entry) for one in read_file(content).details} for name, content in samples.items()}
    assert kinds["ctx-debit.ach"] == kinds["atx-read.ach"] == {ManyEntry}
    assert kinds["iat-credit.ach"] == {InternationalEntry}
    assert kinds["adv-read.ach"] == {AdviceEntry}
    assert kinds["ppd-debit.ach"] == {Entry}
    (ctx,) = read_file(samples["ctx-debit.ach"]).details
    assert (ctx.entry.addenda_count, ctx.entry.name) == (2, "Receiver Company")
    assert [one.words for one in ctx.addenda] == ["Debit First Account", "Debit Second Account"]
    (iat,) = read_file(samples["iat-credit.ach"]).details
    assert (iat.entry.amount, [one.kind for one in iat.addenda]) == (
        100_000,
        KINDS,
    )
    (first, second) = read_file(samples["adv-read.ach"]).details
    assert (first.is_debit, first.entry.amount, second.is_debit, second.entry.amount) == (False, 50_000, True, 250_000)


KINDS = ["10", "11", "12", "13", "14", "15", "16", "17", "18"]


@pytest.fixture
def lines():
    made = file(batch(entry(1, remark="R-1"), entry(2)), batch(entry(3)))
    return write_file(made).content().decode("ascii").splitlines()


def codes(lines, end="\n"):
    return [one.code for one in read_file(end.join(lines).encode("latin-1")).problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_lines_may_end_in_any_way_or_not_at_all(lines, end):
    assert codes(lines, end) == []


@pytest.mark.parametrize(
    ("at", "start", "text", "wrong"),
    [
        (2, 29, "1000012345", ["batch.debits", "file.debits"]),
        (2, 3, "231380105", ["entry.routing"]),
        (2, 1, "99", ["entry.code"]),
        (2, 1, "22", ["batch.debits", "batch.credits", "batch.mixed", "file.debits", "file.credits"]),
        (2, 29, "00000x2345", ["field.number", "batch.debits", "file.debits"]),
        (2, 12, " " * 17, ["entry.account"]),
        (2, 78, "0", ["entry.addenda"]),
        (2, 79, "121042880000009", ["addendum.sequence", "trace.order"]),
        (2, 79, "999999990000001", ["trace.bank", "trace.order"]),
        (3, 83, "0002", ["addendum.sequence"]),
        (5, 4, "000009", ["batch.count"]),
        (5, 10, "0000000001", ["batch.hash"]),
        (5, 1, "220", ["batch.class"]),
        (5, 44, "9999999999", ["batch.company"]),
        (5, 87, "0000009", ["batch.number"]),
        (6, 87, "0000001", ["batch.order", "batch.number"]),
        (9, 1, "000009", ["file.batches"]),
        (9, 7, "000009", ["file.blocks"]),
        (9, 13, "00000009", ["file.count"]),
        (2, 54, "é", ["record.signs"]),
        (
            2,
            0,
            "X",
            [
                "record.unknown",
                "record.order",
                "batch.count",
                "batch.hash",
                "batch.debits",
                *("file.count",),
                "file.hash",
                "file.debits",
            ],
        ),
        (5, 0, "9", ["batch.unfinished"]),
    ],
)
def test_what_does_not_tie_out_is_named(lines, at, start, text, wrong):
    lines[at] = lines[at][:start] + text + lines[at][start + len(text) :]
    found = codes(lines)
    assert set(wrong) <= set(found)
    if at != 5 or start:
        assert sorted(found) == sorted(wrong)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (lambda lines: lines[:9], ["file.unfinished"]),
        (lambda lines: lines[:8], ["batch.unfinished", "file.unfinished"]),
        (lambda lines: [*lines, FILLING], ["file.blocking", "file.blocks"]),
        (lambda lines: [*lines, lines[1]], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [lines[0], *lines], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [lines[0], lines[2], *lines[1:]], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [*lines[:2], lines[3], *lines[2:]], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [lines[0], lines[5], *lines[1:]], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [lines[0], FILLING, *lines[1:]], ["record.order", "file.blocking", "file.blocks"]),
        (lambda lines: [lines[0], "", *lines[1:]], ["record.blank"]),
        (lambda lines: [lines[0] + " ", *lines[1:]], ["record.length"]),
    ],
)
def test_records_out_of_place_are_named(lines, changed, wrong):
    assert sorted(codes(changed(lines))) == sorted(wrong)


@pytest.mark.parametrize("content", [b"", b"\x00", b"nonsense\n" * 3, b"101", b"\xff" * 200, b"5" * 94])
def test_what_is_no_such_file_is_malformed(content):
    with pytest.raises(WebhookMalformed):
        read_file(content)


def test_a_file_without_end_is_not_read():
    with pytest.raises(WebhookMalformed):
        read_file(b"1" * (LARGEST + 1))


@FEW
@given(st.data())
def test_whatever_became_of_a_file_it_is_read(data):
    content = bytearray(write_file(file(batch(entry(1, remark="R-1"), entry(2)))).content())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(3, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_file(bytes(content[: data.draw(st.integers(0, len(content)))]))
    except WebhookMalformed:
        return
    assert all(one.line >= 1 for one in found.problems)
    assert "744-5678-99" not in repr(found.problems)
