"""Worlds of particular flows: one that tells contacts by a mail server, one that files what it reads; and what files must be."""

import hashlib

import sqlalchemy as sa

from given_files import Readers
from lockportal.core.actor import SYSTEM
from lockportal.documents.models import FILE_TYPES, DocumentsSettings, File
from lockportal.ledger.models import LedgerSettings
from lockportal.mail.smtp import SmtpNotifier, server_of
from lockportal.storage.tables import table
from lockportal.testing.book import TERMS
from lockportal.testing.world import SmtpServer, World

TOLD = (DocumentsSettings(terms=TERMS, default_terms="NET30"), LedgerSettings(receipt_days=0))

FILED = (
    DocumentsSettings(terms=TERMS, default_terms="NET30", notice_days=0, file_types=FILE_TYPES | {"text/csv"}),
    LedgerSettings(receipt_days=0),
)


class TellingWorld(World):
    """Contacts are told of new invoices, by a mail server that outlives whoever is killed."""

    def __init__(self, seed, **given):
        self.server = SmtpServer()
        self.server.__enter__()
        super().__init__(seed, options=TOLD, relay=SmtpNotifier(server_of(self.server.address)), **given)

    @property
    def arrived(self):
        """The mails that the server took: the id and every byte of each."""
        return [
            (message["Message-ID"], envelope.content)
            for message, envelope in zip(self.server.messages, self.server.envelopes, strict=True)
        ]

    def close(self):
        super().close()
        self.server.__exit__(None, None, None)


class FilingWorld(World):
    """It reads the simple files of the tests, and keeps them with what is in them; and tables, which are kept piece by piece."""

    def __init__(self, seed, *, plugins, **given):
        super().__init__(seed, plugins=[*plugins, Readers()], options=FILED, **given)


def nothing_half_done(world):
    """Every file that a record names is there and whole; what else is in the store is whole, and told as orphaned."""
    files, kept = world.portal.context.files, table(File)
    named = set()
    statement = sa.select(kept.c.sha256, kept.c.size).where(kept.c.supplier_id == world.portal.supplier.id)
    for sha256, size in world.portal.shell.store._access.all(statement):
        content = b"".join(files.read(bytes(sha256)))
        assert (hashlib.sha256(content).digest(), len(content)) == (bytes(sha256), size)
        named.add(bytes(sha256))
    found = {content.sha256 for content in files.walk()}
    assert all(hashlib.sha256(b"".join(files.read(sha256))).digest() == sha256 for sha256 in found)
    told = {(finding.check, finding.subject) for finding in world.portal.verify(SYSTEM)}
    assert told == {("documents.file_orphaned", sha256.hex()) for sha256 in found - named}
