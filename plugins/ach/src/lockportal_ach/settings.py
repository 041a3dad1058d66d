"""What can be set of a company's account with its bank. Keys are named by where they are, and read when the format is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from attrs import Attribute, field, frozen

from lockportal.payments.references import is_reference, secret_at
from lockportal_ach.files import is_routing
from lockportal_ach.vault import TableVault
from lockportal_ach.writing import EntryClass

_ORIGIN: Final = 10


def _routing(_: object, attribute: Attribute[Any], value: str) -> None:
    if len(value) != 9 or not is_routing(value):  # noqa: PLR2004 - so long is a routing number
        raise ValueError(f"{attribute.name}: must be the nine digits of a bank's routing number")


def _filled(longest: int) -> Callable[[object, Attribute[Any], str], None]:
    def check(_: object, attribute: Attribute[Any], value: str) -> None:
        if not value.strip() or len(value) > longest or not value.isascii():
            raise ValueError(f"{attribute.name}: must have one to {longest} ASCII characters")

    return check


def _references(_: object, attribute: Attribute[Any], value: tuple[str, ...]) -> None:
    if not value or not all(map(is_reference, value)):
        raise ValueError(f"{attribute.name}: must say where each key is, as env:NAME or file:/path do, never the key itself")


def _zone(_: object, attribute: Attribute[Any], value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{attribute.name}: must be a time zone, as America/New_York is") from error


@frozen(kw_only=True)
class AchSettings:
    """A company's account with its bank, which takes NACHA files (`odfi` is the bank's routing number)."""

    odfi: str = field(validator=_routing)
    company: str = field(validator=_filled(16))
    """The name that payers read on their statements."""
    company_id: str = field(validator=_filled(_ORIGIN))
    """The number by which the bank knows the company's debits."""
    bank: str = field(validator=_filled(23))
    """The name of the bank, or of whoever takes its files."""
    destination: str = field(default="")
    """The routing number of whoever takes the files, where it is not the bank itself."""
    origin: str = field(default="")
    """By what the bank knows who sends the files, where it is not `company_id`."""
    entry_class: EntryClass = EntryClass.CCD
    """How payers agree: CCD for companies; PPD, WEB or TEL for consumers."""
    description: str = field(default="INVOICES", validator=_filled(10))
    recurring: bool = False
    """Whether a WEB or TEL debit recurs, as autopay does."""
    zone: str = field(default="America/New_York", validator=_zone)
    """The zone in which the bank dates its files."""
    vault: str = field(default="sqlite:///ach-vault.db", repr=False, validator=_filled(2000))
    """The database in which account numbers rest: its address, or where that is (`env:NAME`, `file:/path`)."""
    vault_keys: tuple[str, ...] = field(validator=_references)
    """Where the vault's keys are, from oldest to newest: the newest one seals."""

    def __attrs_post_init__(self) -> None:
        """Check what stands for something else where it is empty."""
        if self.destination and (len(self.destination) != 9 or not is_routing(self.destination)):  # noqa: PLR2004 - as above
            raise ValueError("destination: must be the nine digits of a bank's routing number")
        if len(self.origin) > _ORIGIN or not self.origin.isascii():
            raise ValueError(f"origin: must have at most {_ORIGIN} ASCII characters")

    def open_vault(self, read: Callable[[str], str] = secret_at) -> TableVault:
        """Open the vault with its keys; Refused `gateway.secret` where one is not where it should be, `vault.key` if bad."""
        url = read(self.vault) if self.vault.startswith(("env:", "file:")) else self.vault
        return TableVault(sa.create_engine(url, poolclass=sa.NullPool), [read(one) for one in self.vault_keys])
