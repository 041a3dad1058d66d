"""The contract of a notifier: a plugin's notifier passes it in a few lines.

    class TestMine(NotifierContract):
        @pytest.fixture
        def medium(self): return Medium(notifier=MyNotifier(…), arrived=lambda: […], failing=…, silent=…)

`arrived` answers what came out at the other end, as messages of the standard library.
"""

from __future__ import annotations

from lockportal.testing.notifiers.arriving import ArrivingContract
from lockportal.testing.notifiers.failing import FailingContract
from lockportal.testing.notifiers.ground import Medium

__all__ = ["Medium", "NotifierContract"]


class NotifierContract(ArrivingContract, FailingContract):
    """Everything that lockportal relies on a notifier for; give it a fixture `medium`."""
