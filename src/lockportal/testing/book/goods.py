"""What the book's supplier sells: packaging and the supplies of a warehouse, in groups, with a price list in US dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import frozen


@frozen
class Product:
    """One article of the price list: `price` in US dollars for one `unit`, sold in multiples of `pack`, `most` packs at once."""

    code: str
    description: str
    unit: str
    price: Decimal
    pack: int
    most: int


def _products(prefix: str, *rows: tuple[str, str, str, int, int]) -> tuple[Product, ...]:
    return tuple(
        Product(f"{prefix}-{100 + 10 * place}", description, unit, Decimal(price), pack, most)
        for place, (description, unit, price, pack, most) in enumerate(rows)
    )


GOODS: Final[dict[str, tuple[Product, ...]]] = {
    "cartons": _products(
        "CTN",
        ("Corrugated carton, single wall, 12 × 9 × 6 in", "pcs", "0.84", 250, 16),
        ("Corrugated carton, double wall, 18 × 12 × 12 in", "pcs", "2.35", 100, 20),
        ("Mailer box, die-cut, white, 9 × 6 × 3 in", "pcs", "1.12", 200, 14),
        ("Gaylord box, triple wall, 48 × 40 × 36 in", "pcs", "41.50", 5, 12),
        ("Carton divider set, 12 cells", "sets", "0.67", 500, 8),
    ),
    "film": _products(
        "FLM",
        ("Stretch film, 18 in × 1,500 ft, 80 gauge", "rolls", "18.90", 4, 40),
        ("Machine stretch film, 20 in × 5,000 ft", "rolls", "64.75", 2, 24),
        ("Shrink film, centrefold, 16 in", "rolls", "112.40", 1, 18),
        ("Bubble wrap, 1/2 in, 48 in × 250 ft", "rolls", "39.60", 2, 20),
        ("Packing tape, acrylic, 2 in × 110 yd", "rolls", "2.48", 36, 25),
    ),
    "pallets": _products(
        "PLT",
        ("Wooden pallet, 48 × 40 in, heat treated", "pcs", "17.25", 20, 24),
        ("Plastic pallet, nestable, 48 × 40 in", "pcs", "46.80", 10, 18),
        ("Pallet collar, hinged", "pcs", "21.30", 10, 16),
        ("Edge protector, 2 × 2 × 48 in", "pcs", "0.79", 200, 12),
    ),
    "labels": _products(
        "LBL",
        ("Thermal transfer label, 4 × 6 in, 1,000 a roll", "rolls", "21.75", 4, 40),
        ("Direct thermal label, 2 × 1 in, 5,000 a roll", "rolls", "33.20", 4, 24),
        ("Thermal ribbon, wax-resin, 110 mm × 450 m", "rolls", "12.15", 6, 20),
        ("Hazard label, class 9, 500 a roll", "rolls", "44.90", 1, 12),
    ),
    "sterile": _products(
        "STR",
        ("Sterile pouch, self-sealing, 190 × 330 mm", "boxes", "38.25", 5, 30),
        ("Insulated shipper, 2–8 °C, 12 l", "pcs", "56.70", 4, 24),
        ("Gel pack, 24 oz", "pcs", "1.85", 100, 16),
        ("Temperature indicator, 8 °C", "pcs", "3.42", 50, 20),
    ),
    "safety": _products(
        "SAF",
        ("Nitrile gloves, size L, 100 a box", "boxes", "11.90", 10, 30),
        ("Cut-resistant gloves, level C", "pairs", "8.65", 12, 20),
        ("Safety cutter, retracting", "pcs", "14.20", 5, 12),
        ("Floor marking tape, yellow, 2 in × 36 yd", "rolls", "19.35", 4, 14),
    ),
    "containers": _products(
        "CNT",
        ("Euro container, 600 × 400 × 220 mm", "pcs", "15.95", 10, 30),
        ("ESD tray, conductive, 400 × 300 mm", "pcs", "22.60", 10, 16),
        ("Drum, open head, 55 gal", "pcs", "68.40", 4, 20),
        ("Bulk liner, food grade", "pcs", "9.75", 50, 14),
    ),
    "strapping": _products(
        "STP",
        ("Polyester strapping, 5/8 in × 4,000 ft", "coils", "84.30", 2, 20),
        ("Steel seal, 3/4 in, 1,000 a box", "boxes", "47.15", 1, 10),
        ("Corner board, recycled, 36 in", "pcs", "0.93", 200, 10),
        ("Void fill paper, 15 in × 1,500 ft", "bundles", "58.60", 2, 24),
    ),
}
"""Groups of articles by name."""

INDUSTRIES: Final[dict[str, tuple[str, ...]]] = {
    "food": ("cartons", "film", "containers", "labels"),
    "pharma": ("sterile", "labels", "cartons", "safety"),
    "automotive": ("containers", "pallets", "strapping", "safety"),
    "furniture": ("cartons", "film", "strapping", "pallets"),
    "electronics": ("containers", "cartons", "labels", "film"),
    "chemicals": ("containers", "labels", "pallets", "safety"),
    "building": ("pallets", "strapping", "film", "safety"),
    "retail": ("cartons", "labels", "film", "strapping"),
    "logistics": ("pallets", "film", "labels", "strapping"),
    "machinery": ("pallets", "strapping", "cartons", "safety"),
}
"""Industries of customers, each with the groups of articles that it buys."""

CARRIERS: Final = ("Quillhaven Freight", "Norrmark Lines", "Oxbridge Haulage", "Tamarind Logistics", "Blue Lantern Cargo")
"""Who carries the goods."""

RATES: Final[dict[str, Decimal]] = {"USD": Decimal(1), "EUR": Decimal("0.92"), "JPY": Decimal(148)}
"""Units of a currency for one US dollar, as the price list reckons."""
