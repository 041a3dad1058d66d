"""The desk: only for whom the host knows, its lists, what can be done with a task, and a customer's timeline."""

import base64
import re
from urllib.parse import unquote
from uuid import uuid4

import pytest

from lockportal.core.actor import SYSTEM, staff
from lockportal.web import BasicLogin, Request, Site, login_of

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def basic(name, password):
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


CASEY = basic("casey", "open sesame")


LEFT = "__Host-lockportal-left"


class Desk:
    """The desk as its people's browsers see it."""

    def __init__(self, world):
        self.world = world
        self.site = Site(world.portal, staff=BasicLogin({"casey": "open sesame", "robin": "other"}))

    def get(self, path, query=None, headers=CASEY):
        return self.site.handle(Request(method="GET", path=path, query=query or {}, headers=headers))

    def post(self, path, form, headers=CASEY):
        token = TOKEN.search(self.get("/desk", {"owner": "all"}, headers).body.decode())
        filled = {"form_token": token[1] if token else "", **form}
        return self.site.handle(Request(method="POST", path=path, form=filled, headers={**headers, **OURS}))


@pytest.fixture
def desk(world):
    return Desk(world)


def task(world, key="k", **details):
    given = {"kind": "messages.undeliverable", "reason": "Mail to <this> customer bounces.", **details}
    return world.portal.activities.open(world.harbour, SYSTEM, key=key, **given)


def text(answer):
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


def address(world, one):
    return f"/desk/accounts/{world.harbour}/tasks/{one.id}"


def test_without_the_hosts_login_there_is_no_desk(world):
    answer = world.site.handle(Request(method="GET", path="/desk", headers=CASEY))
    assert answer.status == 404
    assert not answer.header("WWW-Authenticate")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("casey", "wrong"),
        basic("nobody", "open sesame"),
        basic("nobody", ""),
        basic("nobody", "\0"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic /w=="},
        {"Authorization": "Bearer x"},
    ],
)
def test_who_is_not_known_is_asked_for_name_and_password_and_sees_nothing(desk, headers):
    one = task(desk.world)
    for answer in (
        desk.get("/desk", headers=headers),
        desk.get(f"/desk/accounts/{desk.world.harbour}", headers=headers),
        desk.post(address(desk.world, one), {"act": "take"}, headers=headers),
    ):
        assert answer.status == 401
        assert answer.header("WWW-Authenticate").startswith("Basic realm=")
        assert "Harbour" not in answer.body.decode()
    assert desk.world.portal.activities.get(desk.world.harbour, one.id, SYSTEM).owner == ""


def test_a_signed_in_customer_is_nobody_at_the_desk(desk):
    customer = desk.world.signed_in()
    request = Request(method="GET", path="/desk", cookies=customer.cookies)
    assert desk.site.handle(request).status == 401


def test_a_task_is_taken_given_back_and_closed_with_an_outcome(desk):
    one = task(desk.world)
    assert "Nothing to do" in text(desk.get("/desk"))
    page = text(desk.get("/desk", {"owner": "nobody"}))
    assert "Mail to &lt;this&gt; customer bounces." in page
    assert "Harbour Foods Ltd" in page
    assert "A message cannot be delivered" in page
    there = desk.post(address(desk.world, one), {"act": "take", "back": "nobody"})
    assert (there.status, there.header("Location")) == (303, "/desk?owner=nobody&done=take")
    assert "bounces" in text(desk.get("/desk"))
    desk.post(address(desk.world, one), {"act": "release"})
    assert "Nothing to do" in text(desk.get("/desk"))
    closing = {"act": "close", "outcome": "wrong_contact", "note": " Asked for another. ", "back": "account"}
    there = desk.post(address(desk.world, one), closing)
    assert there.header("Location") == f"/desk/accounts/{desk.world.harbour}?done=close"
    closed = desk.world.portal.activities.get(desk.world.harbour, one.id, SYSTEM)
    assert (closed.outcome, closed.note) == ("wrong_contact", "Asked for another.")
    assert "Nothing to do" in text(desk.get("/desk", {"owner": "all"}))


def undelivered(world):
    """Let a mail of the harbour's fail for good."""
    from lockportal.core.messages import Undelivered
    from lockportal.messages.commands import KeepDeadLetter

    letter = uuid4()
    given = Undelivered(
        account_id=world.harbour,
        receiver="messages.notices",
        type="documents.documents_stored",
        version=1,
        n=0,
        attempts=12,
        reason="mail.recipient_refused: mail.example.com:25: the server refuses the recipient (code 550).",
    )
    world.portal.shell.run(KeepDeadLetter(account_id=world.harbour, letter_id=letter, undelivered=given), SYSTEM)
    return letter


