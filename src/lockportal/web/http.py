"""What pages are asked and answer: `lockportal.http`, under the name by which the pages know it."""

from __future__ import annotations

from lockportal.http import HTML, Cookie, Request, Response, Upload, disposition, download, redirect

__all__ = ["HTML", "Cookie", "Request", "Response", "Upload", "disposition", "download", "redirect"]
