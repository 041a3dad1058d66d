"""Questions about uploads: lists by keyset, one upload, and what a check of the books asks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.profiles.models import Contact
from lockportal.storage.tables import Source, record_of
from lockportal.uploads.models import Upload, UploadRoom, UploadState

_READERS = Audience(customer=Right.VIEW, staff=True, system=True)
_OFFICE = Audience(staff=True, system=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_KEPT = [state.value for state in UploadState if state not in {UploadState.REFUSED, UploadState.REMOVED}]


def _uploads(source: Source, *, shown: bool, about: bool, after: bool, one: bool) -> sa.Select[Any]:
    """List uploads of some kinds of subject, the newest first; `shown` leaves out what is not for customers."""
    upload, contact = source(Upload), source(Contact)
    names = contact.c.name.label("contact_name")
    made = sa.select(upload, names).select_from(upload.outerjoin(contact, contact.c.id == upload.c.contact_id))
    kinds = sa.bindparam("kinds", type_=sa.String(), expanding=True)
    gone = [UploadState.RECEIVING.value, UploadState.REMOVED.value]
    made = made.where(upload.c.state.not_in(gone), upload.c.subject_kind.in_(kinds))
    if shown:
        made = made.where(upload.c.internal == sa.false())
    if about:
        made = made.where(upload.c.subject_id.in_(sa.bindparam("subject_ids", type_=upload.c.subject_id.type, expanding=True)))
    if one:
        made = made.where(upload.c.id == sa.bindparam("upload_id", type_=upload.c.id.type))
    if after:
        at, last = sa.bindparam("last_at", type_=upload.c.sent_at.type), sa.bindparam("last_id", type_=upload.c.id.type)
        made = made.where(upload.c.sent_at <= at, sa.or_(upload.c.sent_at < at, upload.c.id < last))
    return made.order_by(upload.c.sent_at.desc(), upload.c.id.desc()).limit(_LIMIT)


def _upload(source: Source) -> sa.Select[Any]:
    upload = source(Upload)
    return sa.select(upload).where(upload.c.id == sa.bindparam("upload_id", type_=upload.c.id.type))


def _wrong_rooms(source: Source) -> sa.Select[Any]:
    """Find accounts whose room is not the sum of their uploads."""
    upload, room = source(Upload), source(UploadRoom)
    files: Any = sa.func.count()
    size: Any = sa.func.sum(upload.c.size)
    held = (
        sa.select(upload.c.account_id, files.label("files"), size.label("size"))
        .where(upload.c.state.in_(_KEPT))
        .group_by(upload.c.account_id)
        .subquery()
    )
    found_files, found_size = sa.func.coalesce(held.c.files, 0), sa.func.coalesce(held.c.size, 0)
    return (
        sa.select(room.c.account_id, room.c.files, room.c.size, found_files.label("held"), found_size.label("held_size"))
        .select_from(room.outerjoin(held, held.c.account_id == room.c.account_id))
        .where(sa.or_(room.c.files != found_files, room.c.size != found_size))
        .limit(_LIMIT)
    )


def _contents(source: Source) -> sa.Select[Any]:
    """Walk what uploads name of their file store, in the order of the keys; what is on its way may not be there yet."""
    upload = source(Upload)
    return (
        sa.select(upload.c.id, upload.c.storage_key)
        .where(
            upload.c.storage_key > sa.bindparam("last", type_=sa.LargeBinary()),
            upload.c.state.in_([UploadState.QUARANTINED.value, UploadState.RELEASED.value]),
        )
        .order_by(upload.c.storage_key)
        .limit(_LIMIT)
    )


def _named(source: Source) -> sa.Select[Any]:
    """Say which of some contents are an upload's, or waiting to be deleted as one's."""
    upload = source(Upload)
    keys = sa.bindparam("contents", type_=sa.LargeBinary(), expanding=True)
    return sa.select(upload.c.storage_key).where(upload.c.storage_key.in_(keys), upload.c.state.in_(_KEPT))


def upload_of(row: Any) -> Upload:  # noqa: ANN401 - a row of UPLOAD or UPLOADS
    """Make the upload of a row."""
    return record_of(Upload, row)


UPLOADS = Question(name="uploads.uploads", audience=_READERS, build=_uploads)
"""Uploads of an account. Parameters: kinds, limit; subject_ids (about); upload_id (one); last_at, last_id (after)."""
UPLOAD = Question(name="uploads.upload", audience=_OFFICE, build=_upload)
"""One upload, in whatever state. Parameter: upload_id."""
WRONG_ROOMS = Question(name="uploads.wrong_rooms", audience=_OFFICE, build=_wrong_rooms)
"""Accounts whose room is not the sum of their uploads."""
CONTENTS = Question(name="uploads.contents", audience=_OFFICE, build=_contents)
"""What uploads name of their file store."""
NAMED = Question(name="uploads.named", audience=_OFFICE, build=_named)
"""Which contents are an upload's."""
