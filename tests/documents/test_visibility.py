"""What customers may see: decided by the books and a hook when a document is stored, by kind whenever one is asked for."""

import io

import pypdf
import pytest

from books import OTTO, account_of, closing, credit_memo, customer, day, invoice, item_id, open_portal, paper, rows_of, store, usd
from given_contents import pdf
from lockportal import hookimpl
from lockportal.core.errors import NotFound, Refused
from lockportal.documents.models import Document, DocumentKind, DocumentsSettings, Reference, document_id

ORDER, LADING, CONTRACT = DocumentKind.PURCHASE_ORDER, DocumentKind.BILL_OF_LADING, DocumentKind.CONTRACT


@pytest.fixture
def opened(database_url, tmp_path):
    """Open a portal that hides some kinds from all, with some plugins; its documents are of every room of the list."""
    made = []

    def opened(*kinds, plugins=(), create=True):
        settings = (DocumentsSettings(hidden_kinds=frozenset(kinds)),)
        files = f"folder:{tmp_path / 'files'}"
        portal = open_portal(database_url, settings=settings, files=files, plugins=plugins, create=create)
        made.append(portal)
        return portal

    yield opened
    for portal in made:
        portal.close()


def fill(portal, number="100"):
    store(
        portal,
        invoice("R-1", po_number="PO-1", references=(Reference(LADING, "BL-1"),)),
        invoice("R-2", visible=False),
        credit_memo("C-1"),
        paper(ORDER, "PO-1"),
        paper(LADING, "BL-1", references=(Reference(ORDER, "PO-1"),)),
        paper(CONTRACT, "K-1"),
        number=number,
        source=number,
    )


def key(portal, number, account="100"):
    return document_id(account_of(portal, account), account, number)


def listed(portal, by=None, number="100"):
    account = account_of(portal, number)
    page = portal.documents.search(account, by or customer(account), sort="number")
    return [row.number for row in page.items]


def test_a_kind_is_hidden_from_all_customers_by_the_settings_and_shown_to_staff(opened):
    portal = opened(LADING, CONTRACT)
    fill(portal)
    fill(portal, "200")
    assert listed(portal) == listed(portal, number="200") == ["C-1", "PO-1", "R-1"]
    assert listed(portal, OTTO) == ["BL-1", "C-1", "K-1", "PO-1", "R-1", "R-2"]


def test_a_changed_setting_holds_at_once(opened):
    portal = opened()
    fill(portal)
    assert listed(portal) == ["BL-1", "C-1", "K-1", "PO-1", "R-1"]
    assert listed(opened(CONTRACT, create=False)) == ["BL-1", "C-1", "PO-1", "R-1"]


def test_a_kind_is_hidden_from_one_customer_at_once_and_shown_again(opened):
    portal = opened(CONTRACT)
    fill(portal)
    fill(portal, "200")
    account = account_of(portal)
    portal.profiles.change_customer(account, by=OTTO, hidden_kinds=[ORDER, "credit_memo", ORDER])
    assert portal.profiles.customer(account, by=OTTO).hidden_kinds == ("credit_memo", "purchase_order")
    assert listed(portal) == ["BL-1", "R-1"]
    assert listed(portal, number="200") == ["BL-1", "C-1", "PO-1", "R-1"]
    both = customer(account, account_of(portal, "200"))
    assert listed(portal, both) == ["BL-1", "R-1"]
    portal.profiles.change_customer(account, by=OTTO, name="Harbour & Co")
    assert listed(portal) == ["BL-1", "R-1"]
    portal.profiles.change_customer(account, by=OTTO, hidden_kinds=())
    assert listed(portal) == ["BL-1", "C-1", "PO-1", "R-1"]
    opening = portal.profiles.open_customer("300", "New", by=OTTO, hidden_kinds=["contract"])
    assert portal.profiles.customer(opening, by=OTTO).hidden_kinds == ("contract",)


@pytest.mark.parametrize("kind", ["Invoice", "", "a b", "x" * 33, 'a"'])
def test_what_cannot_be_a_kind_is_refused(opened, kind):
    portal = opened()
    fill(portal)
    with pytest.raises(Refused) as refused:
        portal.profiles.change_customer(account_of(portal), by=OTTO, hidden_kinds=[kind])
    assert (refused.value.code, refused.value.field) == ("customer.kind_unknown", "hidden_kinds")


