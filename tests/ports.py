"""Ports for servers in processes of their own, which must be told theirs."""

import socket
from contextlib import contextmanager


@contextmanager
def held_port():
    """Hold a free port: nobody else is given it, and a server that is told it may listen there (SO_REUSEADDR)."""
    with socket.socket() as holding:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holding.bind(("127.0.0.1", 0))
        yield holding.getsockname()[1]
