"""What no e-invoice can be is refused by name, and nothing is imported or opened for it."""

import subprocess
import sys

import pytest

from einvoices import CUSTOMER, SUPPLIER, document, full_facts
from lockportal.core.errors import Refused
from lockportal.documents.ports import Syntax
from lockportal.einvoice import InvoiceReader, InvoiceWriter

READER = InvoiceReader()
UBL = InvoiceWriter().xml(document(full_facts()), SUPPLIER, CUSTOMER, Syntax.UBL)
CII = InvoiceWriter().xml(document(full_facts()), SUPPLIER, CUSTOMER, Syntax.CII)


def refusal(content):
    with pytest.raises(Refused) as refused:
        READER.read("invoice.xml", content)
    return refused.value.code, refused.value.field


def changed(content, old, new):
    assert old in content
    return content.replace(old, new, 1)


def test_entities_doctypes_and_other_documents_are_refused():
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>' + UBL.partition(b"?>")[2]
    assert refusal(laughs)[0] == "xml.doctype"
    assert refusal(changed(UBL, b"<cbc:ID>RE-1", b"<cbc:ID>&file;"))[0] == "xml.entity"
    assert refusal(b"<Invoice/>")[0] == "einvoice.unknown"
    assert refusal(b"no xml")[0] == "xml.not_xml"
    assert refusal(UBL[:-20])[0] == "xml.not_well_formed"


@pytest.mark.parametrize(
    ("content", "old", "new", "expected"),
    [
        (UBL, b">2026-03-02<", b">02.03.2026<", ("einvoice.unreadable", "BT-2")),
        (UBL, b">2026-03-02<", b">2026-02-30<", ("einvoice.unreadable", "BT-2")),
        (CII, b">20260302<", b">2603021200<", ("einvoice.unreadable", "BT-2")),
        (UBL, b">169.00<", b">1.690,00<", ("einvoice.unreadable", "BT-112")),
        (UBL, b">169.00<", b">1E9<", ("einvoice.unreadable", "BT-112")),
        (UBL, b">169.00<", b">NaN<", ("einvoice.unreadable", "BT-112")),
        (UBL, b">169.00<", b">169.001<", ("amount.unkeepable", "BT-112")),
        (UBL, b">169.00<", b">99999999999999999999.00<", ("amount.unkeepable", "BT-112")),
        (UBL, b">EUR</cbc:DocumentCurrencyCode>", b">EUX</cbc:DocumentCurrencyCode>", ("einvoice.br-cl-04", "BT-5")),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_refused_with_its_term(content, old, new, expected):
    assert refusal(changed(content, old, new)) == expected


def test_an_attachment_that_is_no_base64_is_refused(corpus):
    content = corpus.one("en16931/examples/ubl/examples/ubl-tc434-example5.xml")
    assert refusal(changed(content, b"VGVzdGluZyBCYXNlNjQgZW5jb2Rpbmc=", b"<!---->VGV*")) == ("einvoice.unreadable", "BT-125")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_marked_encodings_are_recognised(encoding):
    text = UBL.decode().partition("?>")[2].strip()
    content = (("\ufeff" if "16" in encoding else "") + text).encode(encoding)
    assert READER.recognises("x", content[:4096])
    assert READER.read("x", content) == READER.read("x", UBL)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00\x01",
        b"Invoice",
        b"<Invoice>",
        b'<Invoice xmlns="urn:other">',
        b'<a:Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">',
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2">',
        b'<!-- <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"> -->',
        b"<?xml version='1.0'?>" + b"<!-- " * 800,
    ],
)
def test_what_only_looks_like_an_e_invoice_is_not_recognised(head):
    assert not READER.recognises("invoice.xml", head)


def test_comments_and_prefixes_do_not_hide_an_e_invoice():
    root = b'<u:CreditNote\n  xmlns:u = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2" >'
    assert READER.recognises("x", b"<?xml version='1.0'?>\n<!-- a > b -->\n" + root)


LIGHT = """
import sys
import lockportal, lockportal.builtin, lockportal.einvoice
from lockportal.einvoice import InvoiceReader
assert InvoiceReader().recognises("a.pdf", b"%PDF-1.7")
assert not InvoiceReader().recognises("a.xml", b"<Invoice>")
heavy = {"facturx", "lxml", "pikepdf", "saxonche", "typst"} & {name.partition(".")[0] for name in sys.modules}
assert not heavy, heavy
"""


def test_nothing_heavy_is_imported_before_a_file_is_read():
    subprocess.run([sys.executable, "-c", LIGHT], check=True)


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys([{missing!r}, "{missing}.etree"]))
from lockportal.core.errors import Refused
from lockportal.documents.ports import Syntax
from lockportal.einvoice import EInvoice, InvoiceReader, check, write
xml = sys.stdin.buffer.read()
try:
    {call}
except Refused as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("missing", "call", "extra"),
    [
        ("lxml", "InvoiceReader().read('a', xml)", "lockportal[einvoice]"),
        ("lxml", "write(EInvoice(), Syntax.CII)", "lockportal[einvoice]"),
        ("pikepdf", "InvoiceReader().read('a', b'%PDF-1.7 startxref 1 %%EOF')", "lockportal[pdf]"),
        ("facturx", "check(xml)", "lockportal[einvoice]"),
        ("saxonche", "check(xml)", "lockportal[schematron]"),
    ],
)
def test_a_missing_extra_is_named(missing, call, extra):
    program = WITHOUT.format(missing=missing, call=call)
    told = subprocess.run([sys.executable, "-c", program], input=UBL, stdout=subprocess.PIPE, check=True).stdout.decode()
    assert f'pip install "{extra}"' in told
