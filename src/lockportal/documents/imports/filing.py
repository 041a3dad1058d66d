"""What one file of an input states: as a reader understands it, or as the manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from typing import Final

from attrs import evolve, frozen

from lockportal.core.errors import Refused
from lockportal.documents.files.checking import check_content, gathered
from lockportal.documents.files.media import HEAD, checked_type, cleaned_name
from lockportal.documents.imports.inputs import Entry, pieces
from lockportal.documents.imports.manifest import Listed
from lockportal.documents.imports.mapping import CsvMapping
from lockportal.documents.imports.report import RowError
from lockportal.documents.imports.rows import ImportRow, TermsBook, strictly_checked
from lockportal.documents.imports.staged import Place
from lockportal.documents.imports.staged_files import Attachment, LeftOut, StagedFiles
from lockportal.documents.models import POSTED, DocumentFacts, DocumentsSettings, FileFacts, FileRole
from lockportal.documents.ports import Enclosed, PartyId, Reader, Reading

_TYPES: Final = MimeTypes()
_IDS: Final = 5

Found = ImportRow | RowError | Attachment | LeftOut


@frozen(kw_only=True)
class Filing:
    """Takes files, one at a time, by the readers and the mapping of one import; `tax_id` is the supplier's, or empty."""

    mapping: CsvMapping
    tax_id: str
    book: TermsBook
    readers: Sequence[Reader]
    settings: DocumentsSettings
    files: StagedFiles

    def reader_of(self, name: str, head: bytes) -> Reader | None:
        """Answer who reads a file that begins like this."""
        with _telling():
            return next((reader for reader in self.readers if reader.recognises(name, head[:HEAD])), None)

    def read(self, entry: Entry, reader: Reader, listed: Listed | None) -> list[Found]:
        """Answer the documents of a file as its reader understands them; nothing for a paper without data."""
        content = self._content(entry)
        with _telling():
            readings = reader.read(entry.name, content)
        if not readings:
            return []
        original = self._facts(entry.name, content, FileRole.ORIGINAL)
        self.files.put_down(original.sha256, entry.name)
        return [found for reading in readings for found in self._reading(entry, reading, original, listed)]

    def _reading(self, entry: Entry, reading: Reading, original: FileFacts, listed: Listed | None) -> Iterator[Found]:
        files = {original.sha256: original}
        try:
            self._check_seller(reading.seller)
            number = listed.customer_number if listed is not None else self._customer(reading.customer)
            facts = self.book.dated(_of_customer(reading.facts, number))
            row = strictly_checked(ImportRow(0, number, reading.customer_name, facts))
        except Refused as fault:
            yield refused(entry.name, fault, reading.facts.external_id)
            return
        for enclosed in reading.enclosed:
            try:
                file = self._enclosed(enclosed)
            except Refused as fault:
                yield LeftOut(refused(entry.name, Refused(fault.code, f"{enclosed.name}: {fault.message}", field="attachment")))
            else:
                files.setdefault(file.sha256, file)
        yield evolve(row, files=tuple(files.values()))

    def _check_seller(self, ids: Sequence[PartyId]) -> None:
        """Refuse what somebody else issued: it is owed to them, and not to the supplier."""
        own = _compact(self.tax_id)
        if not own or not ids or self.mapping.files.other_sellers or own in {_compact(one.value) for one in ids}:
            return
        stated = " and ".join(one.value for one in ids)
        reason = f"its seller has the tax id {stated}, and the supplier has {self.tax_id}"
        raise Refused(
            "seller.other", f"{reason}; to take invoices of other sellers write [files] other_sellers = true", field="BT-31"
        )

    def _customer(self, ids: Sequence[PartyId]) -> str:
        """Answer the customer number that a file's ways to name the customer come to."""
        for named in ids:
            number = self.mapping.customers.get(f"{named.scheme}:{named.value}")
            if number is not None:
                return number
        for scheme in self.mapping.files.customer:
            for named in ids:
                if named.scheme == scheme and named.value.strip():
                    return named.value.strip()
        raise Refused("customer.unknown", _unknown(ids, self.mapping.files.customer), field="customer")

    def _enclosed(self, enclosed: Enclosed) -> FileFacts:
        content = gathered((enclosed.content,), self.settings.file_limit, "attachment")
        if not content:
            raise _empty()
        media_type = checked_type(content[:HEAD], enclosed.media_type or None, self.settings.file_types)
        check_content(content, media_type, self.settings, "attachment")
        name = cleaned_name(enclosed.name, media_type)
        sha256 = self.files.take_out(content)
        return FileFacts(role=FileRole.ATTACHMENT, name=name, media_type=media_type, size=len(content), sha256=sha256)

    def take(self, entry: Entry, listed: Listed) -> Found:
        """Answer what the manifest says of a file: a document of its own, or what goes with another."""
        name = _titled(listed.title, entry.name) if listed.title else entry.name
        file = self._facts(name, self._content(entry), listed.role)
        self.files.put_down(file.sha256, entry.name)
        if listed.facts is not None:
            return ImportRow(0, listed.customer_number, listed.customer_name, listed.facts, (file,))
        place = Place(listed.manifest, listed.line, "")
        return Attachment(place, listed.customer_number, listed.kind, listed.document, file)

    def _content(self, entry: Entry) -> bytes:
        """Read a file whole: what may not be kept is known only at its end."""
        content = gathered(pieces(entry.open), self.settings.file_limit, "file")
        if not content:
            raise _empty()
        return content

    def _facts(self, name: str, content: bytes, role: FileRole) -> FileFacts:
        media_type = checked_type(content[:HEAD], _TYPES.guess_type(name)[0], self.settings.file_types)
        check_content(content, media_type, self.settings, "file")
        called, sha256 = cleaned_name(PurePosixPath(name).name, media_type), hashlib.sha256(content).digest()
        return FileFacts(role=role, name=called, media_type=media_type, size=len(content), sha256=sha256)


