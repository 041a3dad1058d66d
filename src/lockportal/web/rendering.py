"""Templates to pages: Jinja with autoescape in a sandbox, the host's own templates before those of plugins and the portal's.

A host's template that only adds to the portal's extends it as `portal/NAME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from lockportal import formats
from lockportal.activities.dispute_tasks import ABOUT_DISPUTES
from lockportal.activities.history.views import TimelineRow
from lockportal.activities.payment_tasks import ABOUT_PAYMENTS
from lockportal.core.money import Money, exponent
from lockportal.core.settings import Supplier
from lockportal.documents.models import DocumentKind
from lockportal.ledger.views import Bucket
from lockportal.web import (
    desk_dispute_words,
    desk_payment_words,
    dispute_words,
    dunning_words,
    figure_words,
    payment_words,
    promise_words,
    webhook_words,
    words,
    work_words,
)
from lockportal.web.assets import LOGO, Asset
from lockportal.web.comparison import Remark
from lockportal.web.compiled import COMPILED
from lockportal.web.fence import Fence
from lockportal.web.languages import Languages, Words
from lockportal.web.paying import Fault

_KILO = 1000
TOLD_OF_PAYMENTS: Final = frozenset(
    {
        "payments.payment_started",
        "payments.operation_asked",
        "payments.operation_observed",
        "payments.payment_reviewed",
    }
)
"""Events of a timeline whose first record is a payment."""


@frozen
class Templates:
    """The pages of one portal for one reader; `url` answers the address of a named route, `assets` are its static files.

    `locale` says how dates and figures are written, `words` are those of the same language, or of the nearest that there is.
    """

    supplier: Supplier
    assets: Mapping[str, Asset]
    url: Callable[..., str]
    languages: Languages
    locale: str
    words: Words
    _environment: Fence

    @classmethod
    def load(cls, supplier: Supplier, folders: Sequence[Path], assets: Mapping[str, Asset], url: Callable[..., str]) -> Templates:
        """Set up the templates of the folders, from the strongest to the weakest, and the portal's own.

        Each template is read when it is first shown, and kept. Refused if a folder's catalogue of words cannot be read.
        """
        own = PackageLoader("lockportal.web", "templates")
        loaders = [FileSystemLoader(folder) for folder in folders]
        environment = Fence(
            loader=ChoiceLoader([*loaders, own, PrefixLoader({"portal": own})]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            bytecode_cache=COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        languages = Languages([folder / "locale" for folder in folders])
        locale = supplier.languages[0]
        made = cls(supplier, assets, url, languages, locale, languages.words(locale), environment)
        made._equip()
        return made

    def reading(self, locale: str) -> Templates:
        """Answer the templates for somebody who reads another language."""
        return self if locale == self.locale else evolve(self, locale=locale, words=self.languages.words(locale))

    def render(self, name: str, values: Mapping[str, object]) -> bytes:
        """Fill a template."""
        template = self._environment.get_template(name)
        spoken = {"locale": self.locale, "words": self.words, "language": self.words.tag, "direction": self.words.direction}
        return template.render(values, **spoken).encode("utf-8", "replace")

    def translate(self, text: str) -> str:
        """Translate a text of the pages."""
        return self.words.say(text)

    def translate_into(self, language: str, text: str) -> str:
        """Translate a text of the pages into a language, as far as it is known."""
        return self.languages.words(language).say(text)

    def static(self, name: str) -> str:
        """Answer the address of a static file, with the mark of its content."""
        return f"{self.url('static', name=name)}?v={self.assets[name].mark}"

    def _equip(self) -> None:
        environment: Any = self._environment
        environment.globals.update(
            supplier=self.supplier,
            has_logo=LOGO in self.assets,
            static=self.static,
            url=self.url,
            sorts=words.SORTS,
            document_kinds=tuple(kind.value for kind in DocumentKind),
            currencies=self.supplier.currencies,
            done_words={
                **words.DONE,
                **payment_words.PAYMENTS_DONE,
                **promise_words.PROMISES_DONE,
                **dunning_words.DUNNING_DONE,
                **work_words.WORK_DONE,
                **dispute_words.DISPUTES_DONE,
                **desk_dispute_words.DESK_DISPUTES_DONE,
                **webhook_words.WEBHOOKS_DONE,
            },
            dispute_shades=dispute_words.DISPUTE_SHADES,
            sla_shades=desk_dispute_words.SLA_SHADES,
            promise_shades=promise_words.PROMISE_SHADES,
            promise_lists=promise_words.PROMISE_LISTS,
            behind_words=figure_words.BEHIND,
            attempt_shades=webhook_words.ATTEMPT_SHADES,
            payment_shades=payment_words.SHADES,
            about_payments=ABOUT_PAYMENTS,
            about_disputes=ABOUT_DISPUTES,
            told_of_payments=TOLD_OF_PAYMENTS,
        )
        environment.filters.update(
            {name: _named(table, otherwise) for name, (table, otherwise) in _NAMED.items()},
            digits=_digits,
            money=_money,
            figure=_figure,
            day=_day,
            moment=self._moment,
            number=_number,
            bucket=_bucket,
            remark=_remark,
            happened=_happened,
            hindrance=_hindrance,
            say=_say,
            refusal=_refusal,
            who=_who,
            size=_size,
            language_name=formats.language,
        )

    @pass_context
    def _moment(self, context: Context, value: datetime) -> str:
        return formats.instant(value, _locale_of(context), self.supplier.zone)


def _as_written(code: str) -> str:
    return code


def _in_words(code: str) -> str:
    return code.rpartition(".")[2].replace("_", " ").capitalize()


def _nothing(_: str) -> str:
    return ""


_NAMED: Final[Mapping[str, tuple[Mapping[str, str], Callable[[str], str]]]] = {
    "kind": (words.KINDS, _in_words),
    "state": (words.STATES, _in_words),
    "task_kind": (words.TASKS, _in_words),
    "message_category": (words.MESSAGES, _in_words),
    "paper_kind": (words.PAPERS, _in_words),
    "media": (words.MEDIA, _as_written),
    "syntax": (words.SYNTAXES, _as_written),
    "share_state": (words.SHARE_STATES, _in_words),
    "right": (words.RIGHTS, _as_written),
    "outcome": (words.OUTCOMES, _in_words),
    "event": (words.EVENTS, _in_words),
    "message_kind": (words.MESSAGE_KINDS, _in_words),
    "upload_state": (words.UPLOAD_STATES, _in_words),
    "pay_method": (payment_words.METHODS, _in_words),
    "pay_pace": (payment_words.PACES, _nothing),
    "pay_state": (payment_words.PAYMENT_STATES, _in_words),
    "method_state": (payment_words.METHOD_STATES, _in_words),
    "schedule_origin": (payment_words.ORIGINS, _in_words),
    "plan_state": (payment_words.PLAN_STATES, _in_words),
    "deposit_state": (payment_words.DEPOSIT_STATES, _in_words),
    "rhythm": (payment_words.RHYTHMS, _in_words),
    "promise_state": (promise_words.PROMISE_STATES, _in_words),
    "next_action": (work_words.NEXT_ACTIONS, _in_words),
    "work_why": (work_words.WHY, _as_written),
    "key_figure": (figure_words.FIGURES, _in_words),
    "key_formula": (figure_words.FIGURE_FORMULAE, _nothing),
    "key_unit": (figure_words.FIGURE_UNITS, _in_words),
    "reminder_kind": (dunning_words.REMINDER_KINDS, _in_words),
    "reminder_state": (dunning_words.REMINDER_STATES, _in_words),
    "level_basis": (dunning_words.LEVEL_BASES, _in_words),
    "escalation": (dunning_words.ESCALATIONS, _in_words),
    "charge_kind": (dunning_words.CHARGE_KINDS, _in_words),
    "silence": (dunning_words.SILENCES, _in_words),
    "why": (dunning_words.WHY, _in_words),
    "dispute_category": (dispute_words.DISPUTE_CATEGORIES, _in_words),
    "dispute_state": (dispute_words.DISPUTE_STATES, _in_words),
    "dispute_alert": (dispute_words.DISPUTE_ALERTS, _in_words),
    "sla_state": (desk_dispute_words.SLA_STATES, _in_words),
    "autopay_state": (payment_words.AUTOPAY_STATES, _in_words),
    "desk_pay_state": (desk_payment_words.DESK_STATES, _in_words),
    "operation": (desk_payment_words.OPERATIONS, _in_words),
    "operation_status": (desk_payment_words.STATUSES, _in_words),
    "match_reason": (desk_payment_words.REASONS, _in_words),
    "operation_source": (desk_payment_words.SOURCES, _in_words),
    "attempt_outcome": (webhook_words.ATTEMPT_OUTCOMES, _in_words),
    "decline": (payment_words.DECLINES, _in_words),
    "advice": (payment_words.ADVICE, _in_words),
}
"""Filters that say what a code is called, and what becomes of a code that no table has."""


def _named(table: Mapping[str, str], otherwise: Callable[[str], str]) -> Callable[[Context, str], str]:
    @pass_context
    def say(context: Context, code: str) -> str:
        return _words_of(context).say(table[code]) if code in table else otherwise(code)

    return say


def _locale_of(context: Context) -> str:
    return str(context["locale"])


def _words_of(context: Context) -> Words:
    found: Words = context["words"]
    return found


@pass_context
def _remark(context: Context, remark: Remark) -> str:
    count = "" if remark.count is None else formats.number(remark.count, _locale_of(context))
    return _words_of(context).say(words.DIFFERENCES[remark.code]) % {"count": count}


@pass_context
def _say(context: Context, text: str) -> str:
    """Translate what the library said, as far as it is known."""
    return _words_of(context).say(text)


@pass_context
def _refusal(context: Context, fault: Fault | str) -> str:
    """Say what a payment was refused for, by its code; in the library's own words where it has none here."""
    code, text = (fault, fault) if isinstance(fault, str) else (fault.code, fault.text)
    return _words_of(context).say(payment_words.REFUSED.get(code, text))


