"""What an upload must be before it is kept: of a type that its own content tells, under a name that misleads nobody; pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from lockportal.core.errors import Refused
from lockportal.documents.files.checking import check_content
from lockportal.documents.files.media import ACTIVE_ENDINGS, HEAD, PDF, checked_type, cleaned_name
from lockportal.safely.papers import active_pdf, acts_of
from lockportal.uploads.models import UploadFacts, UploadsSettings

_FIELD: Final = "content"
_PROGRAMS: Final = re.compile(
    r"\.(action|apk|app|aspx?|bin|cgi|cpl|dll|gadget|htaccess|inf|ins|jnlp|jse?|jsp|lnk|mht|ms[cp]|phar|phtml|pif|pl|psm1|py|rb"
    r"|reg|scf|url|vbe?|ws[fh]?|xml|xsl|zip|7z|rar|gz|tar|docm|xlsm|pptm|iso|img)"
)
"""Endings that promise what is not taken, beside those that a browser or a system would run."""
_OF_HOUSES: Final = ".com"
"""The ending that many a name of a house has, too."""
_BLANK: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def checked(content: bytes, name: str, settings: UploadsSettings) -> UploadFacts:
    """Look a content through and answer what it is; Refused `file.…`, `pdf.…` or `image.…` for one that is not taken.

    What its sender says of its type is not asked.
    """
    if not content:
        raise Refused("file.empty", "This file is empty.", field=_FIELD)
    if len(content) > settings.file_limit:
        raise Refused("file.too_large", f"A file has at most {settings.file_limit:,} bytes.", field=_FIELD)
    kind = checked_type(content[:HEAD], None, settings.file_types)
    check_name(name)
    check_content(content, kind, settings, _FIELD)
    flags: tuple[str, ...] = ()
    if kind == PDF:
        flags = acts_of(content, limit=settings.file_limit)
        if flags and not settings.active_pdfs:
            refused = active_pdf(flags)
            raise Refused(refused.code, refused.message, field=_FIELD)
    digest = hashlib.sha256(content).digest()
    return UploadFacts(name=cleaned_name(name, kind), media_type=kind, size=len(content), sha256=digest, flags=flags)


def check_name(name: str) -> None:
    """Refuse a name that promises a program, a page or an archive, also before a harmless ending (`invoice.exe.pdf`)."""
    if "\0" in name:
        raise _misleading()
    plain = _BLANK.sub("", re.split(r"[/\\]", name)[-1]).casefold().rstrip(".")
    endings = [f".{ending}" for ending in plain.split(".")[1:]][-2:]
    if endings[-1:] == [_OF_HOUSES] or any(_PROGRAMS.fullmatch(one) or one in ACTIVE_ENDINGS - {_OF_HOUSES} for one in endings):
        raise _misleading()


def _misleading() -> Refused:
    return Refused("file.name_misleading", "The name of this file promises something else than it is. Rename it.", field=_FIELD)
