"""The built-in file store: contents in a folder of this machine, or on a disk that is mounted here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from lockportal.core.errors import Refused
from lockportal.files.local import LocalFiles

if TYPE_CHECKING:
    from lockportal.core.ports import Files


def files_at(address: str, supplier_id: UUID) -> Files | None:
    """Open a supplier's files at an address such as `folder:files`, or None if it is no `folder:`; Refused if it names none."""
    scheme, _, folder = address.partition(":")
    if scheme != "folder":
        return None
    if not folder.strip():
        raise Refused("files.address_malformed", "Write it like folder:files or folder:/var/lib/portal/files.", field="files")
    return LocalFiles(Path(folder), supplier_id)


__all__ = ["LocalFiles", "files_at"]
