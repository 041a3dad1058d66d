"""A file that a customer sent becomes somebody's task, until it is done with or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import evolve

from lockportal.activities.models import LONGEST, Task, TaskClosed, TaskState, open_task, task_id
from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.documents.models import Document
from lockportal.profiles.models import Customer
from lockportal.uploads.models import ACCOUNT, DOCUMENT, Upload, UploadRefused, UploadReleased, UploadRemoved

ARRIVED: Final = "uploads.arrived"
REFUSED: Final = "uploads.refused"


def chase_upload(event: UploadReleased, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody look at a file that a contact sent about the account or a document."""
    upload = event.upload
    if upload.contact_id is None or upload.subject_kind not in {ACCOUNT, DOCUMENT}:
        return ()
    about = account.find(Document, upload.subject_id) if upload.subject_kind == DOCUMENT else None
    named = "" if about is None else f" about {about.number}"
    reason = f"The customer has sent a file{named}. See what it is, on the page of their files, and answer if they ask something."
    return _opened(upload, ARRIVED, reason, account, stamp)


def chase_refused(event: UploadRefused, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Have somebody tell a contact that the scanner found something in their file, whatever it is about."""
    if event.upload.contact_id is None:
        return ()
    reason = (
        "The scanner found something harmful in a file that the customer sent, so it was deleted. Tell them, and ask for it anew."
        f"\n{event.upload.verdict}"
    )
    return _opened(event.upload, REFUSED, reason, account, stamp)


def end_upload(event: UploadRemoved, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Close the task of a file that is taken away."""
    task = account.find(Task, task_id(account.id, f"{ARRIVED}/{event.upload.id}"))
    if task is None or not task.live:
        return ()
    return [TaskClosed(task=evolve(task, state=TaskState.CANCELLED, note="The file was taken away.", closed_at=stamp.at))]


def _opened(upload: Upload, kind: str, reason: str, account: Account, stamp: Stamp) -> Sequence[Event]:
    customer = account.find(Customer, account.id)
    owner = "" if customer is None else customer.collector
    key = f"{kind}/{upload.id}"
    return open_task(account, stamp, kind=kind, key=key, reason=reason[:LONGEST], owner=owner, about_id=upload.id)
