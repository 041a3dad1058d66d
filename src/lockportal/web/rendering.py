"""Templates to pages: Jinja with autoescape in a sandbox, the host's own templates before the portal's.

A host's template that only adds to the portal's extends it as `portal/NAME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from attrs import frozen
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lockportal import formats
from lockportal.core.money import Money
from lockportal.core.settings import Supplier
from lockportal.documents.models import DocumentKind
from lockportal.ledger.views import Bucket
from lockportal.web import words
from lockportal.web.assets import LOGO, Asset
from lockportal.web.comparison import Remark

_LANGUAGE = "en"
_KILO = 1000


@frozen
class Templates:
    """The pages of one portal; `url` answers the address of a named route, `assets` are its static files."""

    supplier: Supplier
    overrides: Path | None
    assets: Mapping[str, Asset]
    url: Callable[..., str]
    _environment: ImmutableSandboxedEnvironment

    @classmethod
    def load(cls, supplier: Supplier, overrides: Path | None, assets: Mapping[str, Asset], url: Callable[..., str]) -> Templates:
        """Set up the templates; each is read when it is first shown, and kept."""
        own = PackageLoader("lockportal.web", "templates")
        loaders: list[BaseLoader] = [own, PrefixLoader({"portal": own})]
        if overrides is not None:
            loaders.insert(0, FileSystemLoader(overrides))
        environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        made = cls(supplier, overrides, assets, url, environment)
        made._equip()
        return made

    def render(self, name: str, locale: str, values: Mapping[str, object]) -> bytes:
        """Fill a template: `locale` says how dates and figures are written."""
        template = self._environment.get_template(name)
        return template.render(values, locale=locale).encode("utf-8", "replace")

    def translate(self, text: str) -> str:
        """Translate a text of the pages."""
        return _TRANSLATIONS.gettext(text)

    def static(self, name: str) -> str:
        """Answer the address of a static file, with the mark of its content."""
        return f"{self.url('static', name=name)}?v={self.assets[name].mark}"

    def _equip(self) -> None:
        environment: Any = self._environment
        environment.install_gettext_translations(_TRANSLATIONS, newstyle=True)
        environment.globals.update(
            language=_LANGUAGE,
            supplier=self.supplier,
            has_logo=LOGO in self.assets,
            static=self.static,
            url=self.url,
            sorts=words.SORTS,
            document_kinds=tuple(kind.value for kind in DocumentKind),
            currencies=self.supplier.currencies,
            people_done=words.PEOPLE,
        )
        environment.filters.update(
            money=_money,
            figure=_figure,
            day=_day,
            moment=self._moment,
            number=_number,
            kind=self._kind,
            state=self._state,
            task_kind=self._task_kind,
            message_category=self._message_category,
            bucket=self._bucket,
            paper_kind=self._paper_kind,
            media=self._media,
            syntax=self._syntax,
            share_state=self._share_state,
            remark=self._remark,
            size=_size,
            right=self._right,
            language_name=formats.language,
        )

    def _kind(self, code: str) -> str:
        return self.translate(words.KINDS.get(code, code.replace("_", " ").capitalize()))

    def _state(self, code: str) -> str:
        return self.translate(words.STATES.get(code, code.replace("_", " ").capitalize()))

    def _message_category(self, code: str) -> str:
        return self.translate(words.MESSAGES.get(code, code.replace("_", " ").capitalize()))

    def _task_kind(self, code: str) -> str:
        return self.translate(words.TASKS.get(code, code.rpartition(".")[2].replace("_", " ").capitalize()))

    def _paper_kind(self, code: str) -> str:
        return self.translate(words.PAPERS.get(code, code.replace("_", " ").capitalize()))

    def _right(self, code: str) -> str:
        return self.translate(words.RIGHTS.get(code, code))

    def _media(self, media_type: str) -> str:
        return self.translate(words.MEDIA[media_type]) if media_type in words.MEDIA else media_type

    def _share_state(self, state: str) -> str:
        return self.translate(words.SHARE_STATES[state])

    def _syntax(self, code: str) -> str:
        return self.translate(words.SYNTAXES.get(code, code))

    @pass_context
    def _remark(self, context: Context, remark: Remark) -> str:
        count = "" if remark.count is None else formats.number(remark.count, _locale_of(context))
        return self.translate(words.DIFFERENCES[remark.code]) % {"count": count}

    def _bucket(self, bucket: Bucket) -> str:
        return words.bucket_label(bucket, self.translate)

    @pass_context
    def _moment(self, context: Context, value: datetime) -> str:
        return formats.instant(value, _locale_of(context), self.supplier.zone)


_TRANSLATIONS = NullTranslations()


def _locale_of(context: Context) -> str:
    return str(context["locale"])


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
