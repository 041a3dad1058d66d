"""What can go wrong while a document is set: one error, told apart by its code."""

from __future__ import annotations

from lockportal.core.errors import LockportalError


class PdfError(LockportalError):
    """A document could not be made; nothing half-made was kept.

    Codes: `pdf.extra_missing`, `pdf.template_unknown`, `pdf.template_refused`, `pdf.template_failed`,
    `pdf.data_invalid`, `pdf.figures_disagree`, `pdf.logo_unusable`, `pdf.glyph_missing`.
    """

    def __init__(self, code: str, message: str = "", *, field: str | None = None) -> None:
        """Keep what every error has; a text that no font can print is no fault of the server's."""
        super().__init__(code, message, field=field)
        if code == "pdf.glyph_missing":
            self.status = 422
