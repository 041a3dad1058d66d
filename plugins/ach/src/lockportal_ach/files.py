"""A NACHA file as a value: batches of entries with their addenda, what its records add up to, and its bytes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import field, frozen
from stdnum.us import rtn

from lockportal_ach.columns import WIDTH, Problem, write
from lockportal_ach.records import (
    AdviceEntry,
    AnyAddendum,
    AnyBatchControl,
    AnyEntry,
    AnyFileControl,
    AnyHeader,
    FileHeader,
)

BLOCK: Final = 10
"""The records of a block: the last one is filled with nines."""
FILLING: Final = "9" * WIDTH
HASH: Final = 10**10
"""A hash keeps its last ten digits."""
_ADVICE: Final = 8
_FIRST_DEBIT: Final = 5
_RETURNS: Final = frozenset({1, 6})
_PRENOTES: Final = frozenset({3, 8})


@frozen(kw_only=True)
class Detail:
    """One entry with its addenda; `line` is where it stood, from 1, or 0 if it was not read."""

    entry: AnyEntry
    addenda: tuple[AnyAddendum, ...] = ()
    line: int = field(default=0, eq=False)

    @property
    def is_debit(self) -> bool:
        """Say whether money is taken from the receiver's account: by the code, also of a return or a prenote."""
        account, last = divmod(self.entry.code, 10)
        return last % 2 == 0 if account == _ADVICE else last >= _FIRST_DEBIT

    @property
    def is_return(self) -> bool:
        """Say whether it tells of another entry: as a return, or a notification of change."""
        return self.entry.code // 10 != _ADVICE and self.entry.code % 10 in _RETURNS

    @property
    def is_prenote(self) -> bool:
        """Say whether it moves no money and only tries an account."""
        return self.entry.code // 10 != _ADVICE and self.entry.code % 10 in _PRENOTES

    @property
    def routing(self) -> str:
        """Answer the nine digits of the receiver's bank."""
        return self.entry.rdfi + self.entry.check_digit

    @property
    def trace(self) -> str:
        """Answer the trace number, or of an advice its day and sequence."""
        one = self.entry
        return f"{one.operator}{one.day}{one.sequence:04}" if isinstance(one, AdviceEntry) else one.trace


@frozen(kw_only=True)
class Batch:
    """A header, its entries, and the control record, None where the file breaks off."""

    header: AnyHeader
    details: tuple[Detail, ...] = ()
    control: AnyBatchControl | None = None
    line: int = field(default=0, eq=False)


@frozen(kw_only=True)
class AchFile:
    """A file as it was read or is to be written; `problems` is what does not tie out in it."""

    header: FileHeader
    batches: tuple[Batch, ...] = ()
    control: AnyFileControl | None = None
    problems: tuple[Problem, ...] = field(default=(), eq=False)

    @property
    def details(self) -> Iterator[Detail]:
        """Answer the entries of all batches, in the order of the file."""
        return (one for batch in self.batches for one in batch.details)

    def content(self) -> bytes:
        """Write it: records of 94 characters, each ended by a line feed, in blocks of ten."""
        lines = [write(self.header)]
        for batch in self.batches:
            lines.append(write(batch.header))
            for one in batch.details:
                lines.extend((write(one.entry), *map(write, one.addenda)))
            lines.extend(write(record) for record in (batch.control,) if record is not None)
        lines.extend(write(record) for record in (self.control,) if record is not None)
        lines.extend([FILLING] * (-len(lines) % BLOCK))
        return "".join(f"{line}\n" for line in lines).encode("ascii")


@frozen(kw_only=True)
class Sums:
    """What entries add up to: records, the hash of their banks, and cents by direction."""

    count: int
    hash: int
    debits: int
    credits: int


def sums_of(details: Iterable[Detail]) -> Sums:
    """Add entries up, as control records state it."""
    ones = tuple(details)
    return Sums(
        count=sum(1 + len(one.addenda) for one in ones),
        hash=sum(int(one.entry.rdfi) for one in ones if is_number(one.entry.rdfi)) % HASH,
        debits=sum(one.entry.amount for one in ones if one.is_debit),
        credits=sum(one.entry.amount for one in ones if not one.is_debit),
    )


def is_number(found: str) -> bool:
    """Say whether a text has ASCII digits only, and some."""
    return found.isascii() and found.isdecimal()


def is_routing(number: str) -> bool:
    """Say whether nine digits are a routing number: the last one checks the others."""
    return is_number(number) and bool(rtn.is_valid(number))


def check_digit(number: str) -> str:
    """Answer the ninth digit of a bank's first eight."""
    return str(rtn.calc_check_digit(number))
