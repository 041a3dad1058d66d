"""Gateways that move money by files: what such a gateway is handed and answers. It builds and reads, and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from lockportal.core.money import Money
from lockportal.payments.methods import MethodCapability
from lockportal.payments.operations import Observation
from lockportal.payments.requests import MethodFacts, MethodRef


@frozen(kw_only=True)
class BatchDescriptor:
    """What a file format is: its name (as in the settings), the class of its settings, the ways to pay, and its files' ending."""

    format_name: str
    display_name: str
    api_version: int = 1
    config_schema: type
    methods: tuple[MethodCapability, ...]
    suffix: str = "txt"


@frozen(kw_only=True)
class BatchLine:
    """One debit of a file. `trace` is the number by which the bank tells of it: unique for each supplier and day."""

    operation_id: UUID
    trace: int
    money: Money
    method: MethodRef
    customer_name: str
    reference: str


@frozen(kw_only=True)
class BatchRequest:
    """What is to be put into one file; `number` counts the files of a day, from 1."""

    batch_id: UUID
    number: int
    lines: tuple[BatchLine, ...]
    effective_on: date
    """The banking day on which the money is to move."""
    made_at: datetime


@frozen(kw_only=True)
class BatchFile:
    """A file as it goes to the bank: never built again otherwise once it was released."""

    name: str
    content: bytes = field(repr=False)
    total: Money
    count: int


@frozen(kw_only=True)
class MethodUpdate:
    """A saved method of which a bank says something else now: another account, a mandate that was revoked."""

    method: MethodRef
    facts: MethodFacts


@frozen(kw_only=True)
class BatchReport:
    """What a bank's file says: of operations, of saved methods, and what of it could not be read, line by line."""

    observations: tuple[Observation, ...] = ()
    methods: tuple[MethodUpdate, ...] = ()
    unread: tuple[str, ...] = ()


class BatchGateway(Protocol):
    """A way to move money by files. Both methods are pure: no clock, no network, the same input makes the same answer."""

    def build(self, batch: BatchRequest) -> BatchFile:
        """Write a file; RequestRejected names the line that cannot be written."""
        ...

    def read(self, content: bytes, name: str) -> BatchReport:
        """Read a bank's file; the same file, read again, says the same. WebhookMalformed where it is none of this format."""
        ...


@frozen(kw_only=True)
class BatchConfig:
    """One of the supplier's accounts with a bank: its name in the settings, and the format's own settings, checked."""

    merchant_account: str
    settings: object


BatchFactory = Callable[[BatchConfig], BatchGateway]


class BatchRegistrar(Protocol):
    """Takes what a plugin registers."""

    def __call__(self, descriptor: BatchDescriptor, factory: BatchFactory) -> None:
        """Register a file format; Refused where its name is taken or its contract is another one."""
        ...
