"""Open what strangers send, XML and PDF, so that nothing is fetched, nothing is expanded and memory stays bounded."""

from __future__ import annotations

import re
import struct
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lockportal.core.errors import Refused
from lockportal.einvoice.weighing import check_weight

if TYPE_CHECKING:
    import pikepdf
    from lxml import etree

MOST_XML: Final = 10_000_000
"""Bytes of an XML file."""
MOST_ELEMENTS: Final = 300_000
"""Elements of an XML file, and, apart from them, attributes."""
DEEPEST: Final = 64
"""Levels of elements."""
MOST_ATTRIBUTES: Final = 100
"""Attributes of one element."""
LONGEST_ATTRIBUTE: Final = 20_000
"""Characters of an attribute."""
MOST_PDF: Final = 20_000_000
"""Bytes of a PDF."""
MOST_PAGES: Final = 2_000
"""Pages of a PDF."""
MOST_WARNINGS: Final = 4_000
"""What may be amiss with a PDF: qpdf warns of every page that is named twice, and makes a copy of it."""
MOST_STREAM: Final = 16_000_000
"""Bytes to which one stream of a PDF may unfold."""

_ENCODINGS: Final = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_BOMS: Final = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
_DECLARATION: Final = re.compile(
    r"""<\?xml\s+version\s*=\s*(["'])1\.[0-9]\1(?:\s+encoding\s*=\s*(["'])(?P<encoding>[A-Za-z][\w.-]*)\2)?"""
    r"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*\?>""",
    re.ASCII,
)
_BEFORE_ROOT: Final = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"""=\s*["']""")
_UNKNOWN_ENTITY: Final = 26  # libxml2's XML_ERR_UNDECLARED_ENTITY
_SAVE_AGAIN: Final = "save the file as UTF-8 and send it again"

_PDF_END: Final = re.compile(rb"startxref\s{1,9}[0-9]{1,12}\s{1,9}%%EOF[\s\0]*\Z")
_ZIP_END: Final = struct.Struct("<4s16xH")
_PRINT_AGAIN: Final = "print the paper to a new PDF and send that"


def parse_xml(content: bytes) -> etree._Element:
    """Answer the root element of an XML file without comments and processing instructions; Refused `xml.*` says what to mend."""
    lxml = _module("lxml.etree", "xml")
    text = _decoded(content)
    _check_before_parsing(text)
    parser = lxml.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    # lxml keeps every name that it ever saw for as long as the thread lives, so this one lives for one file.
    with ThreadPoolExecutor(1) as once:
        try:
            root: etree._Element = once.submit(lxml.fromstring, text.encode(), parser).result()
        except lxml.XMLSyntaxError as error:
            raise _syntax(error) from None
    _check_after_parsing(root)
    return root


def _module(name: str, family: str) -> Any:  # noqa: ANN401 - a module that may not be there
    try:
        return import_module(name)
    except ImportError as error:
        message = f'{name.partition(".")[0]} is not installed: pip install "lockportal[einvoice]"'
        raise Refused(f"{family}.not_installed", message) from error


def _decoded(content: bytes) -> str:
    """Decode with one of few encodings, so that the parser never guesses, and take off the declaration."""
    if len(content) > MOST_XML:
        raise Refused("xml.too_large", f"the file has more than {MOST_XML:,} bytes: send large attachments apart from it")
    if not content.strip():
        raise Refused("xml.empty", "the file is empty: send it again")
    if content.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        raise Refused("xml.encoding", f"UTF-32 is not read: {_SAVE_AGAIN}")
    mark = next((bom for bom in _BOMS if content.startswith(bom)), b"")
    head = content[len(mark) : len(mark) + 400].decode(_BOMS.get(mark, "iso-8859-1"), "ignore")
    declared = _DECLARATION.match(head)
    if re.match(r"<\?xml\s", head) and not declared:
        raise Refused("xml.declaration", 'the first line is no XML declaration: write <?xml version="1.0" encoding="UTF-8"?>')
    named = ((declared and declared["encoding"]) or "").lower()
    encoding = _BOMS.get(mark) or _ENCODINGS.get(named or "utf-8")
    if encoding is None or (mark and named and not encoding.startswith(_ENCODINGS.get(named, named))):
        raise Refused("xml.encoding", f"the encoding {named[:40]} is not read or not what the file is in: {_SAVE_AGAIN}")
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("xml.encoding", f"byte {error.start} is not {encoding}: {_SAVE_AGAIN}") from None
    return text[declared.end() :] if declared else text


