"""How long a request for a link takes tells nothing of the address: a statistic over thousands, and no limit of time.

The measure is the AUC, the chance that a known address took longer than an unknown one: a half where nothing can be told. Of two
thousand each, chance alone moves it by about one hundredth.
"""

import time
from bisect import bisect_left, bisect_right

import pytest

from lockportal.access.models import AccessSettings
from lockportal.access.service import Access
from lockportal.core.actor import SYSTEM, Right

PEOPLE = 50
LIMITS = AccessSettings(links_per_address=1_000, links_per_network=100_000)


def auc(known, unknown):
    """The chance that one of the first took longer than one of the second; ties count half."""
    ordered = sorted(unknown)
    wins = sum((bisect_left(ordered, one) + bisect_right(ordered, one)) / 2 for one in known)
    return wins / (len(known) * len(ordered))


def timed(world, many):
    """Ask so often for known and for unknown addresses, by turns, and answer how long each took."""
    for number in range(PEOPLE):
        world.portal.profiles.add_contact(world.harbour, f"known{number}@harbour.example", "K", (Right.VIEW,), by=SYSTEM)
    browser, took = world.browser(), {"known": [], "other": []}
    browser.get("/sign-in")
    page = browser.page
    for number in range(-20, many):  # the first ones warm up
        for who in ("known", "other") if number % 2 else ("other", "known"):
            browser.page = page
            begun = time.perf_counter_ns()
            answer = browser.post("/sign-in", form={"email": f"{who}{number % PEOPLE}@harbour.example"})
            if number >= 0:
                took[who].append(time.perf_counter_ns() - begun)
            assert answer.status == 200
    return auc(took["known"], took["other"])


def test_the_measure_is_a_half_where_nothing_can_be_told_and_one_where_everything_can():
    assert auc([1, 2, 3], [1, 2, 3]) == 0.5
    assert auc([4, 5], [1, 2, 3]) == 1
    assert auc([1], [2]) == 0


@pytest.mark.tier_f
@pytest.mark.guarantee(7)
def test_known_and_unknown_addresses_cannot_be_told_apart_by_time(make_world):
    assert 0.45 < timed(make_world(settings=(LIMITS,)), 2_000) < 0.55


@pytest.mark.tier_f
def test_the_measure_would_tell_whoever_answers_a_request_while_it_is_made(make_world, monkeypatch):
    """The naive service mails the link before it answers, where there is somebody to mail it to."""
    real, world = Access.request_link, make_world(settings=(LIMITS,))

    def naive(self, email, **more):
        asked = real(self, email, **more)
        world.portal.deliver()
        return asked

    monkeypatch.setattr(Access, "request_link", naive)
    assert timed(world, 200) > 0.6