def test_a_mail_that_failed_is_told_in_words_with_its_details_and_sent_again(desk):
    letter = undelivered(desk.world)
    page = text(desk.get("/desk", {"owner": "all"}))
    assert "The mail about new invoices did not reach every contact of this customer" in page
    assert re.search(r"<details><summary><small>Technical details</small></summary><small>messages.notices, .*\(code 550\)", page)
    (row,) = desk.world.portal.activities.tasks(SYSTEM).items
    assert desk.post(address(desk.world, row), {"act": "resend", "back": "all"}).status == 303
    assert "Nothing to do" in text(desk.get("/desk", {"owner": "all"}))
    (line,) = desk.world.portal.messages.dead_letters(by=SYSTEM, replayed=True).items
    assert (line.id, line.replayed_at is not None) == (letter, True)
    task(desk.world)  # for a page with a form
    assert desk.post(address(desk.world, row), {"act": "resend"}).status == 422  # it is on its way already


def test_another_task_has_nothing_to_send_again(desk):
    one = task(desk.world, kind="erp.blocked")
    page = text(desk.get("/desk", {"owner": "all"}))
    assert "resend" not in page
    assert "Technical details" not in page
    assert desk.post(address(desk.world, one), {"act": "resend"}).status == 404


def test_a_form_of_another_page_or_person_changes_nothing(desk):
    one = task(desk.world)
    token = TOKEN.search(text(desk.get("/desk", {"owner": "all"})))[1]
    robin = basic("robin", "other")
    for headers, form in (
        ({**CASEY, **OURS}, {"act": "take"}),
        ({**CASEY, "Sec-Fetch-Site": "cross-site"}, {"act": "take", "form_token": token}),
        ({**robin, **OURS}, {"act": "take", "form_token": token}),
    ):
        answer = desk.site.handle(Request(method="POST", path=address(desk.world, one), form=form, headers=headers))
        assert answer.status == 403
    assert desk.world.portal.activities.get(desk.world.harbour, one.id, SYSTEM).owner == ""


def test_an_act_that_does_not_exist_is_refused(desk):
    one = task(desk.world)
    assert desk.post(address(desk.world, one), {"act": "burn"}).status == 422


def test_a_customers_page_shows_its_tasks_and_its_timeline_page_by_page(desk):
    task(desk.world, owner="casey")
    for n in range(31):
        desk.world.portal.profiles.change_customer(desk.world.harbour, by=staff("ann"), name=f"Harbour {n}")
    path = f"/desk/accounts/{desk.world.harbour}"
    page = text(desk.get(path))
    assert "Harbour 30" in page
    assert "Mail to &lt;this&gt; customer bounces." in page
    assert page.count('">ann</td>') == 30
    after = re.search(r"\?after=([^\"]+)", page)[1]
    older = text(desk.get(path, {"after": after}))
    assert "A task was opened" in older
    assert "Posted to the ledger" in older


def test_a_long_list_has_pages(desk):
    for n in range(26):
        task(desk.world, f"k{n}")
    first = text(desk.get("/desk", {"owner": "all"}))
    after = re.search(r"after=([^\"]+)\"", first)[1]
    second = text(desk.get("/desk", {"owner": "all", "after": after}))
    assert (first.count("<tr>"), second.count("<tr>")) == (26, 2)  # one of them is the head
    assert "Nothing to do" in text(desk.get("/desk", {"owner": "somebody"}))


def test_logins_are_read_from_one_text():
    assert login_of("") is None
    assert login_of(" , casey: ,:x") is None
    login = login_of("casey:a:b, robin:c")
    assert login(Request(method="GET", path="/", headers=basic("casey", "a:b"))) == staff("casey")
    assert "a:b" not in repr(login)


# signing out


def test_signing_out_has_the_browser_asked_for_name_and_password_again(desk):
    assert 'action="/desk/sign-out"' in text(desk.get("/desk"))
    left = desk.post("/desk/sign-out", {})
    assert (left.status, left.header("Location")) == (303, "/desk")
    cookie = next(one for one in left.cookies if one.name == LEFT)
    asked = desk.site.handle(Request(method="GET", path="/desk", headers=CASEY, cookies={cookie.name: cookie.value}))
    assert (asked.status, asked.header("WWW-Authenticate")) == (401, BasicLogin({}).challenge)
    assert [(one.name, one.value) for one in asked.cookies] == [(LEFT, "")]
    assert "casey" not in asked.body.decode()
    assert desk.get("/desk").status == 200  # who gives name and password anew, without the cookie
    assert not desk.get("/desk", headers=basic("casey", "wrong")).cookies


