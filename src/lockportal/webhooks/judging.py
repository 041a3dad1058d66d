"""What an answer to a webhook means, and when the next attempt is due; pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from attrs import field, frozen

from lockportal.webhooks.models import LONGEST_REASON, AttemptOutcome

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""What lies between the ten attempts: three days, all in all."""
ATTEMPTS: Final = len(WAITS) + 1
_LONGEST_WAIT: Final = timedelta(hours=24)
_LATER: Final = frozenset({408, 410, 425, 429})
"""Answers with 4xx that say nothing of what was told."""
_REASONS: Final = ("reason", "detail", "message", "title", "error")
_GONE: Final = 410
_ASKS_TO_WAIT: Final = frozenset({429, 503})


@frozen(kw_only=True)
class Answer:
    """What came back: status, the headers that count, the beginning of the body; or the code of what kept it from coming."""

    status: int = 0
    retry_after: str = ""
    location: bool = False
    body: bytes = field(default=b"", repr=False)
    fault: str = ""
    silent: bool = False
    """Whether it was not reached, or did not answer in time."""


@frozen
class Verdict:
    """What came of an attempt, why, and how long the endpoint asks to be left in peace."""

    outcome: AttemptOutcome
    reason: str = ""
    wait: timedelta = timedelta(0)


def judged(answer: Answer, *, write_back: bool, now: datetime) -> Verdict:
    """Answer what an answer means: 2xx is taken, 410 the end, 4xx with a reason a write-back's refusal, all else a failure."""
    status = answer.status
    if answer.fault:
        return Verdict(AttemptOutcome.FAILED, answer.fault)
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of answers (RFC 9110)
        return Verdict(AttemptOutcome.DELIVERED)
    if status == _GONE:
        return Verdict(AttemptOutcome.GONE, "webhook.gone: the endpoint wants to be told nothing more (410).")
    if 300 <= status < 400:  # noqa: PLR2004 - as above
        return Verdict(AttemptOutcome.FAILED, f"webhook.redirected: the endpoint answered {status}; redirects are not followed.")
    said = reason_in(answer.body)
    if write_back and said and 400 <= status < 500 and status not in _LATER:  # noqa: PLR2004 - as above
        return Verdict(AttemptOutcome.REFUSED, said)
    wait = _asked(answer.retry_after, now) if status in _ASKS_TO_WAIT else timedelta(0)
    return Verdict(AttemptOutcome.FAILED, f"webhook.answered: the endpoint answered {status}.", wait)


def reason_in(body: bytes) -> str:
    """Answer the reason that a JSON body tells, such as problem details (RFC 9457); empty where it tells none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    found = (said[name] for name in _REASONS if isinstance(said.get(name), str))
    return next((text for text in map(_plain, found) if text), "")


def next_wait(number: int, asked: timedelta) -> timedelta | None:
    """Answer how long to wait after an attempt of this number, from 1; None after the last one."""
    return None if number > len(WAITS) else max(WAITS[number - 1], asked)


def _plain(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:LONGEST_REASON]


def _asked(header: str, now: datetime) -> timedelta:
    """Read Retry-After: seconds or a date; a day at most."""
    if header.isascii() and header.isdigit():
        wait = timedelta(seconds=min(int(header[:9]), 24 * 3600))
    else:
        try:
            at = parsedate_to_datetime(header)
        except (TypeError, ValueError):
            return timedelta(0)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
