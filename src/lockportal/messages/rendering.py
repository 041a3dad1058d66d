"""From a kind of message and its variables to what is read: a subject, a text, and HTML that loads nothing from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from attrs import fields, frozen
from jinja2 import DictLoader, StrictUndefined, Template, pass_context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lockportal import formats
from lockportal.colours import WHITE, colour_of, ink_on, readable, written
from lockportal.core.errors import Refused
from lockportal.core.messages import MessageKind, Recipient
from lockportal.core.settings import Supplier
from lockportal.messages.checking import Checker, types_of
from lockportal.messages.sources import COMMON, LAYOUTS, Sources, read_sources
from lockportal.messages.texting import short_of

ENGLISH: Final = "en"
_BREAKS: Final = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")
"""Spaces that may not stand in a line or need not; those that keep a figure together stay."""
_MARK: Final = "{"
"""What a text without it says is what stands there."""


@frozen(kw_only=True)
class Brand:
    """The supplier's colour, what can be read on it, and its nearest shade that can be read on white: `#rrggbb` each."""

    colour: str
    ink: str
    shade: str


@frozen(kw_only=True)
class Surroundings:
    """What every template may use beside its message's own variables; `preferences` is empty for what is always sent."""

    supplier: Supplier
    brand: Brand
    recipient: Recipient
    language: str
    portal: str
    preferences: str


@frozen(kw_only=True)
class Written:
    """One message as it is read."""

    language: str
    subject: str
    text: str
    html: str | None
    short: str = ""
    """What of it fits into a short message: the words `short`, else supplier, subject and link."""


def brand_of(supplier: Supplier) -> Brand:
    """Answer the colours of a supplier."""
    house = colour_of(supplier.branding.colour)
    return Brand(colour=written(house), ink=written(ink_on(house)), shade=written(readable(house, WHITE)))


class Templates:
    """The templates and words of all kinds, checked when they are read."""

    def __init__(self, kinds: Sequence[MessageKind], overrides: Path | None = None) -> None:
        """Read and check; Refused names the file that cannot serve, and why."""
        self._kinds = {kind.name: kind for kind in kinds}
        self._sources = read_sources(kinds, overrides)
        self._env = _environment(self._sources)
        self._compiled: dict[str, Template] = {}
        self._words = {kind.name: self._words_of(kind) for kind in kinds}
        for kind in kinds:
            self._check(kind)

    def language(self, kind: MessageKind, wanted: Sequence[str]) -> str:
        """Answer the first of the wanted languages in which a kind has words, else English, else the first that it has."""
        spoken = self._words[kind.name]
        tags = (tag.replace("_", "-").partition("-")[0].lower() for tag in wanted)
        return next((tag for tag in (*tags, ENGLISH) if tag in spoken), next(iter(spoken)))

    def write(self, kind: MessageKind, variables: object, given: Surroundings) -> Written:
        """Write one message in the language of its surroundings."""
        values = {**_values(given), **_values(variables)}
        spoken = self._words[kind.name][given.language]
        words = SimpleNamespace(**{name: self._said(word, values) for name, word in spoken.items()})
        values["words"] = words
        html, subject = f"{kind.name}.html", _BREAKS.sub(" ", words.subject).strip()
        said, link = getattr(words, "short", ""), values.get("link", "")
        return Written(
            language=given.language,
            subject=subject,
            short=short_of(said, "") if said else short_of(f"{given.supplier.name}: {subject}", str(link)),
            text=_spaced(self._env.get_template(f"{kind.name}.txt").render(values)),
            html=self._env.get_template(html).render(values) if html in self._sources.templates else None,
        )

    def _said(self, word: str, values: Mapping[str, object]) -> str:
        if _MARK not in word:
            return word
        if word not in self._compiled:
            self._compiled[word] = self._env.from_string(word)
        return self._compiled[word].render(values)

    def _words_of(self, kind: MessageKind) -> Mapping[str, Mapping[str, str]]:
        """Answer the words of a kind by language; what a language lacks is said in English."""
        words = self._sources.words
        made: dict[str, dict[str, str]] = {}
        for language in sorted(language for language, sections in words.items() if kind.name in sections):
            made[language] = {}
            for section, tag in product((COMMON, kind.name), (ENGLISH, language)):
                made[language].update(words.get(tag, {}).get(section, {}))
        if not made:
            message = f'no catalogue has words for {kind.name}: write a table ["{kind.name}"] with a subject'
            raise Refused("messages.words_missing", message, field=kind.name)
        return made

    def _check(self, kind: MessageKind) -> None:
        names = [name for name in (f"{kind.name}.txt", f"{kind.name}.html") if name in self._sources.templates]
        if f"{kind.name}.txt" not in names:
            message = f"{kind.name} has no text part: there is no file {kind.name}.txt"
            raise Refused("messages.template_missing", message, field=kind.name)
        spoken = self._words[kind.name]
        plain = self._checker(kind, frozenset())
        for language, words in spoken.items():
            for name, word in words.items():
                if _MARK in word:
                    plain.check(f"{language}.toml, {kind.name}, {name}", word)
        everywhere = frozenset.intersection(*(frozenset(words) for words in spoken.values()))
        checker = self._checker(kind, everywhere)
        checker.check(f"{kind.name}, its subject", "{{ words.subject }}")
        for name in (*names, *LAYOUTS):
            checker.check(self._sources.places[name], self._sources.templates[name])

    def _checker(self, kind: MessageKind, words: frozenset[str]) -> Checker:
        own, common = types_of(kind.variables), types_of(Surroundings)
        taken = own.keys() & {*common, "words"}
        if taken:
            message = f"{kind.variables.__name__}: every message has a variable {min(taken)!r} already; choose another name"
            raise Refused("messages.variable_taken", message, field=min(taken))
        scope = {**common, **own, **({"words": None} if words else {})}
        return Checker(self._env, kind.name, scope, words)


def templates_of(kinds: Sequence[MessageKind], overrides: Path | None) -> Templates:
    """Answer the templates of some kinds; those of a host are read anew, all others once."""
    return _unchanged(tuple(kinds)) if overrides is None else Templates(kinds, overrides)


@lru_cache(maxsize=16)
def _unchanged(kinds: tuple[MessageKind, ...]) -> Templates:
    return Templates(kinds)


def _environment(sources: Sources) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources.templates),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    writers: dict[str, Callable[..., str]] = {
        "money": formats.money,
        "day": formats.day,
        "number": _number,
        "minutes": formats.minutes,
    }
    env.filters.update({name: _filter(write) for name, write in writers.items()})
    return env


def _number(value: int | Decimal, locale: str) -> str:
    return formats.number(Decimal(value), locale)


def _filter(write: Callable[..., str]) -> Callable[..., str]:
    """Make a filter that writes a value in the language of the message."""

    @pass_context
    def written_in(context: Any, value: object) -> str:  # noqa: ANN401 - Jinja's context
        return write(value, context["language"])

    return written_in


def _values(of: Any) -> dict[str, Any]:  # noqa: ANN401 - an attrs object
    return {attribute.name: getattr(of, attribute.name) for attribute in fields(type(of))}


def _spaced(text: str) -> str:
    """Answer a text with one empty line at most between two others, and one line's end."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip() + "\n"