def test_what_is_hidden_by_kind_answers_everywhere_as_what_does_not_exist(opened):
    portal = opened(CONTRACT)
    fill(portal)
    account = account_of(portal)
    portal.profiles.change_customer(account, by=OTTO, hidden_kinds=[ORDER])
    documents, mine = portal.documents, customer(account)
    files = {number: documents.attach(account, key(portal, number), pdf(), "a.pdf", OTTO) for number in ("PO-1", "R-1")}
    hidden = [key(portal, number) for number in ("PO-1", "K-1", "R-2")]
    answers = {}
    for name, ask in (
        ("get", documents.get),
        ("pdf", documents.pdf),
        ("three_way", documents.three_way),
        ("file", lambda account, document, by: documents.open_file(account, document, files["PO-1"], by)),
    ):
        for document in (*hidden, item_id("nothing")):
            with pytest.raises(NotFound) as refused:
                ask(account, document, mine)
            answers.setdefault(name, set()).add((refused.value.code, refused.value.message, refused.value.field))
    assert {name: len(told) for name, told in answers.items()} == dict.fromkeys(answers, 1)
    shown = documents.get(account, key(portal, "R-1"), mine)
    assert [(one.number, one.document_id is None) for one in shown.references] == [("BL-1", False), ("PO-1", True)]
    assert [one.number for one in documents.get(account, key(portal, "BL-1"), mine).references] == ["R-1", "PO-1"]
    made = documents.three_way(account, key(portal, "R-1"), mine)
    assert ([one.number for one in made.deliveries], made.orders) == (["BL-1"], ())
    assert [one.number for one in documents.three_way(account, key(portal, "R-1"), OTTO).orders] == ["PO-1"]
    assert documents.open_file(account, key(portal, "R-1"), files["R-1"], mine).name == "a.pdf"


def test_a_statement_adds_up_but_tells_no_number_of_a_hidden_kind(opened):
    portal = opened(DocumentKind.DEBIT_MEMO)
    fill(portal)
    store(portal, invoice("D-secret", kind=DocumentKind.DEBIT_MEMO, po_number="PO-secret"), source="more")
    account = account_of(portal)
    portal.profiles.change_customer(account, by=OTTO, hidden_kinds=["credit_memo"])
    portal.ledger.record_credit(account, usd("4.00"), day(-6), OTTO, reference="wire 17")
    (mine,), (theirs,) = (portal.documents.statement(account, by) for by in (customer(account), OTTO))
    assert (mine.balance, mine.buckets) == (theirs.balance, theirs.buckets)
    assert sorted((one.number, one.visible) for one in theirs.items) == [("D-secret", False), ("R-1", True), ("R-2", False)]
    assert sorted(one.number for one in mine.items) == ["", "", "R-1"]
    assert [[(one.number, one.visible) for one in told.credits] for told in (mine, theirs)] == [
        [("", False), ("wire 17", True)],
        [("C-1", False), ("wire 17", True)],
    ]
    text = [
        pypdf.PdfReader(io.BytesIO(portal.documents.statement_pdf(account, by, currency="USD").content)).pages[0].extract_text()
        for by in (customer(account), OTTO)
    ]
    assert ["secret" in one for one in text] == [False, True]


class Discreet:
    """Hides what is marked so, and shows contracts whatever the books say."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def lockportal_document_visible(self, showing):
        self.asked.append((showing.customer_number, showing.facts.number))
        if "confidential" in showing.facts.notes:
            return False
        return True if showing.facts.kind is CONTRACT else None


def test_a_hook_decides_of_each_document_before_it_is_stored(opened):
    plugin = Discreet()
    portal = opened(plugins=[plugin])
    facts = [
        invoice("R-1", notes="confidential"),
        invoice("R-2"),
        invoice("R-3", visible=False),
        paper(CONTRACT, "K-1", visible=False),
        paper(CONTRACT, "K-2"),
    ]
    assert store(portal, *facts).added == 5
    assert plugin.asked == [("100", one.number) for one in facts]
    assert {row.number: row.visible for row in rows_of(portal, Document)} == {
        "R-1": False,
        "R-2": True,
        "R-3": False,
        "K-1": True,
        "K-2": True,
    }
    assert listed(portal) == ["K-1", "K-2", "R-2"]
    again = store(portal, *facts)
    assert (again.changed, again.unchanged) == (0, 5)


def test_another_word_of_the_hook_is_a_change_of_the_document(opened):
    with closing(opened()) as before:
        store(before, invoice(notes="confidential"), invoice("R-2"))
        assert listed(before) == ["R-1", "R-2"]
    portal = opened(plugins=[Discreet()], create=False)
    report = store(portal, invoice(notes="confidential"), invoice("R-2"))
    assert (report.changed, report.unchanged) == (1, 1)
    assert listed(portal) == ["R-2"]


def test_what_a_hook_hides_is_shown_to_nobody_by_the_settings(opened):
    portal = opened(ORDER, plugins=[Discreet()])
    fill(portal)
    assert listed(portal) == ["BL-1", "C-1", "K-1", "R-1"]
