"""Calls with a time limit: answered, refused, abandoned; slots are counted and come back."""

import threading

import pytest

from lockportal.core.errors import GatewayError, Refused
from lockportal.slots import Slots


def code(slots, work):
    with pytest.raises(GatewayError) as caught:
        slots.run(work)
    return caught.value.code


def raising(error):
    def work():
        raise error

    return work


def test_an_answer_comes_back_and_so_does_an_error_of_lockportal():
    slots = Slots("party", slots=1, seconds=120)
    assert slots.run(lambda: 7) == 7
    with pytest.raises(Refused, match="no"):
        slots.run(raising(Refused("no")))
    assert slots.run(lambda: 8) == 8


@pytest.mark.parametrize("error", [ValueError("secret"), SystemExit("secret"), BaseException("secret")])
def test_of_any_other_error_only_kind_and_place_are_told(error):
    slots = Slots("party", slots=1, seconds=120)
    with pytest.raises(GatewayError) as caught:
        slots.run(raising(error))
    assert caught.value.code == "party.failed"
    assert caught.value.message.startswith(f"{type(error).__name__} at test_slots.py:")
    assert "secret" not in str(caught.value)


def test_an_interrupt_goes_through():
    with pytest.raises(KeyboardInterrupt):
        Slots("party", slots=1, seconds=120).run(raising(KeyboardInterrupt()))


def test_what_hangs_keeps_its_slot_until_it_ends():
    slots, end = Slots("party", slots=2, seconds=0.05), threading.Event()
    assert [code(slots, lambda: end.wait(120)) for _ in range(2)] == ["party.timed_out"] * 2
    assert code(slots, lambda: 7) == "party.busy"
    end.set()
    for thread in threading.enumerate():
        if thread.name == "lockportal-party":
            thread.join()
    assert slots.run(lambda: 7) == 7


def test_a_slot_comes_back_where_no_thread_can_be_started(monkeypatch):
    slots = Slots("party", slots=1, seconds=120)

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError):
        slots.run(lambda: 7)
    monkeypatch.undo()
    assert slots.run(lambda: 7) == 7
