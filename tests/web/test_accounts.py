"""One person, many accounts: one sign-in, what each account owes, and a parent's people in its children."""

import re

import pytest

from lockportal import hookimpl
from lockportal.config import Config
from lockportal.core.actor import SYSTEM, Right
from lockportal.portal import Portal
from lockportal.profiles.models import ProfilesSettings
from lockportal.testing import counting
from lockportal.web import Site

ANN = "ann@harbour.example"


def under(world, child, parent):
    world.portal.profiles.change_customer(child, by=SYSTEM, parent_id=parent)


def test_the_choice_of_accounts_tells_what_each_owes_and_all_together(world):
    world.portal.profiles.add_contact(world.mill, ANN, "Ann", (Right.VIEW,), by=SYSTEM)
    browser = world.signed_in()
    with counting(world.portal.engines) as sent:
        browser.get("/")
    assert len(sent) <= 5, sent  # two to know who it is, the accounts, what each owes, what all owe
    page = re.sub(r"<[^>]+>", " ", browser.text)
    page = re.sub(r"\s+", " ", page)
    assert "All accounts $17,768.85 $10,033.75 overdue" in page
    assert "All accounts €1,800.00" in page
    assert "Harbour Foods Ltd C-1041 $17,691.85 $9,956.75 overdue €1,800.00" in page
    assert "Mill &amp; Sons C-2000 $77.00 $77.00 overdue" in page
    assert browser.text.count("<li>") == 2


def test_a_long_list_of_accounts_has_pages(world):
    for n in range(60):
        world.portal.profiles.open_customer(f"S-{n}", f"Shop {n:02}", by=SYSTEM, parent_id=world.harbour)
    browser = world.signed_in()
    browser.get("/")
    assert browser.text.count("<li>") == 50
    more = re.search(r'href="(/\?after=[^"]+)"', browser.text)[1]
    browser.get(more)
    assert browser.text.count("<li>") == 11
    assert "Shop 59" in browser.text


@pytest.mark.guarantee(34)
def test_a_parents_contact_sees_its_children_until_the_link_is_gone(world):
    browser = world.signed_in()
    page = f"/accounts/{world.mill}/documents"
    assert browser.get(page).status == 404
    under(world, world.mill, world.harbour)
    assert browser.get(page).status == 200
    assert "INV-9001" in browser.text
    assert "Switch account" in browser.text
    assert browser.get(f"/accounts/{world.mill}/documents/{world.foreign['INV-9001']}/pdf").status == 200
    under(world, world.mill, None)
    assert browser.get(page).status == 404


def test_who_comes_as_a_parents_contact_chooses_messages_for_the_parent_alone(world):
    under(world, world.mill, world.harbour)
    browser = world.signed_in()
    names = re.findall(r'type="checkbox" name="([^".]+)', browser.get("/preferences").body.decode())
    assert set(names) == {str(world.harbour)}
    browser.post("/preferences", form={})
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    assert not any(one.wanted for one in world.portal.messages.preferences(world.harbour, contact.id, by=SYSTEM))


class Line:
    @hookimpl
    def lockportal_text_notifier(self, channel, address):
        return self if channel == address else None


def test_each_channel_that_there_is_has_a_box_of_its_own_that_nobody_ticked(make_world):
    world = make_world(sms="sms", whatsapp="whatsapp", plugins=(Line(),))
    browser = world.signed_in()
    page = browser.get("/preferences").body.decode()
    boxes = dict(re.findall(r'type="checkbox" name="([^"]+)"( checked)?', page))
    assert boxes[f"{world.harbour}.documents"] == " checked"
    assert boxes[f"{world.harbour}.documents.sms"] == boxes[f"{world.harbour}.documents.whatsapp"] == ""
    assert "by text message" in page
    assert "by WhatsApp" in page
    browser.post("/preferences", form={f"{world.harbour}.documents.sms": "on"})
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    wanted = {
        (one.category, one.channel)
        for one in world.portal.messages.preferences(world.harbour, contact.id, by=SYSTEM)
        if one.wanted
    }
    assert wanted == {("documents", "sms")}


def test_the_supplier_may_keep_children_to_themselves(world):
    under(world, world.mill, world.harbour)
    browser = world.signed_in()
    given = world.portal.config
    config = Config(
        supplier=given.supplier,
        database=given.database,
        base_url=given.base_url,
        files=given.files,
        secret_keys=given.secret_keys,
        settings=(ProfilesSettings(parents_see_children=False),),
    )
    portal = Portal(config, clock=world.clock, notifier=world.letterbox)
    world.site = Site(portal)
    assert browser.get(f"/accounts/{world.harbour}/documents").status == 200
    assert browser.get(f"/accounts/{world.mill}/documents").status == 404
    portal.close()


