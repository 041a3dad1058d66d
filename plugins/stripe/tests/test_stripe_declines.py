"""Each word of Stripe's has its meaning; the banks' own codes and the networks' advice are heard before it."""

import pytest
from lockportal_stripe.declines import decline_of_charge, decline_of_error, decline_of_reason

from lockportal.payments import Advice, DeclineCode

GONE = {DeclineCode.NOT_RECEIVED, DeclineCode.OTHER}


@pytest.mark.parametrize(
    ("error", "code", "advice"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, DeclineCode.INSUFFICIENT_FUNDS, Advice.RETRY_LATER),
        ({"code": "card_declined", "decline_code": "do_not_honor"}, DeclineCode.DECLINED, Advice.CONTACT_BANK),
        ({"code": "card_declined", "decline_code": "stolen_card"}, DeclineCode.LOST_OR_STOLEN, Advice.NEVER),
        ({"code": "card_declined", "decline_code": "fraudulent"}, DeclineCode.SUSPECTED_FRAUD, Advice.CONTACT_BANK),
        ({"code": "expired_card", "decline_code": "expired_card"}, DeclineCode.EXPIRED_CARD, Advice.OTHER_METHOD),
        ({"code": "incorrect_cvc"}, DeclineCode.INCORRECT_CVC, Advice.FIX_DATA),
        ({"code": "authentication_required"}, DeclineCode.AUTHENTICATION_FAILED, Advice.OTHER_METHOD),
        ({"code": "payment_intent_mandate_invalid"}, DeclineCode.MANDATE_REVOKED, Advice.NEVER),
        ({"code": "account_closed", "network_decline_code": "R02"}, DeclineCode.ACCOUNT_CLOSED, Advice.NEVER),
        ({"code": "debit_not_authorized", "network_decline_code": "R08"}, DeclineCode.PAYMENT_STOPPED, Advice.NEVER),
        ({"code": "card_declined", "decline_code": "a_new_word"}, DeclineCode.DECLINED, Advice.CONTACT_BANK),
        ({"code": "a_new_word"}, DeclineCode.DECLINED, Advice.CONTACT_BANK),
        ({}, DeclineCode.OTHER, Advice.CONTACT_BANK),
    ],
)
def test_a_word_has_its_meaning(error, code, advice):
    found = decline_of_error(error)
    assert (found.code, found.advice) == (code, advice)
    assert found.network_code == error.get("network_decline_code", "")


def test_the_word_itself_is_kept():
    assert decline_of_error({"code": "card_declined", "decline_code": "stolen_card"}).raw_code == "stolen_card"
    assert decline_of_error({"code": "card_declined", "decline_code": "a_new_word"}).raw_code == "card_declined"


def test_the_networks_advice_is_heard():
    again = {"code": "card_declined", "decline_code": "generic_decline", "advice_code": "try_again_later"}
    assert decline_of_error(again).advice is Advice.RETRY_LATER
    assert decline_of_error({**again, "advice_code": "do_not_try_again"}).advice is Advice.NEVER
    assert decline_of_error({**again, "advice_code": "confirm_card_data"}).advice is Advice.FIX_DATA
    assert decline_of_error({**again, "advice_code": "a_new_word"}).advice is Advice.CONTACT_BANK


def test_a_charge_and_its_error_say_the_same():
    charge = {
        "failure_code": "card_declined",
        "outcome": {"reason": "lost_card", "network_decline_code": "41", "advice_code": "do_not_try_again"},
    }
    error = {
        "code": "card_declined",
        "decline_code": "lost_card",
        "network_decline_code": "41",
        "advice_code": "do_not_try_again",
    }
    assert decline_of_charge(charge) == decline_of_error(error)
    assert decline_of_charge({"failure_code": "account_closed", "outcome": None}).code is DeclineCode.ACCOUNT_CLOSED


@pytest.mark.parametrize(
    "reason", ["insufficient_funds", "debit_not_authorized", "incorrect_account_details", "bank_cannot_process"]
)
def test_reasons_of_returns_have_meanings(reason):
    assert decline_of_reason(reason).code not in {*GONE, DeclineCode.DECLINED}


@pytest.mark.parametrize("garbage", [{"code": 7, "decline_code": []}, {"code": None, "advice_code": {}}])
def test_garbage_is_no_reason(garbage):
    assert decline_of_error(garbage).code is DeclineCode.OTHER
