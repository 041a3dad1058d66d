"""Scripts: what an outside party does at each call, from a list, or by rates drawn from a seed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from random import Random  # noqa: TID251 - a script is drawn from a seed


class Outcome(StrEnum):
    """What becomes of one call of an outside party."""

    OK = "ok"
    """It is done and answered."""
    REFUSE = "refuse"
    """It is refused for good, and not done: HTTP 400, SMTP 550."""
    LATER = "later"
    """It is refused for now, and not done: HTTP 503, SMTP 451."""
    TIMEOUT_BEFORE = "timeout_before"
    """It is not done, and no answer comes."""
    TIMEOUT_AFTER = "timeout_after"
    """It is done, and no answer comes."""
    RESET = "reset"
    """The connection is reset before anything is done."""
    CUT = "cut"
    """It is done, and the connection is reset before the answer."""
    GARBAGE = "garbage"
    """It is done, and the answer cannot be read."""
    SLOW = "slow"
    """It is done and answered, late."""

    @property
    def done(self) -> bool:
        """Say whether the call has its effect."""
        return self in _DONE

    @property
    def answered(self) -> bool:
        """Say whether the caller learns that the effect is there."""
        return self in {Outcome.OK, Outcome.SLOW}


_DONE = {Outcome.OK, Outcome.TIMEOUT_AFTER, Outcome.CUT, Outcome.GARBAGE, Outcome.SLOW}


class Script:
    """Outcomes in turn: those that are listed, then by `rates` (outcome → share of the calls), and OK for the rest.

    Script(seed=7, rates={Outcome.REFUSE: 0.3})
    """

    def __init__(self, *listed: Outcome, seed: int | str = 0, rates: Mapping[Outcome, float] | None = None) -> None:
        """Refuse rates that are no shares with ValueError."""
        self.rates = dict(rates or {})
        if any(rate < 0 for rate in self.rates.values()) or sum(self.rates.values()) > 1:
            message = f"rates are shares that sum to one at most, not {self.rates}"
            raise ValueError(message)
        self.played: list[Outcome] = []
        self._listed = deque(listed)
        self._random = Random(f"{seed}/script")
        self._lock = threading.Lock()

    def then(self, *outcomes: Outcome) -> None:
        """List outcomes for the next calls, after those that are listed already."""
        with self._lock:
            self._listed.extend(outcomes)

    def next(self) -> Outcome:
        """Answer what becomes of this call."""
        with self._lock:
            outcome = self._listed.popleft() if self._listed else self._drawn()
            self.played.append(outcome)
        return outcome

    def _drawn(self) -> Outcome:
        if not self.rates:
            return Outcome.OK
        (outcome,) = self._random.choices(
            [*self.rates, Outcome.OK], weights=[*self.rates.values(), max(0.0, 1 - sum(self.rates.values()))]
        )
        return outcome
