"""A house of three rooms, profiles, access and messages, on a real database, with mail in a folder and a still clock."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import sqlalchemy as sa

from lockportal import access, messages, profiles
from lockportal.access.mailing import SIGN_IN_PATH
from lockportal.access.service import Access
from lockportal.clock import SystemClock
from lockportal.context import Context
from lockportal.core.actor import SYSTEM, Right, staff
from lockportal.core.settings import Supplier
from lockportal.mail import FolderNotifier
from lockportal.messages.service import Messages
from lockportal.profiles.service import Profiles
from lockportal.shell import Shell
from lockportal.signing import Signer
from lockportal.storage.engines import Engines, open_engines
from lockportal.storage.store import SqlStore
from lockportal.storage.tables import HOUSE, METADATA, table
from standing import stand

KEY = "a key of the tests, which is long enough"
CAPABILITIES = (profiles.capability, access.capability, messages.capability)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"


class StandingClock(SystemClock):
    """Real ids; a time that moves when it is told to."""

    def __init__(self):
        self.time = NOON

    def now(self):
        return self.time

    def forward(self, **by):
        self.time += timedelta(**by)


class House:
    """The rooms and what they stand on."""

    def __init__(self, engines: Engines, folder: Path, clock: StandingClock, keys=(KEY,), options=(), key="north"):
        self.engines, self.folder, self.clock = engines, folder, clock
        self.supplier = Supplier(
            key=key,
            name="Nord & Süd GmbH",
            currencies=("EUR",),
            email="ar@nordsued.example.com",
            languages=("en", "de"),
        )
        self.office = staff("otto")
        self.shell = Shell(
            store=SqlStore(engines, self.supplier.id, CAPABILITIES, clock),
            clock=clock,
            supplier=self.supplier,
            capabilities=CAPABILITIES,
            options={type(option): option for option in options},
            resolve=self._resolve,
        )
        self.context = Context(
            shell=self.shell,
            clock=clock,
            signer=Signer(keys),
            notifier=FolderNotifier(folder),
            renderer=None,
            files=None,
            uploads=None,
            hook=SimpleNamespace(lockportal_scanner=lambda: None),
            messenger=self,
            base_url="https://portal.example.com",
        )
        self.access, self.profiles, self.messages = Access(self.context), Profiles(self.context), Messages(self.context)
        self.send, self.suppressions = self.messages.send, self.messages.suppressed

    def _resolve(self, name):
        service, _, method = name.partition(":")[2].partition(".")
        return getattr(getattr(self, service.lower()), method)

    def again(self, **changes):
        """Another process on the same database, perhaps with other keys or settings, or of another supplier."""
        return House(self.engines, self.folder, self.clock, **changes)

    def customer(self, number="C-1", name="Alpha") -> UUID:
        return self.profiles.open_customer(number, name, by=SYSTEM)

    def contact(self, account_id: UUID, address=ANNA, rights=(Right.VIEW, Right.PAY), **details):
        return self.profiles.add_contact(account_id, address, "Anna", rights, by=self.office, invite=False, **details)

    def ask(self, address=ANNA, binding=BROWSER, next_path="/") -> str | None:
        """Ask for a link, deliver the mail, and answer the token in it, or None if none came."""
        before = self.mails()
        self.access.request_link(address, binding=binding, next_path=next_path)
        self.shell.deliver()
        new = self.mails().keys() - before.keys()
        return token_in(self.mails()[new.pop()]) if new else None

    def sign_in(self, address=ANNA):
        return self.access.redeem(self.ask(address), binding=BROWSER)

    def mails(self):
        paths = [path for path in self.folder.glob("*.eml") if path.name != "latest.eml"]
        return {path.stem: email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted(paths)}

    def rows(self, record) -> list[sa.Row]:
        with self.engines.reading() as connection:
            return connection.execute(sa.select(table(record))).all()

    def dump(self) -> str:
        """Everything the database holds, as text."""
        with self.engines.reading() as connection:
            return "\n".join(
                repr([value.hex() if isinstance(value, bytes) else value for value in row])
                for kept in METADATA.sorted_tables
                if sa.inspect(connection).has_table(kept.name)
                for row in connection.execute(sa.select(kept))
            )


def token_in(message) -> str:
    text = message.get_body(("plain",)).get_content()
    return re.search(re.escape(SIGN_IN_PATH) + r"(\S+)", text).group(1)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[House]:
    """The house on each of the three databases."""
    yield from build(database_url, tmp_path, clock)


@pytest.fixture
def quick(sqlite_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[House]:
    """The house on SQLite alone, for what no database has a part in."""
    yield from build(sqlite_url, tmp_path, clock)


def build(url: str, tmp_path: Path, clock: StandingClock) -> Iterator[House]:
    engines = open_engines(url)
    tables = [*HOUSE, *(table(record) for capability in CAPABILITIES for record in capability.tables)]
    stand(engines, tables)
    yield House(engines, tmp_path / "outbox", clock)
    engines.dispose()
