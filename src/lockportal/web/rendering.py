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

_LANGUAGE = "en"


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
        )
        environment.filters.update(
            money=_money,
            figure=_figure,
            day=_day,
            moment=self._moment,
            number=_number,
            kind=self._kind,
            state=self._state,
            bucket=self._bucket,
        )

    def _kind(self, code: str) -> str:
        return self.translate(words.KINDS.get(code, code.replace("_", " ").capitalize()))

    def _state(self, code: str) -> str:
        return self.translate(words.STATES.get(code, code.replace("_", " ").capitalize()))

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
