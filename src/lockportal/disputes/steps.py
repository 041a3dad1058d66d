"""How a dispute goes from step to step: what every change of it notes, and who may have it at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Conflict, NotFound, Refused
from lockportal.core.record import Stamp
from lockportal.disputes.models import LONGEST_TEXT, Dispute, Step
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import DisputeStatus, path
from lockportal.documents.models import Document, DocumentKind, DocumentsSettings, File
from lockportal.profiles.models import Customer
from lockportal.uploads.models import Upload

OURS: Final = frozenset({ActorKind.STAFF, ActorKind.SYSTEM})
"""Who acts for the supplier."""
DISPUTABLE: Final = frozenset({DocumentKind.INVOICE, DocumentKind.DEBIT_MEMO})
"""The kinds of document that can be disputed."""
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACES: Final = 10


def moved(dispute: Dispute, to: DisputeStatus, stamp: Stamp, **changes: Any) -> Dispute:  # noqa: ANN401 - the record's fields
    """Answer a dispute at another status, with the steps on the way; Refused `dispute.status` where there is none."""
    name = name_of(stamp.by)
    steps = tuple(Step(at=stamp.at, status=status, by=stamp.by.kind, name=name) for status in path(dispute.status, to))
    closes = to is DisputeStatus.CLOSED and dispute.opened_at is not None
    cycle = int((stamp.at - (dispute.opened_at or stamp.at)).total_seconds()) if closes else 0
    return changed(evolve(dispute, status=to, steps=(*dispute.steps, *steps), cycle=cycle), stamp, **changes)


def changed(dispute: Dispute, stamp: Stamp, **changes: Any) -> Dispute:  # noqa: ANN401 - the record's fields
    """Answer a dispute that was changed, so that whoever decided on its former state is told."""
    return evolve(dispute, changed_at=stamp.at, revision=dispute.revision + 1, **changes)


def dispute_of(account: Account, dispute_id: UUID, by: Actor, seen: int | None = None) -> Dispute:
    """Answer a dispute that somebody may act on; one of a document that is hidden from them is unknown to them.

    So is every one to who holds a link to its document: they open disputes, and change none.

    Conflict `dispute.changed` if it is not at the revision that they have `seen`.
    """
    dispute = account.get(Dispute, dispute_id)
    if by.kind is ActorKind.HOLDER or is_hidden(account, account.find(Document, dispute.document_id), by):
        raise NotFound("dispute.not_found", "There is no such dispute.")
    if seen is not None and dispute.revision != seen:
        message = "Somebody else has changed this dispute meanwhile. Look at it once more; nothing of yours was done."
        raise Conflict("dispute.changed", message)
    return dispute


def disputable(account: Account, document_id: UUID, by: Actor) -> Document:
    """Answer a document that can be disputed; NotFound for one that is hidden, Refused `dispute.not_owed` for any other."""
    document = account.get(Document, document_id)
    if is_hidden(account, document, by):
        raise NotFound("document.not_found", "There is no such document.")
    if document.kind not in DISPUTABLE or document.balance is None or document.balance.minor <= 0:
        raise Refused("dispute.not_owed", "Only an open invoice or debit memo can be disputed.", field="document_id")
    return document


def is_hidden(account: Account, document: Document | None, by: Actor) -> bool:
    """Say whether a document is hidden from whoever asks, or not the one whose link they hold."""
    if by.kind is ActorKind.HOLDER and document is not None and document.id != by.document_id:
        return True
    if by.kind in OURS or document is None:
        return False
    hidden = {*account.settings(DocumentsSettings).hidden_kinds, *account.get(Customer, account.id).hidden_kinds}
    return not document.visible or document.kind in hidden


def check_files(account: Account, files: Sequence[UUID], by: Actor) -> None:
    """Refuse files that are neither uploads nor files of documents, were taken away, or are hidden from whoever names them."""
    if files and by.kind is ActorKind.HOLDER:
        raise NotFound("file.not_found", "There is no such file.")
    account.require(Upload, files)
    account.require(File, files)
    uploads = {key: account.find(Upload, key) for key in files}
    sent = {key: upload for key, upload in uploads.items() if upload is not None}
    kept = {key: account.find(File, key) for key in files if key not in sent}
    account.require(Document, [file.document_id for file in kept.values() if file is not None])
    taken = [upload.counts and (by.kind in OURS or not upload.internal) for upload in sent.values()]
    taken += [file is not None and not is_hidden(account, account.find(Document, file.document_id), by) for file in kept.values()]
    if not all(taken):
        raise NotFound("file.not_found", "There is no such file.")


def check_text(text: str, name: str, *, needed: bool = False) -> str:
    """Answer a text without the space around it; Refused `dispute.NAME_missing` or `dispute.NAME_too_long`."""
    if needed and not text.strip():
        raise Refused(f"dispute.{name}_missing", "Write something.", field=name)
    if len(text) > LONGEST_TEXT:
        raise Refused(f"dispute.{name}_too_long", f"At most {LONGEST_TEXT} characters, please.", field=name)
    return text.strip()


def check_reason(account: Account, code: str, name: str, by: Actor) -> None:
    """Refuse a reason that the settings do not have, or that is not for whoever names it."""
    reason = account.settings(DisputesSettings).reason(code)
    if code and (reason is None or (reason.internal and by.kind not in OURS)):
        raise Refused("dispute.reason_unknown", f"There is no reason {code!r}.", field=name)


def name_of(by: Actor) -> str:
    """Answer the name under which a member of staff stands in a step or a message."""
    return by.id if by.kind is ActorKind.STAFF else ""


def contact_of(by: Actor, account_id: UUID) -> UUID | None:
    """Answer the contact that somebody acts as in an account, None for the supplier's people."""
    grant = by.grant(account_id)
    return None if grant is None else grant.contact_id


def reference_of(key: UUID) -> str:
    """Answer the reference by which people name a dispute: D- and ten letters and digits that are hard to confuse."""
    number, letters = key.int, []
    for _ in range(_PLACES):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "D-" + "".join(letters)
