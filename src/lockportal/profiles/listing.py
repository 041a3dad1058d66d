"""Lists of customers and of contacts, page by page."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from attrs import fields

from lockportal.context import Context
from lockportal.core.actor import Actor
from lockportal.core.errors import NotFound
from lockportal.core.page import Page
from lockportal.profiles import queries
from lockportal.profiles.models import Contact
from lockportal.profiles.views import AccountChoice, CustomerLine

_CONTACT_FIELDS: Final = tuple(attribute.name for attribute in fields(Contact))
_MOST: Final = 200


class Listing:
    """Reads customers and contacts for lists."""

    def __init__(self, context: Context) -> None:
        """Take the shell and the signer that cursors need."""
        self._shell = context.shell
        self._signer = context.signer

    def customers(self, by: Actor, after: str | None, limit: int, search: str) -> Page[CustomerLine]:
        """Answer a page of customers by name."""
        limit = max(1, min(limit, _MOST))
        params: dict[str, Any] = {"most": limit + 1}
        if after is not None:
            name, account = self._signer.place(queries.CUSTOMERS.name, after)
            params |= {"name": name, "account": UUID(account)}
        needle = search.strip().lower()
        if needle:
            params["needle"] = "%" + "".join(f"/{c}" if c in "/%_" else c for c in needle) + "%"
        shape = {"after": after is not None, "search": bool(needle)}
        rows = self._shell.ask(queries.CUSTOMERS, by, shape=shape, **params)
        lines = tuple(CustomerLine(**row._asdict()) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(lines)
        return Page(lines, self._signer.cursor(queries.CUSTOMERS.name, lines[-1].name, lines[-1].account_id.hex))

    def accounts(self, by: Actor, after: str | None, limit: int) -> Page[AccountChoice]:
        """Answer a page of the accounts that somebody may view, by name."""
        limit = max(1, min(limit, _MOST))
        params: dict[str, Any] = {"most": limit + 1}
        if after is not None:
            name, account = self._signer.place(queries.ACCOUNTS.name, after)
            params |= {"name": name, "account": UUID(account)}
        rows = self._shell.ask(queries.ACCOUNTS, by, shape={"paged": True, "after": after is not None}, **params)
        found = tuple(AccountChoice(**row._asdict()) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(found)
        return Page(found, self._signer.cursor(queries.ACCOUNTS.name, found[-1].name, found[-1].account_id.hex))

    def contact(self, account_id: UUID, contact_id: UUID, by: Actor) -> Contact:
        """Answer one contact of an account, disabled ones too; NotFound where there is none."""
        rows = self._shell.ask(queries.CONTACTS, by, account_id=account_id, shape={"one": True}, contact=contact_id)
        if not rows:
            raise NotFound("contact.not_found", "There is no such contact.")
        return _contact(rows[0])

    def contacts(self, account_id: UUID, by: Actor, *, disabled: bool) -> tuple[Contact, ...]:
        """Answer all contacts of an account by name, disabled ones if asked for."""
        rows = self._shell.ask(queries.CONTACTS, by, account_id=account_id, shape={"disabled": disabled})
        return tuple(_contact(row) for row in rows)

    def people(self, account_id: UUID, by: Actor, *, disabled: bool, after: str | None, limit: int) -> Page[Contact]:
        """Answer a page of the contacts of an account by name: the active ones, or the disabled ones."""
        limit = max(1, min(limit, _MOST))
        params: dict[str, Any] = {"most": limit + 1, "active": not disabled}
        if after is not None:
            name, contact = self._signer.place(queries.PEOPLE.name, after)
            params |= {"name": name, "contact": UUID(contact)}
        rows = self._shell.ask(queries.PEOPLE, by, account_id=account_id, shape={"after": after is not None}, **params)
        found = tuple(_contact(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(found)
        return Page(found, self._signer.cursor(queries.PEOPLE.name, found[-1].name, found[-1].id.hex))


def _contact(row: Any) -> Contact:  # noqa: ANN401 - a row with the fields of Contact
    return Contact(**{name: getattr(row, name) for name in _CONTACT_FIELDS})
