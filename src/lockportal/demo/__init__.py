"""The demo: a believable book in a database of its own, the portal on this machine, and a way in.

Nothing of it is meant for a portal that others can reach: see `lockportal.demo.door`.
"""

from __future__ import annotations

from lockportal.demo.running import run

__all__ = ["run"]
