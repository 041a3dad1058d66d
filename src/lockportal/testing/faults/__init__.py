"""Faults for tests: processes killed at every statement, connections cut on their way, servers killed under load. POSIX only.

- `crashes`: run something in a forked child and kill it at its n-th boundary
- `breaks`: end the database's side of a connection at the n-th boundary
- `proxy`: stand between a client and its database, and cut, delay, swallow or refuse
- `servers`: PostgreSQL and MariaDB of one's own, which may be killed
- `children`, `dispatchers`: processes that work in a loop and are killed and replaced
"""

from __future__ import annotations

from lockportal.testing.faults.boundaries import listening
from lockportal.testing.faults.breaks import breaking, count_boundaries
from lockportal.testing.faults.children import Children
from lockportal.testing.faults.crashes import Crash, boundaries, crash
from lockportal.testing.faults.dispatchers import Dispatchers, Receiver, order_kept
from lockportal.testing.faults.proxy import Act, Proxy
from lockportal.testing.faults.servers import SERVERS, DatabaseServer, ServerMissing, mariadb_server, postgresql_server

__all__ = [
    "SERVERS",
    "Act",
    "Children",
    "Crash",
    "DatabaseServer",
    "Dispatchers",
    "Proxy",
    "Receiver",
    "ServerMissing",
    "boundaries",
    "breaking",
    "count_boundaries",
    "crash",
    "listening",
    "mariadb_server",
    "order_kept",
    "postgresql_server",
]
