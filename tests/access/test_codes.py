"""The code of a login link, which lets it serve in another browser than the one that asked."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lockportal.access.models import AccessSettings, LinkState, LoginLink, Session
from lockportal.access.views import typed_code
from lockportal.core.actor import VISITOR
from lockportal.core.errors import Refused

ANNA = "anna@example.com"
BROWSER, PHONE = "the asking browser's own secret", "the secret of the phone that has the mail"
KEY, NEWER = "a key of the tests, which is long enough", "another key of the tests, long enough too"
TYPED = 32


def asked(house, address=ANNA, binding=BROWSER):
    """Ask, and answer the code that the asking browser shows, and the token that the mail holds."""
    before = house.mails().keys()
    code = house.access.request_link(address, binding=binding).code
    house.shell.deliver()
    (new,) = house.mails().keys() - before
    text = house.mails()[new].get_body(("plain",)).get_content()
    return code, re.search(r"/sign-in/(\S+)", text).group(1)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def refusal(house, token, code="", binding=PHONE):
    with pytest.raises(Refused) as caught:
        house.access.redeem(token, binding=binding, code=code)
    return caught.value.code


@pytest.mark.guarantee(6)
@pytest.mark.parametrize("written", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}\u2013{1}", "{0}\u00a0{1}", "-{0} - {1}"])
def test_the_code_signs_in_another_browser(quick, written):
    quick.contact(quick.customer())
    code, token = asked(quick)
    preview = quick.access.inspect(token, PHONE)
    assert (preview.state, preview.email, preview.tries_left) == ("code_needed", "a…@example.com", 5)
    signed_in = quick.access.redeem(token, binding=PHONE, code=written.format(code[:3], code[3:]))
    assert quick.access.authenticate(signed_in.cookie) == signed_in.actor
    assert refusal(quick, token, code) == "link.used"
    assert refusal(quick, token, binding=BROWSER) == "link.used"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("\uff11\uff12\uff13 \uff14\uff15\uff16", "123456"),
        ("12345", ""),
        ("1234567", ""),
        ("abcdef", ""),
        ("", ""),
        ("12 34 5\uff16", "123456"),
        (" " * 99 + "1" * 6, ""),
    ],
)
def test_what_is_typed_is_read_as_six_digits_or_as_nothing(text, digits):
    assert typed_code(text) == digits


def test_the_asking_browser_needs_no_code_and_a_wrong_one_does_not_matter_there(quick):
    quick.contact(quick.customer())
    code, token = asked(quick)
    assert quick.access.redeem(token, binding=BROWSER, code=wrong(code)).actor != VISITOR
    assert quick.rows(LoginLink)[0].tries == 0


def test_what_is_no_code_is_no_try(quick):
    quick.contact(quick.customer())
    code, token = asked(quick)
    for junk in ("", "12345", "x" * 10_000, "\x00\ud800", code[:5]):
        assert refusal(quick, token, junk) == "link.code_needed"
    assert quick.access.inspect(token, PHONE).tries_left == 5


@pytest.mark.guarantee(8)
def test_the_fifth_wrong_code_closes_the_link_for_everybody(house):
    house.contact(house.customer())
    code, token = asked(house)
    for left in (4, 3, 2, 1):
        assert refusal(house, token, wrong(code)) == "link.code_wrong"
        assert house.access.inspect(token, PHONE).tries_left == left
    assert refusal(house, token, wrong(code)) == "link.code_spent"
    for binding in (PHONE, BROWSER):
        assert refusal(house, token, code, binding) == "link.code_spent"
        assert house.access.inspect(token, binding).state == "code_spent"
    assert house.rows(Session) == []
    house.clock.forward(seconds=1)
    code, token = asked(house)
    house.access.redeem(token, binding=PHONE, code=code)


def test_the_last_try_may_be_the_right_one_and_the_setting_says_how_many_there_are(quick):
    strict = quick.again(options=(AccessSettings(code_tries=2),))
    strict.contact(strict.customer())
    code, token = asked(strict)
    assert refusal(strict, token, wrong(code)) == "link.code_wrong"
    strict.access.redeem(token, binding=PHONE, code=code)


def test_each_request_has_a_code_of_its_own_and_unknown_addresses_have_one_too(quick):
    quick.contact(quick.customer())
    codes = {
        quick.access.request_link(who, binding=BROWSER).code for who in (ANNA, "nobody@example.com", "none") for _ in range(9)
    }
    assert len(codes) > 20
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)


def test_the_code_of_an_older_request_does_not_fit_the_newest_link(quick):
    quick.contact(quick.customer())
    old, _ = asked(quick)
    quick.clock.forward(seconds=1)
    _, token = asked(quick)
    assert refusal(quick, token, old) == "link.code_wrong"


@pytest.mark.guarantee(11)
def test_a_code_serves_while_its_key_is_listed(quick):
    quick.contact(quick.customer())
    code, token = asked(quick)
    for keys, answer in (((KEY, NEWER), None), ((NEWER,), "link.unknown")):
        house = quick.again(keys=keys)
        if answer is None:
            assert house.access.inspect(token, PHONE).state == "code_needed"
            assert refusal(house, token, wrong(code)) == "link.code_wrong"
        else:
            assert refusal(house, token, code) == answer
    quick.again(keys=(KEY, NEWER)).access.redeem(token, binding=PHONE, code=code)


@pytest.mark.guarantee(3)
def test_no_code_rests_in_any_table(house):
    house.contact(house.customer())
    code, token = asked(house)
    refusal(house, token, wrong(code))
    house.access.redeem(token, binding=PHONE, code=code)
    derived = house.context.signer.secret_of("login-code", house.rows(LoginLink)[0].id.hex)[0]
    dump = house.dump()
    # six digits stand in any digest by chance: what would tell the code is looked for whole
    assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", dump)
    assert derived not in dump
    assert house.rows(LoginLink)[0].state is LinkState.USED


# many who type at once


def race(run):
    barrier = threading.Barrier(TYPED)

    def together(number):
        barrier.wait(120)
        return run(number)

    with ThreadPoolExecutor(TYPED) as pool:
        return list(pool.map(together, range(TYPED)))


@pytest.mark.guarantee(8)
def test_of_many_wrong_codes_at_once_no_more_than_five_are_answered(house):
    house.contact(house.customer())
    code, token = asked(house)
    right = TYPED // 2

    def type_(number):
        try:
            return house.access.redeem(token, binding=f"browser {number}", code=wrong(code)).cookie
        except Refused as refused:
            return refused.code

    answers = race(type_)
    assert set(answers) <= {"link.code_wrong", "link.code_spent"}
    assert answers.count("link.code_wrong") <= 4
    (link,) = house.rows(LoginLink)
    assert (link.tries, link.state) == (5, LinkState.SPENT)
    assert refusal(house, token, code, f"browser {right}") == "link.code_spent"
    assert house.rows(Session) == []


def test_the_race_of_codes_would_catch_whoever_reads_and_then_counts(house):
    """A naive counter beside the link: read, compare the code, write the count back."""
    house.contact(house.customer())
    asked(house)
    (link,) = house.rows(LoginLink)
    lock, tries, evaluated = threading.Barrier(TYPED), {"n": 0}, []

    def type_(number):
        known = tries["n"]
        lock.wait(120)
        if known < 5:
            evaluated.append(house.access._tokens.code_fits(link.id, "000000"))
            tries["n"] = known + 1

    race(type_)
    assert len(evaluated) > 5


# asking again from the page of a link that serves no more


@pytest.mark.guarantee(7)
def test_a_dead_link_asks_for_a_new_one_for_the_same_address_and_place(house):
    house.contact(house.customer())
    old = house.ask(next_path="/accounts/1?tab=open")
    house.clock.forward(minutes=10)
    assert house.access.inspect(old, PHONE).state == "expired"
    before = house.mails().keys()
    asked_again = house.access.request_again(old, binding=PHONE)
    house.shell.deliver()
    (new,) = house.mails().keys() - before
    mail = house.mails()[new]
    assert mail["To"] == ANNA
    token = re.search(r"/sign-in/(\S+)", mail.get_body(("plain",)).get_content()).group(1)
    assert house.access.inspect(token, PHONE).state == "ready"
    signed_in = house.access.redeem(token, binding="a third", code=asked_again.code)
    assert signed_in.next_path == "/accounts/1?tab=open"


def test_nobody_asks_again_with_what_was_not_made_here_or_for_who_may_no_longer_come(quick):
    account_id = quick.customer()
    contact = quick.contact(account_id)
    token = quick.ask()
    with pytest.raises(Refused) as caught:
        quick.access.request_again(f"x{token}", binding=PHONE)
    assert caught.value.code == "link.unknown"
    quick.profiles.disable_contact(account_id, contact.id, by=quick.office)
    before = quick.mails().keys()
    quick.clock.forward(seconds=1)
    assert re.fullmatch(r"[0-9]{6}", quick.access.request_again(token, binding=PHONE).code)
    quick.shell.deliver()
    assert quick.mails().keys() == before


def test_a_wrong_code_is_in_the_journal(quick):
    quick.contact(quick.customer())
    code, token = asked(quick)
    refusal(quick, token, wrong(code))
    person = quick.rows(LoginLink)[0].account_id
    types = [row.type for row in quick.shell.store.journal(person, 0, 100)]
    assert types.count("access.code_missed") == 1
