"""The portal's pages, for any web framework: register `ROUTES` in a loop and answer each request by `Site.handle`."""

from __future__ import annotations

from lockportal.web.http import Cookie, Request, Response
from lockportal.web.routes import ROUTES
from lockportal.web.site import Site
from lockportal.web.staff import BasicLogin, StaffLogin, login_of
from lockportal.web.ticking import ticking

__all__ = ["ROUTES", "BasicLogin", "Cookie", "Request", "Response", "Site", "StaffLogin", "login_of", "ticking"]
