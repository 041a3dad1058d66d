"""The mail of a world: kept where a killed process does not take it along, and failing as its script says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import asdict, evolve

from lockportal.core.errors import GatewayError
from lockportal.core.ports import Mail
from lockportal.testing.world.clock import VirtualClock
from lockportal.testing.world.notes import Notes
from lockportal.testing.world.script import Outcome, Script

if TYPE_CHECKING:
    from lockportal.core.ports import Notifier

PATIENCE: Final = timedelta(seconds=20)
"""How far the world's clock moves while an answer is late or does not come."""
_LATE: Final = {Outcome.SLOW, Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}


def _silent(_: str) -> None:
    """Hear nothing."""


class ScriptedNotifier:
    """Keeps mail in notes; every send goes as the script's next outcome says, and time passes where one waits in vain."""

    def __init__(self, script: Script, notes: Notes, clock: VirtualClock) -> None:
        """Keep the script, where mail is kept, and the clock that moves while somebody waits."""
        self.script = script
        self.heard: Callable[[str], object] = _silent
        """Called before and after each send: a place to be killed at."""
        self._notes = notes
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Keep a mail or not, and answer or not; GatewayError where no good answer comes."""
        self.heard("before send")
        outcome = self.script.next()
        if outcome.done:
            self._notes.add(asdict(mail))
        if outcome in _LATE:
            self._clock.advance(PATIENCE)
        self.heard("after send")
        if not outcome.answered:
            raise GatewayError("mail.not_sent", f"the script says: {outcome}")

    @property
    def sent(self) -> tuple[Mail, ...]:
        """Answer every mail that arrived, in order; one that was sent twice is there twice, with the same id."""
        made = (Mail(**values) for values in self._notes.all())
        return tuple(evolve(mail, headers=tuple((name, value) for name, value in mail.headers)) for mail in made)


if TYPE_CHECKING:

    def _is_notifier(made: ScriptedNotifier) -> Notifier:
        return made
