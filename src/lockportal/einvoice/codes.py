"""Code lists and checks of identifiers that writing an e-invoice needs."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
_UNITS: Final = "units.txt"
_COUNTRIES: Final = "countries.txt"
_VAT: Final = re.compile(r"[0-9][0-9A-Z]{1,13}")
_LETTERED_VAT: Final = re.compile(r"[0-9A-Z+*]{1,2}[0-9][0-9A-Z]{0,12}")
_LETTERED: Final = frozenset({"AT", "CH", "ES", "FR", "GB", "IE"})
"""The countries whose VAT identifiers may go on with letters."""
_VAT_COUNTRIES: Final = {"EL": "GR", "XI": "GB"}
_UNIT_WORDS: Final = {
    "": "C62", "EACH": "EA", "PC": "H87", "PCS": "H87", "PIECE": "H87", "PIECES": "H87", "ST": "H87", "STK": "H87",
    "UNIT": "C62", "UNITS": "C62", "HOUR": "HUR", "HOURS": "HUR", "H": "HUR", "HRS": "HUR", "DAYS": "DAY", "WEEK": "WEE",
    "MONTH": "MON", "MONTHS": "MON", "YEAR": "ANN", "KG": "KGM", "G": "GRM", "T": "TNE", "LB": "LBR", "LBS": "LBR", "L": "LTR",
    "LITRE": "LTR", "LITER": "LTR", "GAL": "GLL", "M": "MTR", "M2": "MTK", "M3": "MTQ", "KM": "KMT", "FT": "FOT", "BOX": "XBX",
    "BOXES": "XBX", "CARTON": "XCT", "CARTONS": "XCT", "PALLET": "XPX", "PALLETS": "XPX", "DOZEN": "DZN", "KWH": "KWH",
}  # fmt: skip
_ANY_UNIT: Final = "C62"


def is_iban(text: str) -> bool:
    """Say whether a text is an IBAN whose check digits hold (ISO 13616)."""
    compact = "".join(text.split())
    if not _IBAN.fullmatch(compact):
        return False
    return int("".join(str(int(digit, 36)) for digit in compact[4:] + compact[:4])) % 97 == 1


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(files("lockportal.einvoice").joinpath(name).read_text(encoding="ascii").split())


def is_country(code: str) -> bool:
    """Say whether a code is a country's by ISO 3166-1."""
    return code in _list(_COUNTRIES)


def vat_country(tax_id: str) -> str:
    """Answer the country that a VAT identifier begins with, or "" if it is none (an EIN, a local tax number, `HRB 1234`)."""
    head, rest = tax_id[:2], tax_id[2:]
    country = _VAT_COUNTRIES.get(head, head)
    shaped = _LETTERED_VAT if country in _LETTERED else _VAT
    return country if is_country(country) and shaped.fullmatch(rest) else ""


def unit_code(unit: str) -> str:
    """Answer the code (UN/ECE recommendations 20 and 21) of a unit as books call it; one without a code counts as `C62`, one."""
    if unit in _list(_UNITS):
        return unit
    word = unit.strip().rstrip(".").upper()
    return _UNIT_WORDS.get(word) or (word if word in _list(_UNITS) else _ANY_UNIT)
