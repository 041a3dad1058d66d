"""What a bank tells of an account, whatever its file's format: statements, lines, and what is wrong with them. Pure."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from lockportal.core.money import Money


@frozen(kw_only=True)
class Problem:
    """What is wrong with a file: in which line (from 1), a stable code, and a sentence without any account's number."""

    line: int
    code: str
    message: str


@frozen(kw_only=True)
class RemittanceLine:
    """Money that came to an account, or went: in which line of the file it stands, how much, and what the payer said.

    `money` is what came, and negative for what went. `value_on` is None where the file states no day, or none that there is.
    """

    line: int
    money: Money
    value_on: date | None = None
    kind: str = ""
    """The bank's own code of what it was."""
    bank_reference: str = ""
    payer_reference: str = ""
    text: str = ""


@frozen(kw_only=True)
class Statement:
    """One account on one day. `account` is the supplier's own number at its bank."""

    account: str = field(repr=False)
    currency: str
    as_of: date | None = None
    lines: tuple[RemittanceLine, ...] = ()
    ties: bool = True
    """Whether the totals that the bank states are those of what it tells."""

    @property
    def received(self) -> Money:
        """Answer what came in, without what went."""
        return Money(sum(one.money.minor for one in self.lines if one.money.minor > 0), self.currency)

    @property
    def spent(self) -> Money:
        """Answer what went, as a negative amount."""
        return Money(sum(one.money.minor for one in self.lines if one.money.minor < 0), self.currency)


@frozen(kw_only=True)
class BankFile:
    """A file of statements, kept though it does not tie out: then `problems` says where."""

    statements: tuple[Statement, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def lines(self) -> tuple[RemittanceLine, ...]:
        """Answer the lines of all statements, in the order of the file."""
        return tuple(line for statement in self.statements for line in statement.lines)
