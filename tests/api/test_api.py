"""The API: who is asked for what, how often it is done, and how it says no."""

import re

import pytest

from given_contents import pdf
from lockportal import codec
from lockportal.core.actor import SYSTEM, Right
from lockportal.http import Upload
from lockportal.shell import Shell
from lockportal.web.security import Guard

PAGE = {"name": "New"}


def told(answer):
    return codec.decode(answer.body)


def code(answer):
    assert answer.header("Content-Type") == "application/problem+json"
    return answer.status, told(answer)["code"]


def credit(world, minor=100):
    return {"amount": {"minor": minor, "currency": "USD"}, "received_on": "2026-11-01"}


# signing in


def test_a_client_signs_in_by_the_mailed_link_and_out_again(world, keeper, nobody):
    me = told(keeper("GET", "/me"))
    assert me["kind"] == "customer"
    assert [grant["account_id"] for grant in me["grants"]] == [str(world.harbour)]
    (session,) = [one for one in told(keeper("GET", f"/people/{me['person_id']}/sessions")) if one["id"] == me["session_id"]]
    assert session["user_agent"] == ""
    assert keeper("DELETE", "/session").status == 204
    assert code(keeper("GET", "/me")) == (401, "session.missing")


def test_who_is_not_known_is_told_to_sign_in(nobody):
    answer = nobody("GET", "/me")
    assert code(answer) == (401, "session.missing")
    assert answer.header("WWW-Authenticate") == "Bearer"
    forged = nobody("GET", "/me", headers={"Authorization": "Bearer forged"})
    assert (forged.status, forged.header("WWW-Authenticate")) == (401, 'Bearer error="invalid_token"')


def test_the_wrong_token_is_not_made_good_by_a_cookie(world, front, keeper):
    keeper.cookies = {"__Host-lockportal": keeper.headers["Authorization"].removeprefix("Bearer ")}
    keeper.headers = {"Authorization": "Bearer forged"}
    assert keeper("GET", "/me").status == 401


def test_too_many_links_are_told_when_to_ask_again(world, nobody):
    world.clock.forward(minutes=16)
    body = {"email": "nobody@nowhere.example", "binding": "b" * 32}
    for _ in range(20):
        assert nobody("POST", "/sign-in", json=body).status == 200
    answer = nobody("POST", "/sign-in", json=body)
    assert code(answer) == (429, "link.too_many")
    assert answer.header("Retry-After") == str(told(answer)["retry_after"])
    assert 0 < told(answer)["retry_after"] <= 15 * 60
    world.clock.forward(minutes=16)


def test_who_opened_a_document_by_its_link_has_that_document_and_nothing_else(world, nobody):
    from lockportal.access.sharing.models import Shareable

    document, contact = world.ids["INV-1001"], world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    (address,) = world.portal.access.sharing.share(
        world.harbour, [Shareable(document, "INV-1001")], contact.id, by=SYSTEM
    ).values()
    opened = told(nobody("POST", "/share-links/open", json={"token": address.rpartition("/")[2]}))
    base = f"/accounts/{world.harbour}/documents"
    for given in ({"headers": {"Authorization": f"Bearer {opened['cookie']}"}}, {"cookies": opened["cookie"]}):
        nobody.cookies = {"__Host-lockportal-document": given["cookies"]} if "cookies" in given else {}
        asked = {"headers": given.get("headers")}
        assert nobody("GET", f"{base}/{document}", **asked).status == 200
        assert nobody("GET", f"{base}/{document}/pdf", **asked).status == 200
        assert code(nobody("GET", f"{base}/{world.ids['INV-1002']}", **asked)) == (404, "document.not_found")
        assert code(nobody("GET", base, **asked)) == (403, "actor.denied")


# from a browser


def in_browser(keeper):
    keeper.cookies = {"__Host-lockportal": keeper.headers.pop("Authorization").removeprefix("Bearer ")}
    return keeper


FOREIGN = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
]
OWN = [{"Origin": "https://portal.example"}, {"Sec-Fetch-Site": "same-origin"}]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_cookie_changes_nothing_from_a_foreign_page(world, keeper, headers):
    browser = in_browser(keeper)
    path = f"/accounts/{world.harbour}/people"
    assert browser("GET", path).status == 200
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        answer = browser(method, path if method == "POST" else f"{path}/{world.harbour}", json=PAGE, headers=headers)
        assert code(answer) in {(403, "request.foreign"), (405, "route.method_unknown")}, method
    assert code(browser("POST", path, json=PAGE, headers=headers)) == (403, "request.foreign")


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_a_cookie_serves_from_the_portals_own_page(world, keeper, headers):
    browser = in_browser(keeper)
    body = {"email": f"{len(str(headers))}@harbour.example"}
    assert (
        browser("POST", f"/accounts/{world.harbour}/people", json=body, headers=headers, key=f"own/{len(str(headers))}").status
        == 200
    )


