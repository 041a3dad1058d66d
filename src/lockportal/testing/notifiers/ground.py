"""What every part of the notifiers' contract stands on: the medium, and mails to send by it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from lockportal.core.errors import LockportalError
from lockportal.core.ports import Mail, Notifier

ANNA: Final = "anna.ash@example.com"
PATIENCE: Final = 30.0
"""The seconds within which a notifier must give up."""

LETTER: Final = Mail(
    id="0198c0de-0000-7000-8000-000000000001",
    to=ANNA,
    subject="Ihre Rechnung über 1.234,50 € – 😀",
    text="Grüße, שלום\n\nhttps://portal.example.com/sign-in/" + "x" * 200 + "\n",
    html="<p>Grüße, שלום</p>",
    headers=(("From", '"Nord & Süd" <ar@example.com>'), ("Auto-Submitted", "auto-generated")),
)
"""A mail that asks for everything."""


@frozen(kw_only=True)
class Medium:
    """A notifier and its other end.

    `failing` is one whose medium cannot be used, `silent` one whose medium never answers; None where there is no such thing.
    """

    notifier: Notifier
    arrived: Callable[[], Sequence[EmailMessage]]
    failing: Notifier | None = None
    silent: Notifier | None = None


class Ground:
    """The fixture of the contract, which is to be given."""

    patience: float = PATIENCE

    @pytest.fixture
    def medium(self) -> Medium:
        """Answer a medium through which nothing went yet."""
        raise NotImplementedError("a notifier's contract needs a fixture `medium`: a notifier and its other end")


def letter(number: int, **changes: Any) -> Mail:  # noqa: ANN401 - the fields of a mail
    """Answer a mail of another id."""
    return evolve(LETTER, id=f"0198c0de-0000-7000-8000-{number:012}", **changes)


def error_of(notifier: Notifier, mail: Mail, seconds: float, rule: str) -> Exception | None:
    """Answer what a send raises, which must end in time."""
    raised: list[Exception | None] = []

    def send() -> None:
        try:
            notifier.send(mail)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rule judges it
            raised.append(error)
        else:
            raised.append(None)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(seconds)
    assert raised, rule
    return raised[0]


def told(error: Exception | None, kind: type[LockportalError], rule: str) -> None:
    """Expect an error of a kind that names nobody."""
    assert isinstance(error, kind), f"{rule}; it was {error!r}"
    chain: BaseException | None = error
    while chain is not None:
        assert "anna" not in str(chain).lower(), "an error names no address, nor does one that it came of"
        chain = chain.__cause__ if chain.__cause__ is not None or chain.__suppress_context__ else chain.__context__
