"""What of a document was received, and goes out as it came: the paper that it is, and the e-invoice that it is or has inside.

Where several originals say different things, nobody knows which of them states what the books hold now: then none goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from lockportal.context import Context
from lockportal.core.errors import LockportalError, Refused
from lockportal.documents.files.media import HEAD, PDF, XML, syntax_of
from lockportal.documents.models import Document, File, FileRole
from lockportal.documents.ports import EInvoices, Syntax
from lockportal.documents.printing import paper_name
from lockportal.documents.views import FileLine, Paper

_WITH_ANOTHER: Final = 2


Kept = File | FileLine
"""A file of a document, as it is kept or as it is listed."""


@frozen
class _Stated:
    """An e-invoice that was received: its XML, and the PDF around it, if there is one."""

    file: Kept
    syntax: Syntax
    xml: bytes
    paper: bytes | None


class Originals:
    """Chooses among the files of a document."""

    def __init__(self, context: Context, einvoices: EInvoices | None) -> None:
        """Take the file store, and what looks into PDFs, where a plugin offers it."""
        self._files = context.files
        self._einvoices = einvoices

    def paper(self, files: Iterable[Kept]) -> Kept | None:
        """Answer the PDF that is the document's paper: its only original, or a plain paper beside one other."""
        found = self._of(files)
        papers = [file for file in found if file.media_type == PDF]
        if len(papers) != 1 or len(found) > _WITH_ANOTHER:
            return None
        return papers[0] if len(found) == 1 or self._stated(papers[0]) is None else None

    def last(self, files: Iterable[Kept]) -> Kept | None:
        """Answer what there is of a document that is a file and no more: its last PDF, or else its first original."""
        found = self._of(files)
        return next((file for file in reversed(found) if file.media_type == PDF), next(iter(found), None))

    def einvoice(self, document: Document, files: Iterable[Kept], syntax: Syntax) -> Paper | None:
        """Answer the one e-invoice that was received, if it is of this syntax; a Factur-X is the PDF, and the CII is inside."""
        stated = self._einvoice(files)
        if stated is None:
            return None
        if stated.paper is not None and syntax is Syntax.FACTUR_X and stated.syntax is Syntax.CII:
            return Paper(stated.file.name, PDF, stated.paper)
        if stated.syntax is not syntax:
            return None
        return Paper(stated.file.name if stated.paper is None else paper_name(document, f"{syntax}.xml"), XML, stated.xml)

    def syntaxes(self, files: Iterable[Kept]) -> tuple[Syntax, ...]:
        """Answer the syntaxes in which `einvoice` answers; none where the file store does not."""
        try:
            stated = self._einvoice(files)
        except LockportalError:
            return ()
        if stated is None:
            return ()
        hybrid = stated.paper is not None and stated.syntax is Syntax.CII
        return (stated.syntax, *((Syntax.FACTUR_X,) if hybrid else ()))

    def _of(self, files: Iterable[Kept]) -> Sequence[Kept]:
        """Answer the originals whose contents are there."""
        return [file for file in files if file.role is FileRole.ORIGINAL and self._files.has(file.sha256)]

    def _einvoice(self, files: Iterable[Kept]) -> _Stated | None:
        found = [stated for file in self._of(files) if (stated := self._stated(file)) is not None]
        return found[0] if len(found) == 1 else None

    def _stated(self, file: Kept) -> _Stated | None:
        """Answer the e-invoice that a file is or has inside; None for a plain paper, and for a PDF that does not say which."""
        if file.media_type not in {PDF, XML}:
            return None
        content = b"".join(self._files.read(file.sha256))
        paper = content if file.media_type == PDF else None
        try:
            xml = content if paper is None else self._inside(content)
        except Refused:
            return None
        syntax = None if xml is None else syntax_of(xml[:HEAD])
        return None if xml is None or syntax is None else _Stated(file, Syntax(syntax), xml, paper)

    def _inside(self, paper: bytes) -> bytes | None:
        return None if self._einvoices is None else self._einvoices.inside(paper)
