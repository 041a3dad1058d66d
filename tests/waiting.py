"""Waiting for each other, and for what takes its time: so that no test of a race is a matter of luck."""

import threading
import time

AMPLE = 120.0
"""The seconds after which something is taken to hang, on a machine that has much else to do."""


class Meeting:
    """A place where the first so many wait for each other; who comes afterwards passes."""

    def __init__(self, parties=2):
        self._away, self._lock, self._met = parties, threading.Lock(), threading.Event()

    def wait(self):
        """Wait until everybody is there; AssertionError, if somebody never comes."""
        with self._lock:
            self._away -= 1
            if self._away <= 0:
                self._met.set()
        assert self._met.wait(AMPLE), "somebody never came"


def soon(holds):
    """Wait until something is so; AssertionError, if it never is."""
    end = time.monotonic() + AMPLE
    while not holds():
        assert time.monotonic() < end, "it is not so, and will not be"
        time.sleep(0.01)


def patient(browser):
    """Give each page of a browser of Playwright as long for a step as a busy machine may need, in place of its thirty seconds."""
    make = browser.new_context

    def new_context(**given):
        context = make(**given)
        context.set_default_timeout(AMPLE * 1000)
        return context

    browser.new_context = new_context
    return browser
