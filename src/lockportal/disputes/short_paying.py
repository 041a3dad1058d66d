"""Short pay: what a payment leaves open with a reason is disputed in the same commit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.actor import Actor, ActorKind, Right
from lockportal.core.errors import Refused
from lockportal.core.money import Money, total
from lockportal.core.record import Event, Stamp
from lockportal.disputes.amounts import disputed_line, tax_within
from lockportal.disputes.commands import new_dispute, opened, with_lines
from lockportal.disputes.models import Claim, DisputeCategory, DisputeLine, DisputeOpened
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.shares import disputes_of
from lockportal.disputes.steps import DISPUTABLE
from lockportal.documents.lines import lines_of
from lockportal.documents.models import Document
from lockportal.payments.lines import PaymentLine
from lockportal.payments.models import Payment, PaymentStarted
from lockportal.payments.scheduling.models import ScheduledPayment
from lockportal.profiles.models import Contact

_REASON = "short_pay"
_PEOPLE = frozenset({ActorKind.CUSTOMER, ActorKind.HOLDER})


def dispute_rest(event: PaymentStarted, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Dispute what the payment leaves open of a document for which it gives a reason, as far as it is not disputed already.

    Of a payer who may not dispute the reason is only kept.
    """
    settings, short = account.settings(DisputesSettings), [line for line in event.payment.lines if line.short]
    events: list[Event] = []
    if not (short and settings.short_pay and _may_dispute(account, event.payment, stamp.by)):
        return events
    for line in short:
        document, own = account.get(Document, line.document_id), stamp.branch(f"short/{line.document_id}")
        rest = disputed_rest(line, sum(one.share.minor for one in disputes_of(account, document.id)))
        if not rest or document.kind not in DISPUTABLE:
            continue
        draft = evolve(
            with_lines(new_dispute(account, document, own), _lines(document, line, rest)),
            reason=_REASON if settings.reason(_REASON) is not None else "",
            contact_id=event.payment.contact_id,
            payment_id=event.payment.id,
        )
        said = DisputeOpened(dispute=opened(account, document, draft, own))
        account = account.holding(said.records())
        events.append(said)
    return events


def disputed_rest(line: PaymentLine, disputed: int) -> Money:
    """Answer how much a payment disputes of a document of which so much is disputed already, in minor units: maybe nothing."""
    return Money(max(line.left.minor - disputed, 0) if line.short else 0, line.left.currency)


def may_dispute(by: Actor, account_id: UUID, *, later: bool = False) -> bool:
    """Say whether somebody who pays may dispute in an account, too; of what is paid `later` by a right of their own there."""
    grant = by.grant(account_id)
    if grant is None:
        return by.kind not in _PEOPLE
    return Right.DISPUTE in (grant.rights - grant.inherited if later else grant.rights)


def _may_dispute(account: Account, payment: Payment, by: Actor) -> bool:
    """Say whether whoever pays may dispute; of a scheduled payment it is the contact who wanted it, as they may by then."""
    schedule = None if payment.schedule_id is None else account.find(ScheduledPayment, payment.schedule_id)
    if schedule is None or schedule.contact_id is None:
        return may_dispute(by, account.id)
    contact = account.find(Contact, schedule.contact_id)
    return contact is not None and Right.DISPUTE in contact.rights


def _lines(document: Document, line: PaymentLine, rest: Money) -> Sequence[DisputeLine]:
    """Answer what is disputed: the lines that were left out, where they come to the rest; else the document as a whole."""
    category = DisputeCategory(line.short_category) if line.short_category in set(DisputeCategory) else DisputeCategory.OTHER
    nothing = Money.zero(rest.currency)
    left_out = [name for name in lines_of(document) if name not in line.chosen] if line.chosen else []
    claims = [Claim(line=name, category=category, expected_amount=nothing, note=line.short_reason) for name in left_out]
    try:
        lines = [disputed_line(document, claim) for claim in claims]
    except Refused:  # a line of which there is nothing to dispute
        lines = []
    if lines and total([one.amount for one in lines], rest.currency) == rest:
        return lines
    whole = DisputeLine(
        category=category,
        billed_amount=document.payable,
        expected_amount=None if document.payable is None else document.payable - rest,
        amount=rest,
        tax=Money(tax_within(document, rest.minor), rest.currency),
        granted=nothing,
        note=line.short_reason,
    )
    return [whole]
