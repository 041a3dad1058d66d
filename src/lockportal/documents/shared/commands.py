"""What may be done with the supplier's own papers: publish one, and withdraw it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.account import Account, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import NotFound, Refused
from lockportal.core.record import Event, Record, Stamp
from lockportal.documents.facts import check_file
from lockportal.documents.models import FileFacts
from lockportal.documents.shared.models import PaperKind, PaperPublished, PaperWithdrawn, SharedPaper

_OFFICE: Final = Audience(staff=True)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_LONGEST: Final = 255


@frozen(kw_only=True)
class PublishPaper:
    """Let every customer have a paper of the supplier; its content is in the file store already."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = True

    account_id: UUID
    kind: PaperKind
    title: str
    language: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    file: FileFacts

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the paper; Refused where it cannot be one."""
        if account.id != account.supplier.id:
            raise NotFound("account.not_found", "There is no such account.")
        if not 0 < len(self.title.strip()) <= _LONGEST:
            raise Refused("shared_paper.title", f"A title has 1 to {_LONGEST} characters.", field="title")
        if self.language and not _LANGUAGE.fullmatch(self.language):
            raise Refused("shared_paper.language", "Write it like en or pt-BR.", field="language")
        if self.valid_from is not None and self.valid_until is not None and self.valid_until < self.valid_from:
            raise Refused("shared_paper.validity", "Its last day is before its first.", field="valid_until")
        check_file(self.file)
        paper = SharedPaper(
            id=stamp.id,
            account_id=account.id,
            kind=self.kind,
            title=self.title.strip(),
            language=self.language,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            name=self.file.name,
            media_type=self.file.media_type,
            size=self.file.size,
            sha256=self.file.sha256,
            published_at=stamp.at,
        )
        return [PaperPublished(paper=paper)]


@frozen(kw_only=True)
class WithdrawPaper:
    """Let no customer have a paper of the supplier any more."""

    audience: ClassVar[Audience] = _OFFICE
    owner: ClassVar[Owner | None] = Owner.SUPPLIER
    needs: ClassVar[tuple[type[Record], ...]] = ()
    opens: ClassVar[bool] = False

    account_id: UUID
    paper_id: UUID

    def decide(self, account: Account, stamp: Stamp) -> Sequence[Event]:
        """Answer the paper as withdrawn; nothing follows where it is so already."""
        paper = account.get(SharedPaper, self.paper_id)
        return [PaperWithdrawn(paper=evolve(paper, withdrawn_at=stamp.at))] if paper.live else []
