"""Debits and credits written as a NACHA file: PPD, CCD, WEB and TEL. Pure: the same drafts are the same bytes."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from lockportal.core.errors import Refused
from lockportal_ach.columns import plain, write
from lockportal_ach.files import BLOCK, AchFile, Batch, Detail, is_number, is_routing, sums_of
from lockportal_ach.records import BatchControl, BatchHeader, Entry, FileControl, FileHeader, Remark

LARGEST: Final = 10**10 - 1
"""The cents that an entry can hold."""
LAST_TRACE: Final = 10**7 - 1
"""The largest number of an entry, behind its bank's eight digits."""
MODIFIERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""By what the files of a day are told apart, in order."""
_BATCH_LIMIT: Final = 10**12
_RECORDS_LIMIT: Final = 10**6
_BATCHES_LIMIT: Final = 10**6
_REMARK: Final = 80
_ROUTING: Final = 9
_ORIGIN: Final = 10


class EntryClass(StrEnum):
    """How a payer agreed to be debited: the kinds of batches that are written."""

    PPD = "PPD"
    """A consumer, in writing."""
    CCD = "CCD"
    """A company."""
    WEB = "WEB"
    """A consumer, on a page."""
    TEL = "TEL"
    """A consumer, by telephone."""


class AccountKind(IntEnum):
    """What kind of account is debited: the first digit of an entry's code."""

    CHECKING = 2
    SAVINGS = 3


class Movement(IntEnum):
    """Whether money is taken or given: the second digit of an entry's code."""

    CREDIT = 2
    CREDIT_PRENOTE = 3
    DEBIT = 7
    DEBIT_PRENOTE = 8


@frozen(kw_only=True)
class Draft:
    """One entry to be written: `amount` in cents (0 for a prenote), `trace` a number that rises within its file.

    `identification` (15 characters) comes back with a return; `remark` (80, none in TEL) is shown on a statement by some banks.
    `once` says that a WEB or TEL debit stands alone and does not recur.
    """

    routing: str
    account: str = field(repr=False)
    kind: AccountKind = AccountKind.CHECKING
    movement: Movement = Movement.DEBIT
    amount: int
    name: str
    identification: str = ""
    remark: str = ""
    trace: int
    once: bool = True


@frozen(kw_only=True)
class BatchDraft:
    """Entries of one company, kind and day. `odfi` is the routing number of the company's own bank."""

    entry_class: EntryClass
    company: str
    company_id: str
    description: str
    descriptive_date: str = ""
    discretionary: str = ""
    effective_on: date
    odfi: str
    drafts: tuple[Draft, ...]


@frozen(kw_only=True)
class FileDraft:
    """A file from a company (`origin`) to its bank (`destination`, a routing number); `number` counts those of a day, from 1."""

    destination: str
    destination_name: str
    origin: str
    origin_name: str
    made_at: datetime
    number: int = 1
    reference: str = ""
    batches: tuple[BatchDraft, ...]


