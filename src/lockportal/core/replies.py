"""Replies by mail as data: which threads take them, to which thread a mail invites, and what came in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from lockportal.core.actor import Right


@frozen(kw_only=True)
class Thread:
    """A kind of conversation that takes replies by mail, such as `dispute`; `kind` is that of its uploads' subjects, too.

    `take` names a service's method, `package.module:Class.method`, called as `take(reply, by)` with the contact as the actor. It
    may be called again with the same reply, whose `id` serves as a key: what was taken once is not taken twice. It raises
    Refused, NotFound or Denied where the thread takes no reply (any more). `right` is what a contact needs to reply.
    """

    kind: str
    take: str
    right: Right


@frozen
class ThreadRef:
    """One thread: its kind and the id of what it is about. A draft that names one has its mails bear an address for replies."""

    kind: str
    id: UUID


@frozen(kw_only=True)
class Reply:
    """A contact's answer by mail to one thread: what they wrote, without what they quoted.

    `uploads` are the ids of the files that came with it and were kept, about the thread; `refused` has the name and the code of
    each that was not.
    """

    id: UUID
    account_id: UUID
    thread: ThreadRef
    contact_id: UUID
    text: str = field(repr=False)
    uploads: tuple[UUID, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    received_at: datetime
