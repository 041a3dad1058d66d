"""A shop whose customers are followed up."""

from contextlib import closing

import pytest

from dunning.chases import open_chase


@pytest.fixture
def chase(tmp_path):
    """Somebody who owes, in a book in memory."""
    made = open_chase("sqlite://", tmp_path)
    with closing(made.portal):
        yield made


@pytest.fixture
def chasing(tmp_path):
    """Makes such a book with facts, a policy and settings of one's own."""
    made = []

    def chasing(*facts, **options):
        made.append(open_chase("sqlite://", tmp_path, *facts, **options))
        return made[-1]

    yield chasing
    for one in made:
        one.portal.close()
