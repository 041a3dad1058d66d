"""What Alembic runs for each command: on the connection that it was handed, or writing a script without one."""

from __future__ import annotations

from alembic import context

_given = context.config.attributes
if context.is_offline_mode():
    context.configure(url=_given["url"], output_buffer=_given["output"], literal_binds=True, **_given["options"])
else:
    context.configure(connection=_given["connection"], target_metadata=_given.get("metadata"), **_given["options"])
with context.begin_transaction():
    context.run_migrations()
