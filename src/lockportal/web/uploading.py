"""A file in a form: taken out of a request, and what to tell of one that is not taken. For every page that has such a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lockportal.core.errors import Refused
from lockportal.uploads.models import UploadsSettings
from lockportal.web.http import Request, Upload
from lockportal.web.rendering import size_words
from lockportal.web.site import Site


def _(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


FILE: Final = "content"
"""The name of the field."""
_FAULTS: Final[Mapping[str, str]] = {
    "file.missing": _("Choose a file."),
    "file.empty": _("This file is empty."),
    "file.too_large": _("This file is too large. A file has at most %(most)s."),
    "file.name_misleading": _("The name of this file promises something else than it is. Rename it."),
    "file.": _("This file is of a kind that is not taken here. Send a PDF or a picture."),
    "pdf.encrypted": _("This PDF is locked. Print it to a new PDF and send that."),
    "pdf.active": _("This PDF does something by itself when it is opened. Print it to a new PDF and send that."),
    "pdf.": _("This PDF is damaged, or more than a PDF. Print it to a new PDF and send that."),
    "image.": _("This picture is damaged, too large, or more than a picture. Save it again and send that."),
    "upload.no_room": _("There is no room for further files. Send it by another way."),
    "upload.note_too_long": _("That is too long. Write less."),
}


def sent_file(request: Request) -> Upload:
    """Answer the file of a form; Refused `file.missing` where none was chosen."""
    found = request.files.get(FILE)
    if found is None:
        raise Refused("file.missing", "Choose a file.", field=FILE)
    return found


def told(site: Site, error: Refused) -> str:
    """Answer in the reader's words why a file is not taken, and what to do."""
    found = next((words for begin, words in _FAULTS.items() if error.code.startswith(begin)), error.message)
    most = site.portal.shell.settings(UploadsSettings).file_limit
    return site.templates.translate(found) % {"most": size_words(most, site.templates.locale)}


def offered(site: Site) -> dict[str, object]:
    """Answer what the field for a file needs: the types that are taken and the most bytes."""
    settings = site.portal.shell.settings(UploadsSettings)
    return {"accept": ",".join(sorted(settings.file_types)), "file_limit": settings.file_limit}
