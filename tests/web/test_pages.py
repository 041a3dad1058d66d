"""What the pages show: the account at a glance, documents and their filters, statements, and words where there is nothing."""

import re

import pytest

from lockportal.web.filters import read_search


def test_the_first_page_tells_what_is_owed_overdue_and_due_next(shared, visit):
    visit.get(f"/accounts/{shared.harbour}/")
    page = visit.text
    assert "$17,691.85" in page
    assert "<strong>$9,956.75</strong> of it is overdue, the oldest since Sep 4, 2026" in page
    assert "<strong>$6,175.10</strong> in 2 documents due on Nov 24, 2026" in page
    assert "<strong>$650.00</strong> of credit that is not applied yet" in page
    assert "$32,308.15" in page  # what is left of the credit limit
    assert page.index("$17,691.85") < page.index("€1,800.00")  # the supplier's first currency leads
    assert page.count('class="shade-') == 5  # four parts of one bar, one of the other


def test_the_bar_of_the_aging_is_filled_exactly(shared, visit):
    visit.get(f"/accounts/{shared.harbour}/")
    for drawn in re.findall(r"<svg.*?</svg>", visit.text, re.DOTALL):
        parts = [tuple(map(int, pair)) for pair in re.findall(r'x="(\d+)" y="0" width="(\d+)"', drawn)]
        assert sum(width for _, width in parts) == 1000
        assert [x for x, _ in parts] == [sum(width for _, width in parts[:place]) for place in range(len(parts))]


def test_somebody_of_one_account_goes_there_at_once_and_of_several_chooses(world):
    from lockportal.core.actor import SYSTEM, Right

    browser = world.signed_in()
    assert browser.get("/").header("Location") == f"/accounts/{world.harbour}/"
    world.portal.profiles.add_contact(world.empty, "ann@harbour.example", "Ann", (Right.VIEW,), by=SYSTEM)
    browser.get("/")
    assert "Harbour Foods Ltd" in browser.text
    assert "Newcomer Inc" in browser.text
    browser.get(f"/accounts/{world.empty}/")
    assert "Switch account" in browser.text


def test_an_account_without_documents_says_what_will_come(world):
    browser = world.signed_in("new@newcomer.example")
    browser.get(f"/accounts/{world.empty}/")
    assert "Nothing is open" in browser.text
    browser.get(f"/accounts/{world.empty}/documents")
    assert "No documents yet" in browser.text
    browser.get(f"/accounts/{world.empty}/statement")
    assert "Nothing was open on that day" in browser.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=overdue&sort=due_on", ["INV-1001", "INV-1002", "INV-1003"]),
        ("state=paid", ["INV-0990"]),
        ("kind=credit_memo", ["CM-77"]),
        ("text=glove&sort=number", ["INV-1001", "PO-7731"]),
        ("text=PO-7912", ["INV-1004"]),
        ("currency=EUR", ["INV-2001"]),
        ("amount_from=5,000&currency=USD", ["INV-1004", "INV-1002"]),
        ("issued_from=2026-11-01&kind=invoice", ["INV-1006"]),
        ("text=%25", []),
    ],
)
def test_a_filter_finds_what_it_says(shared, visit, query, found):
    assert visit.get(f"/accounts/{shared.harbour}/documents?{query}").status == 200
    assert re.findall(r'/documents/[0-9a-f-]{36}">([^<]+)</a>', visit.text) == found
    assert ("No document matches" in visit.text) is (not found)


@pytest.mark.parametrize(
    "query",
    ["issued_from=yesterday", "amount_to=much", "amount_from=1e99", "kind=bill", "currency=XXX", "text=a%00b", "state=lost"],
)
def test_a_filter_that_cannot_be_read_is_named(shared, visit, query):
    answer = visit.get(f"/accounts/{shared.harbour}/documents?{query}")
    assert answer.status == 422
    assert "cannot be read" in visit.text
    assert "INV-1001" not in visit.text
    assert visit.get(f"/accounts/{shared.harbour}/documents.csv?{query}").status == 422


