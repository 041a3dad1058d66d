"""What is kept, what is signed, and what is told: no secret rests anywhere, no token serves for another purpose."""

import logging
import re

import pytest
import sqlalchemy as sa

from lockportal.access.models import LinkRequested
from lockportal.core.actor import SYSTEM, VISITOR
from lockportal.core.errors import Refused
from lockportal.core.record import Claim
from lockportal.signing import Purpose, Signer
from lockportal.storage.tables import JOURNAL
from lockportal.testing.guard import counting, scoped

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"
KEY = "a key of the tests, which is long enough"
NEWER = "another key of the tests, long enough too"


def secrets_of(house, token, cookie):
    *_, link_secret = house.context.signer.read(Purpose.LOGIN_LINK, token)
    *_, cookie_secret = house.context.signer.read(Purpose.SESSION, cookie)
    return {token, link_secret, cookie, cookie_secret, BROWSER}


@pytest.mark.guarantee(3)
def test_no_raw_secret_rests_in_any_table(house):
    house.contact(house.customer())
    house.access.request_link(ANNA, binding=BROWSER)
    waiting = house.dump()
    house.shell.deliver()
    (mail,) = house.mails().values()
    token = re.search(r"/sign-in/(\S+)", mail.get_body(("plain",)).get_content()).group(1)
    issued = house.dump()
    cookie = house.access.redeem(token, binding=BROWSER, user_agent="Firefox").cookie
    used = house.dump()
    secrets = secrets_of(house, token, cookie)
    assert len(secrets) == 5
    for secret in secrets:
        for text in (secret, secret.encode().hex()):
            assert text not in waiting + issued + used
    assert ANNA in waiting, "the dump would not show what rests"
    others = [path.read_text() for path in house.folder.iterdir() if path.suffix != ".eml"]
    assert others == []


@pytest.mark.guarantee(3)
def test_the_journal_holds_no_address_and_no_browser_name(house):
    house.contact(house.customer())
    sought = house.ask(next_path="/accounts/1/documents?text=jane.doe")
    house.access.redeem(sought, binding=BROWSER, user_agent="Firefox on a laptop")
    with house.engines.reading() as connection:
        rows = connection.execute(sa.select(JOURNAL)).all()
    assert {row.type for row in rows} >= {
        "profiles.person_stored",
        "profiles.contact_stored",
        "access.link_issued",
        "access.session_started",
    }
    text = repr(rows).lower()
    assert "anna" not in text
    assert "laptop" not in text
    assert "jane" not in text


@pytest.mark.guarantee(10)
def test_logs_hold_no_token_no_cookie_and_no_address(house, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    house.contact(house.customer())
    token = house.ask()
    cookie = house.access.redeem(token, binding=BROWSER).cookie
    house.access.authenticate(cookie)
    house.folder.rename(house.folder.parent / "elsewhere")
    house.folder.write_text("in the way")
    house.access.request_link(ANNA, binding=BROWSER)
    assert house.shell.deliver().failed == 1
    assert "mail.not_sent" in caplog.text
    assert "SELECT" in caplog.text
    for secret in {*secrets_of(house, token, cookie), ANNA, ANNA.upper(), "anna@"}:
        assert secret not in caplog.text


@pytest.mark.guarantee(11)
def test_keys_rotate_while_links_and_sessions_are_under_way(house):
    house.contact(house.customer())
    old_cookie = house.sign_in().cookie
    house.clock.forward(seconds=1)
    old_token = house.ask()
    both = house.again(keys=(KEY, NEWER))
    assert both.access.authenticate(old_cookie) != VISITOR
    assert both.access.inspect(old_token, BROWSER).state == "ready"
    new_cookie = both.access.redeem(old_token, binding=BROWSER).cookie
    only = house.again(keys=(NEWER,))
    assert only.access.authenticate(new_cookie) != VISITOR
    assert only.access.authenticate(old_cookie) == VISITOR
    assert only.access.inspect(old_token, BROWSER).state == "unknown"
    with pytest.raises(Refused) as caught:
        only.access.redeem(old_token, binding=BROWSER)
    assert caught.value.code == "link.unknown"


@pytest.mark.guarantee(11)
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_token_serves_its_own_purpose_only(quick, purpose):
    quick.contact(quick.customer())
    token = quick.ask()
    signer = quick.context.signer
    value = signer.read(Purpose.LOGIN_LINK, token)
    swapped = signer.sign(purpose, value)
    as_link = quick.access.inspect(swapped, BROWSER).state
    assert as_link == ("ready" if purpose is Purpose.LOGIN_LINK else "unknown")
    cookie = quick.access.redeem(token, binding=BROWSER).cookie
    swapped = signer.sign(purpose, signer.read(Purpose.SESSION, cookie))
    assert (quick.access.authenticate(swapped) != VISITOR) is (purpose is Purpose.SESSION)


@pytest.mark.guarantee(11)
def test_a_signed_token_of_another_shape_or_with_another_secret_lets_nobody_in(quick):
    quick.contact(quick.customer())
    token = quick.ask()
    signer = quick.context.signer
    person, link, _ = signer.read(Purpose.LOGIN_LINK, token)
    for value in ([person, link], [person, link, "0" * 64], [person, link, "é"], {"a": 1}, None, 7):
        assert quick.access.inspect(signer.sign(Purpose.LOGIN_LINK, value), BROWSER).state == "unknown"
    cookie = quick.access.redeem(token, binding=BROWSER).cookie
    person, session, secret = signer.read(Purpose.SESSION, cookie)
    for value in ([person, session], [person, session, secret + "x"], [session, person, secret], "text", None):
        assert quick.access.authenticate(signer.sign(Purpose.SESSION, value)) == VISITOR
    assert quick.access.authenticate(Signer((NEWER,)).sign(Purpose.SESSION, [person, session, secret])) == VISITOR


@pytest.mark.guarantee(34)
def test_a_neighbour_supplier_on_the_same_database_knows_nothing(house):
    account_id = house.customer()
    house.contact(account_id)
    token = house.ask()
    cookie = house.sign_in().cookie
    neighbour = house.again(key="south")
    assert neighbour.access.authenticate(cookie) == VISITOR
    assert neighbour.access.inspect(token, BROWSER).state == "unknown"
    assert neighbour.shell.find(Claim("person.email", ANNA)) is None
    before = len(house.mails())
    neighbour.access.request_link(ANNA, binding=BROWSER)
    assert len(neighbour.rows(LinkRequested)) == 1
    assert house.shell.deliver().handled == 0
    assert neighbour.shell.deliver().handled == 1
    assert len(house.mails()) == before
    neighbour.contact(neighbour.customer())
    assert neighbour.sign_in().actor.person_id != house.access.authenticate(cookie).person_id


@pytest.mark.guarantee(35)
def test_every_statement_bears_the_supplier(house):
    with scoped(house.engines), counting(house.engines) as seen:
        house.contact(house.customer())
        cookie = house.sign_in().cookie
        actor = house.access.authenticate(cookie)
        house.access.sessions(actor.person_id, by=actor)
        house.access.sign_out(actor)
        house.clock.forward(hours=1)
        for account_id in house.shell.due(house.clock.now()):
            house.shell.advance(account_id, house.clock.now(), SYSTEM)
    assert len(seen) > 20