@pass_context
def _hindrance(context: Context, code: str) -> str:
    """Say why a payment that was to be made by itself was not: it was refused, or declined."""
    told = payment_words.REFUSED.get(code) or payment_words.DECLINES.get(code) or payment_words.DECLINES["other"]
    return _words_of(context).say(told)


@pass_context
def _happened(context: Context, row: TimelineRow) -> str:
    return work_words.said(row, _words_of(context).say)


@pass_context
def _who(context: Context, by: str) -> str:
    """Name who did something: one of the house by the name, anybody else by what they are."""
    kind, _, name = by.partition(":")
    return _words_of(context).say(words.ACTORS[kind]) if kind in words.ACTORS else name or by


@pass_context
def _bucket(context: Context, bucket: Bucket) -> str:
    return words.bucket_label(bucket, _words_of(context).say)


def _digits(value: Money) -> int:
    """Answer how many digits of minor units stand behind the point."""
    return exponent(value.currency)


@pass_context
def _money(context: Context, value: Money) -> str:
    return formats.money(value, _locale_of(context))


@pass_context
def _figure(context: Context, value: Money) -> str:
    return formats.amount(value.minor, value.currency, _locale_of(context))


@pass_context
def _day(context: Context, value: date) -> str:
    return formats.day(value, _locale_of(context))


@pass_context
def _number(context: Context, value: Decimal | int) -> str:
    return formats.number(Decimal(value), _locale_of(context))


@pass_context
def _size(context: Context, count: int) -> str:
    return size_words(count, _locale_of(context))


def size_words(count: int, locale: str) -> str:
    """Write a number of bytes in the unit that keeps it short: 900 B, 12 kB, 3.4 MB."""
    if count < _KILO:
        return f"{count}\N{NO-BREAK SPACE}B"
    kilo = Decimal(count) / _KILO
    value, unit = (round(kilo), "kB") if kilo < _KILO else (round(kilo / _KILO, 1), "MB")
    return f"{formats.number(Decimal(value), locale)}\N{NO-BREAK SPACE}{unit}"