def test_signing_out_needs_the_desks_own_form(desk):
    assert desk.site.handle(Request(method="GET", path="/desk/sign-out", headers=CASEY)).status == 405
    foreign = {**CASEY, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = desk.site.handle(Request(method="POST", path="/desk/sign-out", headers=foreign))
    assert (answer.status, answer.cookies) == (403, ())


def test_whom_the_host_knows_otherwise_the_host_signs_out(world):
    class SingleSignOn:
        challenge = ""

        def __call__(self, _):
            return staff("casey")

    site, left = Site(world.portal, staff=SingleSignOn()), {LEFT: "left"}
    shown = site.handle(Request(method="GET", path="/desk", cookies=left))
    assert shown.status == 200
    assert "/desk/sign-out" not in shown.body.decode()
    form = {"form_token": site.guard.session_token(staff("casey"))}
    assert site.handle(Request(method="POST", path="/desk/sign-out", form=form, headers=OURS)).status == 404


# customers, documents, messages


def test_customers_are_found_by_parts_of_name_and_number_with_what_each_owes(desk):
    page = text(desk.get("/desk/customers"))
    assert [page.index(name) for name in ("Harbour Foods Ltd", "Mill &amp; Sons", "Newcomer Inc")] == sorted(
        page.index(name) for name in ("Harbour Foods Ltd", "Mill &amp; Sons", "Newcomer Inc")
    )
    assert page.index("$17,691.85") < page.index("€1,800.00") < page.index("$77.00")
    assert "$9,956.75" in page
    for search in ("MILL", "c-2000"):
        page = text(desk.get("/desk/customers", {"search": search}))
        assert re.findall(r'/desk/accounts/[0-9a-f-]{36}">([^<]+)<', page) == ["Mill &amp; Sons"]
    assert "No customer matches" in text(desk.get("/desk/customers", {"search": "%"}))


def test_a_long_list_of_customers_goes_on_and_keeps_the_search(desk):
    for n in range(60):
        desk.world.portal.profiles.open_customer(f"L-{n:02}", f"Lakeside {n:02}", by=SYSTEM)
    seen, query = [], {"search": "lakeside"}
    while query:
        page = text(desk.get("/desk/customers", query))
        seen += re.findall(r">(Lakeside \d+)</a>", page)
        following = re.search(r'rel="next" href="[^"]*search=lakeside&amp;after=([^"]+)"', page)
        query = {"search": "lakeside", "after": unquote(following[1])} if following else None
    assert seen == [f"Lakeside {n:02}" for n in range(60)]
    assert "Back to first" in page


def test_a_customers_page_tells_what_it_owes_and_leads_to_its_documents(desk):
    world, home = desk.world, f"/desk/accounts/{desk.world.harbour}"
    page = text(desk.get(home))
    assert "The customer owes" in page
    assert "$17,691.85" in page
    for there in ("documents", "statement", "messages", "links"):
        assert f'href="{home}/{there}"' in page
    page = text(desk.get(f"{home}/documents", {"state": "overdue", "sort": "due_on"}))
    assert re.findall(r'/documents/[0-9a-f-]{36}">([^<]+)</a>', page) == ["INV-1001", "INV-1002", "INV-1003"]
    assert "/accounts/" not in page.replace("/desk/accounts/", ""), "every address is one of the desk"
    page = text(desk.get(f"{home}/documents/{world.ids['INV-1006']}"))
    assert "Invoice INV-1006" in page
    assert "/accounts/" not in page.replace("/desk/accounts/", "")


@pytest.mark.parametrize("tail", ["documents.csv", "statement.pdf", "documents/{0}/pdf", "documents/{0}/einvoice/ubl"])
def test_the_desk_hands_out_what_the_customer_can_have(desk, tail):
    answer = desk.get(f"/desk/accounts/{desk.world.harbour}/{tail.format(desk.world.ids['INV-1006'])}")
    assert (answer.status, answer.header("Content-Disposition").partition(";")[0]) == (200, "attachment")


def test_the_desk_shows_what_was_sent_to_a_customer_and_what_came_of_it(desk):
    desk.world.store(desk.world.invoice("N-1", 10, 30))
    desk.world.portal.deliver()
    page = text(desk.get(f"/desk/accounts/{desk.world.harbour}/messages"))
    assert "New documents" in page
    assert "Sent" in page
    assert "No message was sent yet" in text(desk.get(f"/desk/accounts/{desk.world.empty}/messages"))


def test_a_message_that_failed_is_sent_again_from_the_list(desk):
    assert "Every message went out" in text(desk.get("/desk/messages"))
    undelivered(desk.world)
    page = text(desk.get("/desk/messages"))
    assert "Documents arrived, or changed" in page
    where = re.search(r'action="(/desk/messages/[^"]+)"', page)[1]
    assert desk.post(where, {}).header("Location") == "/desk/messages?done=resend"
    assert "It is sent again within a few seconds." in text(desk.get("/desk/messages", {"done": "resend"}))
    assert "Every message went out" in text(desk.get("/desk/messages"))
    assert "Sent again" in text(desk.get("/desk/messages", {"replayed": "1"}))
    assert desk.post(where, {}).status == 422, "once"
