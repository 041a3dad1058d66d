"""Every statement that the library sends is looked at: does it bear its supplier? Tests themselves may look at everything."""

import os
import sys
from contextlib import contextmanager

import sqlalchemy as sa

from lockportal.testing.guard import Unscoped, check_scope


@contextmanager
def unscoped_of_the_library():
    """Collect the library's statements without a supplier, on any engine, each with the test that it was sent in."""
    found = []

    def look(connection, cursor, statement, parameters, context, executemany):
        try:
            check_scope(statement)
        except Unscoped:
            if _sent_by_the_library():
                found.append(f"{os.environ.get('PYTEST_CURRENT_TEST', '')}: {statement}")

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)


def _sent_by_the_library():
    """Say whose statement is being sent: the first frame outside SQLAlchemy tells."""
    frame = sys._getframe(2)
    while frame is not None and f"{os.sep}sqlalchemy{os.sep}" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__", "").startswith("lockportal.")
