import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from paypal_ground import world


@pytest.fixture
def paypal(tmp_path):
    """A stub, the proxy before it, and a gateway that speaks to it."""
    with world(tmp_path) as made:
        yield made
