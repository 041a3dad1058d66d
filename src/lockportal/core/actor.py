"""Who acts and who may: actors, their rights per account, and the audience that a command or a question states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.errors import Denied, NotFound


class Right(StrEnum):
    """What a contact may do in one customer account; denied unless granted."""

    VIEW = "view"
    PAY = "pay"
    PROMISE = "promise"
    DISPUTE = "dispute"
    PROFILE = "profile"
    USERS = "users"


class ActorKind(StrEnum):
    """The six kinds of actor."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    GATEWAY = "gateway"
    VISITOR = "visitor"
    HOLDER = "holder"
    """Who opened one document by the link that was sent with it; nobody signed in."""


@frozen
class Grant:
    """The rights of one contact in one customer account, as they stand at this request, and the language to speak to them in.

    Somebody may act for a customer as a contact of its parent alone: then `contact_id` is that contact, which is of another
    account, and all of the rights are `inherited`.
    """

    account_id: UUID
    contact_id: UUID
    rights: frozenset[Right]
    language: str = ""
    inherited: frozenset[Right] = frozenset()
    """Those of the rights that they hold here as a contact of a parent."""


@frozen(kw_only=True)
class Actor:
    """Who asks: built by the access service (customers) or the host (staff, system); the shell trusts nothing else.

    `id` names the person, the member of staff or the job in the journal; it is never a name or an address.
    """

    kind: ActorKind
    id: str
    person_id: UUID | None = None
    session_id: UUID | None = None
    document_id: UUID | None = None
    """The one document of a holder."""
    grants: tuple[Grant, ...] = ()
    peeking: bool = False
    """Whether they ask only what there would be, as a HEAD does: nothing is written down as taken then."""

    def grant(self, account_id: UUID) -> Grant | None:
        """Answer this actor's grant in an account, or None."""
        return next((grant for grant in self.grants if grant.account_id == account_id), None)

    def accounts(self, right: Right) -> tuple[UUID, ...]:
        """Answer the accounts in which this actor holds a right, in the order of its grants."""
        return tuple(grant.account_id for grant in self.grants if right in grant.rights)

    def peek(self) -> Actor:
        """Answer the same actor, of whom nothing is written down as taken."""
        return evolve(self, peeking=True) if self.grants else self


VISITOR = Actor(kind=ActorKind.VISITOR, id="visitor")
"""Somebody who has not signed in."""

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system")
"""The library's own jobs: imports, deliveries, the passing of time."""


def staff(name: str) -> Actor:
    """Make the actor of a member of staff whom the host application has authenticated."""
    return Actor(kind=ActorKind.STAFF, id=name)


@frozen(kw_only=True)
class Audience:
    """Who may run a command or ask a question. Nothing is allowed that is not named here."""

    customer: Right | None = None
    staff: bool = False
    system: bool = False
    gateway: bool = False
    visitor: bool = False
    own: bool = False
    """The person whose account it is, signed in: their sessions, their links."""
    shared: bool = False
    """Of a question: it reads the supplier's own account, for customers who hold the right in any account of theirs."""
    holder: str = ""
    """Of a question: the parameter that names the document, which must be the holder's; `account_id` where it tells of none."""
    holder_right: Right | None = None
    """Of a command: the right by which a holder may run it; the command itself holds it to the holder's document."""

    def admits(self, kind: ActorKind) -> bool:
        """Say whether this kind of actor is admitted at all, whatever the account."""
        return {
            ActorKind.CUSTOMER: self.customer is not None or self.own,
            ActorKind.STAFF: self.staff,
            ActorKind.SYSTEM: self.system,
            ActorKind.GATEWAY: self.gateway,
            ActorKind.VISITOR: self.visitor,
            ActorKind.HOLDER: bool(self.holder) or self.holder_right is not None,
        }[kind]

    def check(self, actor: Actor, account_id: UUID) -> None:
        """Let the actor pass in this account or raise: NotFound for a stranger's account, Denied for a missing right."""
        if actor.kind is ActorKind.CUSTOMER:
            self._check_customer(actor, account_id)
        elif actor.kind is ActorKind.HOLDER and self.holder_right is not None:
            self._check_holder(actor, account_id)
        elif actor.kind is ActorKind.HOLDER or not self.admits(actor.kind):
            raise Denied("actor.denied", "You may not do this.")

    def _check_holder(self, actor: Actor, account_id: UUID) -> None:
        grant = actor.grant(account_id)
        if grant is None:
            raise NotFound("account.not_found", "There is no such account.")
        if self.holder_right not in grant.rights:
            raise Denied("actor.denied", "Sign in to do this.")

    def _check_customer(self, actor: Actor, account_id: UUID) -> None:
        if self.own and actor.person_id == account_id:
            return
        grant = actor.grant(account_id)
        if grant is None:
            raise NotFound("account.not_found", "There is no such account.")
        if self.customer is None or self.customer not in grant.rights:
            raise Denied("actor.denied", "Your administrator has not given you this right.")

    def scope(self, actor: Actor, account_id: UUID | None) -> tuple[UUID, ...] | None:
        """Answer the accounts that a question may read: None for the whole supplier; an actor of no account reads nothing."""
        if account_id is not None:
            self.check(actor, account_id)
            return (account_id,)
        if not self.admits(actor.kind):
            raise Denied("actor.denied", "You may not ask this.")
        if actor.kind is not ActorKind.CUSTOMER:
            return None
        return actor.accounts(self.customer) if self.customer is not None else ()

    def hold(self, actor: Actor, account_id: UUID | None, params: Mapping[str, object]) -> tuple[UUID, ...]:
        """Answer the account that a holder's question may read; whatever is not of their document answers as unknown."""
        if not self.holder or account_id is None:
            raise Denied("actor.denied", "Sign in to see this.")
        if actor.grant(account_id) is None:
            raise NotFound("account.not_found", "There is no such account.")
        if self.holder != "account_id" and params[self.holder] not in (actor.document_id, [actor.document_id]):
            raise NotFound("document.not_found", "There is no such document.")
        return (account_id,)

    def share(self, actor: Actor, supplier_id: UUID) -> tuple[UUID, ...]:
        """Answer the account that a shared question reads, the supplier's own; Denied to whom no account gives the right."""
        if self.scope(actor, None) == ():
            raise Denied("actor.denied", "You may not ask this.")
        return (supplier_id,)
