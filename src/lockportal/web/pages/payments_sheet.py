"""What the page of a payment shows: its lines, the credit, the ways to pay, and what it all comes to; asked anew each time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from attrs import evolve, field, frozen

from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.core.money import Money
from lockportal.documents.models import Document
from lockportal.payments.lines import PaymentLine
from lockportal.payments.methods import Flow, MethodKind
from lockportal.payments.models import Payment
from lockportal.payments.operations import OpKind
from lockportal.payments.planning import LineChoice
from lockportal.payments.saving.views import MethodRow
from lockportal.payments.settings import MethodRule, PaymentsSettings
from lockportal.payments.views import CreditRow, Quote
from lockportal.web.filters import read_amount, read_day
from lockportal.web.pages.payments_lines import Part, parts_of
from lockportal.web.pages.payments_saved import SavedWay, on_a_day, picked, savable, usable
from lockportal.web.paying import CREDIT, PAY, WHY, Fault, Wanted
from lockportal.web.site import Site

_UNDER_WAY: Final = 20
_FLOWS: Final = frozenset({Flow.HOSTED, Flow.INSTRUCTIONS})
_OF_THE_WAY: Final = frozenset({"payment.method", "payment.amount", "payment.denied"})
_ROOMY: Final = 50
"""Of so many documents at most it can be said at once why they are not paid whole."""
_MOST_PARTS: Final = 300
"""The lines of documents are offered one by one, as long as there are no more of them."""
_UNREADABLE: Final = "amount.unreadable"


@frozen(kw_only=True)
class Line:
    """One document of a payment: what is open of it beside other payments, what was typed, and what it gets."""

    document: Document
    open: Money
    typed: str
    choice: LineChoice | None
    reason: str = ""
    category: str = ""
    asks_reason: bool = False
    parts: tuple[Part, ...] = ()
    """Its own lines, where they can be chosen."""
    result: PaymentLine | None = None
    disputed: Money | None = None
    """How much of it paying disputes."""

    @property
    def in_part(self) -> bool:
        """Whether less than all of it is chosen, or was to be."""
        asked = self.asks_reason or self.reason or self.category or any(part.chosen for part in self.parts)
        return bool(asked) or (self.result is not None and bool(self.result.left))


@frozen
class Way:
    """A way to pay with the fee that it costs; with what hinders it, it is not offered for this payment."""

    kind: MethodKind
    fee: Money
    hindered: Fault | None = None


@frozen(kw_only=True)
class Sheet:
    """A payment before it is made. Without a `quote` something has to be changed first; `faults` say what."""

    wanted: Wanted
    lines: tuple[Line, ...]
    busy: tuple[tuple[Document, UUID], ...] = ()
    """Documents that another payment holds, with that payment."""
    done: tuple[Document, ...] = ()
    """Documents of which nothing is open."""
    credits: tuple[CreditRow, ...] = ()
    on_account: bool = False
    ways: tuple[Way, ...] = ()
    saved: tuple[SavedWay, ...] = ()
    """The saved methods that it can be paid by."""
    savable: tuple[MethodKind, ...] = ()
    """Those of the ways that can be saved for later."""
    method: MethodKind | None = None
    on: date | None = None
    """The day on which it is made, where that is another one."""
    by: SavedWay | None = None
    """The saved method, where one is chosen."""
    disputes: bool = False
    """Whether what is left open for a reason is disputed."""
    roomy: bool = False
    """Whether there is room for what can be said of each line."""
    quote: Quote | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def fields(self) -> Mapping[str, Fault]:
        """Answer the faults by the field that they are of."""
        return {fault.at: fault for fault in self.faults}


@frozen
class Desk:
    """Works payments out for one person in one account, with the documents that they may pay."""

    site: Site
    actor: Actor
    account_id: UUID
    country: str = ""
    _settings: PaymentsSettings = field(init=False)

    @_settings.default
    def _read(self) -> PaymentsSettings:
        return self.site.portal.shell.settings(PaymentsSettings)

    def sheet(self, wanted: Wanted, documents: tuple[Document, ...]) -> Sheet:
        """Answer a payment as it would be made now."""
        made = self.opened(wanted, documents)
        return made if made.faults else self.quoted(made)

    def disputed(self, sheet: Sheet) -> Sheet:
        """Add what paying will dispute."""
        if sheet.quote is None:
            return sheet
        short_pays, later = self.site.portal.disputes.short_pays, sheet.on is not None
        coming = short_pays.coming(self.account_id, sheet.quote.lines, self.actor, later=later)
        return evolve(sheet, lines=tuple(evolve(line, disputed=coming.get(line.document.id)) for line in sheet.lines))

    def opened(self, wanted: Wanted, documents: tuple[Document, ...]) -> Sheet:
        """Answer what is chosen and open, and what of the typing cannot be read; nothing is worked out yet."""
        held, lines, busy, done, faults = self.held(), [], [], [], []
        listed = sum(len(document.lines) for document in documents) <= _MOST_PARTS
        for document in documents:
            rest = self.rest(document, held)
            if document.balance is None or document.balance.minor <= 0 or document.balance.currency != wanted.currency:
                done.append(document)
            elif rest.minor <= 0:
                busy.append((document, held[document.id][1]))
            else:
                try:
                    choice = wanted.pays(document.id)
                except ValueError:
                    choice = None
                    faults.append(Fault(f"{PAY}{document.id}", _UNREADABLE))
                parts = parts_of(document, wanted.lines.get(document.id, ())) if listed else ()
                lines.append(self._line(document, rest, wanted, choice, parts))
        if wanted.on_account and read_amount(wanted.on_account, wanted.currency or "USD") is None:
            faults.append(Fault("on_account", _UNREADABLE))
        holder = self.actor.kind is ActorKind.HOLDER
        credits_ = () if holder else self.site.portal.payments.credits(self.account_id, self.actor)
        return Sheet(
            wanted=wanted,
            lines=tuple(lines),
            busy=tuple(busy),
            done=tuple(done),
            credits=tuple(one for one in credits_ if one.amount.currency == wanted.currency),
            on_account=self._settings.on_account and not holder,
            disputes=self.site.portal.disputes.short_pays.offered(self.account_id, self.actor),
            roomy=len(lines) <= _ROOMY,
            faults=tuple(faults),
        )

    def quoted(self, sheet: Sheet) -> Sheet:
        """Add the ways to pay and what it comes to by the chosen one, else by the first that can be taken."""
        if not sheet.wanted.currency:
            return sheet
        ways: list[Way] = []
        quotes: dict[MethodKind, Quote] = {}
        for kind in (*self.kinds(sheet.wanted.currency), MethodKind.CREDIT):
            if kind is MethodKind.CREDIT and quotes:
                break
            try:
                quotes[kind] = quote = self.quote(sheet, kind)
            except Refused as error:
                if error.code not in _OF_THE_WAY:
                    return self.refused(sheet, error)
                if kind is not MethodKind.CREDIT:
                    ways.append(Way(kind, Money.zero(sheet.wanted.currency), Fault("method", error.code, error.message)))
                continue
            if quote.amount.is_zero:
                return _with(sheet, quote, (), MethodKind.CREDIT)
            ways.append(Way(kind, quote.fee))
        if not quotes:
            hindered = ways[0].hindered if ways else None
            return evolve(sheet, ways=tuple(ways), faults=(hindered or Fault("method", "payment.method"),))
        saved = tuple(SavedWay(row, quotes[row.kind].fee) for row in self.saved() if row.kind in quotes)
        by = self._by(sheet.wanted, saved)
        kinds = set() if self.actor.kind is ActorKind.HOLDER else {*savable(self.site, self.country)}
        sheet = evolve(sheet, saved=saved, savable=tuple(kind for kind in quotes if kind in kinds), by=by)
        other = next((kind for kind in quotes if kind == sheet.wanted.method), next(iter(quotes)))
        chosen = other if by is None else by.method.kind
        made = _with(sheet, quotes[chosen], tuple(ways), chosen)
        return self._later(made) if sheet.wanted.on else made

    def _later(self, sheet: Sheet) -> Sheet:
        """Answer what a payment comes to on another day: by a saved method that can be debited with nobody there."""
        on, by = read_day(sheet.wanted.on), sheet.by
        if on is None:
            return evolve(sheet, quote=None, faults=(Fault("on", "schedule.unreadable"),))
        if by is None or not by.method.off_session:
            return evolve(sheet, quote=None, faults=(Fault("on", "schedule.method"),))
        kwargs = self.whole(sheet).kwargs()
        try:
            row = self.site.portal.payments.schedules.quote(
                self.account_id, self.actor, on=on, method=by.method.kind, saved_method=by.method.id, **kwargs
            )
        except Refused as error:
            return self.refused(sheet, error)
        now = self.site.portal.clock.now()
        quote = on_a_day(row, self.site.portal.supplier.end_of(self.site.portal.supplier.today(now)))
        made = _with(sheet, quote, sheet.ways, by.method.kind)
        return evolve(made, on=row.on)

    def quote(self, sheet: Sheet, kind: MethodKind) -> Quote:
        """Work a payment out by one way to pay; Refused as it would be if it were made."""
        return self.site.portal.payments.quote(self.account_id, self.actor, method=kind, **self.whole(sheet).kwargs())

    def whole(self, sheet: Sheet) -> Wanted:
        """Answer what is wanted without what is not there any more."""
        there = {one.id for one in sheet.credits}
        return evolve(
            sheet.wanted,
            amounts={line.document.id: sheet.wanted.amounts[line.document.id] for line in sheet.lines},
            credits=tuple(key for key in sheet.wanted.credits if key in there),
        )

    def refused(self, sheet: Sheet, error: Refused) -> Sheet:
        """Answer a payment with what it was refused for, at the field that it is of."""
        faults = tuple(Fault(at, error.code, error.message) for at in _places(sheet, error))
        needs = {fault.at.removeprefix(WHY) for fault in faults if fault.at.startswith(WHY)}
        lines = tuple(evolve(line, asks_reason=line.asks_reason or str(line.document.id) in needs) for line in sheet.lines)
        return evolve(sheet, lines=lines, faults=faults, quote=None)

    # what is open

    def held(self) -> Mapping[UUID, tuple[int, UUID]]:
        """Answer how much of each document payments under way hold, in minor units, and the last of those payments."""
        held: dict[UUID, tuple[int, UUID]] = {}
        for payment in self._under_way():
            for line in payment.lines:
                before = held.get(line.document_id, (0, payment.id))[0]
                held[line.document_id] = (before + payment.holds.get(line.document_id, 0), payment.id)
        return held

    def rest(self, document: Document, held: Mapping[UUID, tuple[int, UUID]]) -> Money:
        """Answer what is open of a document beside what other payments hold."""
        balance = document.balance or Money.zero(self.site.portal.supplier.currencies[0])
        return Money(balance.minor - held.get(document.id, (0, None))[0], balance.currency)

    def _under_way(self) -> Iterator[Payment]:
        payments = self.site.portal.payments
        try:
            rows = payments.payments(self.actor, account_id=self.account_id, under_way=True, limit=_UNDER_WAY).items
        except Denied:  # who opened one document by its link
            return
        for row in rows:
            yield payments.payment(self.account_id, row.id, self.actor).payment

    def _line(self, document: Document, rest: Money, wanted: Wanted, choice: LineChoice | None, parts: tuple[Part, ...]) -> Line:
        given, reason = wanted.amounts[document.id], wanted.reasons.get(document.id, "")
        in_part = choice is not None and (bool(choice.lines) or (choice.pay is not None and choice.pay < rest))
        return Line(
            document=document,
            open=rest,
            typed=str(rest.decimal) if given is None else given,
            choice=choice,
            reason=reason,
            category=wanted.categories.get(document.id, ""),
            parts=parts,
            asks_reason=bool(reason) or (in_part and self._settings.short_reason),
        )

    # ways to pay

    def saved(self) -> tuple[MethodRow, ...]:
        """Answer the saved methods that can be paid by."""
        return usable(self.site, self.actor, self.account_id)

    def _by(self, wanted: Wanted, saved: tuple[SavedWay, ...]) -> SavedWay | None:
        """Answer the saved method that is chosen: the preferred one as long as nothing is."""
        if not wanted.method:
            return next((one for one in saved if one.method.default), None)
        found = picked(tuple(one.method for one in saved), wanted.method)
        return next((one for one in saved if one.method == found), None)

    def kinds(self, currency: str) -> tuple[MethodKind, ...]:
        """Answer the ways to pay that the settings and the gateways have for a currency and this customer's country."""
        rules = (rule for rule in self._settings.methods if self._takes(rule, currency))
        return tuple(dict.fromkeys(rule.method for rule in rules))

    def _takes(self, rule: MethodRule, currency: str) -> bool:
        if rule.currencies and currency not in rule.currencies:
            return False
        if not rule.merchant_account:
            return True
        able = self.site.portal.payments.gateways.merchant(rule.merchant_account).descriptor.method(rule.method)
        if able is None or not able.offers(OpKind.SALE, currency) or not able.flows & _FLOWS:
            return False
        return not (able.countries and self.country) or self.country in able.countries


