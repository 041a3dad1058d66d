"""From a request to the link in a mail, once it is known to whom it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from lockportal.access import queries
from lockportal.access.commands import IssueLink
from lockportal.access.messages import SIGN_IN, SignIn
from lockportal.access.models import AccessSettings, LinkRequested, LinkState
from lockportal.access.tokens import LinkTokens
from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.messages import Recipient
from lockportal.profiles.views import Entitled
from lockportal.shell import Shell

SIGN_IN_PATH: Final = "/sign-in/"
"""Where a mailed link leads: the portal's address, this path, the token."""


class LinkMail:
    """Makes the links that were asked for, and mails them."""

    def __init__(self, context: Context, tokens: LinkTokens) -> None:
        """Take the shell, the way to send mail, and what makes the tokens."""
        self._shell, self._tokens = context.shell, tokens
        self._messenger, self._base_url = context.messenger, context.base_url
        self._minutes = context.shell.settings(AccessSettings).link_minutes

    def send(self, request: LinkRequested, person_id: UUID, contacts: Sequence[Entitled]) -> None:
        """Issue the link of a request and mail it, unless a newer one was asked for; GatewayError if it could not be sent."""
        if self._shell.ask(queries.NEWER_LINKS, SYSTEM, account_id=person_id, asked_at=request.asked_at):
            return
        command = IssueLink(
            account_id=person_id,
            link_id=request.id,
            binding=request.binding,
            next_path=request.next_path,
            asked_at=request.asked_at,
        )
        self._shell.run(command, SYSTEM)
        link = link_of(self._shell, person_id, request.id)
        if link is None or link.state is not LinkState.ISSUED:
            return
        # The mail goes to the address that is on record, never to the one that was typed.
        first, token = contacts[0], self._tokens.token(person_id, request.id)
        self._messenger.send(
            SIGN_IN,
            SignIn(link=f"{self._base_url}{SIGN_IN_PATH}{token}", minutes=self._minutes),
            Recipient(
                contact_id=first.contact_id,
                email=first.email,
                name=first.name,
                languages=tuple(contact.language for contact in contacts if contact.language),
            ),
            account_id=person_id,
            message_id=request.id,
            at=link.created_at,
        )


def link_of(shell: Shell, person_id: UUID, link_id: UUID) -> Any | None:  # noqa: ANN401 - a row of queries.LINK
    """Answer a person's login link with the person's address, or None."""
    rows = shell.ask(queries.LINK, SYSTEM, account_id=person_id, link=link_id)
    return rows[0] if rows else None
