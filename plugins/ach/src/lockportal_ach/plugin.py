"""The plugin: what lockportal finds through the entry point."""

from __future__ import annotations

from lockportal import hookimpl
from lockportal.payments.batches import BatchRegistrar
from lockportal_ach.gateway import DESCRIPTOR, open_gateway


@hookimpl
def lockportal_bank_formats(register: BatchRegistrar) -> None:
    """Register the format `nacha`."""
    register(DESCRIPTOR, open_gateway)
