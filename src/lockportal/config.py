"""The configuration of a portal: from lockportal.toml, the environment, or code. Bad settings are refused whole, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from attrs import Attribute, evolve, field, frozen

from lockportal import codec
from lockportal.core.errors import Refused
from lockportal.core.settings import Branding, Calendar, Supplier
from lockportal.signing import keys_from_environment

_YEARS = range(2000, 2051)
"""The years whose public holidays are looked up."""


def _networks(_: object, attribute: Attribute[Any], values: tuple[str, ...]) -> None:
    for value in values:
        try:
            ip_network(value)
        except ValueError:
            message = f"portal.{attribute.name}: {value!r} is no address or network, such as 10.0.0.7 or 10.0.0.0/24"
            raise ValueError(message) from None


@frozen(kw_only=True)
class PortalTable:
    """What the table [portal] of lockportal.toml may hold."""

    database: str | None = None
    base_url: str | None = None
    mail: str | None = None
    mailbox: str | None = None
    sms: str | None = None
    whatsapp: str | None = None
    files: str | None = None
    templates: str | None = None
    secret_keys: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = field(default=(), validator=_networks)


@frozen(kw_only=True)
class CalendarTable:
    """What a supplier's calendar may hold beside its own fields: the `country` whose public holidays are taken."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    country: str | None = None


@frozen(kw_only=True)
class Config:
    """What a portal is made of. `settings` holds at most one object of each capability's settings class.

    `base_url` is where the portal is reached from outside; `mail` an address such as `smtp://host:25` or `folder:outbox`;
    `mailbox` that of the box from which mail is fetched, such as `imaps://user:password@host/INBOX`, or empty;
    `sms` and `whatsapp` those of what sends short messages, which plugins know, or empty;
    `files` the address of the file store, such as `folder:files`; a folder stands where the process does, unless it is absolute;
    `templates` a folder whose files replace the portal's own; `secret_keys` run from the oldest to the newest, which signs;
    `trusted_proxies` are the addresses and networks of the proxies before the portal, whose X-Forwarded-For is believed.
    """

    supplier: Supplier = field(factory=lambda: Supplier(name="Default supplier", currencies=("USD",)))
    settings: tuple[object, ...] = ()
    database: str = "sqlite:///lockportal.db"
    base_url: str = "http://127.0.0.1:8000"
    mail: str = "folder:outbox"
    mailbox: str = field(default="", repr=False)
    sms: str = field(default="", repr=False)
    whatsapp: str = field(default="", repr=False)
    files: str = "folder:files"
    templates: Path | None = None
    secret_keys: tuple[str, ...] = field(factory=tuple, repr=False)
    trusted_proxies: tuple[str, ...] = field(default=(), validator=_networks)


