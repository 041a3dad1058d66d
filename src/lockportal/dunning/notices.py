"""From a reminder to messages: who gets which one, what of it is still open, with links of their own to the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from attrs import evolve

from lockportal.access.sharing.models import Shareable
from lockportal.access.sharing.service import Sharing
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Right
from lockportal.core.messages import Channel, Draft, Recipient
from lockportal.core.money import Money
from lockportal.core.ports import JournalRow
from lockportal.documents import queries as documents
from lockportal.documents.visibility.showing import visibility_of
from lockportal.dunning.messages import KINDS, RemindedDocument, ReminderTold
from lockportal.dunning.models import Reminder
from lockportal.dunning.policies import Telling, Template
from lockportal.dunning.queries import REMINDER, reminder_of
from lockportal.messages.queries import RECIPIENTS
from lockportal.profiles import queries as profiles

_LISTED: Final = 20
_THREAD: Final = "dunning"


class ReminderNotices:
    """Turns reminders into messages."""

    def __init__(self, context: Context) -> None:
        """Take the shell, what customers may see, and where the portal is reached."""
        self._shell = context.shell
        self._supplier = context.supplier
        self._base_url = context.base_url
        self._visibility = visibility_of(context)
        self._sharing = Sharing(context)

    def upcoming(self, row: JournalRow) -> Sequence[Draft]:
        """Draft what is told before the day."""
        return self._drafts(row, Template.UPCOMING)

    def friendly(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the friendly reminder."""
        return self._drafts(row, Template.FRIENDLY)

    def firm(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the firm reminder."""
        return self._drafts(row, Template.FIRM)

    def final(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the final reminder."""
        return self._drafts(row, Template.FINAL)

    def statement(self, row: JournalRow) -> Sequence[Draft]:
        """Draft the statement."""
        return self._drafts(row, Template.STATEMENT)

    def addressed(self, account_id: UUID, told: ReminderTold, to: Recipient) -> ReminderTold:
        """Put the recipient's own links to the documents into what is told."""
        wanted = [Shareable(document.document_id, document.number) for document in told.documents]
        links = self._sharing.share(account_id, wanted, to.contact_id, by=SYSTEM)
        found = tuple(evolve(document, link=links.get(document.document_id, document.link)) for document in told.documents)
        return evolve(told, documents=found, link=found[0].link if told.count == 1 else told.link)

    def _drafts(self, row: JournalRow, template: Template) -> Sequence[Draft]:
        reminder = self._reminder(row)
        if template not in {telling.template for telling in reminder.tell}:
            return []
        contacts: dict[Channel, list[UUID]] = {}
        for key, telling in self._chosen(reminder).items():
            if telling.template is template:
                contacts.setdefault(telling.channel, []).append(key)
        told = self._told(reminder) if contacts else None
        if told is None:
            return []
        return [
            Draft(variables=told, contacts=tuple(found), thread=_THREAD, key=f"dunning/{reminder.id}", channel=channel)
            for channel, found in contacts.items()
        ]

    def _chosen(self, reminder: Reminder) -> Mapping[UUID, Telling]:
        """Answer by contact the first telling whose role and language they have, and whose kind they want; one each."""
        chosen: dict[UUID, Telling] = {}
        refused: set[UUID] = set()
        for telling in reminder.tell:
            category = KINDS[telling.template].category
            wanting = self._recipients(reminder.account_id, category, telling.channel)
            for contact_id, (rights, language) in self._recipients(reminder.account_id, "", Channel.MAIL).items():
                fits = {telling.role, Right.VIEW} <= rights and (not telling.languages or language in telling.languages)
                if fits and contact_id not in {*chosen, *refused}:
                    if contact_id in wanting:
                        chosen[contact_id] = telling
                    else:
                        refused.add(contact_id)
        return chosen

    def _recipients(self, account_id: UUID, category: str, channel: Channel) -> Mapping[UUID, tuple[set[Right], str]]:
        rows = self._shell.ask(RECIPIENTS, SYSTEM, account_id=account_id, category=category, channel=channel)
        first = self._supplier.languages[0]
        return {row.id: ({Right(right) for right in row.rights}, row.language or row.customer_language or first) for row in rows}

    def _reminder(self, row: JournalRow) -> Reminder:
        found = self._shell.ask(REMINDER, SYSTEM, account_id=row.account_id, reminder=row.ids[0])
        return reminder_of(found[0])

    def _told(self, reminder: Reminder) -> ReminderTold | None:
        """Answer what is still open of a reminder and may be seen; None where nothing is."""
        lines = {line.document_id: (line.amount, line.due_on) for line in reminder.lines}
        wanted = [*lines, *(charge.memo_id for charge in reminder.charges)]
        shape = {"hidden": self._visibility.hidden_kinds}
        rows = self._shell.ask(documents.SEVERAL, SYSTEM, account_id=reminder.account_id, shape=shape, document_ids=wanted)
        account = f"{self._base_url}/accounts/{reminder.account_id}"
        found = []
        for row in rows:
            document = documents.document_of(row)
            amount, due_on = lines.get(document.id, (document.balance, document.due_on))
            if amount is None or document.balance is None or document.balance.minor <= 0:
                continue
            found.append(
                RemindedDocument(
                    document_id=document.id,
                    number=document.number,
                    amount=min(amount, document.balance),
                    due_on=due_on or document.issued_on,
                    link=f"{account}/documents/{document.id}",
                )
            )
        if not found:
            return None
        found.sort(key=lambda one: (one.due_on, one.number))
        return ReminderTold(
            customer=str(self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=reminder.account_id)[0].name),
            on=reminder.on,
            count=len(found),
            documents=tuple(found[:_LISTED]),
            more=max(len(found) - _LISTED, 0),
            totals=_sums([one.amount for one in found]),
            link=found[0].link if len(found) == 1 else f"{account}/documents",
        )


def _sums(amounts: Sequence[Money]) -> tuple[Money, ...]:
    found: dict[str, int] = {}
    for amount in amounts:
        found[amount.currency] = found.get(amount.currency, 0) + amount.minor
    return tuple(Money(found[currency], currency) for currency in sorted(found))
