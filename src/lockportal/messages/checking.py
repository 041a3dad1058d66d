"""What a template may name: the fields of its message's variables, and theirs; anything else is refused at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from attrs import fields, frozen, has
from jinja2 import Environment, TemplateSyntaxError, nodes

from lockportal.core.errors import Refused

_OWN: Final = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})
_WORDS: Final = "words"

Scope = Mapping[str, Any]
"""The names that may be used, each with its type; None where it is not known."""


@frozen
class Checker:
    """Checks templates of one kind of message; `words` are the names that its catalogues have."""

    env: Environment
    kind: str
    scope: Scope
    words: frozenset[str]

    def check(self, name: str, source: str) -> None:
        """Refuse a template by its name and line: one that cannot be read, or that names what there is not."""
        try:
            tree = self.env.parse(source, name)
        except TemplateSyntaxError as error:
            raise Refused("messages.template_malformed", f"{name}, line {error.lineno}: {error.message}", field=name) from error
        self._walk(name, tree, self.scope)

    def _walk(self, name: str, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.For):
            self._walk(name, node.iter, scope)
            inner = {
                **scope,
                **dict.fromkeys(_targets(node.target)),
                **_bound(node.target, _element(self._type(node.iter, scope))),
            }
            for part in (*node.body, *node.else_, *([node.test] if node.test else ())):
                self._walk(name, part, inner)
            return
        if isinstance(node, nodes.Name) and node.ctx == "load":
            self._known(name, node, scope)
        elif isinstance(node, nodes.Getattr):
            self._has(name, node, scope)
        made = dict.fromkeys(_made(node))
        for child in node.iter_child_nodes():
            self._walk(name, child, {**scope, **made} if made else scope)

    def _known(self, name: str, node: nodes.Name, scope: Scope) -> None:
        if node.name not in scope and node.name not in _OWN and node.name not in self.env.globals:
            raise self._unknown(name, node.lineno, node.name, scope)

    def _has(self, name: str, node: nodes.Getattr, scope: Scope) -> None:
        if isinstance(node.node, nodes.Name) and node.node.name == _WORDS:
            if node.attr not in self.words:
                known = ", ".join(sorted(self.words))
                message = (
                    f"{name}, line {node.lineno}: no catalogue has the words {node.attr!r} for {self.kind}; there are: {known}"
                )
                raise Refused("messages.unknown_words", message, field=node.attr)
            return
        owner = self._type(node.node, scope)
        if isinstance(owner, type) and has(owner) and not hasattr(owner, node.attr):
            names = {attribute.name: None for attribute in fields(owner)}
            raise self._unknown(name, node.lineno, f"{_spelt(node.node)}.{node.attr}", names)

    def _unknown(self, name: str, line: int, variable: str, scope: Scope) -> Refused:
        known = ", ".join(sorted(scope))
        message = f"{name}, line {line}: {self.kind} has no variable {variable!r}; it has: {known}"
        return Refused("messages.unknown_variable", message, field=variable)

    def _type(self, node: nodes.Node, scope: Scope) -> Any:  # noqa: ANN401 - a type form
        """Answer the type of an expression where it follows from the fields, else None."""
        if isinstance(node, nodes.Name):
            return scope.get(node.name)
        if isinstance(node, nodes.Getattr):
            owner = self._type(node.node, scope)
            return types_of(owner).get(node.attr) if isinstance(owner, type) and has(owner) else None
        if isinstance(node, nodes.Getitem):
            return _element(self._type(node.node, scope))
        return None


def types_of(cls: type) -> dict[str, Any]:
    """Answer the fields of an attrs class with their types, without None."""
    hints = get_type_hints(cls)
    return {attribute.name: _present(hints[attribute.name]) for attribute in fields(cls)}


def _present(hint: Any) -> Any:  # noqa: ANN401 - a type form
    if get_origin(hint) not in {Union, UnionType}:
        return hint
    kinds = [part for part in get_args(hint) if part is not NoneType]
    return kinds[0] if len(kinds) == 1 else None


def _element(kind: Any) -> Any:  # noqa: ANN401 - a type form
    arguments = get_args(kind)
    return arguments[0] if arguments and get_origin(kind) in {tuple, list} else None


def _targets(node: nodes.Node) -> Iterator[str]:
    yield from (found.name for found in ([node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)))


def _bound(target: nodes.Node, kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a type form
    return {target.name: kind} if isinstance(target, nodes.Name) else {}


def _made(node: nodes.Node) -> set[str]:
    """Answer the names that are set somewhere within a node; what they are is not looked into."""
    stored = {found.name for found in node.find_all(nodes.Name) if found.ctx in {"store", "param"}}
    return stored | {found.name for found in node.find_all(nodes.Macro)}


def _spelt(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_spelt(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