def test_pages_of_a_list_keep_the_filter_and_end(world):
    from lockportal.core.actor import SYSTEM

    world.store(*(world.invoice(f"L-{n:03}", 10 + n, 40) for n in range(60)))
    assert world.portal.documents.search(world.harbour, SYSTEM, limit=100).after is None
    browser, seen = world.signed_in(), []
    where = f"/accounts/{world.harbour}/documents?text=L-0&sort=number"
    for _ in range(10):
        browser.get(where)
        seen += re.findall(r">(L-\d+)</a>", browser.text)
        following = re.search(r'rel="next" href="([^"]+)"', browser.text)
        if following is None:
            break
        where = following.group(1).replace("&amp;", "&")
        assert "text=L-0" in where
    assert seen == [f"L-{n:03}" for n in range(60)]
    assert "Back to first" in browser.text


def test_a_page_that_was_not_handed_out_is_refused(shared, visit):
    assert visit.get(f"/accounts/{shared.harbour}/documents?after=forged").status == 422


def test_a_document_shows_its_lines_what_belongs_to_it_and_its_history(shared, visit):
    visit.get(f"/accounts/{shared.harbour}/documents/{shared.ids['INV-1001']}")
    page = visit.text
    assert "Invoice INV-1001" in page
    assert "Overdue · 77 days" in page
    assert "Nitrile gloves, size M, box of 100" in page
    assert "40 pcs" in page
    assert f'/documents/{shared.ids["PO-7731"]}">Purchase order PO-7731</a>' in page
    assert "Bill of lading BOL-551 <small>not here yet</small>" in page
    assert "Download PDF" in page
    assert "State INV-1001 with your transfer." in page


def test_a_credit_memo_takes_from_what_is_owed_wherever_it_is_shown(shared, visit):
    home = f"/accounts/{shared.harbour}"
    visit.get(f"{home}/documents?kind=credit_memo")
    assert visit.text.count("-$150.00") == 2
    visit.get(f"{home}/documents/{shared.ids['CM-77']}")
    assert visit.text.count("-$150.00") == 3  # what is left of it, its total, its posting
    assert ">$150.00" not in visit.text
    answer = visit.get(f"{home}/documents.csv?kind=credit_memo")
    assert b"USD,-150.00,-150.00,credit" in b"".join(answer.body)


def test_what_customers_may_not_see_stands_on_their_statement_without_its_number(world):
    world.store(world.invoice("S-1", 12, 5, po_number="PO-S", visible=False))
    browser = world.signed_in()
    browser.get(f"/accounts/{world.harbour}/statement?currency=USD")
    assert "$12.00" in browser.text
    assert "S-1" not in browser.text
    assert "PO-S" not in browser.text


def test_a_paper_without_a_pdf_offers_none(shared, visit):
    for number, status in (("K-12", 404), ("PO-7731", 200)):
        where = f"/accounts/{shared.harbour}/documents/{shared.ids[number]}"
        visit.get(where)
        assert ("Download PDF" in visit.text) == (status == 200)
        assert visit.get(f"{where}/pdf").status == status


@pytest.mark.guarantee(9)
def test_files_are_handed_out_as_attachments_that_cannot_run(shared, visit, paths):
    for name, media_type in {
        "document_pdf": "application/pdf",
        "statement_pdf": "application/pdf",
        "documents_csv": "text/csv",
        "bundle": "application/zip",
        "einvoice": "application/xml",
        "file": "application/pdf",
        "paper": "application/pdf",
    }.items():
        answer = visit.get(paths[name])
        assert answer.header("Content-Type").startswith(media_type)
        assert answer.header("Content-Disposition").startswith("attachment; ")
        assert answer.header("Content-Security-Policy").startswith("sandbox")
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Cache-Control") == "no-store"
    assert visit.get(paths["document_pdf"]).body.startswith(b"%PDF-")


def test_a_statement_adds_up_and_goes_back_in_time(shared, visit):
    visit.get(f"/accounts/{shared.harbour}/statement?currency=USD")
    assert "$18,341.85" in visit.text
    assert "$17,691.85" in visit.text
    assert "Unapplied credit" in visit.text
    assert "INV-2001" not in visit.text
    visit.get(f"/accounts/{shared.harbour}/statement?as_of=2026-09-30")
    assert "Open items as of Sep 30, 2026" in visit.text
    assert "$9,646.50" in visit.text
    assert visit.get(f"/accounts/{shared.harbour}/statement?as_of=soon").status == 422


