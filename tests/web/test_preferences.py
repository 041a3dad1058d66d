"""The page to which every message that may be switched off leads."""

import re

import pytest

from lockportal import Right
from lockportal.core.actor import SYSTEM, staff
from lockportal.core.errors import NotFound, Refused


def boxes(page):
    return re.findall(r'<input type="checkbox" name="([^"]+)"( checked)?>', page)


def test_a_contact_switches_messages_off_and_on_again(world):
    browser = world.signed_in()
    seen = boxes(browser.get("/preferences").body.decode())
    names = sorted(name for name, _ in seen)
    assert {f"{world.harbour}.documents", f"{world.harbour}.payments"} <= {*names}
    assert all(ticked for _, ticked in seen)
    browser.post("/preferences", form={names[1]: "on"})
    kept = dict(boxes(browser.get("/preferences").body.decode()))
    assert kept == {name: " checked" if name == names[1] else "" for name in names}
    browser.get("/preferences")
    browser.post("/preferences", form=dict.fromkeys(names, "on"))
    assert all(ticked for _, ticked in boxes(browser.get("/preferences").body.decode()))


def test_a_name_of_another_account_changes_nothing(world):
    browser = world.signed_in("bob@mill.example")
    browser.get("/preferences")
    browser.post("/preferences", form={f"{world.harbour}.documents": "on"})
    ann = world.signed_in()
    assert all(ticked for _, ticked in boxes(ann.get("/preferences").body.decode()))


def chosen(page):
    return re.findall(r'<option value="([^"]+)" selected>', page)


def test_a_contact_chooses_the_language_of_their_mails(make_world):
    world = make_world(languages=("en", "de", "fr"))
    browser = world.signed_in()
    page = browser.get("/preferences").body.decode()
    assert re.findall(r'<option value="([^"]+)"', page) == ["en", "de", "fr"]
    assert chosen(page) == ["en"]
    assert browser.post("/preferences", form={"language": "de"}).status == 303
    assert chosen(browser.get("/preferences").body.decode()) == ["de"]
    (ann,) = world.portal.profiles.contacts(world.harbour, by=SYSTEM)
    assert ann.language == "de"
    world.store(world.invoice("INV-7777", "10.00", 9))
    browser.post("/preferences", form={"language": "de", f"{world.harbour}.documents": "on"})
    world.portal.deliver()
    assert "Anmelde" in asked_for_link(world)


def asked_for_link(world):
    """The subject of the mail with a link, which is in the language of who gets it."""
    world.browser().ask_for_link()
    return world.letterbox.mails[-1].subject


def test_what_is_not_offered_is_refused_and_changes_nothing(make_world):
    world = make_world(languages=("en", "de"))
    browser = world.signed_in()
    for language in ("it", "not a language", "DE"):
        browser.get("/preferences")
        assert browser.post("/preferences", form={"language": language}).status == 422
    assert {one.language for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM)} == {""}


def test_the_companys_language_stays_the_companys_until_another_is_chosen(make_world):
    world = make_world(languages=("en", "de"))
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, language="de")
    browser = world.signed_in()
    assert chosen(browser.get("/preferences").body.decode()) == ["de"]
    browser.post("/preferences", form={"language": "de"})
    assert {one.language for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM)} == {""}


def test_where_there_is_one_language_there_is_nothing_to_choose(world):
    assert "<select" not in world.signed_in().get("/preferences").body.decode()


def test_a_language_is_chosen_for_oneself_only(world):
    bob = world.signed_in("bob@mill.example")
    by = world.portal.access.authenticate(bob.cookies[world.site.guard.session_name])
    colleague = world.portal.profiles.add_contact(world.mill, "cy@mill.example", "Cy", (Right.VIEW,), by=SYSTEM).id
    (ann,) = world.portal.profiles.contacts(world.harbour, by=SYSTEM)
    choose = world.portal.profiles.choose_language
    with pytest.raises(NotFound, match=r"contact\.not_found"):
        choose(world.mill, colleague, "de", by=by)
    with pytest.raises(NotFound, match=r"account\.not_found"):
        choose(world.harbour, ann.id, "de", by=by)
    choose(world.mill, colleague, "de", by=staff("casey"))
    world.portal.profiles.disable_contact(world.mill, colleague, by=SYSTEM)
    with pytest.raises(Refused, match=r"contact\.disabled"):
        choose(world.mill, colleague, "fr", by=SYSTEM)
