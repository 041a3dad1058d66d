"""What every page of a customer account begins with: which account it is, in whose words, and the frame around the page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import NotFound
from lockportal.payments.settings import PaymentsSettings
from lockportal.profiles.models import Customer
from lockportal.web.http import Request, Response
from lockportal.web.site import Site


@frozen(kw_only=True)
class Frame:
    """The frame of an account's pages: the menu, whose account it is, who is there, and how dates and figures are written."""

    site: Site
    actor: Actor
    account_id: UUID
    name: str

    def page(self, template: str, values: Mapping[str, object], *, here: str, status: int = 200) -> Response:
        """Fill a template in the frame; `here` is the place in the menu that is lit.

        Staff see a customer's pages in the frame of the desk, under the desk's addresses: `area` stands before a route's name.
        """
        if self.actor.kind is ActorKind.STAFF:
            return self._at_the_desk(template, values, here, status)
        grant = self.actor.grant(self.account_id)
        rights = grant.rights if grant is not None else frozenset()
        may_view = Right.VIEW in rights
        holder = self.actor.kind is ActorKind.HOLDER
        around: dict[str, object] = {
            "area": "",
            "frame": "frame.html",
            "account": self.account_id,
            "account_name": self.name,
            "here": here,
            "holder": holder,
            "may_view": may_view,
            "may_pay": Right.PAY in rights and offers_payment(self.site),
            "may_promise": Right.PROMISE in rights,
            "may_dispute": Right.DISPUTE in rights,
            "keeps_people": Right.USERS in rights,
            "has_papers": may_view and not holder and self.site.menu.papers(self.actor),
            "form_token": self.site.guard.session_token(self.actor),
            "entries": [entry for entry in self.site.entries if not entry.desk and entry.right in rights],
            "other_accounts": len(self.actor.accounts(Right.VIEW)) > 1,
        }
        return self.site.page(template, {**around, **values}, status=status)

    def _at_the_desk(self, template: str, values: Mapping[str, object], here: str, status: int) -> Response:
        around: dict[str, object] = {
            "area": "desk_",
            "frame": "desk_customer.html",
            "account": self.account_id,
            "account_name": self.name,
            "here": here,
            "holder": False,
            "may_pay": False,
            "may_promise": True,
            "may_dispute": True,
            "staff": self.actor.id,
            "form_token": self.site.guard.session_token(self.actor),
        }
        return self.site.page(template, {**around, **values}, status=status)


def offers_payment(site: Site) -> bool:
    """Say whether the supplier takes payments here at all."""
    return bool(site.portal.shell.settings(PaymentsSettings).methods)


def customer_of(site: Site, request: Request, actor: Actor) -> Customer:
    """Answer the customer that a path names; NotFound alike for one that is unknown and one that is a stranger's."""
    return site.portal.profiles.customer(path_id(request, "account"), by=actor)


def frame(site: Site, actor: Actor, customer: Customer) -> Frame:
    """Make the frame of a customer's pages."""
    return Frame(site=site, actor=actor, account_id=customer.account_id, name=customer.name)


def path_id(request: Request, name: str) -> UUID:
    """Read an id from the path; NotFound unless it is written as ids are."""
    return written_id(request.params[name], name)


def written_id(text: str, name: str) -> UUID:
    """Read the id of something; NotFound unless it is written as ids are."""
    try:
        found = UUID(text)
    except ValueError:
        raise NotFound(f"{name}.not_found") from None
    if str(found) != text:
        raise NotFound(f"{name}.not_found")
    return found
