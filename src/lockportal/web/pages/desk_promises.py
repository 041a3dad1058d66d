"""Promises at the desk: promised cash by week, what is at risk or broken, how well promises are kept, what is to be decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from lockportal.core.actor import Actor
from lockportal.core.errors import Conflict, LockportalError, Refused
from lockportal.promises.views import PromisedWeek, PromiseList
from lockportal.web.http import Request, Response, redirect
from lockportal.web.pages.accounts import path_id
from lockportal.web.pages.desk import page
from lockportal.web.pages.promises import refusal_of
from lockportal.web.promise_words import PROMISE_LISTS
from lockportal.web.site import Site

_HIGH: Final = 100
_STEP: Final = 60


@frozen(kw_only=True)
class Bar:
    """One week as a bar of the picture, in the units of its drawing."""

    week: PromisedWeek
    x: int
    y: int
    height: int


@frozen(kw_only=True)
class Picture:
    """The weeks of one currency as bars."""

    currency: str
    bars: tuple[Bar, ...]
    width: int


def show(site: Site, request: Request, actor: Actor) -> Response:
    """Show promised cash by week, and one of the lists of promises."""
    return _show(site, request, actor)


def act(site: Site, request: Request, actor: Actor) -> Response:
    """Accept or decline what a customer proposes."""
    account_id, promise_id, form = path_id(request, "account"), path_id(request, "promise"), request.form
    accept = form.get("act") == "accept"
    try:
        site.portal.promises.decide(account_id, promise_id, actor, accept=accept, reason=form.get("reason", ""))
    except (Refused, Conflict) as error:
        return _show(site, request, actor, error)
    return redirect(f"{site.url('desk_promises')}?done={'promise_accepted' if accept else 'promise_declined'}")


def _show(site: Site, request: Request, actor: Actor, error: LockportalError | None = None) -> Response:
    wanted = request.query.get("list", "open")
    which = PromiseList(wanted if wanted in PROMISE_LISTS else "open")
    weeks = site.portal.promises.calendar(actor)
    values = {
        "weeks": weeks,
        "pictures": _pictures(weeks),
        "which": which.value,
        "found": site.portal.promises.book(actor, which, after=request.query.get("after") or None),
        "rates": site.portal.promises.rates(actor),
        "done": request.query.get("done", ""),
        "fault": refusal_of(site, error),
    }
    answer = page(site, actor, "desk_promises.html", values, here="desk_promises")
    return answer if error is None else evolve(answer, status=422)


def _pictures(weeks: Sequence[PromisedWeek]) -> tuple[Picture, ...]:
    made = []
    for currency in dict.fromkeys(week.amount.currency for week in weeks):
        own = [week for week in weeks if week.amount.currency == currency]
        most = max(week.amount.minor for week in own)
        bars = []
        for place, week in enumerate(own):
            height = max(week.amount.minor * _HIGH // most, 1)
            bars.append(Bar(week=week, x=place * _STEP, y=_HIGH - height, height=height))
        made.append(Picture(currency=currency, bars=tuple(bars), width=len(own) * _STEP))
    return tuple(made)
