import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def statement_data():
    """Statements of banks that others wrote: below LOCKPORTAL_PUBLIC_DATA."""
    named = os.environ.get("LOCKPORTAL_PUBLIC_DATA")
    folder = (Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data") / "bank"
    if not (folder / "bai2").is_dir():
        pytest.skip("no public data of banks: set LOCKPORTAL_PUBLIC_DATA to its folder")
    return folder
