"""The contract of a notifier of short messages: one in memory keeps it, and each rule fails who breaks it."""

import inspect
import threading

import pytest

from lockportal.core.errors import GatewayError
from lockportal.testing import TextMedium, TextNotifierContract
from waiting import AMPLE, Meeting


class InMemory:
    """A notifier that keeps the contract, to be broken below."""

    def __init__(self):
        self.kept, self.fails = [], False

    def send(self, text):
        if self.fails:
            self.fail(text)
        self.kept.append((text.to, self.written(text)))

    def written(self, text):
        return text.text

    def fail(self, text):
        raise GatewayError("text.not_sent", "Not today.")


class Plain(InMemory):
    def written(self, text):
        return text.text.encode("ascii", "replace").decode()


class Twice(InMemory):
    def send(self, text):
        super().send(text)
        super().send(text)


class KeepsTheNumber(InMemory):
    def __init__(self):
        super().__init__()
        self.to, self.met = "", Meeting()

    def send(self, text):
        self.to = text.to
        self.met.wait()
        self.kept.append((self.to, text.text))


class NamesTheNumber(InMemory):
    def fail(self, text):
        raise GatewayError("text.not_sent") from ConnectionError(f"{text.to} is not known")


class RaisesAnything(InMemory):
    def fail(self, text):
        raise ConnectionError("broken")


class Hangs(InMemory):
    def fail(self, text):
        threading.Event().wait(AMPLE)


BROKEN = [
    (Plain, "test_a_text_arrives_as_it_was_written", "as it was written"),
    (Twice, "test_a_text_arrives_as_it_was_written", "once"),
    (KeepsTheNumber, "test_each_text_goes_to_its_own_number", "each at its own number"),
    (NamesTheNumber, "test_a_medium_that_fails_is_told_without_naming_anybody", "names no number"),
    (RaisesAnything, "test_a_medium_that_fails_is_told_without_naming_anybody", "it was ConnectionError"),
    (Hangs, "test_a_medium_that_never_answers_is_given_up", "given up in time"),
]
RULES = {name for name, _ in inspect.getmembers(TextNotifierContract, inspect.isfunction) if name.startswith("test_")}


def medium_of(kind):
    made, failing = kind(), kind()
    failing.fails = True
    return TextMedium(notifier=made, arrived=lambda: made.kept, failing=failing, silent=failing)


class TestInMemory(TextNotifierContract):
    @pytest.fixture
    def medium(self):
        return medium_of(InMemory)


@pytest.mark.parametrize(("kind", "rule", "words"), [pytest.param(*row, id=row[0].__name__) for row in BROKEN])
def test_a_notifier_that_breaks_a_rule_is_told_which(kind, rule, words, monkeypatch):
    if kind is Hangs:  # who waits for it waits in vain
        monkeypatch.setattr(TextNotifierContract, "patience", 0.3)
    with pytest.raises(AssertionError, match=words):
        getattr(TextNotifierContract(), rule)(medium_of(kind))


def test_each_rule_has_a_notifier_that_breaks_it():
    assert {rule for _, rule, _ in BROKEN} == RULES


def test_a_medium_that_cannot_fail_is_not_asked_to():
    medium = TextMedium(notifier=InMemory(), arrived=list)
    for rule in ("test_a_medium_that_fails_is_told_without_naming_anybody", "test_a_medium_that_never_answers_is_given_up"):
        with pytest.raises(pytest.skip.Exception):
            getattr(TextNotifierContract(), rule)(medium)
    with pytest.raises(NotImplementedError, match="medium"):
        TextNotifierContract.medium.__wrapped__(TextNotifierContract())
