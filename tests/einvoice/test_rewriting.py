"""What was read is written so that it reads the same, is valid, and is clean by the official rules."""

from importlib import import_module

import pytest
from lxml import etree

from einvoices import leaves, local_name
from lockportal.documents.ports import Syntax
from lockportal.einvoice import check, parse, write

WHOLE_TAX_MISSING = {
    "en16931/examples/cii/examples/CII_example7.xml",
    "en16931/examples/cii/examples/XRechnung-O.xml",
    "xrechnung/test/technical-cases/cius/01.05_minimal_test_uncefact.xml",
}
"""CII lets the whole VAT be left out, UBL does not: it is written as the sum of the VAT by category."""
GROSS_PRICE_MISSING = {
    "en16931/examples/ubl/examples/guide-example2.xml",
    "en16931/examples/ubl/examples/ubl-tc434-example2.xml",
    "en16931/testfiles/ubl-tc434-test-1.xml",
}
"""UBL lets the price before a discount be left out, CII does not: it is written as the price and the discount."""
NOT_EN16931 = "ubl-oasis-examples"
"""Valid UBL, but no invoices by EN 16931: no specification, VAT categories missing."""
PROFILE = "[FX-SCH-A-000556]"
"""Factur-X knows its own profiles only, not XRechnung's or Peppol's."""
# Factur-X knows fewer reasons for an exemption, fewer schemes and less repetition than EN 16931.
OBJECTED = {
    "en16931/examples/cii/examples/XRechnung-O.xml": {"[FX-SCH-A-000589]"},
    "xrechnung/test/business-cases/standard/01.21a-INVOICE_uncefact.xml": {"[FX-SCH-A-000166]", "[FX-SCH-A-000570]"},
}
OBJECTED_AS_CII = {
    "en16931/testfiles/CreditNote-Max_content.xml": {"[FX-SCH-A-000589]"},
    "en16931/testfiles/ubl-tc434-test-1.xml": {"[FX-SCH-A-000570]"},
    "xrechnung/test/business-cases/standard/01.21a-INVOICE_ubl.xml": {"[FX-SCH-A-000166]", "[FX-SCH-A-000570]"},
    # names its own currency as that of the VAT, which the rule of UBL lets pass
    "en16931/examples/ubl/examples/sample-discount-price.xml": {"[BR-53]"},
}


@pytest.mark.parametrize("syntax", [Syntax.UBL, Syntax.CII])
def test_every_public_invoice_reads_the_same_after_writing(corpus, syntax):
    different = set()
    for path, content in corpus.files().items():
        invoice = parse(content)
        if parse(write(invoice, syntax)) != invoice:
            different.add(path)
    assert different == (WHOLE_TAX_MISSING if syntax is Syntax.UBL else GROSS_PRICE_MISSING)


@pytest.mark.parametrize(("syntax", "paths"), [(Syntax.UBL, WHOLE_TAX_MISSING), (Syntax.CII, GROSS_PRICE_MISSING)])
def test_what_a_syntax_asks_for_is_filled_in_once(corpus, syntax, paths):
    for path in paths:
        once = parse(write(parse(corpus.one(path)), syntax))
        assert parse(write(once, syntax)) == once


def test_what_is_written_as_ubl_is_valid_by_the_schemas_of_oasis(corpus, public_data):
    schemas = {
        name: etree.XMLSchema(etree.parse(public_data / "ubl21-xsd" / "maindoc" / f"UBL-{name}-2.1.xsd"))
        for name in ("Invoice", "CreditNote")
    }
    for path, content in corpus.files().items():
        root = etree.fromstring(write(parse(content), Syntax.UBL))
        schemas[local_name(root)].assertValid(root)
        assert leaves(root), path


def objections(corpus, *, same_syntax):
    """Answer the rules that what is written breaks, by file."""
    pytest.importorskip("saxonche")
    objected = {}
    for path, content in corpus.files().items():
        if path.startswith(NOT_EN16931):
            continue
        syntax = Syntax.CII if (b"CrossIndustryInvoice" in content) is same_syntax else Syntax.UBL
        rules = {fault.partition("]")[0] + "]" for fault in check(write(parse(content), syntax))} - {PROFILE}
        if rules:
            objected[path] = rules
    return objected


def test_what_is_written_is_clean_by_the_official_rules(corpus):
    assert objections(corpus, same_syntax=True) == OBJECTED


@pytest.mark.slow
def test_what_is_written_in_the_other_syntax_is_clean_by_the_official_rules(corpus):
    assert objections(corpus, same_syntax=False) == OBJECTED_AS_CII


def test_another_program_reads_the_same_sums_in_what_is_written(corpus):
    facturx = import_module("facturx")
    for path, content in corpus.files().items():
        invoice = parse(content)
        if not invoice.type_code:
            continue
        syntax = Syntax.UBL if b"CrossIndustryInvoice" in content else Syntax.CII
        theirs = facturx.parse_ubl_cii_xml(write(invoice, syntax), level="en16931", check_xsd=False)
        stated = {
            "BT-1": invoice.number,
            "BT-2": invoice.issued_on,
            "BT-3": invoice.type_code,
            "BT-5": invoice.currency,
            "BT-109": format(invoice.total_without_tax, "f"),
            "BT-112": format(invoice.total, "f"),
            "BT-115": format(invoice.payable, "f"),
        }
        assert {term: theirs[term] for term in stated} == stated, path
        assert [line["BT-131"] for line in theirs["BG-25"]] == [format(line.amount, "f") for line in invoice.lines], path
        assert theirs["BG-7"]["name"] == invoice.buyer.name, path


def test_the_official_rules_object_to_a_wrong_total(corpus):
    pytest.importorskip("saxonche")
    content = corpus.one("peppol-billing3/examples/base-example.xml")
    assert check(content) == ()
    (fault,) = check(content.replace(b">1656.25</cbc:TaxInclusiveAmount>", b">1656.26</cbc:TaxInclusiveAmount>"))[:1]
    assert fault.startswith("[BR-CO-15]")
