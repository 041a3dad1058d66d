"""A document that is opened by the link in its message: that one, by a click, and everything else after signing in."""

import re

import pytest

from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.web import Site
from web.conftest import ANN, BOB


@pytest.fixture
def link(world):
    """The address in the message about a new invoice, as its recipient gets it."""
    world.store(world.invoice("INV-7001", "120.00", 29), world.invoice("INV-7002", "80.00", 29))
    world.portal.deliver()
    (mail,) = [mail for mail in world.letterbox.mails if "INV-7001" in mail.text and mail.to == ANN]
    found = re.findall(rf"- (INV-\d+).*?{re.escape(world.base_url)}(/d/\S+)", mail.text, re.DOTALL)
    return [address for _, address in sorted(found)]


@pytest.fixture
def forwarded(world):
    return world.browser()


def opened(browser, address):
    browser.get(address)
    return browser.post(address)


def where(world, number):
    return f"/accounts/{world.harbour}/documents/{world.id_of(number)}"


def test_a_message_bears_a_link_for_each_document(link):
    assert len(set(link)) == 2


def test_whoever_has_the_link_opens_the_document_by_a_click(world, link, forwarded):
    shown = forwarded.get(link[0])
    assert shown.status == 200
    assert "INV-7001" in forwarded.text
    assert "$120.00" not in forwarded.text
    assert forwarded.get(where(world, "INV-7001")).status == 303  # looking opens nothing
    forwarded.get(link[0])
    answer = forwarded.post(link[0])
    assert (answer.status, answer.header("Location")) == (303, where(world, "INV-7001"))
    assert forwarded.get(where(world, "INV-7001")).status == 200
    assert "$120.00" in forwarded.text
    assert "Sign in to see everything" in forwarded.text
    assert "Sign out" not in forwarded.text
    assert forwarded.get(f"{where(world, 'INV-7001')}/pdf").status == 200
    assert forwarded.get(f"{where(world, 'INV-7001')}/einvoice/ubl").status in {200, 422}


def test_everything_else_steps_up_to_a_login(world, link, forwarded):
    opened(forwarded, link[0])
    home = f"/accounts/{world.harbour}"
    for path in (
        f"{home}/",
        f"{home}/documents",
        f"{home}/statement",
        f"{home}/papers",
        f"{home}/links",
        where(world, "INV-7002"),
        f"{where(world, 'INV-7001')}/comparison",
        "/preferences",
        f"/accounts/{world.mill}/documents/{world.foreign['INV-9001']}",
    ):
        answer = forwarded.get(path)
        assert (answer.status, answer.header("Location").partition("?")[0]) == (303, "/sign-in"), path
    assert forwarded.get("/").header("Location") == "/sign-in"


def test_a_link_serves_beside_another_account_s_session(world, link):
    bob = world.signed_in(BOB)
    opened(bob, link[0])
    assert bob.get(where(world, "INV-7001")).status == 200
    assert bob.get(f"/accounts/{world.mill}/").status == 200
    assert bob.get(f"/accounts/{world.harbour}/").status == 404


def test_who_is_signed_in_sees_the_document_in_the_usual_frame(world, link):
    ann = world.signed_in(ANN)
    opened(ann, link[0])
    ann.get(where(world, "INV-7001"))
    assert "Sign out" in ann.text
    assert "Sign in to see everything" not in ann.text


@pytest.mark.guarantee(6)
def test_a_form_from_elsewhere_opens_nothing(world, link, forwarded):
    forwarded.get(link[0])
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {}):
        assert forwarded.post(link[0], headers=headers).status == 403
    stranger = world.browser()
    assert stranger.post(link[0]).status == 403
    assert world.portal.access.sharing.links(world.harbour, by=SYSTEM).items[0].last_used_at is None


@pytest.mark.parametrize(("how", "status"), [("revoked", 410), ("expired", 410), ("paid", 410), ("unknown", 404)])
def test_a_dead_link_says_why_and_where_to_go(world, link, forwarded, how, status):
    address = link[0]
    if how == "revoked":
        world.portal.access.sharing.revoke(world.harbour, reason="a leak", by=SYSTEM)
    elif how == "expired":
        world.clock.forward(days=30)
    elif how == "paid":
        world.store(world.invoice("INV-7001", "120.00", 29, settled_on=world.clock.now().date()))
    else:
        address = "/d/nonsense"
    assert forwarded.get(address).status == status
    assert "INV-7001" not in forwarded.text
    assert 'href="/sign-in"' in forwarded.text
    forwarded.get("/sign-in")
    assert forwarded.post(address).status == status


