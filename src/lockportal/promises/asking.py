"""The host's own decision on a promise, asked for before the command is run."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.core.errors import Refused
from lockportal.promises.commands import MakePromise, ReschedulePromise
from lockportal.promises.models import PromiseMade
from lockportal.promises.rulings import Decision, PromiseDraft, Ruling

C = TypeVar("C", MakePromise, ReschedulePromise)
_ACCEPTED = Ruling(decision=Decision.ACCEPT)


class Rulings:
    """Asks the hook, where any plugin has it."""

    def __init__(self, context: Context) -> None:
        """Bind the hook."""
        hook = context.hook.lockportal_decide_promise
        self._shell = context.shell
        self._ask = hook if hook.get_hookimpls() else None

    def ruled(self, command: C, by: Actor) -> C:
        """Answer the command with the host's decision, where it has one and a customer asks."""
        if self._ask is None or by.kind not in {ActorKind.CUSTOMER, ActorKind.HOLDER}:
            return command
        try:
            events = self._shell.rehearse(evolve(command, ruling=_ACCEPTED), by).events
        except Refused as refused:  # the same request may have been done before: then it is answered as it was
            return evolve(command, ruling=Ruling(decision=Decision.REFUSE, reason=refused.message))
        made = next(one for one in events if isinstance(one, PromiseMade))
        promise = made.promise
        draft = PromiseDraft(
            account_id=command.account_id,
            amount=promise.amount,
            lines=promise.lines,
            parts=promise.parts,
            broken=made.broken,
            objections=made.objections,
        )
        return evolve(command, ruling=self._ask(draft=draft))
