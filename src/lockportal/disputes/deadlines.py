"""Until when a dispute should be answered and decided, in working time, and what the clock tells of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import evolve

from lockportal.core.account import Account
from lockportal.core.record import Event, Stamp
from lockportal.core.settings import Supplier
from lockportal.disputes.hours import WorkingHours, working_hours
from lockportal.disputes.models import Alert, Dispute, DisputeAlerted
from lockportal.disputes.settings import DisputesSettings
from lockportal.disputes.states import UNDECIDED

_PAIRS = ((Alert.ANSWER_SOON, Alert.ANSWER_LATE), (Alert.DECISION_SOON, Alert.DECISION_LATE))


def hours_of(account: Account) -> WorkingHours:
    """Answer when the supplier works on disputes."""
    settings = account.settings(DisputesSettings)
    return working_hours(account.supplier, settings.opens, settings.closes)


def soon_after(supplier: Supplier, settings: DisputesSettings, now: datetime) -> datetime:
    """Answer until when, in UTC, whatever is due is due soon: when the working hours of the warning will have passed."""
    if not settings.warn_hours:
        return now
    return working_hours(supplier, settings.opens, settings.closes).after(now, timedelta(hours=settings.warn_hours))


def begun(account: Account, dispute: Dispute, at: datetime) -> Dispute:
    """Start both clocks of a dispute that is open now, or again."""
    settings, hours = account.settings(DisputesSettings), hours_of(account)
    started = evolve(
        dispute,
        answer_by=hours.after(at, timedelta(hours=settings.answer_hours)),
        decide_by=hours.after(at, timedelta(hours=settings.decide_hours)),
        alerts=(),
    )
    return timed(account, started)


def answered(account: Account, dispute: Dispute) -> Dispute:
    """Stop the clock of the first answer."""
    return timed(account, evolve(dispute, answer_by=None))


def paused(account: Account, dispute: Dispute, at: datetime) -> Dispute:
    """Stop the clock of the decision while the customer is asked."""
    left = timedelta() if dispute.decide_by is None else hours_of(account).between(at, dispute.decide_by)
    return timed(account, evolve(dispute, decide_by=None, left=int(left.total_seconds())))


def resumed(account: Account, dispute: Dispute, at: datetime) -> Dispute:
    """Let the clock of the decision go on with what was left of it."""
    decide_by = hours_of(account).after(at, timedelta(seconds=dispute.left))
    return timed(account, evolve(dispute, decide_by=decide_by, left=0))


def timed(account: Account, dispute: Dispute) -> Dispute:
    """Answer a dispute that is woken for what the clock has to tell of it next; one that is decided waits for nothing."""
    if dispute.status not in UNDECIDED:
        return evolve(dispute, answer_by=None, decide_by=None, wake_at=None)
    return evolve(dispute, wake_at=min((at for at, _ in _coming(account, dispute)), default=None))


def tell(dispute: Dispute, account: Account, stamp: Stamp) -> Sequence[Event]:
    """Tell what is due soon or late by now, each once; what is late is not told to be due soon."""
    here = [alert for at, alert in _coming(account, dispute) if at <= stamp.at]
    told = [alert for alert in here if not any(alert is soon and late in here for soon, late in _PAIRS)]
    known = {*dispute.alerts, *told}
    after = timed(account, evolve(dispute, alerts=tuple(alert for alert in Alert if alert in known)))
    return [DisputeAlerted(dispute=after, alert=alert) for alert in told]


def _coming(account: Account, dispute: Dispute) -> list[tuple[datetime, Alert]]:
    """Answer what the clock has not told yet, and when it does."""
    hours, warn = hours_of(account), timedelta(hours=account.settings(DisputesSettings).warn_hours)
    found: list[tuple[datetime, Alert]] = []
    for by, (soon, late) in zip((dispute.answer_by, dispute.decide_by), _PAIRS, strict=True):
        if by is not None:
            found += [(by, late)] if late not in dispute.alerts else []
            found += [(hours.before(by, warn), soon)] if warn and not {soon, late} & {*dispute.alerts} else []
    return found