def test_staff_that_a_browser_makes_known_need_the_origin_too(world, staff):
    body = credit(world)
    path = f"/accounts/{world.harbour}/credits"
    origin = staff.headers
    staff.headers = {"Authorization": origin["Authorization"]}
    assert code(staff("POST", path, json=body, key="foreign")) == (403, "request.foreign")
    staff.headers = origin
    assert staff("POST", path, json=body, key="own").status == 201


def test_it_is_the_origin_that_keeps_a_foreign_page_out(world, keeper, monkeypatch):
    """A control."""
    monkeypatch.setattr(Guard, "same_origin", lambda *_: True)
    body = {"email": "control@harbour.example"}
    assert in_browser(keeper)("POST", f"/accounts/{world.harbour}/people", json=body, key="control").status == 200


def test_a_form_of_a_foreign_page_is_no_body(world, staff):
    """What a page may send without asking is of another type."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = staff("POST", f"/accounts/{world.harbour}/credits", json=credit(world), headers={"Content-Type": kind}, key="k")
        assert code(answer) == (415, "body.type_unknown")


# once


def test_a_key_makes_it_once_and_is_bound_to_its_body(world, staff):
    path = f"/accounts/{world.harbour}/credits"
    before = unapplied(world, staff)
    first, again = (staff("POST", path, json=credit(world), key="one") for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert told(first) == told(again)
    assert unapplied(world, staff) == before + 100
    assert code(staff("POST", path, json=credit(world, 101), key="one")) == (409, "key.reused")
    assert told(staff("POST", path, json=credit(world), key="two")) != told(first)  # a control
    assert unapplied(world, staff) == before + 200


def unapplied(world, staff):
    positions = told(staff("GET", f"/accounts/{world.harbour}/position"))
    return next(one["unapplied"]["minor"] for one in positions if one["currency"] == "USD")


@pytest.mark.parametrize(("key", "said"), [(None, "key.missing"), ("with blank", "key.invalid"), ("x" * 201, "key.invalid")])
def test_a_post_without_a_proper_key_is_refused(world, staff, key, said):
    assert code(staff("POST", f"/accounts/{world.harbour}/credits", json=credit(world), key=key)) == (400, said)


def test_a_change_keeps_what_it_does_not_name(world, staff):
    path = f"/accounts/{world.mill}"
    assert staff("PATCH", path, json={"terms": "NET30"}).status == 204
    changed = told(staff("GET", path))
    assert (changed["terms"], changed["name"]) == ("NET30", "Mill & Sons")
    assert staff("PATCH", path, json={"credit_limit": {"minor": 5, "currency": "USD"}}).status == 204
    assert staff("PATCH", path, json={"credit_limit": None}).status == 204
    assert told(staff("GET", path))["credit_limit"] is None


# pages and marks


def test_pages_lead_through_the_whole_list_and_each_names_the_next(world, keeper):
    path = f"/accounts/{world.harbour}/documents"
    whole = told(keeper("GET", path, query={"limit": "100"}))["items"]
    found, after = [], None
    while True:
        answer = keeper("GET", path, query={"limit": "4", **({"after": after} if after else {})})
        found += told(answer)["items"]
        after = told(answer)["after"]
        if after is None:
            assert answer.header("Link") == ""
            break
        assert re.fullmatch(r'<\?limit=4&after=[\w%.-]+>; rel="next"', answer.header("Link"))
    assert found == whole
    assert len(found) > 8
    assert code(keeper("GET", path, query={"after": "forged"})) == (422, "page.cursor_invalid")


def test_an_answer_that_the_client_has_is_not_sent_again(world, staff):
    path = f"/accounts/{world.mill}"
    first = staff("GET", path)
    mark = first.header("ETag")
    again = staff("GET", path, headers={"If-None-Match": f'"other", W/{mark}'})
    assert (again.status, again.body, again.header("ETag")) == (304, b"", mark)
    staff("PATCH", path, json={"collector": "casey"})
    changed = staff("GET", path, headers={"If-None-Match": mark})
    assert changed.status == 200
    assert changed.header("ETag") != mark


# what is wrong is named


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"received_on": "2026-11-01"}, "amount"),
        ({"amount": {"minor": "1", "currency": "USD"}, "received_on": "2026-11-01"}, "amount.minor"),
        ({"amount": {"minor": 1, "currency": "USD"}, "received_on": "tomorrow"}, "received_on"),
        ({"amount": {"minor": 1, "currency": "USD"}, "received_on": "2026-11-01", "by": "me"}, "by"),
        ([], None),
        (b"{", None),
        (b'"\xff"', None),
    ],
    ids=str,
)
def test_the_field_at_fault_is_named(world, staff, body, field):
    answer = staff("POST", f"/accounts/{world.harbour}/credits", json=body, key="k")
    assert code(answer) in {(422, "input.invalid"), (422, "json.malformed")}
    assert told(answer).get("field") == field


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limt": "3"}, "limt"), ({"limit": "many"}, "limit"), ({"kind": "joke"}, "kind"), ({"text": "\0"}, "text")],
)
def test_a_condition_that_cannot_be_read_finds_nothing_else(world, keeper, query, field):
    answer = keeper("GET", f"/accounts/{world.harbour}/documents", query=query)
    assert answer.status == 422
    assert told(answer)["field"] == field


def test_conditions_are_taken_from_the_address(world, keeper):
    path = f"/accounts/{world.harbour}/documents"
    found = told(keeper("GET", path, query={"kind": "invoice", "text": "inv-1002", "amount_from": "8000"}))["items"]
    assert [one["number"] for one in found] == ["INV-1002"]
    assert told(keeper("GET", "/balances", query={"account_ids": (str(world.harbour), str(world.mill))}))


def test_a_number_beyond_all_days_is_answered(world, keeper):
    for days in (10**15, -(10**15)):
        assert keeper("GET", f"/accounts/{world.harbour}/projection", query={"days": str(days)}).status == 200


def test_a_file_is_taken_and_handed_out(world, staff):
    document = f"/accounts/{world.harbour}/documents/{world.ids['INV-1002']}"
    content = pdf("a note")
    given = {"content": Upload("note.pdf", "application/pdf", content)}
    made = told(staff("POST", f"{document}/files", files=given, form={"role": "attachment"}))["id"]
    answer = staff("GET", f"{document}/files/{made}")
    assert (b"".join(answer.body), answer.header("Content-Type")) == (content, "application/pdf")
    assert "note.pdf" in answer.header("Content-Disposition")
    assert code(staff("POST", f"{document}/files")) == (422, "input.invalid")
    assert code(staff("POST", f"{document}/files", files=given, form={"role": "joke"})) == (422, "input.invalid")


def test_where_nothing_is_and_what_is_not_done_there(nobody):
    assert code(nobody("GET", "/nothing")) == (404, "route.not_found")
    answer = nobody("DELETE", "/me")
    assert code(answer) == (405, "route.method_unknown")
    assert answer.header("Allow") == "GET, HEAD"


def test_a_failure_inside_tells_nothing_of_itself(staff, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("the password of the database is hunter2")

    monkeypatch.setattr(Shell, "find", fails)
    answer = staff("GET", "/customer", query={"number": "C-1041"})
    assert code(answer) == (500, "server.failed")
    assert b"hunter2" not in answer.body


def test_every_answer_bears_the_headers_of_the_portal(world, nobody, keeper, staff):
    for answer in (nobody("GET", "/me"), keeper("GET", "/me"), nobody("GET", "/openapi.json"), staff("GET", "/tasks")):
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Cache-Control") == "no-store"
        assert "frame-ancestors 'none'" in answer.header("Content-Security-Policy")


# another's thing is as one that does not exist


def test_a_session_that_is_over_is_over_for_the_api(world, keeper):
    world.clock.forward(hours=13)
    assert keeper("GET", "/me").status == 401


@pytest.mark.guarantee(34)
def test_rights_are_read_with_each_request(world, keeper):
    me = told(keeper("GET", "/me"))
    contact = me["grants"][0]["contact_id"]
    world.portal.profiles.change_contact(world.harbour, contact_id(contact), by=SYSTEM, rights=(Right.VIEW,))
    assert code(keeper("GET", f"/accounts/{world.harbour}/people")) == (403, "actor.denied")
    world.portal.profiles.change_contact(world.harbour, contact_id(contact), by=SYSTEM, rights=tuple(Right))
    assert keeper("GET", f"/accounts/{world.harbour}/people").status == 200


def contact_id(text):
    from uuid import UUID

    return UUID(text)
