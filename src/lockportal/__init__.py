"""A self-serve accounts-receivable portal as a library: in your own app, in your own database."""

from __future__ import annotations

from lockportal.config import Config, load_config
from lockportal.core.actor import SYSTEM, VISITOR, Actor, Right, staff
from lockportal.core.errors import Conflict, Denied, GatewayError, Limited, LockportalError, NotFound, Refused
from lockportal.core.money import CurrencyMismatch, Money
from lockportal.core.page import Page
from lockportal.core.settings import Branding, Calendar, Supplier
from lockportal.core.terms import Terms
from lockportal.plugins import hookimpl
from lockportal.portal import Portal

__version__ = "0.1.0"

__all__ = [
    "SYSTEM",
    "VISITOR",
    "Actor",
    "Branding",
    "Calendar",
    "Config",
    "Conflict",
    "CurrencyMismatch",
    "Denied",
    "GatewayError",
    "Limited",
    "LockportalError",
    "Money",
    "NotFound",
    "Page",
    "Portal",
    "Refused",
    "Right",
    "Supplier",
    "Terms",
    "__version__",
    "hookimpl",
    "load_config",
    "staff",
]
