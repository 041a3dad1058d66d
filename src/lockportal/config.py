"""The configuration of a portal: from lockportal.toml, the environment, or code. Bad settings are refused whole, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.settings import Branding, Calendar, Supplier
from lockportal.signing import keys_from_environment

_PORTAL = {"database", "base_url", "mail", "templates", "secret_keys"}


@frozen(kw_only=True)
class Config:
    """What a portal is made of. `settings` holds at most one object of each capability's settings class.

    `base_url` is where the portal is reached from outside; `mail` an address such as `smtp://host:25` or `folder:outbox`;
    `templates` a folder whose files replace the portal's own; `secret_keys` run from the oldest to the newest, which signs.
    """

    supplier: Supplier = field(factory=lambda: Supplier(name="Default supplier", currencies=("USD",)))
    settings: tuple[object, ...] = ()
    database: str = "sqlite:///lockportal.db"
    base_url: str = "http://127.0.0.1:8000"
    mail: str = "folder:outbox"
    templates: Path | None = None
    secret_keys: tuple[str, ...] = field(factory=tuple, repr=False)


def load_config(
    path: Path | None, settings: Mapping[str, type], *, supplier: str | None = None, environment: Mapping[str, str] | None = None
) -> Config:
    """Read lockportal.toml (none is fine) and the environment; `settings` maps the names of tables to settings classes.

    The file has the tables [portal], [supplier] (or [suppliers.KEY] for several), and one for each capability, such as [ledger].
    LOCKPORTAL_DATABASE_URL, LOCKPORTAL_BASE_URL, LOCKPORTAL_MAIL, LOCKPORTAL_SUPPLIER and LOCKPORTAL_SECRET_KEYS win over it.
    """
    env = os.environ if environment is None else environment
    raw: dict[str, Any] = codec.load_toml(path.read_text("utf-8")) if path is not None else {}
    unknown = raw.keys() - {"portal", "supplier", "suppliers"} - settings.keys()
    if unknown:
        name = min(unknown)
        known = ", ".join(sorted({"portal", "supplier", "suppliers", *settings}))
        raise Refused("config.unknown_table", f"There is no table [{name}]; known are {known}.", field=name)
    config = Config(
        supplier=_supplier(raw, supplier or env.get("LOCKPORTAL_SUPPLIER")),
        settings=tuple(_structured(cls, raw[name], name) for name, cls in settings.items() if name in raw),
    )
    return _with_portal(config, raw.get("portal", {}), env, path)


def _with_portal(config: Config, raw: Mapping[str, Any], env: Mapping[str, str], path: Path | None) -> Config:
    unknown = raw.keys() - _PORTAL
    if unknown:
        raise Refused("config.unknown_field", "There is no such setting.", field=f"portal.{min(unknown)}")
    templates = raw.get("templates")
    return evolve(
        config,
        database=env.get("LOCKPORTAL_DATABASE_URL", raw.get("database", config.database)),
        base_url=env.get("LOCKPORTAL_BASE_URL", raw.get("base_url", config.base_url)).rstrip("/"),
        mail=env.get("LOCKPORTAL_MAIL", raw.get("mail", config.mail)),
        templates=None if templates is None else (path.parent if path else Path()) / templates,
        secret_keys=keys_from_environment(env) or tuple(raw.get("secret_keys", ())),
    )


def _supplier(raw: Mapping[str, Any], key: str | None) -> Supplier:
    several: Mapping[str, Any] = raw.get("suppliers", {})
    if key is not None and key in several:
        return _one_supplier({"key": key, **several[key]}, f"suppliers.{key}")
    if "supplier" in raw and key in {None, raw["supplier"].get("key", "default")}:
        return _one_supplier(raw["supplier"], "supplier")
    if key is None and len(several) == 1:
        (only,) = several
        return _one_supplier({"key": only, **several[only]}, f"suppliers.{only}")
    name = key or "default"
    return _one_supplier({"key": name, "name": f"{name.capitalize()} supplier"}, "supplier")


def _one_supplier(raw: Mapping[str, Any], where: str) -> Supplier:
    """Read one supplier; `country` fills the calendar's holidays, which further `holidays` extend."""
    fields = {"currencies": ["USD"], **raw}
    calendar = dict(fields.pop("calendar", {}))
    country = calendar.pop("country", None)
    days = {*calendar.pop("holidays", ())}
    if country is not None:
        days |= _public_holidays(country, where)
    branding = _structured(Branding, fields.pop("branding", {}), f"{where}.branding")
    made = _structured(Calendar, {**calendar, "holidays": sorted(days, key=str)}, f"{where}.calendar")
    given = _structured(Supplier, {"name": "", **fields}, where)
    return evolve(given, calendar=made, branding=branding)


def _public_holidays(country: str, where: str) -> set[Any]:
    import holidays  # noqa: PLC0415 - a slow import, needed only where a country is named

    code, _, subdivision = country.partition("-")
    try:
        return set(holidays.country_holidays(code, subdiv=subdivision or None, years=range(2010, 2041)))
    except NotImplementedError as error:
        message = f"{country!r} is not a country whose holidays are known."
        raise Refused("config.unknown_country", message, field=f"{where}.calendar.country") from error


def _structured(cls: type[Any], raw: object, where: str) -> Any:  # noqa: ANN401 - an instance of cls
    try:
        return codec.structure(cls, raw)
    except Refused as error:
        at = where if error.field is None else f"{where}.{error.field}"
        raise Refused(error.code, error.message, field=at) from error
