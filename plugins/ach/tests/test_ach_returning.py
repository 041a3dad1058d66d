"""Returns, refused returns and notifications of change, as a bank writes them; every code says what helps."""

import json

import pytest
from ach_drafts import batch, entry, file
from ach_returns import answered, change_of, contested_of, dishonoured_of, return_of
from attrs import evolve
from lockportal_ach import REASONS, Corrections, Movement, Turn, changes_of, decline_of, read_file, returns_of, write_file
from lockportal_ach.returning import corrections_of

from lockportal.payments.operations import Advice, DeclineCode

NEVER = {"R02", "R03", "R04", "R05", "R07", "R08", "R10", "R16", "R29"}


def test_a_public_file_of_returns_holds_one_of_a_debit_and_one_of_a_credit(bank_data):
    found = returns_of(read_file((bank_data / "nacha" / "testdata" / "return-WEB.ach").read_bytes()))
    assert [(one.reason, one.was_debit, one.amount, one.original_trace, one.turn) for one in found] == [
        ("R01", True, 12_354, "091400600000001", Turn.RETURNED),
        ("R03", False, 4_565, "091400600000003", Turn.RETURNED),
    ]


def test_a_public_notification_says_the_right_account(bank_data):
    content = (bank_data / "nacha" / "ach-cor-read" / "cor-read.ach").read_bytes()
    (found,) = changes_of(read_file(content))
    assert (found.code, found.original_trace, found.corrections) == ("C01", "121042880000001", Corrections(account="1918171614"))
    assert "1918171614" not in repr(found)
    assert returns_of(read_file(content)) == ()


def test_every_public_return_code_has_words_and_advice(bank_data):
    codes = {one["code"] for one in json.loads((bank_data / "nacha_return_codes.json").read_text("utf-8"))}
    assert len(codes) == 69
    assert codes <= set(REASONS)
    assert all(decline_of(code).raw_message for code in codes)


def test_codes_after_which_an_account_is_not_tried_again_say_never():
    assert {code for code in NEVER if decline_of(code).advice is not Advice.NEVER} == set()
    assert {decline_of(code).advice for code in ("R01", "R09")} == {Advice.RETRY_LATER}


def test_a_code_that_is_not_known_is_for_a_person():
    found = decline_of("R99")
    assert (found.code, found.advice, found.network_code) == (DeclineCode.OTHER, Advice.CONTACT_BANK, "R99")


def test_a_return_says_of_which_entry_it_is():
    made = write_file(file(batch(entry(7), entry(8, amount=500, identification="M-8"))))
    answer = read_file(answered(made, [return_of(one, "R01") for one in made.details]))
    assert answer.problems == ()
    assert [(one.original_trace, one.amount, one.identification, one.was_debit) for one in returns_of(answer)] == [
        ("121042880000007", 12_345, "C-17", True),
        ("121042880000008", 500, "M-8", True),
    ]
    assert {one.effective_on for one in returns_of(answer)} == {"260305"}


def test_a_return_of_a_credit_is_told_apart():
    made = write_file(file(batch(entry(movement=Movement.CREDIT))))
    (found,) = returns_of(read_file(answered(made, [return_of(one, "R03") for one in made.details])))
    assert not found.was_debit


def test_a_refused_return_and_its_contest_are_no_returns():
    made = write_file(file())
    (one,) = made.details
    for turned, reason, turn in ((dishonoured_of, "R68", Turn.DISHONOURED), (contested_of, "R73", Turn.CONTESTED)):
        answer = read_file(answered(made, [turned(one, reason)]))
        assert answer.problems == ()
        (found,) = returns_of(answer)
        assert (found.turn, found.reason, found.original_trace) == (turn, reason, "121042880000001")
        (addendum,) = next(answer.details).addenda
        assert (addendum.return_trace, addendum.return_reason) == ("231380100000099", "01")


@pytest.mark.parametrize(
    ("code", "corrected", "right"),
    [
        ("C01", "1918171614", Corrections(account="1918171614")),
        ("C02", "121042882", Corrections(routing="121042882")),
        ("C03", "121042882   1918171614", Corrections(routing="121042882", account="1918171614")),
        ("C04", "Harbour Foods Inc", Corrections(name="Harbour Foods Inc")),
        ("C05", "37", Corrections(transaction_code=37)),
        ("C06", "1918171614          37", Corrections(account="1918171614", transaction_code=37)),
        ("C07", "1210428821918171614       37", Corrections(routing="121042882", account="1918171614", transaction_code=37)),
        ("C09", "C-18", Corrections(identification="C-18")),
        ("C01", "", None),
        ("C02", "121042883", None),
        ("C03", "1918171614  121042882", None),
        ("C03", "121042882", None),
        ("C04", "", None),
        ("C05", "99", None),
        ("C06", "1918171614", None),
        ("C06", "                    37", None),
        ("C07", "121042882", None),
        ("C07", "1210428831918171614       37", None),
        ("C09", " ", None),
        ("C13", "whatever", None),
        ("C99", "whatever", None),
    ],
)
def test_a_change_is_read_by_its_code_and_nothing_wrong_is_believed(code, corrected, right):
    assert corrections_of(code, corrected) == right


def test_a_change_in_a_file_names_its_entry():
    made = write_file(file())
    (one,) = made.details
    answer = read_file(answered(made, [change_of(one, "C05", "37")]))
    assert answer.problems == ()
    (found,) = changes_of(answer)
    assert (found.original_trace, found.identification, found.corrections) == (
        "121042880000001",
        "C-17",
        Corrections(transaction_code=37),
    )
    (unsaid,) = changes_of(read_file(answered(made, [change_of(evolve(one), "C99", "37")])))
    assert unsaid.corrections is None
