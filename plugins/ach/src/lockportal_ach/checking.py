"""What does not tie out in a file: counts, hashes, totals, numbers and order, each a named problem. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lockportal_ach.columns import Problem
from lockportal_ach.files import BLOCK, AchFile, Batch, Detail, Sums, is_routing, sums_of
from lockportal_ach.records import (
    AdviceEntry,
    ChangeAddendum,
    ContestedAddendum,
    DishonouredAddendum,
    Entry,
    InternationalEntry,
    ManyEntry,
    Remark,
    ReturnAddendum,
)

_CODES = frozenset(
    {
        *(account * 10 + last for account in (2, 3, 4) for last in (1, 2, 3, 4, 6, 7, 8, 9)),
        *(51, 52, 53, 54, 55, 56),
        *range(81, 89),
    }
)
_TURNED = (ReturnAddendum, DishonouredAddendum, ContestedAddendum, ChangeAddendum)


def problems_of(file: AchFile, records: int, ends: int) -> Iterator[Problem]:
    """Name what does not tie out in a file of so many records, whose control record stands in the line `ends`."""
    for number, batch in enumerate(file.batches, start=1):
        for one in batch.details:
            yield from _detail_problems(one)
        yield from _order_problems(batch)
        yield from _batch_problems(batch, number)
    if file.control is not None:
        control = file.control
        stated = Sums(count=control.count, hash=control.hash, debits=control.debits, credits=control.credits)
        yield from _differences("file", stated, sums_of(file.details), ends)
        if control.batches != len(file.batches):
            yield Problem(line=ends, code="file.batches", message=_states("batches", control.batches, len(file.batches)))
        blocks = -(-records // BLOCK)
        if control.blocks != blocks:
            yield Problem(line=ends, code="file.blocks", message=_states("blocks", control.blocks, blocks))


def _batch_problems(batch: Batch, number: int) -> Iterator[Problem]:
    control, header = batch.control, batch.header
    if control is None:
        return
    line = batch.line + 1 + sum(1 + len(one.addenda) for one in batch.details)
    stated = Sums(count=control.count, hash=control.hash, debits=control.debits, credits=control.credits)
    yield from _differences("batch", stated, sums_of(batch.details), line)
    if (control.number, control.odfi) != (header.number, header.odfi):
        yield Problem(line=line, code="batch.number", message="The batch ends under another number or bank than it began.")
    if header.number < number:
        yield Problem(line=batch.line, code="batch.order", message="The numbers of the batches do not rise.")
    if control.service_class != header.service_class:
        yield Problem(line=line, code="batch.class", message="The batch ends under another service class than it began.")
    if control.company_id.strip()[:10] != header.company_id.strip() and header.entry_class not in {"IAT", "ADV"}:
        yield Problem(line=line, code="batch.company", message="The batch ends under another company than it began.")
    directions = {one.is_debit for one in batch.details if not one.is_return}
    if (header.service_class == 220 and True in directions) or (header.service_class == 225 and False in directions):  # noqa: PLR2004 - Nacha's own numbers
        yield Problem(line=batch.line, code="batch.mixed", message="The batch's service class does not allow all of its entries.")


def _detail_problems(one: Detail) -> Iterator[Problem]:
    entry, line = one.entry, one.line
    if entry.code not in _CODES:
        yield Problem(line=line, code="entry.code", message=f"There is no transaction code {entry.code}.")
    if not is_routing(one.routing):
        yield Problem(line=line, code="entry.routing", message="The routing number's last digit does not check the others.")
    if bool(entry.addenda) is not bool(one.addenda):
        yield Problem(line=line, code="entry.addenda", message="The entry does not say truly whether addenda follow.")
    if isinstance(entry, Entry) and not entry.account.strip():
        yield Problem(line=line, code="entry.account", message="The entry names no account.")
    yield from _addenda_problems(one)


def _addenda_problems(one: Detail) -> Iterator[Problem]:
    entry, line = one.entry, one.line
    remarks = [each for each in one.addenda if isinstance(each, Remark)]
    if isinstance(entry, ManyEntry | InternationalEntry) and not one.is_return:
        counted = len(remarks) if isinstance(entry, ManyEntry) else len(one.addenda)
        if entry.addenda_count != counted:
            yield Problem(line=line, code="entry.addenda_count", message=_states("addenda", entry.addenda_count, counted))
    for number, remark in enumerate(remarks, start=1):
        if not isinstance(entry, InternationalEntry) and (remark.sequence, f"{remark.entry:07}") != (number, one.trace[-7:]):
            yield Problem(line=line + number, code="addendum.sequence", message="The addendum is numbered for another place.")
    for number, each in enumerate(one.addenda, start=1):
        if isinstance(each, _TURNED) and each.trace != one.trace:
            yield Problem(
                line=line + number, code="addendum.trace", message="The addendum has another trace number than its entry."
            )


def _order_problems(batch: Batch) -> Iterator[Problem]:
    before = ""
    for one in batch.details:
        if isinstance(one.entry, AdviceEntry):
            continue
        if one.trace <= before:
            yield Problem(line=one.line, code="trace.order", message="The trace numbers do not rise.")
        if not one.is_return and one.trace[:8] != batch.header.odfi:
            yield Problem(line=one.line, code="trace.bank", message="The trace number is of another bank than the batch.")
        before = max(before, one.trace)


def _differences(what: str, stated: Sums, found: Sums, line: int) -> Iterator[Problem]:
    for name in ("count", "hash", "debits", "credits"):
        says, is_ = getattr(stated, name), getattr(found, name)
        if says != is_:
            yield Problem(line=line, code=f"{what}.{name}", message=_states(name, says, is_))


def _states(what: str, says: int, found: int) -> str:
    return f"The record states {says} {what}, and there are {found}."
