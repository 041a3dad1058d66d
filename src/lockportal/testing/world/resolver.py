"""A resolver of names that answers by script: another address at each call, if it is told to."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from itertools import cycle

from lockportal.testing.world.script import Outcome, Script


class ScriptedResolver:
    """Answers a name's addresses, call by call in turn: `ScriptedResolver({"shop.example": [["192.0.2.1"], ["127.0.0.1"]]})`."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]], script: Script | None = None) -> None:
        """Keep for each name the answers that it gives in turn, again and again."""
        self.script = script or Script()
        self.asked: list[str] = []
        self._turns = {name: cycle(answers) for name, answers in names.items()}

    def __call__(self, name: str) -> tuple[str, ...]:
        """Answer addresses; socket.gaierror for an unknown name or a refusal, TimeoutError where no answer comes."""
        self.asked.append(name)
        outcome = self.script.next()
        if outcome is Outcome.GARBAGE:
            return ("not an address",)
        if outcome in {Outcome.REFUSE, Outcome.LATER}:
            code = socket.EAI_NONAME if outcome is Outcome.REFUSE else socket.EAI_AGAIN
            raise socket.gaierror(code, f"the script says: {outcome}")
        if not outcome.answered:
            message = f"the script says: {outcome}"
            raise TimeoutError(message)
        if name not in self._turns:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return tuple(next(self._turns[name]))