def test_knowing_who_it_is_takes_one_statement_however_many_the_children(world):
    browser = world.signed_in()
    cookie = browser.cookies["__Host-lockportal"]
    for n in range(20):
        world.portal.profiles.open_customer(f"S-{n}", f"Shop {n:02}", by=SYSTEM, parent_id=world.harbour)
    with counting(world.portal.engines) as sent:
        actor = world.portal.access.authenticate(cookie)
    assert len(actor.grants) == 21
    assert len(sent) == 1


# the documents of all accounts in one list


def numbers(browser):
    return re.findall(r'/documents/[0-9a-f-]{36}">([^<]+)</a>', browser.text)


def whole(browser, address):
    """Answer the numbers of every page of a list, from its first on."""
    met = []
    while address:
        assert browser.get(address).status == 200
        met += numbers(browser)
        following = re.search(r'rel="next" href="([^"]+)"', browser.text)
        address = following and following[1].replace("&amp;", "&")
    return met


def test_somebody_of_several_accounts_sees_all_their_documents_in_one_list(world):
    world.portal.profiles.add_contact(world.mill, ANN, "Ann", (Right.VIEW,), by=SYSTEM)
    ann = world.signed_in()
    ann.get("/")
    assert 'href="/documents"' in ann.text
    ann.get("/documents?text=9001")
    assert numbers(ann) == ["INV-9001"]
    assert f'href="/accounts/{world.mill}/documents/{world.foreign["INV-9001"]}"' in ann.text
    assert f'<a href="/accounts/{world.mill}/">Mill &amp; Sons</a>' in ann.text
    ann.get("/documents?state=overdue&sort=due_on")
    assert numbers(ann) == ["INV-1001", "INV-1002", "INV-1003", "INV-9001"]
    assert sorted(whole(ann, "/documents")) == sorted([*world.ids, *world.foreign])
    assert ann.get("/documents?issued_from=sometime").status == 422
    assert "Enter a date" in ann.text
    ann.get("/documents?text=nothing+like+it")
    assert "No document matches" in ann.text


@pytest.mark.parametrize("sort", ["", "issued_on", "due_on", "-due_on", "number", "-amount"])
def test_the_list_over_all_accounts_has_pages_and_each_document_once(world, sort):
    world.portal.profiles.add_contact(world.mill, ANN, "Ann", (Right.VIEW,), by=SYSTEM)
    world.store(*(world.invoice(f"M-{n:03}", "5.00", n % 3) for n in range(60)))
    ann = world.signed_in()
    met = whole(ann, f"/documents?sort={sort}")
    assert len(met) == len(set(met)) == 60 + len(world.ids) + len(world.foreign)


@pytest.mark.guarantee(34)
def test_the_list_over_all_accounts_has_what_may_be_viewed_and_seen_and_nothing_else(world):
    contact = world.portal.profiles.add_contact(world.mill, ANN, "Ann", (Right.PAY,), by=SYSTEM)
    ann = world.signed_in()
    assert set(whole(ann, "/documents")) == set(world.ids)
    world.portal.profiles.change_contact(world.mill, contact.id, by=SYSTEM, rights=(Right.VIEW,))
    assert set(whole(ann, "/documents")) == {*world.ids, "INV-9001"}
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, hidden_kinds=["contract"])
    assert set(whole(ann, "/documents")) == {*world.ids, "INV-9001"} - {"K-12"}
    world.portal.profiles.disable_contact(world.mill, contact.id, by=SYSTEM)
    assert set(whole(ann, "/documents")) == set(world.ids) - {"K-12"}
    assert world.browser().get("/documents").header("Location") == "/sign-in?next=%2Fdocuments"


@pytest.mark.parametrize(("shops", "more"), [(0, 0), (40, 0), (40, 300)])
def test_the_list_over_all_accounts_takes_four_statements_whatever_their_number_and_the_book(world, shops, more):
    for n in range(shops):
        world.portal.profiles.open_customer(f"S-{n}", f"Shop {n:02}", by=SYSTEM, parent_id=world.harbour)
    if more:
        world.store(*(world.invoice(f"M-{n:03}", "5.00", n % 30) for n in range(more)))
    ann = world.signed_in()
    for path in ("/documents", "/documents?state=open&sort=due_on"):
        with counting(world.portal.engines) as sent:
            assert ann.get(path).status == 200
        assert len(sent) <= 4, sent
