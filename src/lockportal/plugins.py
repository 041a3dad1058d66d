"""Plugins: the hooks that are called once, while a portal is put together, and the manager that loads strangers one by one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy
from attrs import evolve, frozen

from lockportal.core.errors import Refused

if TYPE_CHECKING:
    from lockportal.core.account import Capability
    from lockportal.core.pages import Pages
    from lockportal.core.ports import Files, Mailbox, Notifier, Renderer, TextNotifier

GROUP = "lockportal"
"""The entry-point group, and pluggy's project name."""
_spec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a plugin's function as the implementation of a hook."""


class Hooks:
    """The hooks that belong to no capability."""

    @_spec
    def lockportal_capabilities(self) -> Sequence[Capability]:  # type: ignore[empty-body]  # a hookspec has none
        """Answer capabilities to add to the portal, after the built-in ones and in this order."""

    @_spec(firstresult=True)
    def lockportal_engines(self, database: str) -> Any | None:  # noqa: ANN401 - lockportal.storage.engines.Engines
        """Answer the engines of a database URL, or None to leave it to others: another dialect, cloud credentials."""

    @_spec(firstresult=True)
    def lockportal_notifier(self, address: str) -> Notifier | None:
        """Answer the notifier of an address such as `smtp://host:25` or `folder:outbox`, or None to leave it to others."""

    @_spec(firstresult=True)
    def lockportal_text_notifier(self, channel: str, address: str) -> TextNotifier | None:
        """Answer what sends short messages by a channel (`sms`, `whatsapp`) at an address, or None to leave it to others."""

    @_spec(firstresult=True)
    def lockportal_mailbox(self, address: str) -> Mailbox | None:
        """Answer the box of an address such as `imaps://user:password@host/INBOX`, or None to leave it to others."""

    @_spec(firstresult=True)
    def lockportal_files(self, address: str, supplier_id: UUID) -> Files | None:
        """Answer a supplier's file store at an address such as `folder:files`, or None to leave it to others."""

    @_spec(firstresult=True)
    def lockportal_renderer(self, overrides: Path | None) -> Renderer | None:
        """Answer what makes the papers; `overrides` is the host's folder of templates, or None."""

    @_spec
    def lockportal_pages(self) -> Pages:  # type: ignore[empty-body]  # a hookspec has none
        """Answer pages to add to the portal, with their entries in the menus and their templates."""


@frozen(kw_only=True)
class PluginState:
    """One distribution's plugin as `lockportal plugins` shows it: loaded, disabled, or broken and why."""

    name: str
    distribution: str
    version: str
    state: str
    reason: str = ""


class Plugins:
    """The plugin manager of one portal: built-ins through the same hooks as strangers, each stranger loaded apart."""

    def __init__(self, builtins: Sequence[object], environment: Mapping[str, str] | None = None) -> None:
        """Register the built-ins, then every installed plugin that LOCKPORTAL_PLUGINS (if set) allows and none disables."""
        settings = os.environ if environment is None else environment
        self._allowed = _names(settings.get("LOCKPORTAL_PLUGINS"))
        self._disabled = _names(settings.get("LOCKPORTAL_DISABLED_PLUGINS")) or frozenset()
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(Hooks)
        self._specified: set[str] = set()
        for builtin in builtins:
            self._manager.register(builtin)
        self._specify()
        points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
        loaded = [self._load(point) for point in points]
        self.states = tuple(map(self._settled, loaded))

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """Answer the built-in capabilities, then those that plugins add."""
        groups = reversed(self._manager.hook.lockportal_capabilities())
        return tuple(capability for group in groups for capability in group)

    def check(self) -> None:
        """Refuse implementations of hooks that do not exist: misspelt ones, mostly."""
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise Refused("plugin.unknown_hook", str(error)) from error

    @property
    def hook(self) -> Any:  # noqa: ANN401 - pluggy's relay has one attribute for each hook
        """Answer pluggy's relay, for calls while the portal is put together."""
        return self._manager.hook

    def _load(self, point: EntryPoint) -> PluginState:
        name, version = (point.dist.name, point.dist.version) if point.dist else ("?", "?")
        off = point.name in self._disabled or (self._allowed is not None and point.name not in self._allowed)
        if off:
            return PluginState(name=point.name, distribution=name, version=version, state="disabled")
        state = PluginState(name=point.name, distribution=name, version=version, state="loaded")
        try:
            self._manager.register(point.load(), name=point.name)
            self._specify()
        except Exception as error:  # noqa: BLE001 - a broken plugin disables itself, whatever it raises
            return self._broken(state, f"{type(error).__name__}: {error}")
        return state

    def _specify(self) -> None:
        """Add the hooks of capabilities that are new: what implements them is checked against them."""
        for capability in self.capabilities:
            specs = capability.hookspecs
            if specs and specs not in self._specified:
                self._specified.add(specs)
                self._manager.add_hookspecs(resolve_name(specs))

    def _settled(self, state: PluginState) -> PluginState:
        """Disable a plugin that implements hooks which no capability has, now that all are there: misspelt ones, mostly."""
        plugin = self._manager.get_plugin(state.name) if state.state == "loaded" else None
        callers = () if plugin is None else self._manager.get_hookcallers(plugin) or ()
        unknown = sorted(
            caller.name
            for caller in callers
            if not caller.has_spec() and any(one.plugin is plugin and not one.optionalhook for one in caller.get_hookimpls())
        )
        return self._broken(state, f"there is no hook {', '.join(unknown)}") if unknown else state

    def _broken(self, state: PluginState, reason: str) -> PluginState:
        if self._manager.has_plugin(state.name):
            self._manager.unregister(name=state.name)
        return evolve(state, state="broken", reason=reason)


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(name.strip() for name in text.split(",") if name.strip())
