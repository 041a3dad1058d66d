"""The file formats by which banks move money, as plugins register them, each plugin apart."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from lockportal import codec
from lockportal.context import Context
from lockportal.core.errors import Refused
from lockportal.payments.batches import BatchConfig, BatchDescriptor, BatchFactory, BatchGateway
from lockportal.payments.methods import API_VERSION

_LOG: Final = logging.getLogger("lockportal.payments")
Known = tuple[BatchDescriptor, BatchFactory]
"""A format as it was registered."""


class BankFormats:
    """The registered formats: `portal.payments.bank_formats`."""

    def __init__(self, context: Context) -> None:
        """Collect what plugins register; one that fails at it registers none of its own, and nobody else suffers."""
        self._known: dict[str, Known] = {}
        for implementation in reversed(context.hook.lockportal_bank_formats.get_hookimpls()):
            register = _Staged(self._known)
            try:
                implementation.function(register=register)
            except Exception:  # noqa: BLE001 - whatever it is, the others go on
                _LOG.exception("a plugin could not register its file formats", extra={"plugin": implementation.plugin_name})
                continue
            self._known |= register.staged

    @property
    def descriptors(self) -> tuple[BatchDescriptor, ...]:
        """Answer what every registered format is, by name."""
        return tuple(descriptor for _, (descriptor, _) in sorted(self._known.items()))

    def open(self, name: str, merchant_account: str, settings: Mapping[str, Any]) -> BatchGateway:
        """Open a format with an account's settings; Refused `format.unknown` or `format.settings` says what is wrong."""
        known = self._known.get(name)
        if known is None:
            there = ", ".join(sorted(self._known)) or "none"
            raise Refused("format.unknown", f"There is no file format {name!r}; installed are: {there}.", field="format")
        descriptor, factory = known
        try:
            read: object = codec.structure(descriptor.config_schema, dict(settings))
        except Refused as error:
            raise Refused("format.settings", error.message, field=error.field) from error
        return factory(BatchConfig(merchant_account=merchant_account, settings=read))


@frozen
class _Staged:
    """What one plugin registers, before it counts."""

    known: Mapping[str, Known]
    staged: dict[str, Known] = field(factory=dict)

    def __call__(self, descriptor: BatchDescriptor, factory: BatchFactory) -> None:
        """Take one format; Refused where its name is taken or its contract is another one."""
        if descriptor.format_name in {*self.known, *self.staged}:
            raise Refused("format.twice", f"There are two file formats of the name {descriptor.format_name!r}.")
        if descriptor.api_version not in {API_VERSION, API_VERSION - 1}:
            raise Refused("format.version", f"{descriptor.format_name!r} is written for another version of lockportal.")
        self.staged[descriptor.format_name] = (descriptor, factory)
