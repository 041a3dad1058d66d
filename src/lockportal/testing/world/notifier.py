"""The mail of a world: kept where a killed process does not take it along, and failing as its script says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import asdict, evolve

from lockportal.core.errors import GatewayError
from lockportal.core.messages import Attachment
from lockportal.core.ports import Mail
from lockportal.testing.world.clock import VirtualClock
from lockportal.testing.world.notes import Notes
from lockportal.testing.world.script import Outcome, Script

if TYPE_CHECKING:
    from lockportal.core.ports import Notifier

PATIENCE: Final = timedelta(seconds=20)
"""How far the world's clock moves while an answer is late or does not come."""
_LATE: Final = {Outcome.SLOW, Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}


class ScriptedNotifier:
    """Keeps mail in notes; every send goes as the script's next outcome says, and time passes where one waits in vain.

    With a `relay`, what the script lets through is handed on to it first: to a real server, as `SmtpServer` is one.
    """

    def __init__(
        self, script: Script, notes: Notes, clock: VirtualClock, heard: Callable[[str], object], relay: Notifier | None = None
    ) -> None:
        """Keep the script, where mail is kept, the clock that moves while somebody waits, and who hears of each send."""
        self.script = script
        self._heard = heard
        self._relay = relay
        self._notes = notes
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Keep a mail or not, and answer or not; GatewayError where no good answer comes."""
        self._heard("before send")
        outcome = self.script.next()
        if outcome.done and self._relay is not None:
            self._relay.send(mail)
        if outcome.done:
            self._notes.add(asdict(mail))
        if outcome in _LATE:
            self._clock.advance(PATIENCE)
        self._heard("after send")
        if not outcome.answered:
            raise GatewayError("mail.not_sent", f"the script says: {outcome}")

    @property
    def sent(self) -> tuple[Mail, ...]:
        """Answer every mail that arrived, in order; one that was sent twice is there twice, with the same id."""
        made = (Mail(**values) for values in self._notes.all())
        return tuple(
            evolve(
                mail,
                headers=tuple((name, value) for name, value in mail.headers),
                attachments=tuple(Attachment(**one) for one in mail.attachments),  # type: ignore[arg-type]  # as they were noted
            )
            for mail in made
        )


if TYPE_CHECKING:

    def _is_notifier(made: ScriptedNotifier) -> Notifier:
        return made
