"""What several messages tell alike: whose payment it is, and the documents of it that customers may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from lockportal.context import Context
from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from lockportal.documents.visibility.showing import visibility_of
from lockportal.payments.lines import PaymentLine
from lockportal.payments.queries import SHOWN
from lockportal.payments.telling.messages import PaidDocument
from lockportal.profiles import queries as profiles

Lines = Sequence[tuple[PaymentLine, int]]
"""Lines of a payment, each with an amount in minor units."""
_LISTED: Final = 10


class Telling:
    """Where messages take names and documents from."""

    def __init__(self, context: Context) -> None:
        """Take the shell, and what customers do not see."""
        self._shell = context.shell
        self._hidden = visibility_of(context).hidden_kinds

    def customer(self, account_id: UUID) -> str:
        """Answer the name of an account's customer."""
        return str(self._shell.ask(profiles.CUSTOMER, SYSTEM, account_id=account_id)[0].name)

    def sees(self, account_id: UUID, document_id: UUID) -> bool:
        """Say whether customers may see a document."""
        shape = {"hidden": self._hidden}
        return bool(self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=[document_id]))

    def listed(self, account_id: UUID, lines: Lines) -> tuple[tuple[PaidDocument, ...], int]:
        """Answer the first of the documents that customers may see, and how many more there are."""
        ids, shape = [line.document_id for line, _ in lines], {"hidden": self._hidden}
        found = self._shell.ask(SHOWN, SYSTEM, account_id=account_id, shape=shape, documents=ids) if ids else ()
        seen = {row.id for row in found}
        made = [
            PaidDocument(number=line.number, amount=Money(minor, line.cash.currency))
            for line, minor in lines
            if line.document_id in seen
        ]
        return tuple(made[:_LISTED]), max(len(made) - _LISTED, 0)
