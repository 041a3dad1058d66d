"""What comes with lockportal, registered through the same hooks as a stranger's plugin."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from lockportal.core.account import Capability
from lockportal.core.ports import Files, Mailbox, Notifier, Renderer
from lockportal.plugins import hookimpl

if TYPE_CHECKING:
    from lockportal.documents.ports import EInvoices, Reader
    from lockportal.payments.ports import GatewayRegistrar

_CAPABILITIES = (
    "profiles",
    "access",
    "ledger",
    "documents",
    "uploads",
    "payments",
    "disputes",
    "promises",
    "messages",
    "webhooks",
    "dunning",
    "activities",
    "kpis",
)


class Rooms:
    """The built-in capabilities, from the lowest to the highest."""

    @hookimpl
    def lockportal_capabilities(self) -> Sequence[Capability]:
        """Answer them in layer order."""
        return [import_module(f"lockportal.{name}").capability for name in _CAPABILITIES]


class Databases:
    """SQLite, PostgreSQL and MariaDB."""

    @hookimpl(trylast=True)
    def lockportal_engines(self, database: str) -> Any:  # noqa: ANN401 - lockportal.storage.engines.Engines
        """Open the engines of a URL."""
        return import_module("lockportal.storage.engines").open_engines(database)


class Papers:
    """PDF by Typst."""

    @hookimpl(trylast=True)
    def lockportal_renderer(self, overrides: Path | None) -> Renderer:
        """Make the Typst renderer; typst itself is imported at the first paper."""
        renderer: Renderer = import_module("lockportal.pdf").TypstRenderer(overrides)
        return renderer


class Letters:
    """Mail by SMTP, or into a folder; boxes by IMAP."""

    @hookimpl(trylast=True)
    def lockportal_notifier(self, address: str) -> Notifier | None:
        """Make the notifier of an address, or None if it is neither `smtp:`, `smtps:` nor `folder:`."""
        notifier: Notifier | None = import_module("lockportal.mail").notifier(address)
        return notifier

    @hookimpl(trylast=True)
    def lockportal_mailbox(self, address: str) -> Mailbox | None:
        """Make the box of an address, or None if it is neither `imap:` nor `imaps:`."""
        mailbox: Mailbox | None = import_module("lockportal.mail").mailbox(address)
        return mailbox


class Shelves:
    """Files in a folder."""

    @hookimpl(trylast=True)
    def lockportal_files(self, address: str, supplier_id: UUID) -> Files | None:
        """Open the files of an address, or None if it is no `folder:`."""
        files: Files | None = import_module("lockportal.files").files_at(address, supplier_id)
        return files


class Invoicing:
    """E-invoices by EN 16931."""

    @hookimpl(trylast=True)
    def lockportal_document_readers(self) -> Sequence[Reader]:
        """Make the readers of e-invoices and of the other UBL papers; lxml and pikepdf are imported at the first file."""
        return [import_module("lockportal.einvoice").InvoiceReader(), import_module("lockportal.einvoice.trade").TradeReader()]

    @hookimpl(trylast=True)
    def lockportal_einvoices(self) -> EInvoices:
        """Make the writer of e-invoices."""
        writer: EInvoices = import_module("lockportal.einvoice").InvoiceWriter()
        return writer


class Tills:
    """The sandbox, a gateway that moves no money."""

    @hookimpl(trylast=True)
    def lockportal_payment_gateways(self, register: GatewayRegistrar) -> None:
        """Register the gateway `fake`."""
        fake = import_module("lockportal.payments.fake")
        register(fake.DESCRIPTOR, fake.open_gateway)

    @hookimpl(trylast=True)
    def lockportal_secret(self, reference: str) -> str | None:
        """Read a secret from the environment or a file, or None if its reference is neither `env:` nor `file:`."""
        found: str | None = import_module("lockportal.payments.references").read_here(reference)
        return found


PLUGINS = (Rooms(), Databases(), Papers(), Letters(), Shelves(), Invoicing(), Tills())
"""The built-in plugins."""