def _check_before_parsing(text: str) -> None:
    """Refuse what costs memory or means harm before a parser sees it; elements are never more than their opening signs."""
    if "\0" in text:
        raise Refused("xml.character", f"the file has NUL characters: {_SAVE_AGAIN}")
    if text.count("<") - text.count("</") > MOST_ELEMENTS:
        raise Refused("xml.too_many_elements", f"the file has more than {MOST_ELEMENTS:,} elements: split it")
    if next(islice(_ATTRIBUTE.finditer(text), MOST_ELEMENTS, None), None):
        raise Refused("xml.too_many_attributes", f"the file has more than {MOST_ELEMENTS:,} attributes: split it")
    place = 0
    while found := _BEFORE_ROOT.match(text, place):
        place = found.end()
    if text[place : place + 9].upper() == "<!DOCTYPE":
        raise Refused("xml.doctype", "a document type declaration is not allowed: take <!DOCTYPE …> out of the file")
    if text[place : place + 1] != "<":
        raise Refused("xml.not_xml", "this is no XML: send the file as the invoicing program wrote it")


def _check_after_parsing(root: etree._Element) -> None:
    if root.xpath("boolean(" + "/*" * (DEEPEST + 1) + ")"):
        raise Refused("xml.too_deep", f"elements are nested more than {DEEPEST} deep: send the file as the program wrote it")
    if root.xpath(f"boolean(//*[count(@*) > {MOST_ATTRIBUTES}])"):
        raise Refused("xml.too_many_attributes", f"an element has more than {MOST_ATTRIBUTES} attributes: leave them out")
    if root.xpath(f"boolean(//@*[string-length() > {LONGEST_ATTRIBUTE}])"):
        raise Refused("xml.attribute_too_long", f"an attribute has more than {LONGEST_ATTRIBUTE:,} characters: shorten it")
    if root.xpath("boolean(//*[namespace-uri() = 'http://www.w3.org/2001/XInclude'])"):
        raise Refused("xml.xinclude", "the file includes another one: put the content into the file itself")


def _syntax(error: Any) -> Refused:  # noqa: ANN401 - lxml's, imported lazily
    reason = str(error.msg or "it ends too early")[:200].strip()
    if error.code == _UNKNOWN_ENTITY:
        return Refused("xml.entity", f"{reason}: write the characters themselves instead of entities")
    return Refused("xml.not_well_formed", f"the XML is damaged ({reason}): send the file as the program wrote it")


@contextmanager
def open_pdf(content: bytes) -> Iterator[pikepdf.Pdf]:
    """Open a PDF for reading; Refused `pdf.*` says what to mend, also of what is found damaged while it is open.

    The limits on unfolding are qpdf's, which has one set of them for a process: they are set where none is set yet.
    """
    _check_bytes(content)
    pike = _module("pikepdf", "pdf")
    _limit(pike)
    try:
        with pike.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused("pdf.encrypted", f"the PDF is encrypted: {_PRINT_AGAIN}")
            if len(pdf.pages) > MOST_PAGES:
                raise Refused("pdf.too_many_pages", f"the PDF has more than {MOST_PAGES:,} pages: split it")
            yield pdf
    except pike.PasswordError:
        raise Refused("pdf.encrypted", f"the PDF wants a password: {_PRINT_AGAIN}") from None
    except (pike.PdfError, pike.exceptions.DataDecodingError) as error:
        reason = str(error).rpartition(">")[2].strip(" ,:")[:200]
        raise Refused("pdf.broken", f"the PDF is damaged ({reason}): {_PRINT_AGAIN}") from None


def _check_bytes(content: bytes) -> None:
    if not content.strip(b"\0\t\n\f\r "):
        raise Refused("pdf.empty", "the file is empty: send it again")
    if len(content) > MOST_PDF:
        raise Refused("pdf.too_large", f"the PDF has more than {MOST_PDF:,} bytes: scan it more coarsely or split it")
    if not content.startswith(b"%PDF-"):
        raise Refused("pdf.not_pdf", f"this does not begin as a PDF does: {_PRINT_AGAIN}")
    if not _PDF_END.search(content, max(0, len(content) - 1_024)):
        raise Refused("pdf.no_end", f"the PDF is cut off or something else follows its end: {_PRINT_AGAIN}")
    # A ZIP is read from its end: one whose last record closes with the file makes the file both.
    zip_end = content.rfind(b"PK\5\6", max(0, len(content) - 65_557))
    if 0 <= zip_end <= len(content) - _ZIP_END.size:
        _, comment = _ZIP_END.unpack_from(content, zip_end)
        if zip_end + _ZIP_END.size + comment >= len(content):
            raise Refused("pdf.two_formats", f"the file is a PDF and a ZIP at once: {_PRINT_AGAIN}")
    check_weight(content)


def _limit(pike: Any) -> None:  # noqa: ANN401 - pikepdf, imported lazily
    limits = pike.settings.get_qpdf_limits()
    names = ("flate_max_memory", "run_length_max_memory", "png_max_memory", "tiff_max_memory")
    wanted = dict.fromkeys(names, MOST_STREAM) | {"doc_max_warnings": MOST_WARNINGS}
    if unset := {name: most for name, most in wanted.items() if not limits[name]}:
        pike.settings.set_qpdf_limits(**unset)