def _compact(tax_id: str) -> str:
    """Answer the letters and digits of a tax id, which is all that tells it from another."""
    return "".join(sign for sign in tax_id if sign.isalnum()).upper()


def _of_customer(facts: DocumentFacts, customer_number: str) -> DocumentFacts:
    """Put the customer into the id of a paper that customers number themselves: orders of two may bear the same number."""
    if facts.kind in POSTED:
        return facts
    own = facts.external_id.removeprefix(f"{facts.kind}/")
    return evolve(facts, external_id=f"{facts.kind}/{customer_number}/{own}")


def refused(name: str, fault: Refused, external_id: str = "") -> RowError:
    """Answer the report of a file that cannot be taken."""
    return RowError(0, fault.field or "file", fault.code, fault.message, external_id, name)


@contextmanager
def _telling() -> Iterator[None]:
    """Refuse the file over which a reader stumbles, whatever it raises."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused("reader.failed", f"its reader failed: {type(error).__name__}: {error}", field="file") from error


def _titled(title: str, name: str) -> str:
    """Answer what a file is called by its title: a slash in it leads nowhere, and the ending is the file's own."""
    ending = PurePosixPath(name).suffix
    plain = title.replace("/", "_").replace("\\", "_")
    return plain if plain.lower().endswith(ending.lower()) else plain + ending


def _empty() -> Refused:
    return Refused("file.empty", "it is empty", field="file")


def _unknown(ids: Sequence[PartyId], schemes: Sequence[str]) -> str:
    """Say which ids a file bears and how to map them."""
    wanted = " or ".join(schemes) or "none"
    if not ids:
        return (
            f"it does not say who the customer is ({wanted} is asked for); write customer_number of this file into manifest.csv"
        )
    borne = ", ".join(f"{one.scheme}:{one.value}" for one in ids[:_IDS])
    first = f"{ids[0].scheme}:{ids[0].value}"
    return (
        f"which customer is it? It bears {borne}, and {wanted} is asked for. "
        f'Name a scheme in [files] customer = ["{ids[0].scheme}"], or the customer in [customers] "{first}" = "…"'
    )
