"""The QR code of a SEPA credit transfer, by EPC069-12: a banking app reads payee, account, amount and reference from it."""

from __future__ import annotations

import re
from typing import Final

import segno
from markupsafe import Markup
from segno.helpers import make_epc_qr
from stdnum import iban

from lockportal.core.money import Money
from lockportal.core.settings import Supplier

_IBAN: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
_LONGEST_NAME: Final = 70
_MOST: Final = 99_999_999_999


def account_of(lines: tuple[str, ...]) -> str:
    """Answer the first IBAN in the supplier's bank details, without blanks; empty if there is none."""
    for line in lines:
        for found in _IBAN.finditer(line):
            words = found[0].split(" ")
            for count in range(len(words), 0, -1):  # what follows an IBAN may look like a part of it
                if iban.is_valid(text := "".join(words[:count])):
                    return str(iban.compact(text))
    return ""


def transfer_code(supplier: Supplier, amount: Money, reference: str) -> segno.QRCode | None:
    """Answer the code of a transfer with a creditor reference; None where it is not in euros, or the account is not stated."""
    account = account_of(supplier.bank)
    if amount.currency != "EUR" or not 0 < amount.minor <= _MOST or not account:
        return None
    return make_epc_qr(
        name=supplier.name[:_LONGEST_NAME], iban=account, amount=amount.decimal, reference=reference, encoding="utf-8"
    )


def drawn(code: segno.QRCode) -> Markup:
    """Draw a code as SVG for a page: dark on light in every scheme of colours, for a camera to read."""
    drawing = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return Markup(drawing)  # noqa: S704 - made of nothing but squares
