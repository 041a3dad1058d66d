"""Everything that is relied on of a database holds at every isolation level."""

import pytest

from faults.levels import LEVELS, engines_at
from lockportal.testing import StorageContract
from tiers import needs

needs("F")


@pytest.mark.guarantee(33)
class TestAtLevel(StorageContract):
    @pytest.fixture(params=LEVELS)
    def engines(self, request):
        with engines_at(request, request.param) as made:
            yield made

    test_without_the_check_of_the_version_increments_are_lost = None  # some levels catch it: test_isolation's fits them all
