"""The portal for any web framework: register the routes of a `Front` in a loop and answer each request by its `handle`."""

from __future__ import annotations

from lockportal.http import Cookie, Request, Response, Upload
from lockportal.web.environment import portals_of, staff_of
from lockportal.web.front import Front
from lockportal.web.routes import ROUTES
from lockportal.web.site import Site
from lockportal.web.staff import BasicLogin, StaffLogin, login_of
from lockportal.web.ticking import ticking

__all__ = [
    "ROUTES",
    "BasicLogin",
    "Cookie",
    "Front",
    "Request",
    "Response",
    "Site",
    "StaffLogin",
    "Upload",
    "login_of",
    "portals_of",
    "staff_of",
    "ticking",
]
