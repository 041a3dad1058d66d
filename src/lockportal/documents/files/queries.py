"""Questions about the files of documents, and about who downloaded what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.files.models import DocumentDownloaded
from lockportal.documents.models import Document, File
from lockportal.documents.visibility.queries import Hidden, seen
from lockportal.profiles.models import Contact
from lockportal.storage.tables import Source, record_of

_LIMIT = sa.bindparam("limit", type_=sa.Integer())


def _files(source: Source, *, one: bool, hidden: Hidden) -> sa.Select[Any]:
    """Answer the files of some documents, or one of them, as far as their documents are seen."""
    file, doc = source(File), source(Document)
    ids = sa.bindparam("document_ids", type_=doc.c.id.type, expanding=True)
    made = (
        sa.select(file)
        .select_from(file.join(doc, sa.and_(doc.c.account_id == file.c.account_id, doc.c.id == file.c.document_id)))
        .where(file.c.document_id.in_(ids))
        .order_by(file.c.document_id, file.c.added_at, file.c.id)
    )
    if one:
        made = made.where(file.c.id == sa.bindparam("file_id", type_=file.c.id.type))
    return seen(made, source, doc, hidden)


def _downloads(source: Source, *, document: bool, after: bool) -> sa.Select[Any]:
    """List downloads, the newest first: of an account, or of one of its documents; a contact may be one of its parents'."""
    log, doc, contact = source(DocumentDownloaded), source(Document), source(Contact)
    columns = [column for column in log.c if column.name not in {"supplier_id", "account_id", "live"}]
    same = sa.and_(doc.c.account_id == log.c.account_id, doc.c.id == log.c.document_id)
    made = (
        sa.select(*columns, doc.c.kind, doc.c.number, contact.c.name.label("contact_name"))
        .select_from(log.outerjoin(doc, same).outerjoin(contact, contact.c.id == log.c.contact_id))
        .where(log.c.account_id == sa.bindparam("account", type_=log.c.account_id.type))
    )
    if document:
        made = made.where(log.c.document_id == sa.bindparam("document_id", type_=log.c.document_id.type))
    if after:
        at, last = sa.bindparam("last_at", type_=log.c.at.type), sa.bindparam("last_id", type_=log.c.id.type)
        made = made.where(log.c.at <= at, sa.or_(log.c.at < at, log.c.id < last))
    return made.order_by(log.c.at.desc(), log.c.id.desc()).limit(_LIMIT)


def file_of(row: Any) -> File:  # noqa: ANN401 - a row of FILES
    """Make the file of a row."""
    return record_of(File, row)


_READERS = Audience(customer=Right.VIEW, staff=True, system=True, holder="document_ids")
FILES = Question(name="documents.files", audience=_READERS, build=_files)
"""The files of some documents."""
DOWNLOADS = Question(name="documents.downloads", audience=Audience(staff=True, system=True), build=_downloads)
"""Who downloaded what of an account. Parameters: account, limit; document_id (document); last_at, last_id (after)."""
