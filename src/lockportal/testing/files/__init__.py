"""The contract of a file store: a plugin's store passes it in three lines.

    class TestMine(FilesContract):
        @pytest.fixture
        def files_of(self): return lambda supplier_id: MyFiles("bucket", supplier_id)

Each test draws suppliers of its own and drops what it put, so that all may share one store.
"""

from __future__ import annotations

from lockportal.testing.files.contents import ContentsContract
from lockportal.testing.files.racing import RacingContract
from lockportal.testing.files.sources import SourcesContract

__all__ = ["FilesContract"]


class FilesContract(
    ContentsContract,
    SourcesContract,
    RacingContract,
):
    """Everything that lockportal relies on a file store for; give it a fixture `files_of`, from a supplier's id to its files."""
