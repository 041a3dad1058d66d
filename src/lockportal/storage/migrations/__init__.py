"""The schema of a portal's database: up, down, checked, or written out as a script. Its version stands in a table of its own.

A released migration is never changed. While a change of records is worked on, one command writes its migration:

    python -m lockportal.storage.migrations.revision "documents bear a source digest"

and until the first release `python -m lockportal.storage.migrations.revision --initial` writes the first one anew.
"""

from __future__ import annotations

from lockportal.storage.migrations.running import check, downgrade, sql, upgrade

__all__ = ["check", "downgrade", "sql", "upgrade"]
