"""BAI2: what banks in North America tell of an account, as records of fields between commas. Pure.

A record ends with a slash and goes on in records of the type 88. Every amount is in minor units, without a point.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from attrs import define, evolve, field, frozen

from lockportal.core.errors import Refused
from lockportal.core.money import LIMIT, Money
from lockportal.payments.errors import WebhookMalformed
from lockportal_bankfiles.statements import BankFile, Problem, RemittanceLine, Statement

LARGEST: Final = 64 * 1024 * 1024
"""The bytes of a file that is read."""
_CREDITS: Final = range(100, 400)
_DEBITS: Final = range(400, 700)
_SIX: Final = 6


@frozen(kw_only=True)
class _Record:
    """A record with those that go on with it: its type, its fields behind the type, and how many lines it takes."""

    line: int
    code: str
    fields: tuple[str, ...]
    lines: int = 1


def read_bai2(content: bytes, *, currency: str = "USD") -> BankFile:
    """Read a file; `currency` is meant where the file names none. What does not tie out is kept, with a problem.

    WebhookMalformed `bai2.unreadable` where it does not begin with a file's header: it is something else then.
    """
    if len(content) > LARGEST:
        raise WebhookMalformed("bai2.unreadable", "The file is too large to be read.")
    lines = content.decode("latin-1").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first.startswith("01,"):
        raise WebhookMalformed("bai2.unreadable", "This is no BAI2 file: it does not begin with a file's header.")
    reader = _Reader(currency=currency)
    for record in _records(lines, reader.problems):
        reader.take(record)
    return reader.file(len(lines))


def _records(lines: list[str], problems: list[Problem]) -> Iterator[_Record]:
    """Join what goes on in records of the type 88."""
    record: _Record | None = None
    for at, whole in enumerate(lines, start=1):
        line = whole.strip()
        if not line:
            continue
        code, _, rest = line.partition(",")
        found = tuple(rest.removesuffix("/").rstrip().split(","))
        if code == "88" and record is not None:
            record = evolve(record, fields=_joined(record.fields, found), lines=record.lines + 1)
            continue
        if record is not None:
            yield record
        record = _Record(line=at, code=code, fields=found)
        if code == "88":
            problems.append(Problem(line=at, code="record.order", message="A record goes on where none began."))
    if record is not None:
        yield record


def _joined(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return (*first, *more)


@define
class _Sums:
    """What a header opened: amounts, parts and records so far."""

    line: int
    total: int = 0
    parts: int = 0
    records: int = 0


@define
class _Reader:
    """What was read so far."""

    currency: str
    group_currency: str = ""
    as_of: date | None = None
    statements: list[Statement] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    statement: Statement | None = None
    remittances: list[RemittanceLine] = field(factory=list)
    of_file: _Sums = field(factory=lambda: _Sums(line=1))
    of_group: _Sums | None = None
    of_account: _Sums | None = None
    ended: bool = False

    def take(self, record: _Record) -> None:
        """Take the next record; what cannot be read of it is a problem of its line."""
        taken = {
            "01": self.take_file,
            "02": self.take_group,
            "03": self.take_account,
            "16": self.take_transaction,
            "49": self.end_account,
            "98": self.end_group,
            "99": self.end_file,
        }
        for sums in (self.of_file, self.of_group, self.of_account):
            if sums is not None:
                sums.records += record.lines
        handler = taken.get(record.code)
        if handler is not None:
            handler(record)
        elif record.code != "88":
            self.note(record.line, "record.unknown", "The record is of no type that there is.")

    def take_file(self, record: _Record) -> None:
        if self.of_file.records > record.lines:
            self.note(record.line, "record.order", "A second file begins within the file.")

    def take_group(self, record: _Record) -> None:
        if self.of_group is not None:
            self.note(record.line, "group.unfinished", "A group begins before the one before it ends.")
        self.of_group = _Sums(line=record.line, records=record.lines)
        self.of_file.parts += 1
        self.as_of = self.day(record, _at(record.fields, 3))
        self.group_currency = _at(record.fields, 5)

    def take_account(self, record: _Record) -> None:
        self.close_account(record.line)
        self.of_account = _Sums(line=record.line, records=record.lines)
        if self.of_group is not None:
            self.of_group.parts += 1
        currency = _at(record.fields, 1) or self.group_currency or self.currency
        try:
            Money(0, currency)
        except (Refused, ValueError):
            self.note(record.line, "account.currency", "There is no such currency.")
            currency = self.currency
        self.statement = Statement(account=_at(record.fields, 0), currency=currency, as_of=self.as_of)
        self.add(sum(_summaries(record.fields[2:])))

    def take_transaction(self, record: _Record) -> None:
        if self.statement is None:
            self.note(record.line, "record.order", "A transaction stands outside of an account.")
            return
        kind, stated = _at(record.fields, 0), _number(_at(record.fields, 1))
        if stated is None:
            self.note(record.line, "line.amount", "The transaction's amount is no number.")
            return
        self.add(stated)
        funds = _at(record.fields, 2).upper()
        behind = 3 + _funds(funds, record.fields[3:])
        value_on = self.statement.as_of
        if funds == "V":
            value_on = self.day(record, _at(record.fields, 3))
        number = int(kind) if kind.isascii() and kind.isdecimal() else 0
        if number not in _CREDITS and number not in _DEBITS:
            self.note(record.line, "line.kind", "The transaction's type does not say whether money came or went.")
            return
        if abs(stated) > LIMIT:
            self.note(record.line, "line.amount", "The transaction's amount is larger than any that is kept.")
            return
        self.remittances.append(
            RemittanceLine(
                line=record.line,
                money=Money(stated if number in _CREDITS else -stated, self.statement.currency),
                value_on=value_on,
                kind=kind,
                bank_reference=_at(record.fields, behind),
                payer_reference=_at(record.fields, behind + 1),
                text=" ".join(", ".join(one.strip() for one in record.fields[behind + 2 :] if one.strip()).split()),
            )
        )

    def end_account(self, record: _Record) -> None:
        if self.statement is None or self.of_account is None:
            self.note(record.line, "record.order", "An account ends that did not begin.")
            return
        before = len(self.problems)
        self.compare(record, "account", self.of_account, ("total", "records"))
        if len(self.problems) > before:
            self.statement = evolve(self.statement, ties=False)
        if self.of_group is not None:
            self.of_group.total += _number(_at(record.fields, 0)) or 0
        self.keep()

    def end_group(self, record: _Record) -> None:
        self.close_account(record.line)
        if self.of_group is None:
            self.note(record.line, "record.order", "A group ends that did not begin.")
            return
        self.compare(record, "group", self.of_group, ("total", "parts", "records"))
        self.of_file.total += _number(_at(record.fields, 0)) or 0
        self.of_group = None

    def end_file(self, record: _Record) -> None:
        self.close_account(record.line)
        self.compare(record, "file", self.of_file, ("total", "parts", "records"))
        self.ended = True

    def compare(self, record: _Record, what: str, found: _Sums, names: tuple[str, ...]) -> None:
        """Hold what a trailer states against what was read."""
        for name, stated in zip(names, record.fields, strict=False):
            is_ = getattr(found, name)
            if _number(stated) != is_:
                self.note(record.line, f"{what}.{name}", f"The trailer states {stated[:20]!r} as {name}, and it is {is_}.")

    def add(self, amount: int) -> None:
        if self.of_account is not None:
            self.of_account.total += amount

    def close_account(self, line: int) -> None:
        if self.statement is not None:
            self.note(line, "account.unfinished", "An account has no trailer.")
            self.statement = evolve(self.statement, ties=False)
            self.keep()

    def keep(self) -> None:
        if self.statement is not None:
            self.statements.append(evolve(self.statement, lines=tuple(self.remittances)))
        self.statement, self.of_account, self.remittances = None, None, []

    def day(self, record: _Record, found: str) -> date | None:
        """Read a day (YYMMDD); one that there is not is a problem of its line alone."""
        if not found:
            return None
        try:
            # Of fewer digits strptime would make some day all the same.
            read = datetime.strptime(found if len(found) == _SIX else "", "%y%m%d")  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.note(record.line, "line.date", "There is no such day.")
            return None
        return read.date()

    def note(self, line: int, code: str, message: str) -> None:
        self.problems.append(Problem(line=line, code=code, message=message))

    def file(self, lines: int) -> BankFile:
        """Answer what was read."""
        self.close_account(lines)
        if not self.ended:
            self.note(lines, "file.unfinished", "The file has no trailer.")
        return BankFile(statements=tuple(self.statements), problems=tuple(sorted(self.problems, key=lambda one: one.line)))


def _at(fields: tuple[str, ...], place: int) -> str:
    return fields[place].strip() if place < len(fields) else ""


def _number(found: str) -> int | None:
    bare = found.strip()
    sign = -1 if bare.startswith("-") else 1
    bare = bare[1:] if bare[:1] in {"+", "-"} else bare
    return sign * int(bare) if bare.isascii() and bare.isdecimal() and len(bare) <= 30 else None  # noqa: PLR2004 - no bank has more


def _summaries(fields: tuple[str, ...]) -> Iterator[int]:
    """Answer the amounts of an account's summaries: type, amount, count, and when the funds are there, over and over."""
    place = 0
    while place < len(fields):
        amount = _number(_at(fields, place + 1))
        if amount is not None:
            yield amount
        place += 4 + _funds(_at(fields, place + 3).upper(), fields[place + 4 :])


def _funds(kind: str, behind: tuple[str, ...]) -> int:
    """Answer how many fields say when funds are there, behind their type: by day, by amount, or by both."""
    if kind == "V":
        return 2
    if kind == "S":
        return 3
    if kind == "D":
        return 1 + 2 * max(0, min(_number(_at(behind, 0)) or 0, len(behind)))
    return 0
