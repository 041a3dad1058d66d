import pytest

from books import open_portal


@pytest.fixture
def portal(database_url, tmp_path):
    made = open_portal(database_url, files=f"folder:{tmp_path / 'files'}")
    yield made
    made.close()
