"""Disputes at the desk: the queue, giving several away at once, one with its papers side by side, and what is done about it."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from given_contents import pdf
from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.core.money import Money
from lockportal.disputes import Claim, DisputeCategory, DisputesSettings, DisputeStatus, RoutingRule
from lockportal.testing import counting
from lockportal.web import Request, Site
from lockportal.web.http import Upload
from web.conftest import PAYMENTS, usd
from web.test_disputes import hidden

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
CASEY, DANA = staff("casey"), staff("dana")
QUANTITY, PRICE = DisputeCategory.QUANTITY, DisputeCategory.PRICE
RULES = DisputesSettings(
    routing=(RoutingRule(categories=frozenset({PRICE}), owner="dana", department="sales"),), escalate_to="robin"
)


class Desk:
    """The desk as one of its people sees it: the page that was looked at last, and its forms."""

    def __init__(self, world, who=CASEY):
        self.who, self.site, self.text = who, Site(world.portal, staff=lambda _: who), ""

    def get(self, address):
        parts = urlsplit(address)
        return self._seen(Request(method="GET", path=parts.path, query=dict(parse_qsl(parts.query))))

    def post(self, address, form, files=None):
        parts = urlsplit(address)
        given = {"form_token": self.site.guard.session_token(self.who), **form}
        asked = {"query": dict(parse_qsl(parts.query)), "headers": OURS, "files": files or {}}
        return self._seen(Request(method="POST", path=parts.path, form=given, **asked))

    def _seen(self, request):
        answer = self.site.handle(request)
        if answer.status != 303 and isinstance(answer.body, bytes):
            self.text = unescape(answer.body.decode())
        return answer

    @property
    def form(self):
        """What every form of the page bears, so that it counts once and for what it showed."""
        return {name: re.search(rf'name="{name}" value="([^"]+)"', self.text)[1] for name in ("seen", "key")}

    @property
    def rows(self):
        """The references of the list, in its order."""
        return re.findall(r'<th scope="row"><a href="/desk/accounts/[^"]+/disputes/[^"]+">(D-\w+)</a>', self.text)


@pytest.fixture
def world(make_world):
    made = make_world(settings=(PAYMENTS, RULES))
    for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
        made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
    return made


@pytest.fixture
def three(world):
    """Too many cartons and too dear tape on one invoice, and all of another one; an hour apart."""
    claims = (
        ("INV-1006", Claim(line="#1", category=QUANTITY, expected_quantity=Decimal(455)), "short_delivery"),
        ("INV-1006", Claim(line="#2", category=PRICE, expected_price=Decimal("4.80")), "agreed_price"),
        ("INV-1001", Claim(category=DisputeCategory.DUPLICATE), "billed_twice"),
    )
    made = []
    for number, claim, reason in claims:
        made.append(world.portal.disputes.open(world.harbour, world.ids[number], CASEY, claims=[claim], reason=reason))
        world.clock.forward(hours=1)
    return made


def address(world, one):
    return f"/desk/accounts/{world.harbour}/disputes/{one.id}"


def now(world, one):
    return world.portal.disputes.get(world.harbour, one.id, CASEY)


def tasks(world, owner):
    return [(row.kind, row.about_id) for row in world.portal.activities.tasks(SYSTEM, owner=owner).items]


# the queue


def test_the_queue_is_narrowed_sorted_and_read_page_by_page(world, three):
    desk, (cartons, tape, twice) = Desk(world), three
    assert desk.get("/desk/disputes").status == 200
    assert desk.rows == [one.reference for one in three], "what is due first stands first"
    assert "Less came than was billed" in desk.text
    for query, found in {
        "sort=amount": [twice, cartons, tape],
        "sort=oldest": three,
        "sort=changed": three[::-1],
        "owner=dana": [tape],
        "whose=nobody": [cartons, twice],
        "whose=me": [],
        "department=sales": [tape],
        "department=-": [cartons, twice],
        "category=price": [tape],
        "status=in_review": [],
        "reason=billed_twice": [twice],
        "cause=-": three,
        "least=1,246.00": [twice],
        "least=1&currency=EUR": [],
        "sla=breached": [],
        "sla=running": three,
        "age=1": [],
        "opened_from=2026-11-20&opened_to=2026-11-20&scope=all": three[::-1],
        "closed_from=2026-11-20": [],
        "scope=closed": [],
    }.items():
        assert desk.get(f"/desk/disputes?{query}").status == 200
        assert desk.rows == [one.reference for one in found], query
    assert "No dispute" in desk.text
    world.clock.forward(days=10)
    desk.get("/desk/disputes?sla=breached&age=9")
    assert len(desk.rows) == 3
    assert desk.text.count("badge-amiss") == 3
    desk.get("/desk/disputes?opened_to=2026-11-10&age=1")
    assert desk.rows == []


UNREADABLE = {
    "least=much": "Enter an amount",
    "least=1&currency=?": "Enter an amount",
    "age=old": "Enter a number of days.",
    "age=-1": "Enter a number of days.",
    "sla=x": "Choose from the list.",
    "category=x": "Choose from the list.",
    "status=x": "Choose a state from the list.",
    "opened_from=soon": "Enter a date",
    "owner=" + "x" * 200: "Use fewer and plain letters",
}


def test_what_cannot_be_read_of_the_filter_is_said(world):
    desk = Desk(world)
    for query, words in UNREADABLE.items():
        assert desk.get(f"/desk/disputes?{query}").status == 422
        assert words in desk.text, query
    assert desk.get("/desk/disputes?opened_from=0001-01-01&opened_to=9999-12-31").status == 200


def many(world, count):
    """So many disputes of one customer."""
    facts = [world.invoice(f"D-{n}", 100 + n, 9) for n in range(count)]
    world.store(*facts)
    ids = world._ids(world.harbour)
    for n in range(count):
        world.portal.disputes.open(world.harbour, ids[f"D-{n}"], CASEY, claims=[Claim(category=DisputeCategory.OTHER)])


def asked(world, visit):
    visit()
    with counting(world.portal.engines) as sent:
        assert visit().status == 200
    return len([one for one in sent if one != "BEGIN"])


def test_pages_of_disputes_ask_few_statements_however_many_there_are(world, three):
    desk, whole = Desk(world), {"/desk/disputes": 1, f"/desk/accounts/{world.harbour}/disputes": 2, "/desk/disputes/reasons": 4}
    whole[address(world, three[0])] = 12
    for path, most in whole.items():
        assert asked(world, lambda path=path: desk.get(path)) <= most, (path, asked(world, lambda path=path: desk.get(path)))
    many(world, 52)
    for path, most in whole.items():
        assert asked(world, lambda path=path: desk.get(path)) <= most, path
    desk.get("/desk/disputes?sort=amount")
    first = desk.rows
    after = re.search(r'rel="next" href="([^"]+)"', desk.text)[1]
    desk.get(after)
    assert (len(first), len(desk.rows), len({*first, *desk.rows})) == (50, 5, 55)
    assert desk.get("/desk/disputes?after=nonsense").status in {400, 422}


def test_several_are_given_away_at_once_and_what_somebody_else_changed_meanwhile_stays_chosen(world, three):
    desk, (cartons, tape, twice) = Desk(world), three
    desk.get("/desk/disputes")
    boxes = dict(re.findall(r'name="(pick\.[^"]+)" value="([^"]+)"', desk.text))
    assert len(boxes) == 3
    world.portal.disputes.review(world.harbour, tape.id, DANA)
    answer = desk.post("/desk/disputes?scope=all", {**boxes, "act": "assign", "owner": "erin", "department": "claims"})
    assert answer.header("Location").endswith(f"&kept={tape.id}")
    desk.get(answer.header("Location"))
    assert "1 dispute was not assigned" in desk.text
    assert desk.text.count(" checked>") == 1
    assert f'name="pick.{tape.id}" value="{world.harbour}/{now(world, tape).dispute.revision}" checked' in desk.text
    assert [now(world, one).dispute.owner for one in three] == ["erin", "dana", "erin"]
    assert now(world, twice).dispute.department == "claims"
    one = {f"pick.{cartons.id}": f"{world.harbour}/{now(world, cartons).dispute.revision}"}
    taken = desk.post("/desk/disputes", {**one, "act": "take"})
    assert taken.header("Location").endswith("&done=dispute_assigned")
    desk.get(taken.header("Location"))
    assert "Assigned." in desk.text
    one = {f"pick.{cartons.id}": f"{world.harbour}/{now(world, cartons).dispute.revision}"}
    assert desk.post("/desk/disputes", {**one, "act": "release"}).status == 303
    assert (now(world, cartons).dispute.owner, now(world, cartons).dispute.department) == ("", "claims")


def test_a_form_without_a_choice_or_a_name_assigns_nothing(world, three):
    desk, one = Desk(world), {f"pick.{three[0].id}": f"{world.harbour}/1"}
    assert desk.post("/desk/disputes", {"act": "take"}).status == 422
    assert "Choose at least one dispute." in desk.text
    assert desk.post("/desk/disputes", {**one, "act": "assign", "owner": " "}).status == 422
    assert "Say to whom" in desk.text
    for bad in ({"pick.x": f"{world.harbour}/1"}, {f"pick.{three[0].id}": "x/1"}, {f"pick.{three[0].id}": f"{world.harbour}/x"}):
        assert desk.post("/desk/disputes", {**bad, "act": "take"}).status == 404
    assert now(world, three[0]).dispute.owner == ""


def test_a_customer_s_own_disputes_stand_on_their_page(world, three):
    desk = Desk(world)
    desk.get(f"/desk/accounts/{world.harbour}/disputes")
    assert len(desk.rows) == 3
    assert "pick." not in desk.text
    desk.get(f"/desk/accounts/{world.harbour}/disputes?sla=x")
    assert "Choose from the list." in desk.text
    desk.get(f"/desk/accounts/{world.mill}/disputes")
    assert desk.rows == []
    desk.get(f"/desk/accounts/{world.harbour}")
    assert f'href="/desk/accounts/{world.harbour}/disputes"' in desk.text


# one dispute


def test_the_lines_of_invoice_order_and_delivery_stand_beside_the_claim(world, three):
    desk, cartons = Desk(world), three[0]
    assert desk.get(address(world, cartons)).status == 200
    table = desk.text[desk.text.index("What each paper says") :]
    cells = re.findall(r'<td class="sum( differs)?" data-label="Quantity">\s*([\d.]+)', table)
    assert cells == [("", "500"), ("", "500"), (" differs", "460"), (" differs", "455"), ("", "455")]
    for number in ("INV-1006", "PO-8001", "BOL-601", "POD-601"):
        assert f">{number}</a>" in table
    desk.get(address(world, three[1]))
    assert re.search(r'differs" data-label="Price">4.8', desk.text)
    desk.get(address(world, three[2]))
    assert "The document as a whole" in desk.text


def test_what_is_written_is_for_the_customer_or_for_colleagues_whom_it_may_name(world, three):
    desk, cartons = Desk(world), three[0]
    here = address(world, cartons)
    desk.get(here)
    assert desk.post(here, {**desk.form, "act": "write", "text": " "}).status == 422
    assert "Write something." in desk.text
    file = {"content": Upload("scale.pdf", "application/pdf", pdf("weighed"))}
    wrote = desk.post(here, {**desk.form, "act": "note", "text": "@erin, what does the scale say?"}, file)
    assert wrote.header("Location") == f"{here}?done=dispute_noted"
    assert tasks(world, "erin") == [("disputes.mention", cartons.id)]
    desk.get(here)
    assert desk.text.count(">scale.pdf</a>") == 2, "with its message, and among the files"
    assert "Among colleagues" in desk.text
    form = desk.form
    world.clock.forward(minutes=1)
    for _ in range(2):  # sent twice, it is written once
        assert desk.post(here, {**form, "act": "write", "text": "We weigh it again."}).status == 303
    thread = now(world, cartons).thread
    assert [(one.text, one.internal, len(one.files)) for one in thread] == [
        ("@erin, what does the scale say?", True, 1),
        ("We weigh it again.", False, 0),
    ]
    (kept,) = thread[0].files
    got = desk.get(f"{here}/files/{kept}")
    assert (got.status, got.header("Content-Type")) == (200, "application/pdf")
    assert got.header("Content-Disposition").startswith("attachment")
    assert desk.get(f"{here}/files/{cartons.id}").status == 404
    desk.get(here)
    bad = {"content": Upload("x.pdf", "application/pdf", b"MZ nothing")}
    assert desk.post(here, {**desk.form, "act": "write", "text": "See here."}, bad).status == 422
    assert "See here." in desk.text, "what was typed is still there"
    ann = world.payer()
    assert [one.text for one in world.portal.disputes.get(world.harbour, cartons.id, ann).thread] == ["We weigh it again."]


def test_the_customer_is_asked_and_the_clock_stands_still(world, three):
    desk, cartons = Desk(world), three[0]
    here = address(world, cartons)
    desk.get(here)
    assert "In time" in desk.text
    assert desk.post(here, {**desk.form, "act": "ask", "text": "A photo, please?"}).header("Location").endswith("dispute_asked")
    desk.get(here)
    assert "Clock stands still" in desk.text
    assert 'value="ask"' not in desk.text
    assert desk.post(here, {**desk.form, "act": "review"}).status == 303
    assert now(world, cartons).dispute.status == "in_review"
    desk.get(here)
    assert desk.post(here, {**desk.form, "act": "cause", "cause": "picking_error"}).status == 303
    assert now(world, cartons).dispute.cause == "picking_error"


def test_a_part_is_granted_line_by_line_and_its_credit_memo_issued_or_named(world, three):
    desk, (cartons, tape, twice) = Desk(world), three
    for one, grant in ((cartons, "50"), (tape, "20.5")):
        here = address(world, one)
        desk.get(here)
        for wrong in ("much", "9000", "0", ""):
            form = {**desk.form, "act": "accept_part", "grant.0": wrong, "answer": "Some were found."}
            assert desk.post(here, form).status == 422, wrong
            assert "Some were found." in desk.text
        form = {**desk.form, "act": "accept_part", "grant.0": grant, "answer": "Some were found.", "cause": "picking_error"}
        assert desk.post(here, form).header("Location") == f"{here}?done=dispute_accepted"
        assert (now(world, one).dispute.status, now(world, one).dispute.granted) == ("partly_accepted", usd(grant))
    desk.get(address(world, cartons))
    assert "A credit memo of $50.00 is proposed" in desk.text
    issued = desk.post(address(world, cartons), {**desk.form, "act": "issue"})
    assert issued.header("Location").endswith("dispute_issued")
    closed = now(world, cartons).dispute
    assert (closed.status, closed.outcome, closed.credited) == ("closed", "partly_accepted", usd(50))
    desk.get(address(world, tape))
    memo = re.search(r'<option value="([^"]+)">CM-77', desk.text)[1]
    assert desk.post(address(world, tape), {**desk.form, "act": "credit", "memo": memo}).status == 303
    assert now(world, tape).dispute.status is DisputeStatus.CLOSED
    desk.get(address(world, twice))
    assert desk.post(address(world, twice), {**desk.form, "act": "accept"}).status == 303
    desk.get(address(world, twice))
    assert desk.post(address(world, twice), {**desk.form, "act": "credit", "memo": memo}).status == 422
    assert "counts for another dispute already" in desk.text


def test_what_is_rejected_needs_a_reason_and_can_be_opened_again_for_some_days(world, three):
    desk, cartons = Desk(world), three[0]
    here = address(world, cartons)
    desk.get(here)
    assert desk.post(here, {**desk.form, "act": "reject"}).status == 422
    assert "Write what you have decided, and why." in desk.text
    assert desk.post(here, {**desk.form, "act": "reject", "answer": "All came."}).status == 303
    desk.get(here)
    assert "All came." in desk.text
    assert 'value="reopen"' in desk.text
    world.clock.forward(days=31)
    desk.get(here)
    assert 'value="reopen"' not in desk.text
    assert desk.post(here, {**desk.form, "act": "reopen"}).status == 422
    world.clock.time -= timedelta(days=31)
    assert desk.post(here, {**desk.form, "act": "reopen"}).status == 303
    desk.get(here)
    assert desk.post(here, {**desk.form, "act": "withdraw"}).status == 303
    assert now(world, cartons).dispute.outcome == "withdrawn"


def test_two_who_decide_at_once_get_a_clear_conflict_and_nothing_is_lost(world, three):
    casey, dana, cartons = Desk(world), Desk(world, DANA), three[0]
    here = address(world, cartons)
    casey.get(here)
    dana.get(here)
    assert casey.post(here, {**casey.form, "act": "accept_part", "grant.0": "50"}).status == 303
    assert dana.post(here, {**dana.form, "act": "reject", "answer": "Everything came."}).status == 409
    assert "Somebody else has changed this dispute meanwhile." in dana.text
    assert "Accepted in part" in dana.text, "the page shows what stands now"
    assert "Everything came." in dana.text, "what was typed is still there"
    casey.get(here)
    kept = now(world, cartons)
    assert (kept.dispute.granted, kept.dispute.answer) == (usd(50), "")
    for desk, words in ((casey, "I have granted fifty."), (dana, "I would not have.")):
        assert desk.post(here, {**desk.form, "act": "note", "text": words}).status == 303
        world.clock.forward(minutes=1)
    assert [one.text for one in now(world, cartons).thread] == ["I have granted fifty.", "I would not have."]


ACTS = {
    "assign": {"owner": "erin", "department": ""},
    "take": {},
    "review": {},
    "cause": {"cause": "picking_error"},
    "ask": {"text": "Why?"},
    "accept": {"answer": "Well."},
    "accept_part": {"grant.0": "50", "answer": "A part."},
    "reject": {"answer": "No."},
    "withdraw": {},
}


def test_every_form_bears_the_revision_that_it_showed(world, three):
    casey, dana, cartons = Desk(world), Desk(world, DANA), three[0]
    here = address(world, cartons)
    dana.get(here)
    for act, typed in ACTS.items():
        casey.get(here)
        dana.get(here)
        assert dana.post(here, {**dana.form, "act": "assign", "owner": "dana", "department": act}).status == 303
        before = now(world, cartons)
        assert casey.post(here, {**casey.form, "act": act, **typed}).status == 409, act
        assert now(world, cartons) == before
        assert all(words in casey.text for words in typed.values()), "what was typed is still there"
    assert casey.post(here, {**casey.form, "act": act, **typed}).status == 303, "the page shows the new revision: now it counts"
    assert now(world, cartons).dispute.outcome is DisputeStatus.WITHDRAWN


def test_a_form_without_its_revision_key_or_act_does_nothing(world, three):
    desk, cartons = Desk(world), three[0]
    here = address(world, cartons)
    desk.get(here)
    form = desk.form
    for wrong in ({**form, "act": "burn"}, {**form, "seen": "", "act": "accept"}, {**form, "key": "", "act": "accept"}):
        assert desk.post(here, wrong).status == 422
    assert desk.post(f"/desk/accounts/{world.mill}/disputes/{cartons.id}", {**form, "act": "accept"}).status == 404
    assert desk.get(f"/desk/accounts/{world.mill}/disputes/{cartons.id}").status == 404
    assert now(world, cartons).dispute.status is DisputeStatus.OPEN


def test_the_work_list_leads_to_disputes_and_tells_what_is_due_soon_and_late(world, three):
    desk = Desk(world)
    desk.get("/desk?owner=nobody")
    assert f'href="{address(world, three[0])}"' in desk.text
    assert "badge-amiss" not in desk.text
    world.clock.forward(days=2, hours=21)
    world.portal.tick()
    desk.get("/desk?owner=all")
    assert "Due soon" in desk.text
    world.clock.forward(days=20)
    world.portal.tick()
    desk.get("/desk?owner=all")
    assert "badge-amiss" in desk.text
    assert {kind for kind, _ in tasks(world, "robin")} == {"disputes.late"}, "what is late is told to whom the settings name"
    desk.get(address(world, three[0]))
    assert "A decision is overdue" in desk.text


# on behalf of a customer


def begun(desk, address):
    """What the form of the page that was looked at last holds for this address."""
    found = hidden(desk.text, address)
    return {name: value for name, value in found.items() if name != "form_token"}


def test_staff_open_a_dispute_for_a_customer_who_calls(world):
    desk, document = Desk(world), f"/desk/accounts/{world.harbour}/documents/{world.ids['INV-1006']}"
    desk.get(document)
    assert f'href="{document}/dispute">Open a dispute' in desk.text
    desk.get(f"{document}/dispute")
    assert "Write down what the customer says is wrong with INV-1006." in desk.text
    assert "500 were billed; Proof of delivery POD-601 shows 455." in " ".join(desk.text.split())
    assert "5.00 each were billed; Purchase order PO-8001 states 4.80." in " ".join(desk.text.split())
    desk.get(f"{document}/dispute?line=%231")
    assert 'value="draft"' not in desk.text
    assert 'value="picking_error"' in desk.text, "a reason for staff alone"
    form = begun(desk, f"{document}/dispute")
    assert (form["category.0"], form["quantity.0"]) == ("quantity", "455")
    assert desk.post(f"{document}/dispute", {**form, "act": "preview"}).status == 200
    assert "$99.00 would be in dispute." in desk.text
    assert world.portal.disputes.list(SYSTEM).items == ()
    sent = {**form, "act": "open", "reason": "picking_error", "note": "He called."}
    answer = desk.post(f"{document}/dispute", sent)
    (row,) = world.portal.disputes.list(SYSTEM).items
    assert answer.header("Location") == f"{address(world, row)}?done=dispute_recorded"
    assert desk.post(f"{document}/dispute", sent).header("Location") == answer.header("Location"), (
        "once, however often it is sent"
    )
    desk.get(answer.header("Location"))
    assert "The dispute is open, and the customer is told by mail." in desk.text
    assert (row.amount, row.reason, row.opened_at) == (usd("99.00"), "picking_error", now(world, row).dispute.opened_at)
    assert len(world.portal.disputes.list(SYSTEM).items) == 1
    desk.get(document)
    assert f'href="{address(world, row)}">{row.reference}' in desk.text
    world.portal.deliver()
    assert [mail.to for mail in world.letterbox.mails if row.reference in mail.text]
    ann = world.signed_in()
    ann.get(f"/accounts/{world.harbour}/disputes")
    assert row.reference in ann.text


def test_what_cannot_be_disputed_is_refused_at_the_desk_in_words_and_a_strangers_document_is_not_there(world):
    desk, home = Desk(world), f"/desk/accounts/{world.harbour}/documents"
    there = f"{home}/{world.ids['INV-1001']}/dispute"
    desk.get(f"{there}?line=whole")
    form = begun(desk, there)
    assert desk.post(there, {**form, "act": "open", "category.0": "other", "amount.0": "much"}).status == 422
    assert "Enter an amount, such as 1250.00." in desk.text
    assert 'value="much"' in desk.text
    desk.get(f"{home}/{world.ids['CM-77']}/dispute")
    assert "Only an open invoice or debit memo can be disputed." in desk.text
    desk.get(f"{home}/{world.ids['CM-77']}")
    assert "Open a dispute" not in desk.text
    elsewhere = f"/desk/accounts/{world.mill}/documents/{world.ids['INV-1001']}/dispute"
    assert desk.get(elsewhere).status == desk.post(elsewhere, {**form, "act": "open"}).status == 404
    assert world.portal.disputes.list(SYSTEM).items == ()


# what they are about


def test_reasons_and_times_stand_as_picture_and_table_with_the_way_to_the_queue(world, three):
    desk, (cartons, tape, twice) = Desk(world), three
    desk.get("/desk/disputes/reasons")
    assert "No dispute was closed in this time." in desk.text
    world.clock.forward(days=2)
    world.portal.disputes.reject(world.harbour, cartons.id, CASEY, answer="No.", cause="data_entry")
    world.clock.forward(days=2)
    world.portal.disputes.reject(world.harbour, tape.id, CASEY, answer="No.")
    assert desk.get("/desk/disputes/reasons").status == 200
    assert desk.text.count("<rect") == 3 + 2 * 2 + 2 * 2, "three reasons, two categories and two departments"
    assert re.findall(r"<polyline points=\"([^\"]+)\"", desk.text) == ["25,9 85,2 145,0"] or "polyline" in desk.text
    links = re.findall(r'<th scope="row"><a href="(/desk/disputes\?[^"]+)">([^<]+)</a>', desk.text)
    names = [name for _, name in links]
    assert names[:3] == ["It was billed before", "Less came than was billed", "Another price was agreed"]
    for (link, _), found in zip(links, [[twice], [cartons], [tape], [tape], [cartons], [cartons], [tape]], strict=True):
        desk.get(link)
        assert desk.rows == [one.reference for one in found], link
    desk.get("/desk/disputes/reasons?per=cause")
    assert "Wrongly entered" in desk.text
    assert "2 disputes were closed" in desk.text
    desk.get("/desk/disputes/reasons?per=category&first=2020-01-01&last=2020-12-31")
    assert "Nothing was disputed in this time." in desk.text
    assert desk.get("/desk/disputes/reasons?first=soon").status == 422
    assert "Enter a date" in desk.text
    assert desk.get("/desk/disputes/reasons?last=0001-01-02&per=x").status == 200


def test_the_money_of_each_currency_has_its_own_picture(world, three):
    world.portal.disputes.open(world.harbour, world.ids["INV-2001"], CASEY, claims=[Claim(category=DisputeCategory.OTHER)])
    desk = Desk(world)
    desk.get("/desk/disputes/reasons?per=category")
    assert desk.text.count("<polyline") == 2
    link = re.findall(r'<th scope="row"><a href="(/desk/disputes\?[^"]+)">Something else</a>', desk.text)[0]
    desk.get(link)
    assert len(desk.rows) == 1
    assert Money(1, "EUR") in [Money(1, row.amount.currency) for row in world.portal.disputes.list(CASEY).items]
