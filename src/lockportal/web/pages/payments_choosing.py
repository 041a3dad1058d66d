"""What a payment is begun with: documents that were chosen, all that is due, an amount, or a payment to be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from attrs import evolve, frozen

from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.models import Document
from lockportal.payments.settings import PaymentsSettings
from lockportal.web.filters import read_amount
from lockportal.web.http import Request
from lockportal.web.pages.accounts import written_id
from lockportal.web.pages.payments_sheet import Desk, found
from lockportal.web.paying import MOST, PAY, Wanted, again, by_currency, shared_out

DUE, OVERDUE, OPEN = "due", "overdue", "open"
"""What `all` asks for: what is due by today, what was due before, whatever is open."""


@frozen
class Choice:
    """What the page begins with: what is wanted, its documents, and whether there are more than it can hold."""

    wanted: Wanted
    documents: tuple[Document, ...] = ()
    more: bool = False
    fault: str = ""


def chosen(desk: Desk, request: Request, of: UUID | None) -> Choice:
    """Read what a payment is to begin with from the page's address; `of` is the one document that it may be about."""
    query = request.query
    if query.get("again"):
        payment = desk.site.portal.payments.payment(desk.account_id, written_id(query["again"], "payment"), desk.actor).payment
        wanted = again(payment)
        return Choice(wanted, found(desk, tuple(wanted.amounts), of))
    if of is not None:
        return _typed(_of(desk, found(desk, (of,), of), ""), query)
    ids = tuple(dict.fromkeys(written_id(text, "document") for text in request.every("document")))
    if ids:
        return _typed(_of(desk, found(desk, ids[:MOST], None), query.get("currency", ""), more=len(ids) > MOST), query)
    currencies = desk.site.portal.supplier.currencies
    currency = next((code for code in currencies if code == query.get("currency")), currencies[0])
    if query.get("all") in {DUE, OVERDUE, OPEN}:
        return _all(desk, currency, query["all"])
    if query.get("oldest"):
        return _oldest(desk, currency, query["oldest"])
    return Choice(Wanted(currency=currency, on_account=query.get("on_account", "").strip()))


def _of(desk: Desk, documents: tuple[Document, ...], asked: str, *, more: bool = False) -> Choice:
    """Pay the documents of one currency, with the credit memos among them; those in others are payments of their own."""
    several, order = by_currency(documents), desk.site.portal.supplier.currencies
    codes = sorted(several, key=lambda code: (order.index(code) if code in order else len(order), code))
    currency = asked if asked in several else codes[0] if codes else order[0]
    owed = [one for one in several.get(currency, ()) if one.balance is not None and one.balance.minor > 0]
    memos = tuple(one.id for one in several.get(currency, ()) if one not in owed)
    also = {one.id: code for code in codes if code != currency for one in several[code]}
    settled = tuple(one for one in documents if one.balance is None or one.balance.is_zero)
    wanted = Wanted(currency=currency, amounts=dict.fromkeys(one.id for one in (*owed, *settled)), credits=memos, also=also)
    return Choice(wanted, (*owed, *settled), more)


def _typed(choice: Choice, query: Mapping[str, str]) -> Choice:
    """Begin with the amounts that the address names, as where a part of a document is disputed."""
    amounts = {key: query.get(f"{PAY}{key}", text) for key, text in choice.wanted.amounts.items()}
    return evolve(choice, wanted=evolve(choice.wanted, amounts=amounts))


def _all(desk: Desk, currency: str, which: str) -> Choice:
    today = desk.site.portal.supplier.today(desk.site.portal.clock.now())
    due = {DUE: today, OVERDUE: today - timedelta(days=1)}.get(which)
    ids = desk.site.portal.payments.payable(desk.account_id, currency, desk.actor, due=due)
    held = desk.held()
    open_ = tuple(one for one in found(desk, ids[:MOST], None) if desk.rest(one, held).minor > 0)
    return Choice(Wanted(currency=currency, amounts=dict.fromkeys(one.id for one in open_)), open_, len(ids) > MOST)


def _oldest(desk: Desk, currency: str, typed: str) -> Choice:
    """Pay the oldest documents as far as an amount goes; what is left of it goes on account, where that is taken."""
    money = read_amount(typed, currency)
    if money is None or money.minor <= 0:
        return Choice(Wanted(currency=currency), fault=typed)
    settings = desk.site.portal.shell.settings(PaymentsSettings)
    ids = desk.site.portal.payments.payable(desk.account_id, currency, desk.actor)
    held = desk.held()
    open_ = [one for one in found(desk, ids[:MOST], None) if desk.rest(one, held).minor > 0]
    dues = _settling(desk, open_, [desk.rest(one, held) for one in open_], money)
    amounts, rest = shared_out(money, zip((one.id for one in open_), dues, strict=True), partial=settings.partial)
    on_account = str(rest.decimal) if rest and settings.on_account else ""
    wanted = Wanted(currency=currency, amounts=amounts, on_account=on_account)
    return Choice(wanted, tuple(one for one in open_ if one.id in amounts))


def _settling(desk: Desk, documents: list[Document], open_: list[Money], money: Money) -> list[Money]:
    """Answer what settles each document: less than is open of it, where an early-payment discount is earned by so much money."""
    reached, sum_ = 0, Money.zero(money.currency)
    while reached < len(open_) and sum_ < money:
        sum_, reached = sum_ + open_[reached], reached + 1
    wanted = Wanted(currency=money.currency, amounts=dict.fromkeys(one.id for one in documents[:reached]))
    sheet = desk.opened(wanted, tuple(documents[:reached]))
    for kind in desk.kinds(money.currency):
        try:
            lines = desk.quote(sheet, kind).lines
        except Refused:
            continue
        return [line.cash for line in lines] + open_[reached:]
    return open_
