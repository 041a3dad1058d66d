"""Where account numbers rest: a port, and a table of its own in which they lie encrypted, under keys that rotate.

Everything else knows an account by a short reference and by its last four digits. The table is no record of the portal: no
journal, no webhook and no query of it ever reads from it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import sqlalchemy as sa
from attrs import field, frozen
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.schema import CreateTable

from lockportal.core.errors import Refused
from lockportal_ach.writing import AccountKind

_LAST: Final = 4
_REF: Final = 15
TABLE: Final = sa.Table(
    "lockportal_ach_vault",
    sa.MetaData(),
    sa.Column("ref", sa.String(_REF), primary_key=True),
    sa.Column("last4", sa.String(_LAST), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
)
"""What is kept: of each account its reference, its last four digits, and the rest encrypted."""


@frozen(kw_only=True)
class BankAccount:
    """An account at a bank in the United States: the bank's routing number, the account's own, and its kind."""

    routing: str
    number: str = field(repr=False)
    kind: AccountKind = AccountKind.CHECKING

    @property
    def last4(self) -> str:
        """Answer what may be shown: the last four signs, and of a number of up to five only the last one."""
        return self.number[-_LAST:] if len(self.number) > _LAST + 1 else self.number[-1:]


class Vault(Protocol):
    """Keeps accounts; nobody else does. Each method may be asked again and does the same."""

    def keep(self, ref: str, account: BankAccount) -> None:
        """Keep an account under a reference; Refused `vault.taken` where it stands for another one."""
        ...

    def reveal(self, ref: str) -> BankAccount:
        """Answer an account in full; Refused `vault.unknown` or `vault.sealed`, which do not say more than the reference."""
        ...

    def forget(self, ref: str) -> None:
        """Forget an account; nothing if it is forgotten already."""
        ...


def ref_of(method_id: UUID) -> str:
    """Answer the reference of a saved method's account: 15 signs that say nothing, and go through a bank's files and back."""
    return _short(method_id.bytes)


def ref_after(ref: str, change: str) -> str:
    """Answer the reference of an account after a change: the same for the same change, however often it is read."""
    return _short(f"{ref}\n{change}".encode())


def _short(what: bytes) -> str:
    return "A" + base64.b32encode(hashlib.sha256(what).digest()).decode("ascii")[: _REF - 1]


class TableVault:
    """The vault that comes along: a table in a database, its own or the portal's; encrypted by Fernet (AES-128 and HMAC)."""

    def __init__(self, engine: sa.Engine, keys: Sequence[str]) -> None:
        """Open it, with keys from oldest to newest: the newest one seals, each one opens. Refused `vault.key` for a bad one."""
        if not keys:
            raise Refused("vault.key", "A vault has a key.", field="vault_keys")
        try:
            self._keys = MultiFernet([Fernet(key) for key in reversed(keys)])
        except ValueError as error:
            raise Refused("vault.key", "A key of the vault is no Fernet key.", field="vault_keys") from error
        self._engine = engine
        with engine.begin() as connection:
            connection.execute(CreateTable(TABLE, if_not_exists=True))

    def keep(self, ref: str, account: BankAccount) -> None:
        """Keep an account under a reference; Refused `vault.taken` where it stands for another one, `vault.ref` for a bad one."""
        if not 1 <= len(ref) <= _REF or not ref.isascii() or not ref.isalnum():
            raise Refused("vault.ref", f"A reference has one to {_REF} letters and digits.", field="ref")
        row = {"ref": ref, "last4": account.last4, "sealed": self._seal(ref, account)}
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(TABLE), row)
        except sa.exc.IntegrityError:
            if self.reveal(ref) != account:
                raise Refused("vault.taken", f"Another account is kept as {ref}.", field="ref") from None

    def reveal(self, ref: str) -> BankAccount:
        """Answer an account in full; Refused `vault.unknown`, or `vault.sealed` where no key opens it."""
        with self._engine.connect() as connection:
            sealed = connection.scalar(sa.select(TABLE.c.sealed).where(TABLE.c.ref == ref))
        if sealed is None:
            raise Refused("vault.unknown", f"No account is kept as {ref}.", field="ref")
        return self._open(ref, sealed)

    def forget(self, ref: str) -> None:
        """Forget an account; nothing if it is forgotten already."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(TABLE).where(TABLE.c.ref == ref))

    def rotate(self) -> int:
        """Seal every account anew by the newest key, each in its own commit, and answer how many; old keys can go then."""
        with self._engine.connect() as connection:
            refs = connection.scalars(sa.select(TABLE.c.ref).order_by(TABLE.c.ref)).all()
        done = 0
        for ref in refs:
            with self._engine.begin() as connection:
                sealed = connection.scalar(sa.select(TABLE.c.sealed).where(TABLE.c.ref == ref))
                if sealed is not None:  # forgotten meanwhile
                    new = self._seal(ref, self._open(ref, sealed))
                    kept = (TABLE.c.ref == ref) & (TABLE.c.sealed == sealed)
                    done += connection.execute(sa.update(TABLE).where(kept).values(sealed=new)).rowcount
        return done

    def _seal(self, ref: str, account: BankAccount) -> str:
        facts = {"ref": ref, "routing": account.routing, "number": account.number, "kind": int(account.kind)}
        return self._keys.encrypt(json.dumps(facts).encode()).decode("ascii")

    def _open(self, ref: str, sealed: str) -> BankAccount:
        try:
            facts: dict[str, Any] = json.loads(self._keys.decrypt(sealed))
        except InvalidToken:
            facts = {}
        # What was sealed for another reference was moved here by somebody.
        if facts.get("ref") != ref:
            raise Refused("vault.sealed", f"No key of the vault opens what is kept as {ref}.", field="ref")
        return BankAccount(routing=facts["routing"], number=facts["number"], kind=AccountKind(facts["kind"]))
