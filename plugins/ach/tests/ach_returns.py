"""The other side: what a bank answers to a file, written by the same records."""

from attrs import evolve
from lockportal_ach.files import AchFile, Batch, Detail, sums_of
from lockportal_ach.records import (
    BatchControl,
    ChangeAddendum,
    ContestedAddendum,
    DishonouredAddendum,
    FileControl,
    ReturnAddendum,
)

RDFI = "23138010"


def turned(one, addendum, number):
    """The entry as it goes back, with its addendum."""
    trace = f"{RDFI}{number:07}"
    code = one.entry.code // 10 * 10 + (6 if one.is_debit else 1)
    own = evolve(one.entry, code=code, rdfi=one.trace[:8], check_digit="2", addenda=1, trace=trace)
    return Detail(entry=own, addenda=(evolve(addendum, trace=trace),))


def return_of(one, reason):
    return one, ReturnAddendum(reason=reason, original_trace=one.trace, original_rdfi=RDFI)


def dishonoured_of(one, reason):
    told = {"original_rdfi": RDFI, "return_trace": "231380100000099", "return_settled_on": "065", "return_reason": "01"}
    return one, DishonouredAddendum(reason=reason, original_trace=one.trace, **told)


def contested_of(one, reason):
    told = {"original_rdfi": RDFI, "return_trace": "231380100000099", "return_settled_on": "065", "return_reason": "01"}
    more = {"dishonoured_trace": "121042880000042", "dishonoured_settled_on": "066", "dishonoured_reason": "68"}
    return one, ContestedAddendum(reason=reason, original_trace=one.trace, **told, **more)


def change_of(one, code, corrected):
    moved = evolve(one, entry=evolve(one.entry, amount=0))
    return moved, ChangeAddendum(code=code, original_trace=one.trace, original_rdfi=RDFI, corrected=corrected)


def answered(made: AchFile, told) -> bytes:
    """A file from the bank that tells all of this of a file's entries, as one batch."""
    details = tuple(turned(one, addendum, number) for number, (one, addendum) in enumerate(told, start=1))
    sums = sums_of(details)
    facts = {"count": sums.count, "hash": sums.hash, "debits": sums.debits, "credits": sums.credits}
    entry_class = "COR" if any(isinstance(one, ChangeAddendum) for _, one in told) else made.batches[0].header.entry_class
    header = evolve(made.batches[0].header, service_class=200, odfi=RDFI, number=1, entry_class=entry_class)
    control = BatchControl(service_class=200, company_id=header.company_id, odfi=RDFI, number=1, **facts)
    batch = Batch(header=header, details=details, control=control)
    blocks = -(-(4 + sums.count) // 10)
    return AchFile(header=made.header, batches=(batch,), control=FileControl(batches=1, blocks=blocks, **facts)).content()