def test_the_list_as_csv_holds_every_document_once(shared, visit):
    answer = visit.get(f"/accounts/{shared.harbour}/documents.csv?kind=invoice&currency=USD")
    text = b"".join(answer.body).decode("utf-8-sig")
    head, *rows = text.splitlines()
    assert head == "Kind,Number,PO number,Issued on,Due on,Currency,Total,Balance,State,Days overdue"
    assert len(rows) == 7
    assert "invoice,INV-1001,PO-7731,2026-08-05,2026-09-04,USD,1246.00,1246.00,overdue,77" in rows


def test_dates_and_figures_follow_the_customers_language(world):
    from lockportal.core.actor import SYSTEM

    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, language="de")
    browser = world.signed_in()
    browser.get(f"/accounts/{world.harbour}/")
    assert "17.691,85\xa0$" in browser.text
    assert "24.11.2026" in browser.text


def test_a_hosts_template_replaces_the_portals_or_adds_to_it(make_world, tmp_path):
    folder = tmp_path / "look" / "web"
    (folder / "static").mkdir(parents=True)
    (folder / "sign_in.html").write_text(
        '{% extends "portal/sign_in.html" %}{% block foot %}<p>{{ supplier.name }} & friends</p>{% endblock %}'
    )
    (folder / "static" / "lockportal.css").write_text("body { color: teal }")
    browser = make_world(templates=tmp_path / "look").browser()
    browser.get("/sign-in")
    assert "<p>Quayside Supply Co. & friends</p>" in browser.text
    assert "Mail me a sign-in link" in browser.text
    assert browser.get("/static/lockportal.css").body == b"body { color: teal }"


def test_a_hosts_template_is_kept_in_the_sandbox_and_its_failure_is_a_plain_page(make_world, tmp_path):
    folder = tmp_path / "look" / "web"
    folder.mkdir(parents=True)
    (folder / "door.html").write_text("{{ supplier.__class__.__mro__ }}")
    answer = make_world(templates=tmp_path / "look").browser().get("/sign-in")
    assert answer.status == 500
    assert b"Something went wrong" in answer.body
    assert b"class" not in answer.body


def test_what_comes_from_the_books_is_text_never_markup(world):
    hostile = '<img src=x onerror="alert(1)">'
    world.store(world.invoice("X-1", 10, 5, po_number=hostile, notes=hostile, lines=(world.line(hostile, hostile, 1, "10"),)))
    browser = world.signed_in()
    for where in ("/", "/documents?text=X-1", f"/documents/{world.id_of('X-1')}", "/statement"):
        assert browser.get(f"/accounts/{world.harbour}{where}").status == 200
        assert "<img src=x" not in browser.text
    assert browser.get(f"/accounts/{world.harbour}/documents?text=%3Cscript%3E").status == 200
    assert "<script>" not in browser.text


def test_static_files_are_kept_under_the_address_with_their_mark(shared):
    browser = shared.browser()
    marked = shared.site.templates.static("lockportal.css")
    assert "immutable" in browser.get(marked).header("Cache-Control")
    assert "immutable" not in browser.get("/static/lockportal.css?v=old").header("Cache-Control")
    assert browser.get("/static/lockportal.css").header("Content-Type") == "text/css; charset=utf-8"
    for name in ("nothing.css", "..%2f__init__.py", "__init__.py"):
        assert browser.get(f"/static/{name}").status == 404


def test_a_portal_below_a_path_links_below_it(make_world):
    world = make_world(base_url="https://example.com/ar")
    browser = world.browser()
    assert browser.get("/").header("Location") == "/ar/sign-in"
    assert browser.sign_in().header("Location") == "/ar/"
    browser.get(f"/accounts/{world.harbour}/")
    assert f'href="/ar/accounts/{world.harbour}/documents"' in browser.text


def test_an_address_that_is_none_is_sent_back_with_advice(world):
    browser = world.browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in", form={"email": "not an address"}).status == 422
    assert "Enter a whole address" in browser.text
    assert 'value="not an address"' in browser.text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1250,50", "1250.50"),
        ("5,000", "5000"),
        ("1,000,000", "1000000"),
        ("5.125", "5.125"),
        ("1 250", "1250"),
        ("-5", "-5"),
        (" 7 ", "7"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, read):
    assert str(read_search({"amount_from": typed}).filter.amount_from) == read
