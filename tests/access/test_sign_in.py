"""From asking for a link to signing out: the whole way, and each way that must not lead in."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from lockportal.access.commands import EndEverything, EndSession, IssueLink, RedeemLink
from lockportal.access.models import AccessSettings, LinkRequested, LinkState, LoginLink, Session
from lockportal.core.actor import SYSTEM, VISITOR, ActorKind, Grant, Right, staff
from lockportal.core.errors import Denied, GatewayError, NotFound, Refused
from lockportal.signing import digest
from lockportal.testing.guard import counting

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"


def refusal(house, token, binding=BROWSER):
    with pytest.raises(Refused) as caught:
        house.access.redeem(token, binding=binding)
    return caught.value.code


def request(house, seconds, binding=BROWSER):
    now = house.clock.now() + timedelta(seconds=seconds)
    return LinkRequested(
        id=house.clock.new_id(),
        account_id=house.supplier.id,
        email=ANNA,
        binding=digest(binding),
        asked_at=now,
        expires_at=now + timedelta(minutes=10),
    )


def test_a_contact_asks_gets_a_mail_clicks_and_is_signed_in(house):
    alpha, beta = house.customer("C-1", "Alpha"), house.customer("C-2", "Beta")
    first = house.contact(alpha)
    second = house.contact(beta, "Anna@Example.com", rights=(Right.VIEW,))
    token = house.ask("ANNA@example.com", next_path="/accounts/1?tab=open")
    preview = house.access.inspect(token, BROWSER)
    assert (preview.state, preview.email, preview.next_path) == ("ready", "a…@example.com", "/accounts/1?tab=open")
    agent = "Firefox\r\n\x00 on a laptop, ünique" + "x" * 500
    signed_in = house.access.redeem(token, binding=BROWSER, user_agent=agent)
    actor = house.access.authenticate(signed_in.cookie)
    assert actor == signed_in.actor
    assert actor.kind is ActorKind.CUSTOMER
    assert actor.grants == (
        Grant(alpha, first.id, frozenset({Right.VIEW, Right.PAY})),
        Grant(beta, second.id, frozenset({Right.VIEW})),
    )
    assert signed_in.next_path == "/accounts/1?tab=open"
    assert signed_in.expires_at == house.clock.now() + timedelta(hours=12)
    (line,) = house.access.sessions(actor.person_id, by=actor)
    assert line.id == actor.session_id
    assert line.user_agent.startswith("Firefox on a laptop, nique")
    assert len(line.user_agent) == 255
    house.access.sign_out(actor)
    assert house.access.authenticate(signed_in.cookie) == VISITOR
    assert house.access.sessions(actor.person_id, by=house.office) == ()
    house.access.sign_out(actor)
    house.access.sign_out(VISITOR)
    assert house.rows(LinkRequested) == []


def test_a_link_serves_once(house):
    house.contact(house.customer())
    token = house.ask()
    house.access.redeem(token, binding=BROWSER)
    assert refusal(house, token) == "link.used"
    assert house.access.inspect(token, BROWSER).state == "used"
    assert len(house.rows(Session)) == 1


@pytest.mark.guarantee(5)
def test_the_newest_link_wins(house):
    house.contact(house.customer())
    old = house.ask()
    house.clock.forward(seconds=1)
    new = house.ask()
    assert refusal(house, old) == "link.superseded"
    assert house.access.inspect(old, BROWSER).state == "superseded"
    house.access.redeem(new, binding=BROWSER)


@pytest.mark.guarantee(5)
def test_an_older_request_that_is_answered_after_a_newer_one_sends_nothing(house):
    house.contact(house.customer())
    older, newer = request(house, -2), request(house, -1)
    house.access.answer(newer)
    house.access.answer(older)
    assert list(house.mails()) == [str(newer.id)]
    assert [row.id for row in house.rows(LoginLink)] == [newer.id]


def test_an_older_request_that_is_answered_after_a_newer_link_was_used_sends_nothing(house):
    house.contact(house.customer())
    older = request(house, -2)
    house.sign_in()
    before = house.mails().keys()
    house.access.answer(older)
    assert house.mails().keys() == before


def test_two_requests_of_the_same_moment_leave_one_link_open(house):
    house.contact(house.customer())
    first, second = request(house, 0), request(house, 0)
    house.access.answer(second)
    house.access.answer(first)
    assert list(house.mails()) == [str(second.id)]


def test_a_request_that_is_answered_again_sends_the_same_link_again(house):
    house.contact(house.customer())
    asked = request(house, 0)
    house.access.answer(asked)
    (first,) = house.mails().values()
    house.access.answer(asked)
    (second,) = house.mails().values()
    assert first.as_bytes() == second.as_bytes()
    assert len(house.rows(LoginLink)) == 1


def test_a_used_link_is_not_mailed_again(house):
    house.contact(house.customer())
    asked = request(house, 0)
    house.access.answer(asked)
    token = re.search(r"/sign-in/(\S+)", (house.folder / f"{asked.id}.eml").read_text()).group(1)
    house.access.redeem(token, binding=BROWSER)
    for path in house.folder.glob("*.eml"):
        path.unlink()
    house.access.answer(asked)
    assert house.mails() == {}


def test_the_mail_goes_to_the_address_on_record_and_not_to_the_typed_one(house):
    house.contact(house.customer(), "Anna.Ash@example.com")
    house.ask("aNNA.aSH@EXAMPLE.com")
    assert [mail["To"] for mail in house.mails().values()] == ["Anna.Ash@example.com"]


def test_a_path_that_leads_elsewhere_is_forgotten_when_the_link_is_asked_for(house):
    house.contact(house.customer())
    token = house.ask(next_path="//evil.example")
    assert house.access.inspect(token, BROWSER).next_path == "/"
    assert house.access.redeem(token, binding=BROWSER).next_path == "/"


@pytest.mark.guarantee(4)
@pytest.mark.parametrize(("seconds", "fine"), [(599, True), (600, False), (601, False)])
def test_a_link_serves_ten_minutes_and_not_a_second_longer(house, seconds, fine):
    house.contact(house.customer())
    token = house.ask()
    house.clock.forward(seconds=seconds)
    assert house.access.inspect(token, BROWSER).state == ("ready" if fine else "expired")
    if fine:
        house.access.redeem(token, binding=BROWSER)
    else:
        assert refusal(house, token) == "link.expired"


@pytest.mark.parametrize(("seconds", "sent"), [(599, 1), (600, 0), (601, 0)])
def test_a_request_that_waited_longer_than_a_link_lasts_is_dropped(house, seconds, sent):
    house.contact(house.customer())
    house.access.request_link(ANNA, binding=BROWSER)
    house.clock.forward(seconds=seconds)
    assert house.shell.deliver().handled == 1
    assert len(house.mails()) == sent
    assert house.rows(LinkRequested) == []


def test_time_closes_links_and_sessions_by_itself(house):
    house.contact(house.customer())
    actor = house.sign_in().actor
    house.clock.forward(seconds=1)
    house.ask()
    house.clock.forward(minutes=10)
    assert list(house.shell.due(house.clock.now())) == [actor.person_id]
    house.shell.advance(actor.person_id, house.clock.now(), SYSTEM)
    assert {row.state for row in house.rows(LoginLink)} == {LinkState.USED, LinkState.EXPIRED}
    assert [row.ended_at for row in house.rows(Session)] == [None]
    house.clock.forward(hours=12)
    house.shell.advance(actor.person_id, house.clock.now(), SYSTEM)
    assert [row.ended_at for row in house.rows(Session)] == [house.clock.now()]
    assert list(house.shell.due(house.clock.now())) == []


@pytest.mark.guarantee(6)
def test_a_link_serves_only_in_the_browser_that_asked_or_with_its_code(house):
    house.contact(house.customer())
    token = house.ask()
    for other in ("another browser's secret", ""):
        assert house.access.inspect(token, other).state == "code_needed"
        assert refusal(house, token, other) == "link.code_needed"
    assert house.access.inspect(token, BROWSER).state == "ready"
    house.access.redeem(token, binding=BROWSER)


def test_a_browser_without_a_mark_asks_in_vain(house):
    house.contact(house.customer())
    token = house.ask(binding="")
    assert house.access.inspect(token, "").state == "code_needed"
    assert refusal(house, token, "") == "link.code_needed"


@pytest.mark.guarantee(2)
def test_looking_at_a_link_changes_nothing(house):
    house.contact(house.customer())
    token = house.ask()
    before = house.dump()
    with counting(house.engines) as seen:
        for binding in (BROWSER, "another", "") * 5:
            house.access.inspect(token, binding)
            house.access.inspect("x" + token, binding)
    assert house.dump() == before
    assert all(statement.startswith("SELECT") for statement in seen)


@pytest.mark.guarantee(7)
def test_asking_does_the_same_work_whoever_has_the_address(house):
    account_id = house.customer()
    house.contact(account_id)
    former = house.contact(account_id, "former@example.com")
    house.profiles.disable_contact(account_id, former.id, by=house.office)
    house.access.request_link("warm@example.com", binding=BROWSER)
    counts = set()
    addresses = (ANNA, "former@example.com", "nobody@example.com", "not an address", "", "\x00\ud800", "x" * 9999)
    for address in addresses:
        with counting(house.engines) as seen:
            assert re.fullmatch(r"[0-9]{6}", house.access.request_link(address, binding=BROWSER).code)
        counts.add((len(seen), *(statement.split("(")[0] for statement in seen)))
    assert len(counts) == 1
    assert len(house.rows(LinkRequested)) == len(addresses) + 1
    house.shell.deliver()
    assert [mail["To"] for mail in house.mails().values()] == [ANNA]
    assert house.rows(LinkRequested) == []


@pytest.mark.guarantee(12)
def test_a_disabled_contact_is_nobody_at_the_next_request(house):
    account_id, other = house.customer("C-1", "Alpha"), house.customer("C-2", "Beta")
    contact, kept = house.contact(account_id), house.contact(other)
    signed_in = house.sign_in()
    house.profiles.disable_contact(account_id, contact.id, by=house.office)
    assert [grant.account_id for grant in house.access.authenticate(signed_in.cookie).grants] == [other]
    token = house.ask()
    house.profiles.disable_contact(other, kept.id, by=house.office)
    assert house.access.authenticate(signed_in.cookie) == VISITOR
    assert refusal(house, token) == "link.unknown"
    assert house.ask() is None


@pytest.mark.guarantee(12)
def test_rights_are_those_of_this_moment(house):
    account_id = house.customer()
    contact = house.contact(account_id, rights=(Right.VIEW, Right.PAY))
    cookie = house.sign_in().cookie
    house.profiles.change_contact(account_id, contact.id, by=house.office, rights=(Right.VIEW,))
    assert house.access.authenticate(cookie).accounts(Right.PAY) == ()


def test_authenticating_takes_one_statement_at_most(house):
    house.contact(house.customer("C-1", "Alpha"))
    house.contact(house.customer("C-2", "Beta"))
    cookie = house.sign_in().cookie
    house.access.authenticate(cookie)
    with counting(house.engines) as seen:
        house.access.authenticate(cookie)
    assert len(seen) == 1
    with counting(house.engines) as seen:
        assert house.access.authenticate(None) == house.access.authenticate("junk") == VISITOR
    assert seen == []


@pytest.mark.guarantee(5)
def test_every_sign_in_has_a_cookie_of_its_own_and_ends_alone(house):
    house.contact(house.customer())
    first = house.sign_in()
    house.clock.forward(seconds=1)
    second = house.sign_in()
    assert first.cookie != second.cookie
    house.access.sign_out(first.actor)
    assert house.access.authenticate(first.cookie) == VISITOR
    assert house.access.authenticate(second.cookie) == second.actor


@pytest.mark.guarantee(12)
def test_signing_out_everywhere_ends_every_session_and_takes_links_back(house):
    house.contact(house.customer())
    first = house.sign_in()
    house.clock.forward(seconds=1)
    second = house.sign_in()
    house.clock.forward(seconds=1)
    token = house.ask()
    house.access.sign_out_everywhere(first.actor.person_id, by=second.actor)
    assert house.access.authenticate(first.cookie) == house.access.authenticate(second.cookie) == VISITOR
    assert refusal(house, token) == "link.superseded"
    house.access.sign_out_everywhere(first.actor.person_id, by=staff("otto"))


@pytest.mark.guarantee(34)
def test_another_persons_sessions_do_not_exist_for_a_customer(house):
    account_id = house.customer()
    house.contact(account_id)
    house.contact(account_id, "ben@example.com")
    anna, ben = house.sign_in(), house.sign_in("ben@example.com")
    for attempt in (
        lambda: house.access.sessions(anna.actor.person_id, by=ben.actor),
        lambda: house.access.end_session(anna.actor.person_id, anna.actor.session_id, by=ben.actor),
        lambda: house.access.end_session(ben.actor.person_id, anna.actor.session_id, by=ben.actor),
        lambda: house.access.sign_out_everywhere(anna.actor.person_id, by=ben.actor),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Denied):
        house.access.sign_out_everywhere(anna.actor.person_id, by=VISITOR)
    assert house.access.authenticate(anna.cookie) == anna.actor
    house.access.end_session(anna.actor.person_id, anna.actor.session_id, by=house.office)
    assert house.access.authenticate(anna.cookie) == VISITOR


@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        (IssueLink, {ActorKind.SYSTEM}),
        (RedeemLink, {ActorKind.VISITOR}),
        (EndSession, {ActorKind.CUSTOMER, ActorKind.STAFF, ActorKind.SYSTEM}),
        (EndEverything, {ActorKind.CUSTOMER, ActorKind.STAFF, ActorKind.SYSTEM}),
    ],
)
def test_each_command_admits_those_it_is_for_and_no_customer_by_a_right(command, kinds):
    assert {kind for kind in ActorKind if command.audience.admits(kind)} == kinds
    assert command.audience.customer is None


def test_a_mail_that_could_not_be_sent_is_sent_later(house):
    house.contact(house.customer())
    house.folder.write_text("in the way")
    house.access.request_link(ANNA, binding=BROWSER)
    assert house.shell.deliver().failed == 1
    house.folder.unlink()
    house.clock.forward(minutes=2)
    assert house.shell.deliver().handled == 1
    (mail,) = house.mails().values()
    assert mail["To"] == ANNA


def test_a_failing_mail_is_an_error_that_names_nobody(house):
    house.contact(house.customer())
    house.folder.write_text("in the way")
    with pytest.raises(GatewayError) as caught:
        house.access.answer(request(house, 0))
    assert caught.value.code == "mail.not_sent"
    assert "anna" not in str(caught.value)


def test_settings_shorten_links_and_sessions(quick):
    short = quick.again(options=(AccessSettings(link_minutes=1, session_hours=1),))
    short.contact(short.customer())
    token = short.ask()
    assert "within 1 minute," in next(iter(short.mails().values())).get_body(("plain",)).get_content()
    cookie = short.access.redeem(token, binding=BROWSER).cookie
    short.clock.forward(hours=1)
    assert short.access.authenticate(cookie) == VISITOR
    short.clock.forward(seconds=1)
    late = short.ask()
    short.clock.forward(minutes=1)
    assert refusal(short, late) == "link.expired"


def test_a_link_of_nobody_is_unknown(quick):
    quick.contact(quick.customer())
    quick.ask()
    person = quick.rows(LoginLink)[0].account_id
    command = RedeemLink(account_id=person, link_id=UUID(int=7), binding=b"", session_id=UUID(int=9), secret=digest("any"))
    with pytest.raises(Refused) as caught:
        quick.shell.run(command, VISITOR)
    assert caught.value.code == "link.unknown"
    for token in (quick.access._tokens.token(person, UUID(int=7)), quick.access._tokens.token(UUID(int=8), UUID(int=7))):
        assert refusal(quick, token) == "link.unknown"
        assert quick.access.inspect(token, BROWSER).state == "unknown"