def _with(sheet: Sheet, quote: Quote, ways: tuple[Way, ...], method: MethodKind) -> Sheet:
    results = {line.document_id: line for line in quote.lines}
    lines = tuple(_resulting(line, results.get(line.document.id), sheet.wanted) for line in sheet.lines)
    return evolve(sheet, lines=lines, quote=quote, ways=ways, method=method)


def _resulting(line: Line, result: PaymentLine | None, wanted: Wanted) -> Line:
    """Answer a line with what it gets, and what is open of it by the library's own word: a holder sees no other payments."""
    if result is None:
        return line
    typed = line.typed
    if line.choice is not None and line.choice.lines:
        typed = str(result.settles.decimal)
    elif wanted.amounts[line.document.id] is None:
        typed = str(result.open.decimal)
    return evolve(line, result=result, open=result.open, typed=typed)


def _places(sheet: Sheet, error: Refused) -> tuple[str, ...]:
    """Answer the fields that a refusal is of: it names the document by its number, where it is of one."""
    if error.field in {"lines", "pay", "short_reason"}:
        start = WHY if error.field == "short_reason" else PAY
        number = r"(?<!\S){}(?=[.,;:]*(\s|$))"
        named = [line for line in sheet.lines if re.search(number.format(re.escape(line.document.number)), error.message)]
        return tuple(f"{start}{line.document.id}" for line in named) or ("",)
    if error.field == "credits":
        return tuple(f"{CREDIT}{one.id}" for one in sheet.credits if one.id in sheet.wanted.credits) or ("",)
    return (
        error.field
        if error.field in {"on", "on_account", "method"}
        else "method"
        if error.field in {"amount", "saved_method"}
        else "",
    )


def found(desk: Desk, ids: tuple[UUID, ...], of: UUID | None) -> tuple[Document, ...]:
    """Answer documents that are to be paid; where it is about one of them, that one alone, and NotFound for any other."""
    documents = desk.site.portal.documents
    if of is None:
        return documents.several(desk.account_id, ids, desk.actor)
    if set(ids) - {of}:
        raise NotFound("document.not_found", "There is no such document.")
    return (documents.get(desk.account_id, of, by=desk.actor).document,) if ids else ()