def test_an_administrator_lists_links_and_takes_them_back(world, link, forwarded):
    opened(forwarded, link[0])
    ann = world.signed_in(ANN)
    assert ann.get(f"/accounts/{world.harbour}/links").status == 403
    ann_contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    rights = (Right.VIEW, Right.PAY, Right.USERS)
    world.portal.profiles.change_contact(world.harbour, ann_contact.id, by=SYSTEM, rights=rights)
    assert ann.get(f"/accounts/{world.harbour}/links").status == 200
    assert "INV-7001" in ann.text
    assert "Never" in ann.text
    chosen = re.search(r'name="link" value="([0-9a-f-]{36})" required aria-label="INV-7001', ann.text).group(1)
    assert ann.post(f"/accounts/{world.harbour}/links", form={"reason": "wrong address"}).status == 422
    ann.get(f"/accounts/{world.harbour}/links")
    ann.get(ann.post(f"/accounts/{world.harbour}/links", form={"link": chosen, "reason": "wrong address"}).header("Location"))
    assert "Taken back: it opens nothing any more." in ann.text
    assert "wrong address" in ann.text
    assert forwarded.get(where(world, "INV-7001")).status == 303
    assert opened(world.browser(), link[1]).status == 303


def test_the_desk_lists_links_and_takes_all_of_them_back(world, link, forwarded):
    world.site = Site(world.portal, staff=lambda request: staff("casey"))
    casey = world.browser()
    desk = f"/desk/accounts/{world.harbour}/links"
    assert casey.get(desk).status == 200
    assert casey.text.count("INV-700") >= 2
    casey.get(casey.post(desk, form={"link": "all", "reason": "an address was leaked"}).header("Location"))
    assert "Taken back: it opens nothing any more." in casey.text
    assert "an address was leaked" in casey.text
    assert forwarded.get(link[0]).status == 410


@pytest.mark.guarantee(12)
@pytest.mark.parametrize("where", ["desk", "portal"])
def test_a_button_takes_back_all_links_of_one_contact_with_a_reason(world, link, forwarded, where):
    rights = (Right.VIEW, Right.USERS)
    world.portal.profiles.add_contact(world.harbour, "zoe@harbour.example", "Zoe", rights, by=SYSTEM)
    world.store(world.invoice("INV-7003", "10.00", 29))
    world.portal.deliver()
    theirs = {
        mail.to: re.findall(rf"INV-7003.*?{re.escape(world.base_url)}(/d/\S+)", mail.text, re.DOTALL)[0]
        for mail in world.letterbox.mails
        if "INV-7003" in mail.text
    }
    ann = next(one for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM) if one.email == ANN)
    if where == "desk":
        world.site = Site(world.portal, staff=lambda request: staff("casey"))
        keeper, page = world.browser(), f"/desk/accounts/{world.harbour}/links"
    else:
        keeper, page = world.signed_in("zoe@harbour.example"), f"/accounts/{world.harbour}/links"
    keeper.get(page)
    assert {*re.findall(r"All of (\w+)", keeper.text)} == {"Ann", "Zoe"}
    chosen = {"link": f"contact.{ann.id}"}
    assert keeper.post(page, form=chosen).status == 422
    assert forwarded.get(theirs[ANN]).status == 200
    keeper.get(page)
    assert keeper.post(page, form={**chosen, "reason": "Ann has left"}).status == 303
    assert [forwarded.get(address).status for address in (*link, theirs[ANN], theirs["zoe@harbour.example"])] == [410] * 3 + [200]
    keeper.get(page)
    assert keeper.text.count("Ann has left") == 3
    assert re.findall(r"All of (\w+)", keeper.text) == ["Zoe"]
    for nobody in ("contact.nonsense", f"contact.{world.harbour}"):
        keeper.get(page)
        assert keeper.post(page, form={"link": nobody, "reason": "x"}).status in {303, 404}
    assert forwarded.get(theirs["zoe@harbour.example"]).status == 200


def test_a_customer_without_links_is_told_so(world):
    world.site = Site(world.portal, staff=lambda request: staff("casey"))
    casey = world.browser()
    casey.get(f"/desk/accounts/{world.empty}/links")
    assert "No document was sent by a link yet." in casey.text
