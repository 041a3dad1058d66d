"""What Alembic runs for each command: on the connection that it was handed, or writing a script without one."""

from __future__ import annotations

from alembic import context

from lockportal.storage.migrations.options import OPTIONS

_given = context.config.attributes
if context.is_offline_mode():
    context.configure(url=_given["url"], output_buffer=_given["output"], literal_binds=True, **OPTIONS)
else:
    context.configure(connection=_given["connection"], target_metadata=_given.get("metadata"), **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