def write_file(draft: FileDraft) -> AchFile:
    """Make a file of drafts, with its controls; `content()` are its bytes.

    Refused names the field, by `ach.routing`, `ach.account`, `ach.amount`, `ach.name`, `ach.trace`, `ach.remark`, `ach.file` or
    `ach.field`.
    """
    if not draft.batches or len(draft.batches) >= _BATCHES_LIMIT:
        raise Refused("ach.file", "A file has batches, and fewer than a million.", field="batches")
    if not 1 <= draft.number <= len(MODIFIERS):
        raise Refused("ach.file", f"A day has at most {len(MODIFIERS)} files, counted from 1.", field="number")
    _checked_routing(draft.destination, "destination")
    header = FileHeader(
        destination=draft.destination,
        # An origin of ten characters fills its column; a routing number stands at its right.
        origin=draft.origin,
        made_on=draft.made_at.strftime("%y%m%d"),
        made_at=draft.made_at.strftime("%H%M"),
        modifier=MODIFIERS[draft.number - 1],
        destination_name=_named(draft.destination_name, "destination_name", 23),
        origin_name=_named(draft.origin_name, "origin_name", 23),
        reference=draft.reference,
    )
    if not 1 <= len(draft.origin) <= _ORIGIN:
        raise Refused("ach.field", "An origin has one to ten characters.", field="origin")
    _ascending([one.trace for batch in draft.batches for one in batch.drafts])
    batches = tuple(_batch(one, number) for number, one in enumerate(draft.batches, start=1))
    made = AchFile(header=header, batches=batches)
    sums = sums_of(made.details)
    records = 2 + sum(2 for _ in batches) + sums.count
    control = FileControl(
        batches=len(batches),
        blocks=-(-records // BLOCK),
        count=sums.count,
        hash=sums.hash,
        debits=_total(sums.debits),
        credits=_total(sums.credits),
    )
    whole = AchFile(header=header, batches=batches, control=control)
    whole.content()  # what does not fit into its columns is refused now
    return whole


def _batch(draft: BatchDraft, number: int) -> Batch:
    _checked_routing(draft.odfi, "odfi")
    if not draft.drafts:
        raise Refused("ach.file", "A batch has entries.", field="drafts")
    odfi = draft.odfi[:8]
    details = tuple(_named_detail(one, draft.entry_class, odfi) for one in draft.drafts)
    sums = sums_of(details)
    if sums.count >= _RECORDS_LIMIT:
        raise Refused("ach.file", "A batch has fewer than a million records.", field="drafts")
    directions = {one.is_debit for one in details}
    service_class = 200 if len(directions) > 1 else 225 if True in directions else 220
    header = BatchHeader(
        service_class=service_class,
        company=_named(draft.company, "company", 16),
        discretionary=draft.discretionary,
        company_id=draft.company_id,
        entry_class=draft.entry_class,
        description=_named(draft.description, "description", 10),
        descriptive_date=draft.descriptive_date,
        effective_on=draft.effective_on.strftime("%y%m%d"),
        odfi=odfi,
        number=number,
    )
    control = BatchControl(
        service_class=service_class,
        count=sums.count,
        hash=sums.hash,
        debits=_total(sums.debits),
        credits=_total(sums.credits),
        company_id=draft.company_id,
        odfi=odfi,
        number=number,
    )
    return Batch(header=header, details=details, control=control)


def _named_detail(draft: Draft, entry_class: EntryClass, odfi: str) -> Detail:
    try:
        made = _detail(draft, entry_class, odfi)
        write(made.entry)  # what does not fit into its columns is refused now
    except Refused as error:
        raise Refused(error.code, f"Entry {draft.trace}: {error.message}", field=error.field) from error
    return made


def _detail(draft: Draft, entry_class: EntryClass, odfi: str) -> Detail:
    _checked_routing(draft.routing, "routing")
    account = draft.account.strip()
    if not account or not account.isascii() or not any(one.isdecimal() for one in account) or plain(account) != account:
        raise Refused("ach.account", "An account's number has digits, and no signs but those of ASCII.", field="account")
    prenote = draft.movement in {Movement.CREDIT_PRENOTE, Movement.DEBIT_PRENOTE}
    if not (draft.amount == 0 if prenote else 0 < draft.amount <= LARGEST):
        raise Refused("ach.amount", "An entry is of one cent to 99,999,999.99 dollars, and a prenote of nothing.", field="amount")
    remark = plain(draft.remark).rstrip()
    if len(remark) > _REMARK:
        raise Refused("ach.remark", f"A remark has at most {_REMARK} characters.", field="remark")
    if remark and entry_class is EntryClass.TEL:
        raise Refused("ach.remark", "An entry that was agreed to by telephone takes no remark.", field="remark")
    trace = f"{odfi}{draft.trace:07}"
    single = entry_class in {EntryClass.WEB, EntryClass.TEL}
    return Detail(
        entry=Entry(
            code=draft.kind * 10 + draft.movement,
            rdfi=draft.routing[:8],
            check_digit=draft.routing[8],
            account=account,
            amount=draft.amount,
            identification=draft.identification.strip(),
            name=_named(draft.name, "name", 22),
            discretionary=("S" if draft.once else "R") if single else "",
            addenda=int(bool(remark)),
            trace=trace,
        ),
        addenda=(Remark(words=remark, entry=draft.trace),) if remark else (),
    )


def _named(words: str, field: str, width: int) -> str:
    found = " ".join(plain(words).split())[:width].rstrip()
    if not found:
        raise Refused("ach.name", f"{field} has no letter that a file may hold.", field=field)
    return found


def _ascending(traces: list[int]) -> None:
    if not all(1 <= one <= LAST_TRACE for one in traces) or any(later <= one for one, later in pairwise(traces)):
        raise Refused("ach.trace", f"Trace numbers rise from entry to entry, between 1 and {LAST_TRACE}.", field="trace")


def _checked_routing(number: str, field: str) -> None:
    if len(number) != _ROUTING or not is_number(number) or not is_routing(number):
        raise Refused("ach.routing", f"{field} is no routing number of a bank.", field=field)


def _total(cents: int) -> int:
    if cents >= _BATCH_LIMIT:
        raise Refused("ach.amount", "The entries are too much for one file together.", field="amount")
    return cents
