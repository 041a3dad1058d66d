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

_FILE: Final = "lockportal.toml"


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
