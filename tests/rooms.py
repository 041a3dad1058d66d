"""Every service that a portal offers, found by looking: those of capabilities, and those that they hold."""

import inspect
from operator import attrgetter

from lockportal import Config, Portal

HELD_BACK = {
    "payments.gateways": "the accounts with gateways, for the portal itself",
    "payments.bank_formats": "the file formats, for the portal itself",
}
"""What services hold that is not for applications, and why."""


def rooms(portal):
    """Every service by its name, such as `payments` and `payments.methods`."""
    found = {one.name: attrgetter(one.name)(portal) for one in portal.capabilities if one.service}
    inner = {f"{name}.{key}": value for name, one in found.items() for key, value in vars(one).items() if not key.startswith("_")}
    ours = {name: one for name, one in inner.items() if type(one).__module__.startswith("lockportal.")}
    return {**found, **{name: one for name, one in ours.items() if name not in HELD_BACK}}


def services(portal=None):
    """The names of every public method of every service."""
    made = portal or Portal(Config(database="sqlite://", secret_keys=("k" * 40,)))
    try:
        return [
            f"{room}.{method}"
            for room, one in rooms(made).items()
            for method, _ in inspect.getmembers(type(one), inspect.isfunction)
            if not method.startswith("_")
        ]
    finally:
        if portal is None:
            made.close()


def service_of(portal, name):
    """The service that has the method of this name."""
    return attrgetter(name.rpartition(".")[0])(portal)
