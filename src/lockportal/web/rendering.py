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
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lockportal import formats
from lockportal.activities.views import TimelineRow
from lockportal.core.money import Money, exponent
from lockportal.core.settings import Supplier
from lockportal.documents.models import DocumentKind
from lockportal.ledger.views import Bucket
from lockportal.web import words
from lockportal.web.assets import LOGO, Asset
from lockportal.web.comparison import Remark
from lockportal.web.languages import Languages, Words

_KILO = 1000


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
    _environment: ImmutableSandboxedEnvironment

    @classmethod
    def load(cls, supplier: Supplier, folders: Sequence[Path], assets: Mapping[str, Asset], url: Callable[..., str]) -> Templates:
        """Set up the templates of the folders, from the strongest to the weakest, and the portal's own.

        Each template is read when it is first shown, and kept. Refused if a folder's catalogue of words cannot be read.
        """
        own = PackageLoader("lockportal.web", "templates")
        loaders = [FileSystemLoader(folder) for folder in folders]
        environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([*loaders, own, PrefixLoader({"portal": own})]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
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

    def static(self, name: str) -> str:
        """Answer the address of a static file, with the mark of its content."""
        return f"{self.url('static', name=name)}?v={self.assets[name].mark}"

    def _equip(self) -> None:
        environment: Any = self._environment
        environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)
        environment.globals.update(
            supplier=self.supplier,
            has_logo=LOGO in self.assets,
            static=self.static,
            url=self.url,
            sorts=words.SORTS,
            document_kinds=tuple(kind.value for kind in DocumentKind),
            currencies=self.supplier.currencies,
            done_words=words.DONE,
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
            say=_say,
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
def _gettext(context: Context, text: str) -> str:
    return _words_of(context).say(text)


@pass_context
def _ngettext(context: Context, one: str, several: str, number: int) -> str:
    return _words_of(context).count(one, several, number)


@pass_context
def _remark(context: Context, remark: Remark) -> str:
    count = "" if remark.count is None else formats.number(remark.count, _locale_of(context))
    return _words_of(context).say(words.DIFFERENCES[remark.code]) % {"count": count}


@pass_context
def _say(context: Context, text: str) -> str:
    """Translate what the library said, as far as it is known."""
    return _words_of(context).say(text)


@pass_context
def _happened(context: Context, row: TimelineRow) -> str:
    return _words_of(context).say(words.EVENTS.get(row.type, row.text))


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
    """Write a number of bytes in the unit that keeps it short: 900 B, 12 kB, 3.4 MB."""
    if count < _KILO:
        return f"{count}\N{NO-BREAK SPACE}B"
    kilo = Decimal(count) / _KILO
    value, unit = (round(kilo), "kB") if kilo < _KILO else (round(kilo / _KILO, 1), "MB")
    return f"{formats.number(Decimal(value), _locale_of(context))}\N{NO-BREAK SPACE}{unit}"
