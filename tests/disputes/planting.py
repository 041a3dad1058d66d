"""Disputes as they may stand after a long time, put into the books at once, so that lists and measures have something to sum."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from attrs import frozen
from hypothesis import strategies as st

from disputes.desks import CASEY
from lockportal.clock import SystemClock
from lockportal.core.account import Owner
from lockportal.core.actor import Audience
from lockportal.core.money import Money
from lockportal.disputes import Dispute, DisputeCategory, DisputesRestated, DisputeStatus

S = DisputeStatus
ENDED = {S.CLOSED, S.DRAFT}
HOURS = st.integers(0, 24 * 40)


@frozen(kw_only=True)
class Plant:
    """Puts disputes into an account's books as they are."""

    audience: ClassVar = Audience(staff=True)
    owner: ClassVar = Owner.CUSTOMER
    needs: ClassVar = ()
    opens: ClassVar = False

    account_id: object
    disputes: tuple

    def decide(self, account, stamp):
        return [DisputesRestated(disputes=self.disputes)]


@st.composite
def facts(draw):
    """How one dispute stands: hours count from the opening; a minor unit is a hundredth of a dollar or a yen."""
    status = draw(st.sampled_from([S.OPEN, S.IN_REVIEW, S.INFO_REQUESTED, S.ACCEPTED, S.CLOSED, S.CLOSED, S.CLOSED, S.DRAFT]))
    amount = draw(st.integers(1, 9))
    return {
        "status": status,
        "opened": None if status is S.DRAFT or draw(st.integers(0, 9)) == 0 else draw(HOURS),
        "took": draw(HOURS),
        "answer": draw(st.none() | HOURS) if status in {S.OPEN, S.IN_REVIEW} else None,
        "decide": draw(HOURS) if status in {S.OPEN, S.IN_REVIEW} else None,
        "amount": amount,
        "granted": draw(st.integers(0, amount)),
        "currency": draw(st.sampled_from(["USD", "JPY"])),
        "category": draw(st.sampled_from([DisputeCategory.QUANTITY, DisputeCategory.PRICE])),
        "reason": draw(st.sampled_from(["", "short_delivery", "Short_Delivery", "other"])),
        "cause": draw(st.sampled_from(["", "picking_error"])),
        "department": draw(st.sampled_from(["", "sales", "Sales"])),
        "owner": draw(st.sampled_from(["", "casey"])),
    }


def planted(desk, begin, made):
    """The disputes of these facts, stored; times count from `begin`."""
    clock, found = SystemClock(), []
    for one in made:
        currency = one["currency"]
        opened = None if one["opened"] is None else begin + timedelta(hours=one["opened"])
        closed = None
        if one["status"] is S.CLOSED:
            closed = (opened or begin) + timedelta(hours=one["took"])
        found.append(
            Dispute(
                id=clock.new_id(),
                account_id=desk.account,
                reference=f"D-{clock.new_id().hex[-12:]}",
                document_id=desk.document,
                number="R-1",
                status=one["status"],
                category=one["category"],
                reason=one["reason"],
                cause=one["cause"],
                department=one["department"],
                owner=one["owner"],
                amount=Money(one["amount"], currency),
                granted=Money(one["granted"], currency),
                credited=Money(0, currency),
                share=Money(0, currency),
                begun_at=begin,
                changed_at=begin,
                opened_at=opened,
                closed_at=closed,
                cycle=one["took"] * 3600 if closed and opened else 0,
                answer_by=_after(begin, one["answer"]),
                decide_by=_after(begin, one["decide"]),
            )
        )
    desk.portal.shell.run(Plant(account_id=desk.account, disputes=tuple(found)), CASEY)
    return found


def _after(begin, hours):
    return None if hours is None else begin + timedelta(hours=hours)


def year(n):
    """The beginning of a year that is an example's own."""
    return datetime(1920 + n, 1, 1, tzinfo=UTC)
