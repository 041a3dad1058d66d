import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def bank_data():
    """Files of banks that others wrote: below LOCKPORTAL_PUBLIC_DATA."""
    named = os.environ.get("LOCKPORTAL_PUBLIC_DATA")
    folder = (Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data") / "bank"
    if not (folder / "nacha").is_dir():
        pytest.skip("no public data of banks: set LOCKPORTAL_PUBLIC_DATA to its folder")
    return folder
