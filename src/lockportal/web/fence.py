"""What templates may do: Jinja's immutable sandbox, whose answers are remembered, and gettext whose texts are marked once.

Whether an attribute may be read depends on what kind of thing it is of and on its name alone, so that it is found out once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from jinja2 import pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from lockportal.web.languages import Words

_KEPT: Final = 4096
"""So many answers and texts are remembered: a template that makes up names must not fill the memory."""


class Fence(ImmutableSandboxedEnvironment):
    """An environment for templates that are read by strangers and written by hosts."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jinja's own options
        """Set up Jinja with these options, and `_`, `gettext` and `ngettext` in the words that a page is rendered with."""
        super().__init__(**options)
        self._known: dict[tuple[type, type, str], bool] = {}
        self.install_gettext_callables(_say, _count, newstyle=True)  # type: ignore[attr-defined] # the extension's
        self.globals.update({"_": _say, "gettext": _say, "ngettext": _count})  # as they are: Jinja would call each by another

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 - as Jinja has it
        """Say whether a template may read an attribute, as Jinja says."""
        key = (type(obj), obj.__class__, attr)  # both are what isinstance asks
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = super().is_safe_attribute(obj, attr, value)
        return known


@pass_context
def _say(context: Context, text: str, /, **variables: object) -> str:
    """Translate a text and fill in its variables, which are escaped where the page is."""
    words: Words = context["words"]
    if context.eval_ctx.autoescape:
        return _whole(words, text) if not variables else _marked(words, text) % variables
    return words.say(text) % variables


@pass_context
def _count(context: Context, one: str, several: str, number: int, /, **variables: object) -> str:
    """Translate a text in the form that a number asks for, and fill in its variables, `num` among them."""
    words: Words = context["words"]
    told = words.count(one, several, number)
    return (Markup(told) if context.eval_ctx.autoescape else told) % {"num": number, **variables}  # noqa: S704 - catalogues' own


@lru_cache(_KEPT)
def _marked(words: Words, text: str) -> Markup:
    return Markup(words.say(text))  # noqa: S704 - catalogues are the portal's and the host's own, as templates are


@lru_cache(_KEPT)
def _whole(words: Words, text: str) -> Markup:
    """Answer a text without variables: `%%` stands for one percent sign there, too."""
    return _marked(words, text) % {}
