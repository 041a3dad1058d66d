"""Debits by NACHA files: a file of a batch is built, and what the bank answers is read. Neither keeps anything but accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.payments.batches import (
    BatchConfig,
    BatchDescriptor,
    BatchFile,
    BatchLine,
    BatchReport,
    BatchRequest,
    MethodUpdate,
)
from lockportal.payments.errors import RequestRejected
from lockportal.payments.methods import FetchBy, Flow, Idempotency, MethodCapability, MethodKind, Saved
from lockportal.payments.operations import Observation, ObservationSource, OpKind, OpStatus
from lockportal.payments.requests import MethodFacts, MethodRef, MethodStatus
from lockportal_ach.codes import REASONS, decline_of
from lockportal_ach.files import AchFile
from lockportal_ach.reading import read_file
from lockportal_ach.records import FileHeader
from lockportal_ach.returning import Change, Corrections, Returned, Turn, changes_of, returns_of
from lockportal_ach.settings import AchSettings
from lockportal_ach.vault import BankAccount, Vault, ref_after
from lockportal_ach.writing import AccountKind, BatchDraft, Draft, EntryClass, FileDraft, Movement, write_file

_SAVINGS: Final = 3
_DIGITS: Final = 4
DESCRIPTOR: Final = BatchDescriptor(
    format_name="nacha",
    display_name="ACH (NACHA files)",
    config_schema=AchSettings,
    methods=(
        MethodCapability(
            kind=MethodKind.ACH_DEBIT,
            currencies=frozenset({"USD"}),
            countries=frozenset({"US"}),
            flows=frozenset({Flow.BATCH}),
            operations=frozenset({OpKind.SALE}),
            partial_refund=False,
            saved=Saved.OFF_SESSION,
            mandate=True,
            asynchronous=True,
            expected_days=3,
            return_days=60,
            idempotency=Idempotency.NONE,
            fetch=frozenset[FetchBy](),
        ),
    ),
    suffix="ach",
)
"""ACH by file, as a format."""


def open_gateway(config: BatchConfig) -> AchGateway:
    """Open the format with its settings, and the vault that they name."""
    settings = config.settings
    if not isinstance(settings, AchSettings):
        raise Refused("ach.settings", "The settings are none of this format.")
    return AchGateway(settings=settings, vault=settings.open_vault())


@frozen(kw_only=True)
class AchGateway:
    """Builds and reads NACHA files for one company's account with its bank; account numbers are in the vault alone."""

    settings: AchSettings
    vault: Vault

    def build(self, batch: BatchRequest) -> BatchFile:
        """Write a batch of debits: an amount of zero is a prenote, which only tries the account.

        A line's `method.ref` is the vault's; it goes along as the identification, and comes back. RequestRejected names the line.
        """
        lines = sorted(batch.lines, key=lambda line: line.trace)
        if not lines:
            raise RequestRejected("ach.file", "A file has lines.")
        own = self.settings
        draft = FileDraft(
            destination=own.destination or own.odfi,
            destination_name=own.bank,
            origin=own.origin or own.company_id,
            origin_name=own.company,
            made_at=_local(batch.made_at, own),
            number=batch.number,
            batches=(
                BatchDraft(
                    entry_class=own.entry_class,
                    company=own.company,
                    company_id=own.company_id,
                    description=own.description,
                    effective_on=batch.effective_on,
                    odfi=own.odfi,
                    drafts=tuple(map(self._draft, lines)),
                ),
            ),
        )
        try:
            content = write_file(draft).content()
        except Refused as error:
            raise RequestRejected(error.code, error.message, field=error.field) from error
        name = f"ach-{batch.effective_on:%Y%m%d}-{own.odfi}-{batch.batch_id.hex[:8]}-{batch.number:02}.ach"
        total = Money(sum(line.money.minor for line in lines), "USD")
        return BatchFile(name=name, content=content, total=total, count=len(lines))

    def _draft(self, line: BatchLine) -> Draft:
        if line.money.currency != "USD":
            raise RequestRejected("ach.currency", f"{line.reference}: ACH moves US dollars only.", field="money")
        try:
            account = self.vault.reveal(line.method.ref)
        except Refused as error:
            raise RequestRejected(error.code, f"{line.reference}: {error.message}", field="method") from error
        prenote = not line.money.minor
        return Draft(
            routing=account.routing,
            account=account.number,
            kind=account.kind,
            movement=Movement.DEBIT_PRENOTE if prenote else Movement.DEBIT,
            amount=line.money.minor,
            name=line.customer_name,
            identification=line.method.ref,
            remark="" if prenote or self.settings.entry_class is EntryClass.TEL else line.reference,
            trace=line.trace,
            once=not self.settings.recurring,
        )

    def read(self, content: bytes, name: str) -> BatchReport:  # noqa: ARG002 - a file says itself what it is
        """Read returns and notifications of change of this company's debits; WebhookMalformed where it is no NACHA file.

        A return's `parent_ref` is the trace number of its debit, of 15 digits. What a person has to look at is in `unread`: lines
        that do not tie out, returns of credits, refused and contested returns, unknown codes, changes of unknown accounts.
        """
        file = read_file(content)
        seen: list[Observation] = []
        methods: list[MethodUpdate] = []
        unread = [f"line {one.line}: {one.message} ({one.code})" for one in file.problems]
        told: list[Returned | Change] = [*returns_of(file), *changes_of(file)]
        for one in sorted(told, key=lambda one: one.line):
            try:
                if isinstance(one, Change):
                    methods.append(self._changed(one))
                elif one.turn is Turn.RETURNED and one.was_debit and not one.amount:
                    methods.append(self._refused_prenote(one))
                else:
                    seen.append(self._seen(one, file))
                    if one.reason not in REASONS:
                        unread.append(f"line {one.line}: there is no return code {one.reason} ({one.original_trace}).")
            except Refused as error:
                unread.append(f"line {one.line}: {error.message} ({one.original_trace})")
        return BatchReport(observations=tuple(seen), methods=tuple(methods), unread=tuple(unread))

    def _seen(self, one: Returned, file: AchFile) -> Observation:
        self._check_ours(one)
        if one.turn is not Turn.RETURNED:
            raise Refused("ach.turn", f"A return is {one.turn} with {one.reason}: talk to the bank.")
        if not one.was_debit:
            raise Refused("ach.credit", f"A credit came back with {one.reason}: nobody owes it.")
        return Observation(
            kind=OpKind.RETURN,
            status=OpStatus.SUCCEEDED,
            money=Money(one.amount, "USD"),
            occurred_at=_made(file.header, self.settings),
            source=ObservationSource.FILE,
            gateway_ref=f"{file.header.made_on}{file.header.modifier}-{one.trace}",
            parent_ref=one.original_trace,
            decline=decline_of(one.reason),
        )

    def _refused_prenote(self, one: Returned) -> MethodUpdate:
        self._check_ours(one)
        account = self.vault.reveal(one.identification)
        return _update(one.identification, one.identification, account, MethodStatus.BLOCKED)

    def _changed(self, one: Change) -> MethodUpdate:
        self._check_ours(one)
        right = one.corrections
        if right is None or not (right.routing or right.account or right.transaction_code):
            raise Refused("ach.change", f"A change {one.code} says nothing that can be changed here.")
        account = corrected(self.vault.reveal(one.identification), right)
        ref = ref_after(one.identification, f"{one.code} {one.original_trace} {one.trace}")
        self.vault.keep(ref, account)
        return _update(one.identification, ref, account, MethodStatus.ACTIVE)

    def _check_ours(self, one: Returned | Change) -> None:
        if one.original_trace[:8] != self.settings.odfi[:8]:
            raise Refused("ach.stranger", "It is of an entry that went through another bank.")


