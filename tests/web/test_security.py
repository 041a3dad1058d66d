"""What keeps a visitor safe: headers, cookies, forms, links that are spent by a click only, and nothing told to strangers."""

import itertools
import re
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from lockportal.core.routes import Entrance
from lockportal.web import ROUTES, Request
from lockportal.web.http import disposition
from lockportal.web.security import Guard

SCANNER = {"Sec-Purpose": "prefetch;prerender", "User-Agent": "Mozilla/5.0 (SafeLinks)"}


def test_the_table_names_each_route_once_and_its_handlers_are_there(shared, paths):
    from importlib import import_module

    assert len({route.name for route in ROUTES}) == len({(r.method, r.path) for r in ROUTES}) == len(ROUTES)
    assert {r.name for r in ROUTES if r.method == "GET" and r.entrance is not Entrance.STAFF} == paths.keys()
    for route in ROUTES:
        module, _, name = route.handler.partition(":")
        assert callable(getattr(import_module(module), name))


@pytest.mark.guarantee(9)
def test_every_response_bears_the_headers(shared, visit, paths):
    answers = [visit.get(path) for path in paths.values()]
    answers += [shared.browser().get(path) for path in (*paths.values(), "/nowhere", "/sign-in/x/y")]
    answers += [shared.browser().post(route.path, form={}) for route in ROUTES if route.method == "POST"]
    answers.append(shared.browser().request("OPTIONS", "/sign-in"))
    for answer in answers:
        policy = answer.header("Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        if "sandbox" not in policy:
            assert all(part in policy for part in ("object-src 'none'", "base-uri 'none'", "form-action 'self'"))
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Referrer-Policy") == "no-referrer"
        assert answer.header("Cross-Origin-Opener-Policy") == "same-origin"
        assert "camera=()" in answer.header("Permissions-Policy")
        assert "no-store" in answer.header("Cache-Control") or "public" in answer.header("Cache-Control")
        assert answer.header("Strict-Transport-Security")


@pytest.mark.parametrize("lacking", ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"])
def test_the_look_at_headers_would_catch_a_page_that_lacks_one(shared, visit, paths, lacking, monkeypatch):
    given = Guard.headers
    monkeypatch.setattr(Guard, "headers", lambda guard: tuple(pair for pair in given(guard) if pair[0] != lacking))
    with pytest.raises(AssertionError):
        test_every_response_bears_the_headers(shared, visit, paths)


@pytest.mark.guarantee(9)
def test_only_static_files_are_ever_kept(visit, paths):
    kept = {name for name, path in paths.items() if "no-store" not in visit.get(path).header("Cache-Control")}
    assert kept == {"static"}


@pytest.mark.guarantee(9)
def test_no_page_runs_or_styles_anything_inline_or_names_another_site(shared, visit, paths):
    looked_at = 0
    for path in (*paths.values(), "/nowhere"):
        for browser in (visit, shared.browser()):
            answer = browser.get(path)
            if not answer.header("Content-Type").startswith("text/html"):
                continue
            looked_at += 1
            page = browser.text.lower()
            assert '<html lang="en"' in page
            assert not re.search(r'<script(?![^>]* src="/static/)', page)
            assert "<style" not in page
            assert ' style="' not in page
            assert "javascript:" not in page
            assert not [word for word in page.split() if word.startswith(("onclick=", "onload=", "onsubmit="))]
            assert "http://" not in page
            assert "https://" not in page
    assert looked_at >= 9


@pytest.mark.guarantee(9)
@pytest.mark.parametrize("base_url", ["https://portal.example", "http://127.0.0.1:8000"])
def test_cookies_are_for_this_host_and_no_script(make_world, base_url):
    world = make_world(base_url=base_url)
    browser = world.browser()
    first = browser.get("/sign-in")
    signed_in = browser.sign_in()
    secure = base_url.startswith("https")
    prefix = "__Host-" if secure else ""
    assert [cookie.name for cookie in first.cookies] == [f"{prefix}lockportal-asking"]
    names = [f"{prefix}lockportal", f"{prefix}lockportal-asking", f"{prefix}lockportal-known"]
    assert [cookie.name for cookie in signed_in.cookies] == names
    for cookie in (*first.cookies, *signed_in.cookies):
        parts = cookie.line().split("; ")
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= {*parts}
        assert ("Secure" in parts) is secure
        assert not any(part.startswith("Domain") for part in parts)
    assert "Max-Age=0" in signed_in.cookies[1].line()


@pytest.mark.guarantee(9)
def test_a_hostile_host_header_changes_nothing(world):
    browser = world.browser()
    for hostile in ("evil.example", "portal.example.evil.example", "127.0.0.1", "portal.example:443@evil.example"):
        browser.get("/sign-in", headers={"Host": hostile, "X-Forwarded-Host": hostile})
        headers = {"Host": hostile, "X-Forwarded-Host": hostile, "Origin": "null", "Sec-Fetch-Site": "same-origin"}
        browser.post("/sign-in", form={"email": "ann@harbour.example"}, headers=headers)
        world.portal.deliver()
        assert "https://portal.example/sign-in/" in world.letterbox.mails[-1].text
        assert "evil" not in world.letterbox.mails[-1].text
        assert "evil" not in browser.text


SITES = ("same-origin", "same-site", "cross-site", "none", None)
ORIGINS = ("https://portal.example", "https://evil.example", "null", None)


@pytest.mark.guarantee(6)
@pytest.mark.parametrize("has_cookie", [True, False], ids=["cookie", "no cookie"])
def test_a_form_is_taken_from_the_portals_own_page_only(world, has_cookie):
    passed = set()
    for origin, site in itertools.product(ORIGINS, SITES):
        browser = world.browser()
        browser.get("/sign-in")
        if not has_cookie:
            browser.cookies.clear()
        headers = {name: value for name, value in {"Origin": origin, "Sec-Fetch-Site": site}.items() if value}
        answer = browser.post("/sign-in", form={"email": "ann@harbour.example"}, headers=headers)
        assert answer.status in {200, 403}
        if answer.status == 200:
            passed.add((origin, site))
    ours = "https://portal.example"
    allowed = {(ours, "same-origin"), ("null", "same-origin"), (None, "same-origin"), (ours, None)}
    assert passed == (allowed if has_cookie else set())


@pytest.mark.guarantee(6)
@pytest.mark.parametrize(
    ("base_url", "ours", "foreign"),
    [
        ("https://portal.example:443", "https://portal.example", "https://portal.example:8443"),
        ("HTTPS://Portal.Example", "https://portal.example", "http://portal.example"),
        ("http://portal.example:80/books", "http://portal.example", "https://portal.example"),
        ("http://portal.example:443", "http://portal.example:443", "http://portal.example"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]", "https://[2001:db8::2]"),
        ("https://[2001:db8::443]", "https://[2001:db8::443]", "https://[2001:db8:]"),
    ],
)
@pytest.mark.parametrize("site", ["same-origin", None])
def test_an_origin_is_written_in_one_way(make_world, base_url, ours, foreign, site):
    world = make_world(base_url=base_url)
    for origin, status in ((ours, 200), (foreign, 403)):
        browser = world.browser()
        browser.get("/sign-in")
        headers = {"Origin": origin, **({"Sec-Fetch-Site": site} if site else {})}
        assert browser.post("/sign-in", form={"email": "ann@harbour.example"}, headers=headers).status == status


def test_the_trial_of_forms_would_catch_a_guard_that_looks_at_the_token_alone(world, monkeypatch):
    monkeypatch.setattr(Guard, "same_origin", lambda *_: True)
    with pytest.raises(AssertionError):
        test_a_form_is_taken_from_the_portals_own_page_only(world, has_cookie=True)


@pytest.mark.guarantee(6)
def test_a_form_without_the_browsers_own_token_is_refused(world):
    one, other = world.browser(), world.browser()
    one.get("/sign-in")
    other.get("/sign-in")
    other.cookies, kept = one.cookies, other.cookies
    assert other.post("/sign-in", form={"email": "ann@harbour.example"}).status == 403
    other.cookies = kept
    for token in ("", "x", "x.y"):
        other.get("/sign-in")
        assert other.post("/sign-in", form={"email": "ann@harbour.example", "form_token": token}).status == 403
    assert not world.letterbox.mails


@pytest.mark.guarantee(6)
def test_signing_out_needs_the_sessions_own_token(world):
    ann, bob = world.signed_in(), world.signed_in("bob@mill.example")
    bob.get(f"/accounts/{world.mill}/")
    ann.page = bob.page
    assert ann.post("/sign-out").status == 403
    assert ann.get(f"/accounts/{world.harbour}/").status == 200
    assert ann.post("/sign-out").header("Location") == "/sign-in?done=left"
    assert ann.get(f"/accounts/{world.harbour}/").status == 303


@pytest.mark.guarantee(6)
def test_the_page_names_the_account_before_the_click_and_another_browser_does_not_get_in(world):
    browser = world.browser()
    browser.ask_for_link()
    token = world.letterbox.token(world.base_url)
    assert "a…@harbour.example" in (browser.get(f"/sign-in/{token}") and browser.text)
    stranger = world.browser()
    assert stranger.get(f"/sign-in/{token}").status == 200
    assert "Enter your code" in stranger.text
    assert "a…@harbour.example" in stranger.text
    assert "Quayside Supply Co." in stranger.text
    refused = stranger.post(f"/sign-in/{token}")
    assert refused.status == 422
    assert world.site.guard.session_name not in stranger.cookies
    browser.get(f"/sign-in/{token}")
    assert browser.post(f"/sign-in/{token}").status == 303


@pytest.mark.guarantee(2)
def test_looking_at_a_link_spends_nothing(world):
    browser = world.browser()
    browser.ask_for_link()
    token = world.letterbox.token(world.base_url)
    for method, headers in itertools.product(("GET", "HEAD", "OPTIONS"), ({}, SCANNER)):
        for visitor in (browser, world.browser()):
            answer = visitor.request(method, f"/sign-in/{token}", headers=headers)
            assert world.site.guard.session_name not in {cookie.name for cookie in answer.cookies}
            assert method == "GET" or answer.body == b"" or answer.status == 405
    browser.get(f"/sign-in/{token}")
    assert browser.post(f"/sign-in/{token}").status == 303
    browser.get("/sign-in")
    assert browser.get(f"/sign-in/{token}").status == 410


@pytest.mark.guarantee(5)
def test_a_planted_cookie_does_not_survive_signing_in(world):
    bob = world.signed_in("bob@mill.example")
    browser = world.browser()
    name = world.site.guard.session_name
    browser.cookies[name] = bob.cookies[name]
    browser.get("/sign-in/none")  # a page with no redirect for those who are signed in, to be given an asking cookie
    asked = world.site.guard.asking(Request(method="GET", path="/", cookies=browser.cookies))
    world.portal.access.request_link("ann@harbour.example", binding=asked.secret, next_path="/")
    world.portal.deliver()
    token = world.letterbox.token(world.base_url)
    browser.get(f"/sign-in/{token}")
    browser.post(f"/sign-in/{token}")
    assert browser.cookies[name] != bob.cookies[name]
    assert browser.get(f"/accounts/{world.harbour}/").status == 200
    assert browser.get(f"/accounts/{world.mill}/").status == 404


@pytest.mark.guarantee(7)
def test_known_and_unknown_addresses_get_the_same_answer(world):
    answers = []
    for email in ("ann@harbour.example", "nob@harbour.example"):
        browser = world.browser()
        browser.get("/sign-in")
        answer = browser.post("/sign-in", form={"email": email})
        page = re.sub(r"[0-9]{3} [0-9]{3}</strong>", "a code</strong>", browser.text)
        answers.append((answer.status, answer.header_lines(), page.replace(email, "X")))
    assert answers[0] == answers[1]


HOSTILE_NEXT = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2f/evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "/accounts/../../evil",
    "/sign-out",
    "/nowhere",
    "/\nSet-Cookie: a=b",
    "",
)


@pytest.mark.parametrize("wanted", HOSTILE_NEXT)
def test_sign_in_leads_nowhere_but_to_a_page_of_the_portal(world, wanted):
    browser = world.browser()
    assert browser.sign_in(next_path=wanted).header("Location") == "/"
    again = browser.request("GET", "/sign-in", headers={})
    assert again.status == 303
    asked = world.site.handle(Request(method="GET", path="/sign-in", query={"next": wanted}, cookies=browser.cookies))
    assert asked.header("Location") == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(world):
    browser = world.browser()
    wanted = f"/accounts/{world.harbour}/documents?state=open&text=a%26b"
    sent_away = browser.get(wanted).header("Location")
    assert sent_away.startswith("/sign-in?next=")
    browser.get(sent_away)
    (field,) = [line for line in browser.text.splitlines() if 'name="next"' in line]
    asked_for = field.split('value="')[1].split('"')[0].replace("&amp;", "&")
    arrived = browser.sign_in(next_path=asked_for).header("Location")
    assert urlsplit(arrived).path == urlsplit(wanted).path
    assert "text=a%26b" in arrived
    assert browser.get(arrived).status == 200


@pytest.mark.guarantee(34)
def test_a_strangers_thing_and_one_that_is_not_there_look_alike(shared, visit):
    foreign, none = shared.mill, uuid4()
    bill, nothing = shared.foreign["INV-9001"], uuid4()
    pairs = [
        (f"/accounts/{foreign}{tail}", f"/accounts/{none}{tail}")
        for tail in ("/", "/documents", "/documents.csv", "/statement", "/statement.pdf", f"/documents/{bill}")
    ]
    ours = f"/accounts/{shared.harbour}/documents"
    for tail in ("", "/pdf", "/comparison", "/einvoice/ubl", "/einvoice/odd", f"/files/{shared.strange_file}"):
        pairs.append((f"{ours}/{bill}{tail}", f"{ours}/{nothing}{tail}"))
        pairs.append((f"/accounts/{foreign}/documents/{bill}{tail}", f"/accounts/{none}/documents/{nothing}{tail}"))
    own = f"{ours}/{shared.ids['INV-1006']}/files"
    pairs += [(f"{own}/{shared.strange_file}", f"{own}/{nothing}"), (f"{own}/{shared.original}", f"{own}/not-an-id")]
    bundle = f"/accounts/{shared.harbour}/bundle?document={shared.ids['INV-1001']}&document="
    pairs += [(f"{bundle}{bill}", f"{bundle}{nothing}"), (f"{bundle}{bill}&form=pdf", f"{bundle}not-an-id")]
    pairs += [(f"/accounts/{foreign}/bundle?document={bill}", f"/accounts/{none}/bundle?document={bill}")]
    pairs += [(f"/accounts/{foreign}/papers/{shared.paper}", f"/accounts/{none}/papers/{nothing}")]
    pairs += [(f"/accounts/{foreign}/papers", f"/accounts/{shared.harbour}/papers/{nothing}")]
    pairs += [(f"{ours}/{bill}", f"{ours}/not-an-id"), (f"/accounts/{foreign}/", "/accounts/not-an-id/")]
    for theirs, missing in pairs:
        one, other = visit.get(theirs), visit.get(missing)
        assert one.status == other.status == 404
        assert one == other


@pytest.mark.guarantee(34)
def test_a_signed_in_page_sends_every_visitor_to_sign_in(shared, paths):
    for route in ROUTES:
        if route.entrance is Entrance.SIGNED_IN:
            path = paths.get(route.name, route.path)
            answer = shared.browser().request(route.method, path)
            assert answer.status == 303
            assert answer.header("Location").startswith("/sign-in")


def test_what_breaks_inside_is_logged_and_told_without_detail(world, monkeypatch, caplog):
    browser = world.signed_in()

    def broken(*_, **__):
        raise RuntimeError("the pump at 10.0.0.7 broke")

    monkeypatch.setattr(world.portal.ledger, "position", broken)
    answer = browser.get(f"/accounts/{world.harbour}/")
    assert answer.status == 500
    assert "pump" not in browser.text
    assert "home failed" in caplog.text
    assert answer.header("Content-Security-Policy")


def test_a_method_that_a_page_does_not_know_is_refused_by_name(shared):
    answer = shared.browser().request("DELETE", "/sign-in")
    assert answer.status == 405
    assert answer.header("Allow") == "GET, HEAD, POST"


def test_plain_http_beyond_the_own_machine_sends_origin_to_itself(make_world):
    world = make_world(base_url="http://portal.intranet.example")
    browser = world.browser()
    assert browser.get("/sign-in").header("Referrer-Policy") == "same-origin"
    sent = {"Origin": "http://portal.intranet.example"}
    assert browser.post("/sign-in", form={"email": "ann@harbour.example"}, headers=sent).status == 200


@pytest.mark.guarantee(38)
@pytest.mark.parametrize(
    "name", ["a.pdf", "../../etc/passwd", 'x".pdf\r\nSet-Cookie: a=b', "Größe 5 %.pdf", "\u202efdp.exe", "", "x" * 900]
)
def test_no_file_name_breaks_a_header(name):
    written = disposition(name)
    assert written.isascii()
    assert written.isprintable()
    assert written.count('"') == 2
    assert "/" not in written
    assert len(written) < 1000
