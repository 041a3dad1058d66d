"""What messages a person wants to get, and in which language: where every message that may be switched off leads."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from lockportal.core.actor import Actor, Right
from lockportal.core.errors import Refused
from lockportal.core.messages import Channel
from lockportal.messages.views import Choice
from lockportal.profiles.models import contact_id as id_of
from lockportal.web.http import Request, Response, redirect
from lockportal.web.languages import matching
from lockportal.web.site import Site

_LANGUAGE: Final = "language"


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show the categories of messages, each with whether it is wanted."""
    contacts = _contacts(actor)
    values = {
        "accounts": [
            (one, site.portal.messages.preferences(one.account_id, contacts[one.account_id], by=actor))
            for one in site.portal.profiles.accounts_of(actor)
            if one.account_id in contacts
        ],
        "languages": _offered(site) if contacts else (),
        "written_in": _read(site, next((grant.language for grant in actor.grants if grant.account_id in contacts), "")),
        "form_token": site.guard.session_token(actor),
        "done": request.query.get("done", ""),
    }
    return site.page("preferences.html", values)


def store(site: Site, request: Request, actor: Actor) -> Response:
    """Keep what is wanted: each box that is not ticked is a category that is not.

    A language is kept only where it was chosen anew: what is the company's stays so.
    """
    chosen = request.form.get(_LANGUAGE, "")
    if chosen and chosen not in site.portal.supplier.languages:
        raise Refused("contact.language_unknown", "Write it like en or pt-BR.", field=_LANGUAGE)
    for account_id, contact_id in _contacts(actor).items():
        for choice in site.portal.messages.preferences(account_id, contact_id, by=actor):
            wanted = _box(account_id, choice) in request.form
            if wanted is not choice.wanted:
                site.portal.messages.store_preference(
                    account_id, contact_id, choice.category, wanted=wanted, by=actor, channel=choice.channel
                )
        grant = actor.grant(account_id)
        if chosen and grant is not None and chosen != _read(site, grant.language):
            site.portal.profiles.choose_language(account_id, contact_id, chosen, by=actor)
    return redirect(site.url("preferences") + "?done=changed")


def _box(account_id: UUID, choice: Choice) -> str:
    """Name the box of a category: of mail without its channel."""
    return f"{account_id}.{choice.category}" + ("" if choice.channel is Channel.MAIL else f".{choice.channel}")


def _offered(site: Site) -> tuple[str, ...]:
    """Answer the languages that there are to choose from: none where there is one."""
    languages = site.portal.supplier.languages
    return languages if len(languages) > 1 else ()


def _read(site: Site, language: str) -> str:
    """Answer in which of the offered languages somebody is written to."""
    languages = site.portal.supplier.languages
    return matching(language, languages) or languages[0]


def _contacts(actor: Actor) -> dict[UUID, UUID]:
    """Answer who a person is in each account that they may view as a contact of its own: who comes as a parent's gets no mail."""
    return {
        grant.account_id: grant.contact_id
        for grant in actor.grants
        if Right.VIEW in grant.rights and actor.person_id and grant.contact_id == id_of(grant.account_id, actor.person_id)
    }
