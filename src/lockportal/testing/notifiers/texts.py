"""The contract of a notifier of short messages: a plugin's notifier passes it in a few lines.

    class TestMine(TextNotifierContract):
        @pytest.fixture
        def medium(self): return TextMedium(notifier=MyNotifier(…), arrived=lambda: […], failing=…, silent=…)

`arrived` answers what came out at the other end: pairs of a number and a text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from attrs import evolve, frozen

from lockportal.core.errors import GatewayError
from lockportal.core.ports import Text, TextNotifier
from lockportal.testing.bench import fulfilled, race
from lockportal.testing.notifiers.ground import PATIENCE

_NUMBER: Final = "+493023125042"
_TEXT: Final = Text(
    id="0198c0de-0000-7000-8000-000000000001",
    to=_NUMBER,
    text="Nord & Süd <GmbH>: Rechnung über 1.234,50 € – 😀 שלום https://portal.example.com/d/x?a=1&b=%2F {to} +",
)
"""A text that asks for everything."""


@frozen(kw_only=True)
class TextMedium:
    """A notifier of short messages and its other end.

    `failing` is one whose medium cannot be used, `silent` one whose medium never answers; None where there is no such thing.
    """

    notifier: TextNotifier
    arrived: Callable[[], Sequence[tuple[str, str]]]
    failing: TextNotifier | None = None
    silent: TextNotifier | None = None


class TextNotifierContract:
    """Everything that lockportal relies on a notifier of short messages for; give it a fixture `medium`."""

    patience: float = PATIENCE

    @pytest.fixture
    def medium(self) -> TextMedium:
        """Answer a medium through which nothing went yet."""
        raise NotImplementedError("a notifier's contract needs a fixture `medium`: a notifier and its other end")

    def test_a_text_arrives_as_it_was_written(self, medium: TextMedium) -> None:
        """Beyond ASCII, with whatever signs of addresses and of mark-up it has, at its number, once."""
        medium.notifier.send(_TEXT)
        assert list(medium.arrived()) == [(_NUMBER, _TEXT.text)], "a text arrives as it was written, at its number, once"

    def test_each_text_goes_to_its_own_number(self, medium: TextMedium) -> None:
        """Nothing is kept of the one before, though they are sent at once from several threads."""
        texts = [evolve(_TEXT, id=f"0198c0de-0000-7000-8000-{n:012}", to=f"+4930231250{n}", text=f"number {n}") for n in range(8)]
        fulfilled(race(*(lambda text=text: medium.notifier.send(text) for text in texts)))
        wanted = sorted((text.to, text.text) for text in texts)
        assert sorted(medium.arrived()) == wanted, "texts that are sent at once arrive, each at its own number"

    def test_a_medium_that_fails_is_told_without_naming_anybody(self, medium: TextMedium) -> None:
        """GatewayError says what to do; it may be logged."""
        if medium.failing is None:
            pytest.skip("this medium never fails")
        rule = "a medium that fails is told by GatewayError"
        _told(_error_of(medium.failing, self.patience, f"{rule}, in time"), rule)

    def test_a_medium_that_never_answers_is_given_up(self, medium: TextMedium) -> None:
        """Within the time limit; what became of the text is not known then."""
        if medium.silent is None:
            pytest.skip("this medium always answers")
        rule = "a medium that never answers is given up in time"
        _told(_error_of(medium.silent, self.patience, rule), f"{rule}, by GatewayError")


def _error_of(notifier: TextNotifier, seconds: float, rule: str) -> Exception | None:
    raised: list[Exception | None] = []

    def send() -> None:
        try:
            notifier.send(_TEXT)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rule judges it
            raised.append(error)
        else:
            raised.append(None)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(seconds)
    assert raised, rule
    return raised[0]


def _told(error: Exception | None, rule: str) -> None:
    assert isinstance(error, GatewayError), f"{rule}; it was {error!r}"
    chain: BaseException | None = error
    while chain is not None:
        assert _NUMBER[1:] not in str(chain), "an error names no number, nor does one that it came of"
        chain = chain.__cause__ if chain.__cause__ is not None or chain.__suppress_context__ else chain.__context__
