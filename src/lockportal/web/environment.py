"""The portals that the environment describes: one, or several by host name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import evolve

from lockportal.config import load_config
from lockportal.core.errors import Refused
from lockportal.portal import Portal, settings_classes
from lockportal.web.staff import StaffLogin, login_of

_FILE: Final = "lockportal.toml"
_STAFF: Final = "LOCKPORTAL_STAFF"


def portals_of(environment: Mapping[str, str] | None = None) -> Portal | dict[str, Portal]:
    """Make the portal of lockportal.toml and the environment, or with LOCKPORTAL_HOSTS several by host name.

    LOCKPORTAL_CONFIG names the file, LOCKPORTAL_HOSTS addresses and the suppliers that are reached there, as
    `https://pay.acme.example=acme,https://pay.bolt.example=bolt`; Refused `hosts.malformed` for whatever else.
    """
    env = os.environ if environment is None else environment
    named = env.get("LOCKPORTAL_CONFIG", "")
    path = Path(named or _FILE)
    file = path if named or path.exists() else None
    hosts = env.get("LOCKPORTAL_HOSTS", "")
    if not hosts.strip():
        return Portal(load_config(file, settings_classes(), environment=env))
    found: dict[str, Portal] = {}
    for part in hosts.split(","):
        address, _, supplier = part.strip().partition("=")
        scheme, _, host = address.partition("://")
        if scheme not in {"http", "https"} or not host or not supplier:
            message = "Write LOCKPORTAL_HOSTS like https://pay.acme.example=acme, several of them parted by commas."
            raise Refused("hosts.malformed", message, field="LOCKPORTAL_HOSTS")
        config = load_config(file, settings_classes(), supplier=supplier, environment=env)
        name = host.partition("/")[0].partition(":")[0]
        found[name] = Portal(evolve(config, base_url=address.rstrip("/")))
    return found


def staff_of(portals: Portal | Mapping[str, Portal], environment: Mapping[str, str] | None = None) -> Mapping[str, StaffLogin]:
    """Read who comes to the desk of each supplier, by its key: from LOCKPORTAL_STAFF_ACME for the supplier `acme`.

    Of an only supplier LOCKPORTAL_STAFF may say it. Refused `staff.ambiguous` for a variable that would open the desks of
    several to the same people.
    """
    env = os.environ if environment is None else environment
    given = portals.values() if isinstance(portals, Mapping) else (portals,)
    variables = {key: _variable(key) for key in {portal.supplier.key for portal in given}}
    named, common = list(variables.values()), env.get(_STAFF, "").strip()
    shared = [name for name in named if named.count(name) > 1 and env.get(name)]
    if shared or (common and len(named) > 1):
        message = f"It would open the desks of several suppliers: name the people of each, by {', '.join(sorted(set(named)))}."
        raise Refused("staff.ambiguous", message, field=min(shared, default=_STAFF))
    found = {key: login_of(env.get(name) or common) for key, name in variables.items()}
    return {key: login for key, login in found.items() if login is not None}


def _variable(key: str) -> str:
    return f"{_STAFF}_{key.replace('-', '_').upper()}"
