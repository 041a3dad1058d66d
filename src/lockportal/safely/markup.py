"""XML from strangers: what it names is not fetched, its entities are not expanded, its size and depth have bounds."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lockportal.core.errors import Refused
from lockportal.safely.extras import library
from lockportal.safely.zips import is_zip_too

if TYPE_CHECKING:
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


def parse_xml(content: bytes) -> etree._Element:
    """Answer the root element of an XML file without comments and processing instructions; Refused `xml.*` says what to mend."""
    lxml = library("lxml.etree", "xml", "einvoice")
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


def check_end(content: bytes) -> None:
    """Refuse an XML file behind whose end there is something else; nothing is parsed, so no library is needed."""
    if not content.rstrip(b"\0\t\n\r ").endswith(b">"):
        raise Refused("xml.no_end", "the XML is cut off or something else follows its end: send the file as the program wrote it")
    if is_zip_too(content):
        raise Refused("xml.two_formats", "the file is an XML and a ZIP at once: send the file as the program wrote it")


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
