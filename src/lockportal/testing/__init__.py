"""What a test of a portal or of a plugin needs: contract suites, guards, strategies. Install it with the extra `testing`."""

from __future__ import annotations

from lockportal.testing.guard import Unscoped, counting, scoped
from lockportal.testing.storage import StorageContract

__all__ = ["StorageContract", "Unscoped", "counting", "scoped"]
