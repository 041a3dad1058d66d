"""What invented companies, places and people are called, by country."""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen(kw_only=True, eq=False)
class Country:
    """How customers of one country are named, addressed and billed.

    `share` says how many of a hundred customers are there; `places` are (city, postcode, region); `trades` the word for each
    industry in a company's name; `tax` the rate in hundredths of a percent, 0 where goods are bought for resale.
    """

    code: str
    language: str
    currency: str
    share: int
    trades: dict[str, str]
    forms: tuple[str, ...]
    roots: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    streets: tuple[str, ...]
    taxes: tuple[int, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    number_first: bool = False
    phone: str = ""
    tax_id: str = ""


_INDUSTRIES: Final = (
    "food",
    "pharma",
    "automotive",
    "furniture",
    "electronics",
    "chemicals",
    "building",
    "retail",
    "logistics",
    "machinery",
)


def _trades(words: str) -> dict[str, str]:
    return dict(zip(_INDUSTRIES, words.split("|"), strict=True))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


_ENGLISH: Final = _trades("Foods|Pharma|Auto Parts|Furniture|Electronics|Chemical|Building Supply|Stores|Logistics|Machine Works")
_GERMAN: Final = _trades(
    "Feinkost|Arzneimittel|Fahrzeugteile|Möbelwerke|Elektronik|Chemie|Baustoffe|Handel|Spedition|Maschinenbau"
)
_FRENCH: Final = _trades(
    "Saveurs|Laboratoires|Équipement Auto|Mobilier|Électronique|Chimie|Matériaux|Distribution|Transports|Mécanique"
)
_SPANISH: Final = _trades(
    "Conservas|Laboratorios|Componentes|Muebles|Electrónica|Químicas|Materiales|Comercial|Transportes|Talleres"
)
_ENGLISH_FIRST: Final = _words(
    "Alice|Marcus|Priya|Daniel|Renee|Tomás|Grace|Owen|Leila|Victor|Hannah|Derek|Naomi|Samuel|Joyce|Ian|Carla|Felix"
)
_ENGLISH_LAST: Final = _words(
    "Abbott|Okafor|Lindgren|Castellano|Whitlow|Brandt|Nakamura|Pruitt|Devereaux|Hollis|Sandoval|Kerrigan|Marsh|Ibarra|Quist|Tolliver"
)

UNITED_STATES: Final = Country(
    code="US",
    language="en",
    currency="USD",
    share=60,
    trades=_ENGLISH,
    forms=("Inc.", "LLC", "Co.", "Corp.", "Group"),
    roots=_words(
        "Tarnwick|Brightmoor|Calderhook|Ashgrove Point|Merrivane|Stonefallow|Larkspan|Duneharrow|Foxmarch|Kestermill|Wrenfield"
        "|Cobalt Prairie|Halverline|Marlowbend|Pinecrest Hollow|Redthorn|Silverquay|Thistledown|Umberlake|Westerfell|Yarrowby"
        "|Goldenmere|Ironbrook|Oakhollow|Pembrick|Sandharbor|Quarrystone Bend|Linden Trace|Copperwyck|Vantmoor"
    ),
    places=(
        ("Milwaukee", "53202", "WI"),
        ("Indianapolis", "46204", "IN"),
        ("Columbus", "43215", "OH"),
        ("Des Moines", "50309", "IA"),
        ("St. Louis", "63101", "MO"),
        ("Nashville", "37203", "TN"),
        ("Grand Rapids", "49503", "MI"),
        ("Kansas City", "64106", "MO"),
        ("Omaha", "68102", "NE"),
        ("Rockford", "61101", "IL"),
        ("Charlotte", "28202", "NC"),
        ("Denver", "80202", "CO"),
    ),
    streets=_words(
        "Foundry Street|Canal Road|Industrial Parkway|Mill Avenue|Depot Street|Commerce Drive|Harbor Lane|Orchard Road"
    ),
    taxes=(0, 0, 0, 550, 625, 700),
    first_names=_ENGLISH_FIRST,
    last_names=_ENGLISH_LAST,
    number_first=True,
    phone="+1 312 555 01{:02}",
)
CANADA: Final = Country(
    code="CA",
    language="en",
    currency="USD",
    share=6,
    trades=_ENGLISH,
    forms=("Ltd.", "Inc."),
    roots=_words("Northfjord|Maplecairn|Saltspruce|Prairie Lantern|Beaverlodge Creek|Tundrawick"),
    places=(("Toronto", "M5V 2T6", "ON"), ("Winnipeg", "R3C 1A3", "MB"), ("Calgary", "T2P 1J9", "AB")),
    streets=_words("Wharf Street|Granary Road|Portage Avenue|Tannery Lane"),
    taxes=(0, 500),
    first_names=_ENGLISH_FIRST,
    last_names=_ENGLISH_LAST,
    number_first=True,
    phone="+1 416 555 01{:02}",
)
GERMANY: Final = Country(
    code="DE",
    language="de",
    currency="EUR",
    share=12,
    trades=_GERMAN,
    forms=("GmbH", "GmbH & Co. KG", "AG"),
    roots=_words(
        "Tannried|Hallwegner|Moorbrück|Steinauer Hof|Lindwerder|Rabenhorst-Quell|Felsendorf|Wiesengrund & Söhne|Eschbruck"
    ),
    places=(
        ("Hannover", "30159", ""),
        ("Bremen", "28195", ""),
        ("Kassel", "34117", ""),
        ("Ulm", "89073", ""),
        ("Essen", "45127", ""),
    ),
    streets=_words("Hafenstraße|Am Speicher|Gewerbering|Mühlenweg|Industriestraße"),
    taxes=(1900,),
    first_names=_words("Anke|Jürgen|Sabine|Matthias|Katrin|Holger|Petra|Uwe|Silke|Torsten"),
    last_names=_words("Brinkmann|Oesterle|Wachtel|Lohmeyer|Stührk|Falkenrath|Göbelts|Reinders"),
    phone="+49 30 23125 0{:02}",
    tax_id="DE999000{:03}",
)
FRANCE: Final = Country(
    code="FR",
    language="fr",
    currency="EUR",
    share=8,
    trades=_FRENCH,
    forms=("SAS", "SARL", "SA"),
    roots=_words("Vaubressac|Montclairet|Rivedoux-Lenoir|Castelvigne|Beaulérac|Sainte-Arlette|Fontamère"),
    places=(("Lyon", "69002", ""), ("Nantes", "44000", ""), ("Lille", "59000", ""), ("Dijon", "21000", "")),
    streets=_words("rue des Entrepôts|quai du Levant|avenue de la Gare|chemin des Tanneurs"),
    taxes=(2000,),
    first_names=_words("Claire|Benoît|Sylvie|Julien|Hélène|Mathieu|Odile|Rémi"),
    last_names=_words("Carpentras|Delmotte|Vasseur|Lefrançois|Aubertin|Guérande|Poncelet"),
    number_first=True,
    phone="+33 1 99 00 12 {:02}",
    tax_id="FR00999000{:03}",
)
SPAIN: Final = Country(
    code="ES",
    language="es",
    currency="EUR",
    share=4,
    trades=_SPANISH,
    forms=("S.A.", "S.L."),
    roots=_words("Miraluz|Torrealba del Mar|Valdecorza|Puertoseco|Almadraba Norte"),
    places=(("Zaragoza", "50001", ""), ("Valencia", "46002", ""), ("Vigo", "36201", "")),
    streets=_words("Calle del Muelle|Avenida de la Industria|Polígono Las Eras"),
    taxes=(2100,),
    first_names=_words("Lucía|Ignacio|Marta|Álvaro|Pilar|Gonzalo"),
    last_names=_words("Carrascosa|Ibáñez|Otero|Villalba|Zurita|Montoro"),
    tax_id="ESA99900{:03}",
)
MEXICO: Final = Country(
    code="MX",
    language="es",
    currency="USD",
    share=4,
    trades=_SPANISH,
    forms=("S.A. de C.V.",),
    roots=_words("Sierraplata|Nopalera|Cerro Claro|Rioverdejo|Jacarandal"),
    places=(("Monterrey", "64000", "NL"), ("Querétaro", "76000", "QRO"), ("Puebla", "72000", "PUE")),
    streets=_words("Avenida Constitución|Calle Molino|Boulevard del Comercio"),
    taxes=(0,),
    first_names=_words("Ximena|Rodrigo|Daniela|Emilio|Fernanda|Arturo"),
    last_names=_words("Villaseñor|Cantú|Arredondo|Palomares|Quintanilla"),
)
JAPAN: Final = Country(
    code="JP",
    language="en",
    currency="JPY",
    share=6,
    trades=_trades("Shokuhin|Yakuhin|Jidosha Buhin|Mokko|Denshi|Kagaku|Kenzai|Shoji|Unyu|Seimitsu"),
    forms=("K.K.", "Co., Ltd."),
    roots=_words("Kisaragi|Asanagi|Tokiwamori|Hoshikawa Dai|Yukimura Higashi|Minatoyama"),
    places=(("Osaka", "530-0001", ""), ("Nagoya", "450-0002", ""), ("Yokohama", "220-0011", "")),
    streets=_words("Umeda|Meieki|Takashima|Nishiki"),
    taxes=(1000,),
    first_names=_words("Haruka|Kenji|Emi|Sota|Yumi|Takeshi"),
    last_names=_words("Ishikura|Morinaka|Tachibana|Okuda|Serizawa"),
)
COUNTRIES: Final = (UNITED_STATES, CANADA, GERMANY, FRANCE, SPAIN, MEXICO, JAPAN)
"""Where customers are; their shares add up to a hundred."""