def corrected(account: BankAccount, right: Corrections) -> BankAccount:
    """Answer an account as a notification of change says that it is right."""
    code = right.transaction_code
    return evolve(
        account,
        routing=right.routing or account.routing,
        number=right.account or account.number,
        kind=account.kind if code is None else AccountKind.SAVINGS if code // 10 == _SAVINGS else AccountKind.CHECKING,
    )


def _update(old: str, new: str, account: BankAccount, status: MethodStatus) -> MethodUpdate:
    facts = MethodFacts(ref=MethodRef(ref=new), kind=MethodKind.ACH_DEBIT, last4=account.last4, status=status)
    return MethodUpdate(method=MethodRef(ref=old), facts=facts)


def _local(at: datetime, settings: AchSettings) -> datetime:
    return at.astimezone(ZoneInfo(settings.zone))


def _made(header: FileHeader, settings: AchSettings) -> datetime:
    """Answer when a file was made; Refused where its header does not say it, as no other time is known."""
    at = header.made_at if header.made_at.isdecimal() and len(header.made_at) == _DIGITS else "0000"
    try:
        made = datetime.strptime(f"{header.made_on}{at}", "%y%m%d%H%M")  # noqa: DTZ007 - its zone is the bank's
    except ValueError as error:
        raise Refused("ach.date", "The file does not say on which day it was made.") from error
    return made.replace(tzinfo=ZoneInfo(settings.zone)).astimezone(UTC)
