"""The JSON API: its routes are one table of data, its document is made of the services' own signatures and classes."""

from __future__ import annotations

from lockportal.api.answering import Api, Identify
from lockportal.api.calls import Caller
from lockportal.api.problems import Unfit
from lockportal.api.table import ROUTES, routes_of

__all__ = ["ROUTES", "Api", "Caller", "Identify", "Unfit", "routes_of"]
