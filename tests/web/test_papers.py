"""What goes with documents: the comparison by line, files and forms, several in one file, papers of the house."""

import io
import re
import sys
import zipfile
from decimal import Decimal
from importlib import import_module

import pypdf
import pytest
from attrs import evolve

from given_contents import png
from lockportal.core.actor import SYSTEM, staff
from lockportal.documents.matching import Difference, MatchLine
from lockportal.documents.models import DocumentKind, FileRole
from lockportal.documents.shared.models import PaperKind
from lockportal.profiles.models import Address
from lockportal.testing import counting
from lockportal.web import Request, words
from lockportal.web.comparison import Weight, compare

CASEY = staff("casey")
PNG = png("and a photo")
LINE = MatchLine(
    order="PO-1",
    number="1",
    product_code="A",
    description="Anything",
    unit="pcs",
    ordered=Decimal(10),
    shipped=Decimal(8),
    received=Decimal(7),
    billed=Decimal(10),
    billed_here=Decimal(10),
    credited=None,
    ordered_price=Decimal(2),
    billed_price=Decimal(3),
)


def where(world, number):
    return f"/accounts/{world.harbour}/documents/{world.ids[number]}"


def content(answer):
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def rows(page):
    """The rows of a page's table as plain text."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def words_of(answer):
    pages = pypdf.PdfReader(io.BytesIO(content(answer))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# the comparison


def test_each_line_is_compared_in_figures_and_in_words(shared, visit):
    assert visit.get(f"{where(shared, 'INV-1006')}/comparison").status == 200
    short = "40 fewer shipped than ordered 5 fewer received than shipped Billed for 45 more than came"
    assert rows(visit.text) == [
        f"Carton, double wall BX-40 500 pcs 460 455 500 2.20 2.20 {short}",
        "Packing tape, 66 m TP-11 144 pcs 144 144 144 4.80 5.00 Not the ordered price",
        "Label, 100 x 150 mm LB-02 30 pcs 30 30 20 12.00 12.00 10 not billed yet",
        "Freight FREIGHT – – – 1 – 150 A charge that is not on the order",
    ]
    assert "2 lines of 4 differ." in visit.text
    for number in ("PO-8001", "BOL-601", "POD-601", "INV-1006"):
        assert f'href="{where(shared, number)}"' in visit.text


@pytest.mark.parametrize("number", ["PO-8001", "BOL-601", "POD-601"])
def test_the_comparison_is_the_same_from_each_of_its_papers(shared, visit, number):
    visit.get(where(shared, number))
    assert f'href="{where(shared, number)}/comparison"' in visit.text
    assert visit.get(f"{where(shared, number)}/comparison").status == 200
    assert "40 fewer shipped than ordered" in visit.text


@pytest.mark.parametrize(("number", "status"), [("INV-1002", 200), ("CM-77", 404), ("K-12", 404)])
def test_no_comparison_is_offered_where_there_is_nothing_to_compare(shared, visit, number, status):
    visit.get(where(shared, number))
    assert "/comparison" not in visit.text
    assert visit.get(f"{where(shared, number)}/comparison").status == status


def test_an_order_that_was_billed_and_agrees_says_so(shared, visit):
    visit.get(f"{where(shared, 'PO-7731')}/comparison")
    assert "No line differs" in visit.text
    assert all(row.endswith("Agrees") for row in rows(visit.text))


def test_what_is_hidden_takes_no_part_in_a_comparison(world):
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, hidden_kinds=(DocumentKind.BILL_OF_LADING.value,))
    browser = world.signed_in()
    browser.get(where(world, "INV-1006"))
    assert "Bill of lading BOL-601 <small>not here yet</small>" in browser.text
    browser.get(f"{where(world, 'INV-1006')}/comparison")
    assert "BOL-601" not in browser.text
    assert not any("460" in row for row in rows(browser.text))
    for tail in ("", "/pdf", "/comparison"):
        assert browser.get(f"{where(world, 'BOL-601')}{tail}").status == 404
    assert browser.get(f"/accounts/{world.harbour}/bundle?document={world.ids['BOL-601']}").status == 404


def test_a_file_is_hidden_with_its_document(world):
    browser, file = world.signed_in(), f"{where(world, 'PO-8001')}/files/{world.original}"
    assert browser.get(file).status == 200
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, hidden_kinds=(DocumentKind.PURCHASE_ORDER.value,))
    assert browser.get(file).status == 404


@pytest.mark.parametrize(
    ("differences", "changes", "said"),
    [
        ({Difference.SHORT_SHIPPED}, {}, [("short_shipped", 2, Weight.AMISS)]),
        ({Difference.SHORT_RECEIVED}, {}, [("short_received", 1, Weight.AMISS)]),
        ({Difference.OVER_BILLED}, {}, [("over_billed", 3, Weight.AMISS)]),
        ({Difference.OVER_BILLED}, {"received": None, "credited": Decimal(1)}, [("over_billed", 1, Weight.AMISS)]),
        (
            {Difference.OVER_BILLED},
            {"received": None, "shipped": None, "ordered": Decimal(4)},
            [("over_billed", 6, Weight.AMISS)],
        ),
        (
            {Difference.NOT_SHIPPED, Difference.OVER_BILLED},
            {"received": None, "shipped": None},
            [("not_shipped", None, Weight.AMISS), ("over_billed", 10, Weight.AMISS)],
        ),
        ({Difference.UNDER_BILLED}, {"billed": None}, [("under_billed", 7, Weight.PLAIN)]),
        ({Difference.PRICE_DIFFERS}, {}, [("price_differs", None, Weight.AMISS)]),
        ({Difference.UNIT_DIFFERS}, {}, [("unit_differs", None, Weight.WARN)]),
        ({Difference.NOT_ORDERED}, {"ordered": None}, [("not_ordered", None, Weight.WARN)]),
        (
            {Difference.NOT_ORDERED},
            {"ordered": None, "shipped": None, "received": None},
            [("charge", None, Weight.PLAIN)],
        ),
        (set(), {}, [("agrees", None, Weight.FINE)]),
    ],
)
def test_every_difference_has_its_words_and_its_count(differences, changes, said):
    found = compare((evolve(LINE, differences=frozenset(differences), **changes),))
    assert [(one.code, one.count, one.weight) for one in found[0].remarks] == said
    assert all(one.code in words.DIFFERENCES for one in found[0].remarks)
    assert found[0].agrees is all(weight in {Weight.FINE, Weight.PLAIN} for _, _, weight in said)


def test_whatever_is_named_by_a_code_has_words():
    assert set(DocumentKind) <= set(words.KINDS)
    assert set(Difference) <= set(words.DIFFERENCES)
    assert set(PaperKind) <= set(words.PAPERS)


# files and forms


def test_files_are_told_with_their_type_and_size_and_come_as_they_were(shared, visit):
    visit.get(where(shared, "INV-1006"))
    assert f'/files/{shared.file}">delivery note, signed.pdf</a> <small>PDF, 329\xa0B</small>' in visit.text
    answer = visit.get(f"{where(shared, 'INV-1006')}/files/{shared.file}")
    assert content(answer).startswith(b"%PDF-1.7\n% a scan")
    assert answer.header("Content-Length") == "329"
    assert "filename*=UTF-8''delivery%20note%2C%20signed.pdf" in answer.header("Content-Disposition")
    visit.get(where(shared, "PO-8001"))
    assert "order.xml</a> <small>XML, 29\xa0B · the original as received</small>" in visit.text


def test_an_invoice_is_offered_in_each_form_and_each_is_there(shared, visit):
    visit.get(where(shared, "INV-1006"))
    offered = re.findall(r'href="([^"]+/einvoice/[^"]+)"', visit.text)
    assert [path.rpartition("/")[2] for path in offered] == ["ubl", "cii", "factur-x"]
    for path, media_type in zip(offered, ("application/xml", "application/xml", "application/pdf"), strict=True):
        answer = visit.get(path)
        assert (answer.status, answer.header("Content-Type")) == (200, media_type)
        (reading,) = import_module("lockportal.einvoice").InvoiceReader().read("any", content(answer))
        assert (reading.facts.number, reading.facts.total.decimal) == ("INV-1006", Decimal("2210.00"))
    assert visit.get(f"{where(shared, 'INV-1006')}/einvoice/edifact").status == 404


def test_orders_and_deliveries_are_there_as_pdf_and_as_no_einvoice(shared, visit):
    for number, text in (("PO-8001", "Packing tape"), ("BOL-601", "460")):
        visit.get(where(shared, number))
        assert "/einvoice/" not in visit.text
        assert text in words_of(visit.get(f"{where(shared, number)}/pdf"))


def test_no_form_is_offered_that_a_document_cannot_have(world):
    browser = world.signed_in()
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, address=Address())
    browser.get(where(world, "INV-1006"))
    assert "/einvoice/" not in browser.text
    assert "Download PDF" in browser.text


def test_no_form_is_offered_where_the_extra_is_missing(shared, visit, monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    assert visit.get(where(shared, "INV-1006")).status == 200
    assert "/einvoice/" not in visit.text


def test_a_document_is_shown_in_six_statements_and_compared_in_eight(shared, visit):
    visit.get(where(shared, "INV-1006"))  # the menu knows by now whether there are papers
    for tail, most in (("", 6), ("/comparison", 8)):
        with counting(shared.portal.engines) as sent:
            visit.get(f"{where(shared, 'INV-1006')}{tail}")
        assert len(sent) <= most


# several at once


def bundle(world, *numbers, form="zip", more=""):
    chosen = "&".join(f"document={world.ids[number]}" for number in numbers)
    return f"/accounts/{world.harbour}/bundle?{chosen}&form={form}{more}"


def test_chosen_documents_come_as_one_zip(shared, visit):
    answer = visit.get(bundle(shared, "INV-1001", "PO-7731", "BOL-601", "INV-1001"))
    assert not isinstance(answer.body, bytes)
    with zipfile.ZipFile(io.BytesIO(content(answer))) as archive:
        assert archive.namelist() == ["invoice-INV-1001.pdf", "purchase_order-PO-7731.pdf", "bill_of_lading-BOL-601.pdf"]


def test_chosen_documents_come_as_one_pdf(shared, visit):
    answer = visit.get(bundle(shared, "INV-1001", "PO-7731", form="pdf"))
    assert answer.header("Content-Type") == "application/pdf"
    text = words_of(answer)
    assert all(number in text for number in ("INV-1001", "PO-7731"))


def test_the_list_has_a_box_for_each_document_and_keeps_its_filter(shared, visit):
    visit.get(f"/accounts/{shared.harbour}/documents?kind=purchase_order&sort=number")
    form = visit.text.split('<form class="bundle"')[1].split("</form>")[0]
    assert re.findall(r'name="document" value="([^"]+)"', form) == [str(shared.ids[n]) for n in ("PO-7731", "PO-8001")]
    assert '<input type="hidden" name="kind" value="purchase_order">' in form
    assert "Choose documents to add them up or to download them in one go." in form


@pytest.mark.parametrize(
    ("numbers", "form", "said"),
    [
        ((), "zip", "Choose the documents to download first."),
        (("INV-1001", "K-12"), "zip", "There is no paper of K-12 to download."),
    ],
)
def test_what_hinders_a_download_is_told_above_the_list_where_the_choice_is_kept(shared, visit, numbers, form, said):
    answer = visit.get(bundle(shared, *numbers, form=form, more="&sort=number"))
    assert answer.status == 422
    assert said in visit.text
    assert visit.text.count(" checked>") == len(numbers)
    assert '<option value="number" selected>' in visit.text


def test_more_than_a_hundred_are_refused_with_the_number(shared, visit):
    ids = "&".join(f"document=00000000-0000-7000-8000-{n:012}" for n in range(101))
    assert visit.get(f"/accounts/{shared.harbour}/bundle?{ids}").status == 422
    assert "Choose from 1 to 100 documents." in visit.text


def test_a_picture_goes_into_a_zip_and_not_into_a_pdf(world):
    world.portal.documents.attach(world.harbour, world.ids["K-12"], PNG, "contract.png", CASEY, role=FileRole.ORIGINAL)
    browser = world.signed_in()
    with zipfile.ZipFile(io.BytesIO(content(browser.get(bundle(world, "K-12"))))) as archive:
        assert archive.read("contract.png") == PNG
    assert browser.get(bundle(world, "K-12", form="pdf")).status == 422
    assert "K-12 is no PDF; take these documents as a ZIP." in browser.text


def test_every_value_of_a_field_is_known_and_the_first_counts():
    request = Request(method="GET", path="/", query={"a": "1", "b": "3"}, repeated={"a": ["1", "2"]})
    assert (request.every("a"), request.every("b"), request.every("c")) == (("1", "2"), ("3",), ())


def test_signing_in_leads_back_to_every_chosen_document(world):
    sent_away = world.browser().get(bundle(world, "INV-1001", "PO-7731")).header("Location")
    assert all(str(world.ids[number]) in sent_away for number in ("INV-1001", "PO-7731"))


# papers of the house


def test_papers_of_the_house_are_listed_and_handed_out(shared, visit):
    home = f"/accounts/{shared.harbour}"
    visit.get(f"{home}/")
    assert f'<a href="{home}/papers">Our papers</a>' in visit.text
    visit.get(f"{home}/papers")
    assert rows(visit.text) == [
        "Bank details, confirmed Bank letter – until Jun 30, 2027 PDF, 329 B",
        "Form W-9 Tax form en – PDF, 329 B",
    ]
    assert content(visit.get(f"{home}/papers/{shared.paper}")).startswith(b"%PDF-")
    lines = shared.portal.documents.downloads(shared.harbour, CASEY).items
    assert [line.title for line in lines if line.paper_id == shared.paper] == ["Form W-9"]


def test_the_menu_names_papers_only_where_there_are_any(world):
    browser, home = world.signed_in(), f"/accounts/{world.harbour}"
    for paper in world.portal.documents.papers(SYSTEM):
        world.portal.documents.withdraw(paper.id, CASEY)
    world.clock.forward(minutes=2)
    browser.get(f"{home}/")
    assert "Our papers" not in browser.text
    assert browser.get(f"{home}/papers/{world.paper}").status == 404
    browser.get(f"{home}/papers")
    assert "No papers at present" in browser.text


def test_the_menu_asks_for_papers_once_a_minute(world):
    browser, home = world.signed_in(), f"/accounts/{world.harbour}/"
    browser.get(home)
    counts = []
    for minutes in (0, 2):
        world.clock.forward(minutes=minutes)
        with counting(world.portal.engines) as sent:
            browser.get(home)
        counts.append(sum("shared_paper" in statement for statement in sent))
    assert counts == [0, 1]
