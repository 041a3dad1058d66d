"""What an application holds: a portal bound to one supplier, its services as typed attributes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import UUID, uuid5

from lockportal import builtin
from lockportal.clock import SystemClock
from lockportal.config import Config, load_config
from lockportal.context import Context
from lockportal.core.account import Capability, heard
from lockportal.core.actor import SYSTEM, Actor
from lockportal.core.errors import Refused
from lockportal.core.messages import Channel
from lockportal.core.ports import Clock, Notifier, TextNotifier
from lockportal.core.progress import Progress, silent
from lockportal.core.settings import Supplier
from lockportal.core.verify import Finding
from lockportal.outbox import Delivered
from lockportal.plugins import Plugins, PluginState
from lockportal.shell import Receipt, Shell
from lockportal.signing import Signer

if TYPE_CHECKING:
    from datetime import datetime

    from lockportal.access.service import Access
    from lockportal.activities.service import Activities
    from lockportal.disputes.service import Disputes
    from lockportal.documents.service import Documents
    from lockportal.dunning.service import Dunning
    from lockportal.kpis.service import Kpis
    from lockportal.ledger.service import Ledger
    from lockportal.messages.service import Messages
    from lockportal.payments.service import Payments
    from lockportal.profiles.service import Profiles
    from lockportal.promises.service import Promises
    from lockportal.storage.engines import Engines
    from lockportal.uploads.service import Uploads
    from lockportal.webhooks.service import Webhooks

S = TypeVar("S")
_LOG = logging.getLogger("lockportal.portal")


class _built_once(Generic[S]):  # noqa: N801 - it stands where cached_property would
    """A part of a portal that is built when it is first asked for: once, though threads ask together."""

    def __init__(self, build: Callable[[Any], S]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __get__(self, portal: Portal, _owner: type | None = None) -> S:
        name = self._build.__name__
        with portal._building:  # noqa: SLF001 - a part of the portal
            if name not in portal.__dict__:
                portal.__dict__[name] = self._build(portal)
        return cast("S", portal.__dict__[name])


class Portal:
    """A self-serve receivables portal over one database for one supplier: `Portal(Config(database="sqlite:///book.db"))`."""

    def __init__(
        self, config: Config, *, clock: Clock | None = None, notifier: Notifier | None = None, plugins: Sequence[object] = ()
    ) -> None:
        """Put the portal together; no connection is opened yet. Refused says which setting or plugin is at fault.

        `clock` and `notifier` replace the clocks of machine and database, and the configured mail; `plugins` are further
        hook implementations.
        """
        self.config = config
        self._plugins = Plugins((*builtin.PLUGINS, *plugins))
        options: dict[type, object] = {type(given): given for given in config.settings}
        self.capabilities: tuple[Capability, ...] = heard(self._plugins.capabilities, options)
        self._plugins.check()
        kinds = [kind for capability in self.capabilities for kind in capability.messages]
        _resolve("lockportal.messages.rendering:templates_of")(kinds, config.templates)  # refuses what cannot serve
        self._clock, self._given_clock = clock or SystemClock(), clock
        self._notifier = notifier
        self._services: dict[type, object] = {}
        self._building = RLock()

    @classmethod
    def from_toml(cls, path: Path | None = None, *, supplier: str | None = None) -> Portal:
        """Make the portal that lockportal.toml and the environment describe."""
        return cls(load_config(path, settings_classes(), supplier=supplier))

    # the services

    @property
    def profiles(self) -> Profiles:
        """Customers and their contacts."""
        return cast("Profiles", self.service(_resolve("lockportal.profiles.service:Profiles")))

    @property
    def access(self) -> Access:
        """Login links, sessions, and who an incoming request is."""
        return cast("Access", self.service(_resolve("lockportal.access.service:Access")))

    @property
    def ledger(self) -> Ledger:
        """Balances, aging, roll-forward: the receivables themselves."""
        return cast("Ledger", self.service(_resolve("lockportal.ledger.service:Ledger")))

    @property
    def documents(self) -> Documents:
        """Invoices, credit memos, statements, purchase orders, bills of lading."""
        return cast("Documents", self.service(_resolve("lockportal.documents.service:Documents")))

    @property
    def uploads(self) -> Uploads:
        """Files that customers and staff send."""
        return cast("Uploads", self.service(_resolve("lockportal.uploads.service:Uploads")))

    @property
    def payments(self) -> Payments:
        """Quotes, payments and what follows them, over the supplier's gateways."""
        return cast("Payments", self.service(_resolve("lockportal.payments.service:Payments")))

    @property
    def disputes(self) -> Disputes:
        """What customers say is wrong, and what became of it."""
        return cast("Disputes", self.service(_resolve("lockportal.disputes.service:Disputes")))

    @property
    def promises(self) -> Promises:
        """Promises to pay: made, judged by the money that came, rescheduled, called off."""
        return cast("Promises", self.service(_resolve("lockportal.promises.service:Promises")))

    @property
    def dunning(self) -> Dunning:
        """Follow-up of overdue documents: runs, simulations, holds, and why nothing was sent."""
        return cast("Dunning", self.service(_resolve("lockportal.dunning.service:Dunning")))

    @property
    def activities(self) -> Activities:
        """What is to be done about customers, and what has happened with them."""
        return cast("Activities", self.service(_resolve("lockportal.activities.service:Activities")))

    @property
    def kpis(self) -> Kpis:
        """Key figures of the receivables, as of any day."""
        return cast("Kpis", self.service(_resolve("lockportal.kpis.service:Kpis")))

    @property
    def messages(self) -> Messages:
        """What is told to contacts, what they want to get, and what could not be delivered."""
        return cast("Messages", self.service(_resolve("lockportal.messages.service:Messages")))

    @property
    def webhooks(self) -> Webhooks:
        """Other programs that are told what happens, by signed requests: where, of what, and what became of it."""
        return cast("Webhooks", self.service(_resolve("lockportal.webhooks.service:Webhooks")))

    def service(self, cls: type[S]) -> S:
        """Answer the one instance of a service class, a stranger's capability's too."""
        found = self._services.get(cls)
        if found is None:
            with self._building:
                if cls not in self._services:
                    build = cast("Callable[[Context], object]", cls)  # every service is given the context, and nothing else
                    self._services[cls] = build(self.context)
                found = self._services[cls]
        return cast("S", found)

    # time and deliveries

    @property
    def supplier(self) -> Supplier:
        """The supplier that this portal is bound to."""
        return self.config.supplier

    @property
    def clock(self) -> Clock:
        """The clock that every decision's time comes from."""
        return self._clock

    def due(self, now: datetime) -> Iterator[UUID]:
        """Answer the accounts that have a record waiting for a time up to now."""
        return self.shell.due(now)

    def advance(self, account_id: UUID, now: datetime, by: Actor = SYSTEM) -> Receipt:
        """Let time pass for one account."""
        return self.shell.advance(account_id, now, by)

    def deliver(self) -> Delivered:
        """Send what waits to be sent, at least once each. Run it every few seconds, from a thread, a timer or cron."""
        return self.shell.deliver()

    def tick(self) -> Delivered:
        """Let time pass for every account that waits for it, then deliver: what a timer runs."""
        return self.run_due() + self.deliver()

    def run_due(self) -> Delivered:
        """Let time pass for every account that waits for it, and have done what services do by the day, such as dunning."""
        now, failed = self._clock.now(), 0
        for account_id in self.due(now):
            try:
                self.advance(account_id, now)
            except Exception:  # noqa: BLE001 - whatever it is, it keeps no other account waiting
                _LOG.exception("time could not pass for an account, and will be tried again", extra={"account": str(account_id)})
                failed += 1
        for service in self._all_services():
            if hasattr(service, "run_due"):
                try:
                    service.run_due(now)
                except Exception:  # noqa: BLE001 - as above: it keeps nothing else waiting
                    _LOG.exception("what is due by the day could not be done, and will be tried again")
                    failed += 1
        return Delivered(0, failed)

    def verify(self, by: Actor, *, progress: Progress = silent) -> tuple[Finding, ...]:
        """Recompute whatever is stored twice; answer what differs, the first hundred of each kind, nothing if the books tie out.

        What is the same for every record is checked for every capability; a service's own `verify(by)` adds what it knows.
        """
        told = (finding for service in self._all_services() if hasattr(service, "verify") for finding in service.verify(by))
        return (*self.shell.verify(by, progress), *told)

    def _all_services(self) -> list[Any]:
        return [self.service(_resolve(capability.service)) for capability in self.capabilities if capability.service]

    # the schema

    def upgrade(self) -> None:
        """Bring the database's schema up to this version of lockportal; safe to run at every start."""
        self._migrations().upgrade(self.engines, self.capabilities)

    def check_schema(self) -> tuple[str, ...]:
        """Answer what the database lacks for this version of lockportal; an empty tuple is well."""
        return cast("tuple[str, ...]", self._migrations().check(self.engines, self.capabilities))

    def schema_sql(self) -> str:
        """Answer the SQL that sets up the schema on this database's dialect."""
        return cast("str", self._migrations().sql(self.config.database, self.capabilities))

    def is_empty(self) -> bool:
        """Say whether the database holds nothing of lockportal yet."""
        with self.engines.reading() as connection:
            names = import_module("sqlalchemy").inspect(connection).get_table_names()
        return not any(name.startswith("lockportal_") for name in names)

    @staticmethod
    def _migrations() -> Any:  # noqa: ANN401 - a module that is imported only where it is used
        return import_module("lockportal.storage.migrations")

    @property
    def plugin_states(self) -> tuple[PluginState, ...]:
        """Say which plugins are installed, and whether each is loaded, disabled or broken."""
        return self._plugins.states

    # what it is made of

    @_built_once
    def engines(self) -> Engines:
        """The database's engines, of the built-in dialects or of a plugin's."""
        return cast("Engines", self._plugins.hook.lockportal_engines(database=self.config.database))

    @_built_once
    def shell(self) -> Shell:
        """The shell, for services and for tools that go deeper."""
        store = import_module("lockportal.storage.store").SqlStore(
            self.engines, self.supplier.id, self.capabilities, self._given_clock
        )
        options: dict[type, object] = {type(given): given for given in self.config.settings}
        for offers in [capability.offers for capability in self.capabilities if capability.offers]:
            offered = _resolve(offers)(self._plugins.hook, options)
            options[type(offered)] = offered
        return Shell(
            store=store,
            clock=self._clock,
            supplier=self.supplier,
            capabilities=self.capabilities,
            options=options,
            resolve=self._method,
            retries=_resolve("lockportal.messages.models:retries_of")(options),
        )

    @_built_once
    def context(self) -> Context:
        """What services are given."""
        hook = self._plugins.hook
        notifier = self._notifier or hook.lockportal_notifier(address=self.config.mail)
        if notifier is None:
            message = f"No notifier knows the address {self.config.mail!r}: use smtp://host:25 or folder:outbox."
            raise Refused("notifier.unknown", message, field="mail")
        files = hook.lockportal_files(address=self.config.files, supplier_id=self.supplier.id)
        if files is None:
            raise Refused("files.unknown", f"No plugin keeps files at {self.config.files!r}: use folder:files.", field="files")
        mailbox = hook.lockportal_mailbox(address=self.config.mailbox) if self.config.mailbox else None
        if self.config.mailbox and mailbox is None:
            message = "No plugin reads mail at this address: use imaps://user:password@host/INBOX."
            raise Refused("mailbox.unknown", message, field="mailbox")
        texts = {
            channel: self._text_notifier(channel, address)
            for channel, address in ((Channel.SMS, self.config.sms), (Channel.WHATSAPP, self.config.whatsapp))
            if address
        }
        return Context(
            shell=self.shell,
            clock=self._clock,
            signer=Signer(self.config.secret_keys),
            notifier=notifier,
            renderer=hook.lockportal_renderer(overrides=self.config.templates),
            files=files,
            uploads=hook.lockportal_files(address=self.config.files, supplier_id=uuid5(self.supplier.id, "uploads")),
            hook=hook,
            messenger=_Messenger(self),
            base_url=self.config.base_url,
            templates=self.config.templates,
            mailbox=mailbox,
            texts=texts,
        )

    def _text_notifier(self, channel: Channel, address: str) -> TextNotifier:
        found: TextNotifier | None = self._plugins.hook.lockportal_text_notifier(channel=channel.value, address=address)
        if found is None:
            message = f"No plugin sends by {channel} at this address: install one, such as lockportal-apprise."
            raise Refused("notifier.unknown", message, field=channel.value)
        return found

    def close(self) -> None:
        """Close the database connections."""
        self.engines.dispose()

    def _method(self, dotted: str) -> Callable[..., object]:
        owner, _, name = dotted.rpartition(".")
        return cast("Callable[..., object]", getattr(self.service(_resolve(owner)), name))


class _Messenger:
    """Sends by the portal's messages, which are put together when the first one is sent."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def send(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Messages.send, which checks them
        self._portal.messages.send(*args, **kwargs)


def settings_classes() -> dict[str, type]:
    """Answer the settings classes of the installed capabilities by the name of their table in lockportal.toml."""
    capabilities = Plugins(builtin.PLUGINS).capabilities
    return {capability.name: capability.settings for capability in capabilities if capability.settings is not None}


def _resolve(dotted: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Answer what a dotted name, `package.module:Name`, stands for."""
    module, _, name = dotted.partition(":")
    found: Any = import_module(module)
    return getattr(found, name) if name else found
