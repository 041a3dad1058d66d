import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def desk(tmp_path):
    """The gateway and its other side, without a proxy between them."""
    from stripe_ground import desk_of  # noqa: PLC0415 - found by the line above only

    with desk_of(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def examples():
    """Stripe's own examples of its objects, and the sequences of its own tool: below LOCKPORTAL_PUBLIC_DATA."""
    named = os.environ.get("LOCKPORTAL_PUBLIC_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data"
    if not (folder / "payments" / "stripe" / "fixtures3.json").is_file():
        pytest.skip("no public data of Stripe's: set LOCKPORTAL_PUBLIC_DATA to its folder")
    return folder / "payments" / "stripe"
