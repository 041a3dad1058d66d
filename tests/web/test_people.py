"""The people of an account: an administrator invites, changes and removes them; staff does the same at the desk."""

import re
from urllib.parse import urlsplit

import pytest

from lockportal.core.actor import SYSTEM, Right
from lockportal.web import BasicLogin, Request, Site

ADA, ANN = "ada@harbour.example", "ann@harbour.example"
ADMIN = (Right.VIEW, Right.DISPUTE, Right.USERS)
VIEWER = {"right.view": "on"}


@pytest.fixture
def ada(world):
    """An administrator of the first customer, signed in."""
    world.portal.profiles.add_contact(world.harbour, ADA, "Ada", ADMIN, by=SYSTEM)
    return world.signed_in(ADA)


def contacts(world, **more):
    return {one.email: one for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM, **more)}


def page(world):
    return f"/accounts/{world.harbour}/people"


def row(browser, name):
    """The part of the page between one name and the next row."""
    return browser.text.partition(f'<th scope="row">{name}')[2].partition("</tr>")[0]


def test_the_list_tells_who_may_what_in_words(world, ada):
    assert ada.get(page(world)).status == 200
    assert "Ann" in ada.text
    assert "See documents and balances, Pay" in row(ada, "Ann")
    assert "you" in row(ada, "Ada")
    assert 'aria-current="page">People</a>' in ada.text
    assert "Last signed in" not in ada.text
    assert "Pay</label>" not in ada.text.partition('class="invite"')[2], "what she may not do herself is not hers to grant"


def test_an_administrator_invites_changes_and_removes(world, ada):
    ada.get(page(world))
    there = ada.post(page(world), form={"email": "ben@harbour.example", "name": "Ben", **VIEWER, "right.dispute": "on"})
    assert (there.status, there.header("Location")) == (303, f"{page(world)}?done=invited")
    assert "Invited" in ada.get(there.header("Location")).body.decode()
    world.portal.deliver()
    mail = world.letterbox.mails[-1]
    assert (mail.to, "Ada has invited you" in mail.text) == ("ben@harbour.example", True)
    ben = contacts(world)["ben@harbour.example"]
    assert (ben.name, ben.rights) == ("Ben", (Right.VIEW, Right.DISPUTE))
    his = world.signed_in("ben@harbour.example")
    assert his.get(f"/accounts/{world.harbour}/").status == 200
    assert "People</a>" not in his.text
    assert his.get(page(world)).status == 403

    saved = ada.post(f"{page(world)}/{ben.id}", form={"act": "change", "name": "Benedikt", **VIEWER})
    assert saved.header("Location").endswith("?done=changed")
    assert (contacts(world)[ben.email].name, contacts(world)[ben.email].rights) == ("Benedikt", (Right.VIEW,))
    ada.get(page(world))
    gone = ada.post(f"{page(world)}/{ben.id}", form={"act": "remove"})
    assert gone.header("Location").endswith("?done=removed")
    ada.get(gone.header("Location"))
    assert re.search(r"<h3>Removed</h3>.*Benedikt", ada.text, re.DOTALL)
    assert his.get(f"/accounts/{world.harbour}/").header("Location").startswith("/sign-in")


