"""Pages that a plugin adds: reached through both applications, with their templates, menu entries, words and guards."""

import re
import sys
from types import ModuleType

import pytest

from examples.conftest import CLIENTS
from lockportal import Portal, hookimpl
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.pages import MenuEntry, Pages
from lockportal.core.routes import Entrance, Route
from lockportal.http import redirect
from lockportal.web import Site
from lockportal.web.pages import desk
from lockportal.web.pages.accounts import customer_of, frame

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


def show(site, request, actor):
    """The page of a plugin, in the frame of the portal's own."""
    return frame(site, actor, customer_of(site, request, actor)).page("loyalty.html", {"points": 120}, here="loyalty")


def spend(site, request, actor):
    return redirect(site.url("loyalty", account=request.params["account"]))


def overview(site, request, actor):
    return desk.page(site, actor, "loyal.html", {}, here="loyal")


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A plugin as it would be installed: a module of handlers, and a folder of templates, pictures and words."""
    module = ModuleType("loyalty_pages")
    module.show, module.spend, module.overview = show, spend, overview
    monkeypatch.setitem(sys.modules, "loyalty_pages", module)
    folder = tmp_path / "loyalty"
    (folder / "static").mkdir(parents=True)
    (folder / "locale").mkdir()
    (folder / "loyalty.html").write_text(
        '{% extends frame %}{% block main %}<h1>{{ _("Your points") }}</h1><p>{{ points|number }}</p>'
        '<form method="post"><input type="hidden" name="form_token" value="{{ form_token }}"></form>'
        '<img src="{{ static("star.svg") }}" alt="">{% endblock %}'
    )
    (folder / "loyal.html").write_text('{% extends "desk_frame.html" %}{% block main %}<h1>{{ staff }}</h1>{% endblock %}')
    (folder / "static" / "star.svg").write_text("<svg/>")
    (folder / "locale" / "de.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Your points"\nmsgstr "Ihre Punkte"\n'
    )
    where = "/accounts/{account}/loyalty"
    routes = (
        Route(name="loyalty", method="GET", path=where, entrance=Entrance.SIGNED_IN, handler="loyalty_pages:show"),
        Route(name="spend", method="POST", path=where, entrance=Entrance.SIGNED_IN, handler="loyalty_pages:spend"),
        Route(name="loyal", method="GET", path="/desk/loyal", entrance=Entrance.STAFF, handler="loyalty_pages:overview"),
    )
    menu = (MenuEntry(route="loyalty", label="Loyalty", right=Right.PAY), MenuEntry(route="loyal", label="Loyal", desk=True))

    class Loyalty:
        @hookimpl
        def lockportal_pages(self):
            return Pages(routes=routes, menu=menu, folder=folder)

    return Loyalty()


@pytest.fixture
def grown(make_world, plugin):
    """A world whose portal has the plugin."""
    world = make_world(languages=("en", "de"))
    portal = Portal(world.portal.config, clock=world.clock, notifier=world.letterbox, plugins=[plugin])
    world.portal.close()
    world.portal, world.site = portal, Site(portal)
    return world


def test_a_page_stands_in_the_menu_of_whoever_holds_its_right(grown):
    ann = grown.signed_in()
    ann.get(f"/accounts/{grown.harbour}/")
    assert f'<a href="/accounts/{grown.harbour}/loyalty">Loyalty</a>' in ann.text
    assert ann.get(f"/accounts/{grown.harbour}/loyalty").status == 200
    assert 'aria-current="page">Loyalty</a>' in ann.text
    assert "<h1>Your points</h1><p>120</p>" in ann.text
    grown.portal.profiles.add_contact(grown.harbour, "viewer@harbour.example", "Vi", (Right.VIEW,), by=SYSTEM)
    viewer = grown.signed_in("viewer@harbour.example")
    viewer.get(f"/accounts/{grown.harbour}/")
    assert "Loyalty" not in viewer.text


def test_a_page_is_told_in_the_plugins_words_and_shows_its_pictures(grown):
    ann = grown.signed_in()
    ann.get(f"/accounts/{grown.harbour}/loyalty?language=de")
    assert "<h1>Ihre Punkte</h1>" in ann.text
    assert ann.get(re.search(r'src="([^"]+star[^"]+)"', ann.text).group(1)).header("Content-Type") == "image/svg+xml"


def test_a_page_is_guarded_as_the_portals_own(grown):
    where = f"/accounts/{grown.harbour}/loyalty"
    assert grown.browser().get(where).header("Location").startswith("/sign-in?next=")
    ann = grown.signed_in()
    assert ann.get(f"/accounts/{grown.mill}/loyalty").status == 404
    ann.get(where)
    assert ann.post(where, headers={"Origin": "https://evil.example"}).status == 403
    ann.get(where)
    assert ann.post(where).header("Location") == where
    assert ann.get("/desk/loyal").status == 404, "there is no desk here"


@pytest.mark.parametrize("app", CLIENTS)
def test_both_applications_serve_the_page_of_a_plugin(grown, app, monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_STAFF", "casey:open sesame")
    with CLIENTS[app](grown.portal) as client:
        assert client.get(f"/accounts/{grown.harbour}/loyalty").headers["Location"].startswith("/sign-in?next=")
        answer = client.get("/desk/loyal", auth=("casey", "open sesame"))
        assert "<h1>casey</h1>" in answer.text
        assert 'href="/desk/loyal" aria-current="page">Loyal</a>' in answer.text