def load_config(
    path: Path | None,
    settings: Mapping[str, type],
    *,
    supplier: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """Read lockportal.toml (none is fine) and the environment; `settings` maps the names of tables to settings classes.

    The file has the tables [portal], [supplier] (or [suppliers.KEY] for several), and one for each capability, such as [ledger].
    LOCKPORTAL_DATABASE_URL, LOCKPORTAL_BASE_URL, LOCKPORTAL_MAIL, LOCKPORTAL_MAILBOX, LOCKPORTAL_SMS, LOCKPORTAL_WHATSAPP,
    LOCKPORTAL_FILES, LOCKPORTAL_SUPPLIER, LOCKPORTAL_SECRET_KEYS and LOCKPORTAL_TRUSTED_PROXIES win over it.
    A settings class may have a static method `written`, which turns what is pleasant to write into its fields.
    """
    env = os.environ if environment is None else environment
    raw = {} if path is None else _read(path)
    unknown = raw.keys() - {"portal", "supplier", "suppliers"} - settings.keys()
    if unknown:
        known = ", ".join(sorted({"portal", "supplier", "suppliers", *settings}))
        raise Refused("config.unknown_table", f"There is no such table; known are {known}.", field=min(unknown))
    config = Config(
        supplier=_supplier(raw, supplier or env.get("LOCKPORTAL_SUPPLIER")),
        settings=tuple(_structured(cls, raw[name], name) for name, cls in settings.items() if name in raw),
    )
    table: PortalTable = _structured(PortalTable, raw.get("portal", {}), "portal")
    folder = Path() if path is None else path.parent
    return evolve(
        config,
        database=env.get("LOCKPORTAL_DATABASE_URL") or table.database or config.database,
        base_url=(env.get("LOCKPORTAL_BASE_URL") or table.base_url or config.base_url).rstrip("/"),
        mail=env.get("LOCKPORTAL_MAIL") or table.mail or config.mail,
        mailbox=env.get("LOCKPORTAL_MAILBOX") or table.mailbox or config.mailbox,
        sms=env.get("LOCKPORTAL_SMS") or table.sms or config.sms,
        whatsapp=env.get("LOCKPORTAL_WHATSAPP") or table.whatsapp or config.whatsapp,
        files=env.get("LOCKPORTAL_FILES") or table.files or config.files,
        templates=None if table.templates is None else folder / table.templates,
        secret_keys=keys_from_environment(env) or table.secret_keys,
        trusted_proxies=_trusted_proxies(env) or table.trusted_proxies,
    )


def _trusted_proxies(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Read LOCKPORTAL_TRUSTED_PROXIES, separated by commas; Refused for what is neither an address nor a network."""
    given = environment.get("LOCKPORTAL_TRUSTED_PROXIES", "")
    found = tuple(part.strip() for part in given.split(",") if part.strip())
    try:
        PortalTable(trusted_proxies=found)
    except ValueError as error:
        raise Refused("input.invalid", str(error), field="LOCKPORTAL_TRUSTED_PROXIES") from error
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("config.unreadable", f"{path} cannot be read: {error}", field="config") from error
    return codec.load_toml(text)


def _supplier(raw: Mapping[str, Any], key: str | None) -> Supplier:
    """Read the supplier of a key, or the only one; Refused if the file has others but not this one."""
    suppliers = {name: {"key": name, **table} for name, table in _table(raw, "suppliers", tables=True).items()}
    places = {name: f"suppliers.{name}" for name in suppliers}
    if "supplier" in raw:
        single = _table(raw, "supplier")
        name = str(single.get("key", "default"))
        suppliers[name], places[name] = dict(single), "supplier"
        key = key or name
    if key is None and len(suppliers) == 1:
        (key,) = suppliers
    if key in suppliers:
        return _one_supplier(suppliers[key], places[key])
    if suppliers:
        message = f"Name one of {', '.join(sorted(suppliers))} by --supplier or LOCKPORTAL_SUPPLIER."
        raise Refused("config.unknown_supplier", message, field="supplier")
    name = key or "default"
    return _one_supplier({"key": name, "name": f"{name.capitalize()} supplier"}, "supplier")


def _table(raw: Mapping[str, Any], name: str, *, tables: bool = False) -> Mapping[str, Any]:
    """Answer a table of the file, or nothing; Refused if it is none, or (`tables`) if a value in it is none."""
    found = raw.get(name, {})
    if not isinstance(found, Mapping):
        raise Refused("input.invalid", f"[{name}] is a table", field=name)
    for part, value in found.items():
        if tables and not isinstance(value, Mapping):
            raise Refused("input.invalid", f"[{name}.{part}] is a table", field=f"{name}.{part}")
    return found


def _one_supplier(raw: Mapping[str, Any], where: str) -> Supplier:
    """Read one supplier; `country` fills the calendar's holidays, which further `holidays` extend."""
    given = {"name": "", "currencies": ["USD"], **raw}
    branding = _structured(Branding, given.pop("branding", {}), f"{where}.branding")
    table: CalendarTable = _structured(CalendarTable, given.pop("calendar", {}), f"{where}.calendar")
    days = table.holidays
    if table.country is not None:
        days |= _public_holidays(table.country, f"{where}.calendar.country")
    calendar = _structured(Calendar, {"weekend": table.weekend, "holidays": days}, f"{where}.calendar")
    made: Supplier = _structured(Supplier, given, where)
    return evolve(made, calendar=calendar, branding=branding)


def _public_holidays(country: str, where: str) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - a slow import, needed only where a country is named

    code, _, subdivision = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(code, subdiv=subdivision or None, years=_YEARS))
    except NotImplementedError as error:
        message = f"{country!r} is not a country whose holidays are known; write it like US or DE-BY."
        raise Refused("config.unknown_country", message, field=where) from error


def _structured(cls: type[Any], raw: object, where: str) -> Any:  # noqa: ANN401 - an instance of cls
    written = getattr(cls, "written", None)
    try:
        return codec.structure(cls, written(raw) if written is not None and isinstance(raw, Mapping) else raw)
    except Refused as error:
        at = where if error.field is None else f"{where}.{error.field}"
        raise Refused(error.code, error.message, field=at) from error
