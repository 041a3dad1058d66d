from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.core.errors import Refused
from lockportal.documents.facts import check_facts
from lockportal.documents.models import DocumentKind
from lockportal.einvoice.trade import TradeReader
from lockportal.einvoice.trade.reader import PAPERS

etree = pytest.importorskip("lxml.etree")

NO_TABLE = {"Catalogue", "OrderCancellation", "OrderChange"}
"""What the corpus has beside: none of it is a document of a customer."""


@pytest.fixture(scope="module")
def corpus(public_data):
    """Answer the files of a trade: name, root element and content."""
    folder = public_data / "einvoice"
    paths = [path for part in ("peppol-poacc3", "ubl-oasis-examples") for path in sorted((folder / part).rglob("*.xml"))]
    if not paths:
        pytest.skip(f"no orders under {folder}")
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return [(name, etree.QName(etree.fromstring(content)).localname, content) for name, content in contents.items()]


def test_every_paper_of_the_corpus_that_has_a_table_is_read(corpus):
    kinds = Counter()
    for name, root, content in corpus:
        if root in {paper.root for paper in PAPERS.values()}:
            assert TradeReader().recognises(name, content[:4_096]), name
            (reading,) = TradeReader().read(name, content)
            check_facts(reading.facts)
            assert reading.customer, name
            kinds[root, reading.facts.kind] += 1
    assert kinds == {
        ("Order", DocumentKind.PURCHASE_ORDER): 7,
        ("OrderResponse", DocumentKind.OTHER): 10,
        ("Reminder", DocumentKind.OTHER): 1,
    }


def test_every_other_is_left_to_others_and_refused_by_name(corpus):
    others = Counter()
    for name, root, content in corpus:
        if root not in {paper.root for paper in PAPERS.values()}:
            assert not TradeReader().recognises(name, content[:4_096]), name
            with pytest.raises(Refused) as refused:
                TradeReader().read(name, content)
            assert refused.value.code == "ubl.unknown_document", name
            others[root] += 1
    assert set(others) >= NO_TABLE


def test_papers_of_a_later_ubl_are_read_too(corpus, schema_faults):
    papers = [(name, content) for name, root, content in corpus if root in {paper.root for paper in PAPERS.values()}]
    later = {name.rpartition("/")[2]: schema_faults(content) for name, content in papers}
    faults = {name: found for name, found in later.items() if found}
    assert set(faults) == {"OrderResponse_sc2.xml"}
    assert all("OrderChangeDocumentReference" in found[0] for found in faults.values())


def test_totals_of_orders_are_as_stated(corpus):
    totals = {}
    for name, root, content in corpus:
        if root == "Order":
            (reading,) = TradeReader().read(name, content)
            totals[name.rpartition("/")[2]] = str(reading.facts.total)
    assert totals == {
        "Order_sc1.xml": "EUR 840.00",
        "UC1_Order.xml": "EUR 143.75",
        "UC2_Order.xml": "EUR 875.00",
        "UC3_Order.xml": "EUR 400.00",
        "UC4_Order.xml": "EUR 55.00",
        "UC5_Order.xml": "SEK 143.75",
        "UBL-Order-2.1-Example.xml": "SEK 6225.00",
    }


HOSTILE = st.sampled_from(["", "x", "-", "1e5", "\u0661", "9" * 40, "0000-00-00", "2026-02-30", "NaN", "]]>", "<cbc:ID/>", "\n"])


@given(st.data())
def test_a_paper_with_anything_in_any_place_is_read_or_refused(written, data):
    name = data.draw(st.sampled_from(["despatch_advice", "receipt_advice", "waybill", "statement", "remittance_advice"]))
    root = etree.fromstring(written(name))
    elements = list(root.iter())
    for one in data.draw(st.lists(st.sampled_from(elements), min_size=1, max_size=5)):
        match data.draw(st.sampled_from(["text", "attribute", "gone", "twice", "moved"])):
            case "text":
                one.text = data.draw(HOSTILE)
            case "attribute":
                one.set(data.draw(st.sampled_from(["currencyID", "unitCode", "mimeCode", "filename"])), data.draw(HOSTILE))
            case "gone" if one.getparent() is not None:
                one.getparent().remove(one)
            case "twice" if one.getparent() is not None:
                one.getparent().append(etree.fromstring(etree.tostring(one)))
            case "moved" if one is not root:
                root.append(one)
    content = etree.tostring(root)
    try:
        (reading,) = TradeReader().read(name, content)
    except Refused as refused:
        assert refused.code.startswith(("ubl.", "xml."))  # noqa: PT017 - either way is right
    else:
        assert reading.facts.number


@given(st.binary(), st.integers(0, 3_000))
def test_bytes_are_a_paper_or_refused(written, loose, place):
    sound = written("waybill")
    for content in (loose, sound[:place] + loose + sound[place + len(loose) :], sound[:place] + loose):
        TradeReader().recognises("", content[:4_096])
        try:
            TradeReader().read("", content)
        except Refused as refused:
            assert refused.code.startswith(("ubl.", "xml."))  # noqa: PT017 - either way is right
