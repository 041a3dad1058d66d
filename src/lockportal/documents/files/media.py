"""What a file is, by its first bytes, and how it may be called; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from lockportal.core.errors import Refused
from lockportal.documents.facts import NAME, UNFIT, is_plain

HEAD: Final = 4096
"""How many bytes from the beginning tell what a file is."""
PDF: Final = "application/pdf"
XML: Final = "application/xml"

_MAGIC: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"II\*\0|MM\0\*|II\+\0|MM\0\+"), "image/tiff"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
)
_PDF_HEAD: Final = re.compile(rb"%PDF-\d")
"""At the very beginning: readers look further, but what stands before it may be of another kind."""
_ENDINGS: Final = {
    PDF: (".pdf",),
    XML: (".xml",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/webp": (".webp",),
}
_ACTIVE: Final = re.compile(
    r"text/html|application/xhtml|image/svg|message/rfc822|multipart/|(text|application)/[\w.-]*(java|ecma|live|type|vb)script"
    r"|(text|application)/(x-)?(sh|csh|perl|python|php|httpd-php|hta|wasm|java-archive|executable|msdownload|shockwave-flash)"
)
_COMMENTS: Final = rb"(?>(?:<!--.*?-->\s*)*)"
_ACTIVE_HEAD: Final = re.compile(
    rb"MZ|\x7fELF|#!|<\?php|" + _COMMENTS + rb"<(!doctype\s+(html|svg)|html|head|body|script|svg|iframe|math)\b",
    re.DOTALL | re.IGNORECASE,
)
_ACTIVE_WORDS: Final = (b"http://www.w3.org/1999/xhtml", b"http://www.w3.org/2000/svg")
ACTIVE_ENDINGS: Final = frozenset(
    [
        ".bat",
        ".cmd",
        ".com",
        ".exe",
        ".hta",
        ".htm",
        ".html",
        ".jar",
        ".js",
        ".lnk",
        ".mhtml",
        ".mjs",
        ".msi",
        ".php",
        ".ps1",
        ".scr",
        ".sh",
        ".shtml",
        ".svg",
        ".svgz",
        ".swf",
        ".vbs",
        ".wasm",
        ".xht",
        ".xhtml",
    ]
)
"""Endings of files that a browser or a system would run."""
_DECLARATION: Final = re.compile(rb"<\?xml\s.*?\?>\s*", re.DOTALL)
_XML_HEAD: Final = re.compile(_COMMENTS + rb"<(\?|!DOCTYPE\s|([A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*[\s>/])", re.DOTALL)
_ROOT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]")
_SYNTAXES: Final = {b"Invoice": "ubl", b"CreditNote": "ubl", b"CrossIndustryInvoice": "cii"}
_UBL: Final = b"urn:oasis:names:specification:ubl:"
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def media_type_of(head: bytes) -> str | None:
    """Answer the media type that a content's beginning tells, or None; Refused `file.type_active` for what a browser runs."""
    for pattern, media_type in _MAGIC:
        if pattern.match(head):
            return media_type
    text = _text(head)
    root = _DECLARATION.sub(b"", text, count=1) if text.startswith(b"<?xml") else text
    if _ACTIVE_HEAD.match(root) or (text[:1] == b"<" and any(word in text for word in _ACTIVE_WORDS)):
        raise _active()
    if _PDF_HEAD.match(head):
        return PDF
    return XML if text.startswith(b"<?xml") or _XML_HEAD.match(root) else None


def syntax_of(head: bytes) -> str | None:
    """Answer the syntax of an e-invoice, `ubl` or `cii`, by the root of an XML's beginning; None for what is none."""
    text = _text(head)
    found = _ROOT.search(text)
    syntax = None if found is None else _SYNTAXES.get(found[1])
    return syntax if syntax != "ubl" or _UBL in text else None


def checked_type(head: bytes, stated: str | None, allowed: frozenset[str]) -> str:
    """Answer the media type of a content: what its beginning tells, else what is stated of it; Refused if it may not be."""
    found = media_type_of(head)
    if found is None and stated is not None:
        found = stated.partition(";")[0].strip().lower()
        if _ACTIVE.match(found):
            raise _active()
        if found in _ENDINGS:
            raise Refused("file.type_wrong", f"This is said to be {found}, but it is none.", field="content")
    if found is None or found not in allowed:
        known = ", ".join(sorted(allowed))
        raise Refused("file.type_refused", f"A file of this type is not taken here; taken are {known}.", field="content")
    return found


def cleaned_name(name: str, media_type: str) -> str:
    """Answer a name under which any system may save a file: no path, no sign that misleads, the ending of its type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    signs = ("_" if sign in UNFIT else sign for sign in last if is_plain(sign) or sign in UNFIT or sign.isspace())
    plain = " ".join("".join(signs).split()).strip(" .") or "file"
    endings = _ENDINGS.get(media_type, ())
    stem, dot, ending = plain.rpartition(".")
    ending = f"{dot}{ending}".lower() if stem else ""
    if endings and ending not in endings:
        return _cut(plain, endings[0])
    if ending in ACTIVE_ENDINGS:
        raise _active()
    return _cut(stem, plain[len(stem) :]) if stem else _cut(plain, "")


def _cut(stem: str, ending: str) -> str:
    """Answer a name that is short enough and still has its ending."""
    ending = ending[: NAME // 2]
    return (stem[: NAME - len(ending)].rstrip(" .") + ending).strip(" .")


def _text(head: bytes) -> bytes:
    """Answer the beginning of a text as UTF-8, without what stands before its first sign."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "ignore").encode("utf-8", "ignore").lstrip()
    if head[:4] in {b"<\0?\0", b"\0<\0?"}:
        return head.decode("utf-16-le" if head[1] == 0 else "utf-16-be", "ignore").encode("utf-8", "ignore").lstrip()
    return head.lstrip()


def _active() -> Refused:
    return Refused("file.type_active", "A file that a browser or a system would run is not taken here.", field="content")