@pytest.mark.parametrize(
    ("form", "field", "told"),
    [
        ({"email": "nobody", **VIEWER}, "email", "This is not an e-mail address"),
        ({"email": ANN, **VIEWER}, "email", "is a contact of this customer already"),
        ({"email": "ben@harbour.example"}, "rights", "Grant at least one right"),
        ({"email": "ben@harbour.example", "right.view": "on", "right.pay": "on"}, "rights", "what you may not do yourself: pay"),
        ({"email": "ben@harbour.example", "name": "x" * 256, **VIEWER}, "name", "At most 255 characters"),
        ({"email": "ben@harbour.example", "language": "?", **VIEWER}, "language", "Write it like en"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_entered_stays(make_world, form, field, told):
    world = make_world(languages=("en", "de"))
    world.portal.profiles.add_contact(world.harbour, ADA, "Ada", ADMIN, by=SYSTEM)
    ada = world.signed_in(ADA)
    ada.get(page(world))
    answer = ada.post(page(world), form=form)
    assert answer.status == 422
    (fault,) = re.findall(r'<small class="fault" id="fault-(\w*)" role="alert">([^<]*)', ada.text)
    assert fault[0] == field
    assert told in fault[1]
    assert ada.text.count('aria-invalid="true"') == 1
    assert f'value="{form["email"]}"' in ada.text
    assert ('name="right.view" checked' in ada.text.partition('class="invite"')[2]) is ("right.view" in form)
    assert "Deutsch" in ada.text


def test_the_last_administrator_is_told_why_they_stay(world, ada):
    own = contacts(world)[ADA]
    ada.get(page(world))
    for act in ({"act": "remove"}, {"act": "change", "name": "Ada", **VIEWER}):
        assert ada.post(f"{page(world)}/{own.id}", form=act).status == 422
        assert "make another one an administrator first" in row(ada, "Ada")
        assert "<details open>" in row(ada, "Ada")
    world.portal.profiles.change_contact(
        world.harbour, contacts(world)[ANN].id, by=SYSTEM, rights=(Right.VIEW, Right.PAY, Right.USERS)
    )
    there = ada.post(f"{page(world)}/{own.id}", form={"act": "change", "name": "Ada", **VIEWER})
    assert there.header("Location") == "/"
    assert contacts(world)[ADA].rights == (Right.VIEW,)


def test_an_act_that_does_not_exist_is_told(world, ada):
    ada.get(page(world))
    assert ada.post(f"{page(world)}/{contacts(world)[ANN].id}", form={"act": "burn"}).status == 422
    assert "Change or remove a contact." in ada.text


@pytest.mark.guarantee(34)
def test_strangers_and_unknown_contacts_answer_alike(world, ada):
    theirs = world.portal.profiles.contacts(world.mill, by=SYSTEM)[0]
    ada.get(page(world))
    nothing = world.clock.new_id()
    for form in ({"act": "remove"}, {"act": "change", **VIEWER}):
        one = ada.post(f"{page(world)}/{theirs.id}", form={**form, "form_token": token(ada, world)})
        other = ada.post(f"{page(world)}/{nothing}", form={**form, "form_token": token(ada, world)})
        assert one == other
        assert one.status == 404
    for account in (world.mill, nothing):
        assert ada.get(f"/accounts/{account}/people").status == 404


def token(browser, world):
    browser.get(page(world))
    return re.search(r'name="form_token" value="([^"]+)"', browser.text)[1]


def test_a_form_without_its_token_changes_nothing(world, ada):
    ada.page = None
    assert ada.post(page(world), form={"email": "ben@harbour.example", **VIEWER}).status == 403
    assert "ben@harbour.example" not in contacts(world)


def test_somebody_who_keeps_people_alone_has_that_page_and_no_other(world):
    world.portal.profiles.add_contact(world.harbour, ADA, "", (Right.USERS,), by=SYSTEM)
    ada = world.signed_in(ADA)
    there = ada.get("/").header("Location")
    assert there == page(world)
    assert ada.get(there).status == 200
    assert "Harbour Foods Ltd" in ada.text
    assert "Documents</a>" not in ada.text
    assert ada.get(f"/accounts/{world.harbour}/").status == 403
    nobody = contacts(world)[ANN]
    world.portal.profiles.change_contact(world.harbour, nobody.id, by=SYSTEM, rights=(Right.PAY,))
    assert "No account yet" in world.signed_in(ANN).get("/").body.decode()


def test_a_long_list_has_pages(world, ada):
    for n in range(60):
        one = world.portal.profiles.add_contact(world.harbour, f"p{n}@x.example", f"P{n:03}", (Right.VIEW,), by=SYSTEM)
        if n >= 5:
            world.portal.profiles.disable_contact(world.harbour, one.id, by=SYSTEM)
    ada.get(page(world))
    assert ada.text.count("<li>") == 50
    more = re.search(r'href="(\?former=[^"]+)"', ada.text)[1]
    ada.get(page(world) + more)
    assert ada.text.count("<li>") == 5
    found = world.portal.profiles.people(world.harbour, by=SYSTEM, limit=4)
    rest = world.portal.profiles.people(world.harbour, by=SYSTEM, limit=4, after=found.after)
    assert [one.name for one in (*found.items, *rest.items)] == ["Ada", "Ann", "P000", "P001", "P002", "P003", "P004"]
    assert rest.after is None


# at the desk

LOGIN = {"Authorization": "Basic Y2FzZXk6b3BlbiBzZXNhbWU="}


class Desk:
    def __init__(self, world):
        self.world, self.site = world, Site(world.portal, staff=BasicLogin({"casey": "open sesame"}))
        self.path = f"/desk/accounts/{world.harbour}"

    def get(self, address):
        parts = urlsplit(address)
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
        return self.site.handle(Request(method="GET", path=parts.path, query=query, headers=LOGIN)).body.decode()

    def post(self, path, **form):
        token = re.search(r'name="form_token" value="([^"]+)"', self.get(self.path))[1]
        headers = {**LOGIN, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
        return self.site.handle(Request(method="POST", path=path, form={"form_token": token, **form}, headers=headers))


@pytest.fixture
def desk(world):
    return Desk(world)


def test_staff_add_change_and_remove_contacts_and_see_when_they_were_here(world, desk):
    assert "Never" in desk.get(desk.path)
    world.signed_in()
    assert "Nov 20, 2026" in desk.get(desk.path).partition("Last signed in")[2].partition("</table>")[0]
    mails = len(world.letterbox.mails)
    there = desk.post(f"{desk.path}/people", email="ben@harbour.example", name="Ben", **{"right.pay": "on"})
    assert there.header("Location") == f"{desk.path}?done=added"
    world.portal.deliver()
    assert len(world.letterbox.mails) == mails
    ben = contacts(world)["ben@harbour.example"]
    assert ben.rights == (Right.PAY,)
    assert "Added." in desk.get(there.header("Location"))
    saved = desk.post(f"{desk.path}/people/{ben.id}", act="change", name="Ben", **VIEWER, **{"right.users": "on"})
    assert saved.header("Location") == f"{desk.path}?done=changed"
    assert contacts(world)[ben.email].rights == (Right.VIEW, Right.USERS)
    desk.post(f"{desk.path}/people/{ben.id}", act="remove")
    assert ben.email not in contacts(world)
    there = desk.post(f"{desk.path}/people", email="ben@harbour.example", name="Ben", invite="on", **VIEWER)
    assert there.header("Location") == f"{desk.path}?done=invited"
    world.portal.deliver()
    assert world.letterbox.mails[-1].to == "ben@harbour.example"


def test_at_the_desk_too_what_is_wrong_is_told_at_its_field(world, desk):
    wrong = desk.post(f"{desk.path}/people", email="nobody", **VIEWER)
    assert wrong.status == 422
    assert 'id="fault-email"' in wrong.body.decode()
    ann = contacts(world)[ANN]
    wrong = desk.post(f"{desk.path}/people/{ann.id}", act="change", name="Ann")
    assert wrong.status == 422
    assert 'id="fault-rights"' in wrong.body.decode()
    assert "To do" not in wrong.body.decode()
