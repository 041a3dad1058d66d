"""The contract of a database: a plugin's engine passes it in three lines.

    class TestMine(StorageContract):
        @pytest.fixture
        def engines(self): return open_engines("mydb://an/empty/database")

Each test begins with an empty database. What a database cannot do is told by `first_year` and `several_connections`.
"""

from __future__ import annotations

from lockportal.testing.storage.checking import CheckingContract
from lockportal.testing.storage.counting import CountingContract
from lockportal.testing.storage.fields import FieldsContract
from lockportal.testing.storage.keys import KeysContract
from lockportal.testing.storage.lost import LostAnswersContract
from lockportal.testing.storage.outbox import OutboxContract
from lockportal.testing.storage.reading import ReadingContract
from lockportal.testing.storage.suppliers import SuppliersContract
from lockportal.testing.storage.versions import VersionsContract

__all__ = ["StorageContract"]


class StorageContract(
    FieldsContract,
    VersionsContract,
    KeysContract,
    ReadingContract,
    SuppliersContract,
    OutboxContract,
    LostAnswersContract,
    CheckingContract,
    CountingContract,
):
    """Everything that lockportal relies on a database for; give it a fixture `engines`, of an empty database."""
