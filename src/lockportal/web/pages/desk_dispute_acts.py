"""What the forms of a dispute at the desk do: each act by its name, at the revision that the form showed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from attrs import frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.disputes.deciding.commands import LineGrant
from lockportal.disputes.models import Dispute
from lockportal.disputes.service import Disputes
from lockportal.web.filters import read_amount
from lockportal.web.http import Request
from lockportal.web.pages.accounts import written_id
from lockportal.web.pages.desk_payments import key_of
from lockportal.web.site import Site
from lockportal.web.uploading import FILE, sent_file

_GRANT: Final = "grant."


@frozen(kw_only=True)
class _Act:
    """What was sent about which dispute, by whom; `seen` is the revision that the form showed."""

    disputes: Disputes
    request: Request
    by: Actor
    account_id: UUID
    dispute_id: UUID
    seen: int
    key: str

    def text(self, name: str) -> str:
        return self.request.form.get(name, "")

    @property
    def dispute(self) -> tuple[UUID, UUID, Actor]:
        return self.account_id, self.dispute_id, self.by

    def attached(self, *, internal: bool = False) -> Sequence[UUID]:
        """Keep the file of a message, where there is one."""
        if FILE not in self.request.files or not self.request.files[FILE].name:
            return ()
        file, key = sent_file(self.request), f"{self.key}/file"
        kept = self.disputes.attach(
            self.account_id, self.dispute_id, file.content, file.name, self.by, internal=internal, key=key
        )
        return (kept,)


def do(site: Site, request: Request, actor: Actor, account_id: UUID, dispute_id: UUID) -> str:
    """Do what a form says; answer the code of what was done. Conflict `dispute.changed` where somebody was faster."""
    act, done = _ACTS.get(request.form.get("act", ""), (None, ""))
    if act is None:
        raise Refused("dispute.act_unknown", f"One of {', '.join(_ACTS)}.", field="act")
    sent = _Act(
        disputes=site.portal.disputes,
        request=request,
        by=actor,
        account_id=account_id,
        dispute_id=dispute_id,
        seen=_seen(request.form),
        key=key_of(request),
    )
    act(sent)
    return done


def _seen(form: Mapping[str, str]) -> int:
    """Answer the revision that a form showed; Refused `form.key` for none, as nobody decides blindly."""
    seen = form.get("seen", "")
    if not (seen.isascii() and seen.isdecimal()):
        raise Refused("form.key", "Open the form once more, then send it.", field="seen")
    return int(seen)


def _take(one: _Act) -> None:
    one.disputes.assign(*one.dispute, owner=one.by.id, seen=one.seen)


def _assign(one: _Act) -> None:
    owner, department = one.text("owner").strip(), one.text("department").strip()
    one.disputes.assign(*one.dispute, owner=owner, department=department, seen=one.seen)


def _review(one: _Act) -> None:
    one.disputes.review(*one.dispute, seen=one.seen)


def _cause(one: _Act) -> None:
    one.disputes.review(*one.dispute, cause=one.text("cause"), seen=one.seen)


def _ask(one: _Act) -> None:
    one.disputes.ask(*one.dispute, text=one.text("text"), files=one.attached(), seen=one.seen, key=one.key)


def _write(one: _Act) -> None:
    one.disputes.write(*one.dispute, text=one.text("text"), files=one.attached(), key=one.key)


def _note(one: _Act) -> None:
    one.disputes.write(*one.dispute, text=one.text("text"), files=one.attached(internal=True), internal=True, key=one.key)


def _accept(one: _Act) -> None:
    one.disputes.accept(*one.dispute, answer=one.text("answer"), cause=one.text("cause") or None, seen=one.seen, key=one.key)


def _accept_part(one: _Act) -> None:
    grants, answer = _grants(one.disputes.get(*one.dispute).dispute, one.request.form), one.text("answer")
    one.disputes.accept(*one.dispute, grants=grants, answer=answer, cause=one.text("cause") or None, seen=one.seen, key=one.key)


def _reject(one: _Act) -> None:
    one.disputes.reject(*one.dispute, answer=one.text("answer"), cause=one.text("cause") or None, seen=one.seen, key=one.key)


def _issue(one: _Act) -> None:
    one.disputes.issue_credit(*one.dispute, seen=one.seen, key=one.key)


def _credit(one: _Act) -> None:
    memo = written_id(one.text("memo"), "document")
    one.disputes.credit_with(one.account_id, one.dispute_id, memo, one.by, seen=one.seen, key=one.key)


def _withdraw(one: _Act) -> None:
    one.disputes.withdraw(*one.dispute, seen=one.seen, key=one.key)


def _reopen(one: _Act) -> None:
    one.disputes.reopen(*one.dispute, seen=one.seen, key=one.key)


_ACTS: Final[Mapping[str, tuple[Callable[[_Act], None], str]]] = {
    "take": (_take, "dispute_assigned"),
    "assign": (_assign, "dispute_assigned"),
    "review": (_review, "dispute_reviewed"),
    "cause": (_cause, "changed"),
    "ask": (_ask, "dispute_asked"),
    "write": (_write, "dispute_written"),
    "note": (_note, "dispute_noted"),
    "accept": (_accept, "dispute_accepted"),
    "accept_part": (_accept_part, "dispute_accepted"),
    "reject": (_reject, "dispute_rejected"),
    "issue": (_issue, "dispute_issued"),
    "credit": (_credit, "dispute_credited"),
    "withdraw": (_withdraw, "dispute_withdrawn"),
    "reopen": (_reopen, "dispute_reopened"),
}
"""What can be asked, and the code of what was done then."""


def _grants(dispute: Dispute, form: Mapping[str, str]) -> tuple[LineGrant, ...]:
    """Read how much of each line is granted; an empty field grants nothing of its line."""
    made = []
    for place, line in enumerate(dispute.lines):
        text = form.get(f"{_GRANT}{place}", "").strip()
        money = read_amount(text, line.amount.currency) if text else Money.zero(line.amount.currency)
        if money is None:
            raise Refused("amount.unreadable", "Enter an amount, such as 1250.00.", field=f"{_GRANT}{place}")
        made.append(LineGrant(line=line.line, amount=money))
    return tuple(made)
