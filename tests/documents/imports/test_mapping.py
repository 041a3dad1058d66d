"""Mappings: what a file may say of another file's columns, and what is refused by name."""

import pytest

from lockportal.core.errors import Refused
from lockportal.documents.imports.mapping import Clean, CsvMapping, FilesMapping, Formats, load_mapping


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "mapping.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_mapping(path)

    return load


def test_a_mapping_is_read_with_every_table(load):
    mapping = load(
        """
        source = "erp-7"
        [files]
        source = "post"
        customer = ["buyer", "tax"]
        whole = true
        other_sellers = true
        [customers]
        "endpoint:0088:7300" = "C-17"
        [columns]
        number = "No"
        [constants]
        currency = "EUR"
        [custom]
        plant = "Werk"
        [kinds]
        RV = "invoice"
        [clean]
        number = "whole"
        [formats]
        date = "%d.%m.%Y"
        decimal = ","
        thousands = "."
        encoding = "cp1252"
        delimiter = ";"
        """
    )
    assert mapping == CsvMapping(
        source="erp-7",
        columns={"number": "No"},
        constants={"currency": "EUR"},
        custom={"plant": "Werk"},
        kinds={"RV": "invoice"},
        clean={"number": Clean.WHOLE},
        formats=Formats(date="%d.%m.%Y", decimal=",", thousands=".", encoding="cp1252", delimiter=";"),
        files=FilesMapping(source="post", customer=("buyer", "tax"), whole=True, other_sellers=True),
        customers={"endpoint:0088:7300": "C-17"},
    )
    assert mapping.clean["number"] is Clean.WHOLE


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('[columns]\nnumer = "No"', "mapping.unknown_field", "columns.numer"),
        ('[constants]\nnumer = "No"', "mapping.unknown_field", "constants.numer"),
        ('[clean]\nnumer = "whole"', "mapping.unknown_field", "clean.numer"),
        ('[clean]\nnumber = "hole"', "input.invalid", "clean[number]"),
        ("[columns]\nnumber = 5", "input.invalid", "columns[number]"),
        ('[files]\nsource = "Post"', "mapping.source", "files.source"),
        ('[files]\ncustomer = ["Buyer ID"]', "mapping.scheme", "files.customer"),
        ('[files]\ncustomer = "buyer"', "input.invalid", "files.customer"),
        ('[customers]\nDE1 = "C-1"', "mapping.customer", "customers.DE1"),
        ('[customers]\n"tax:" = "C-1"', "mapping.customer", "customers.tax:"),
        ('[customers]\n"Tax:DE1" = "C-1"', "mapping.customer", "customers.Tax:DE1"),
        ('[customers]\n"tax:DE1" = " "', "mapping.customer", "customers.tax:DE1"),
        ("columns = 5", "input.invalid", "columns"),
        ("colums = 5", "input.invalid", "colums"),
        ('source = "A source"', "mapping.source", "source"),
        ('source = ""', "mapping.source", "source"),
        ('[formats]\ndelimiter = ""', "mapping.format", "formats.delimiter"),
        ('[formats]\ndelimiter = ";;"', "mapping.format", "formats.delimiter"),
        ("[formats]\ndelimiter = '\"'", "mapping.format", "formats.delimiter"),
        ('[formats]\ndecimal = ""', "mapping.format", "formats.decimal"),
        ('[formats]\ndecimal = "5"', "mapping.format", "formats.decimal"),
        ('[formats]\nthousands = "."', "mapping.format", "formats.thousands"),
        ('[formats]\nthousands = "--"', "mapping.format", "formats.thousands"),
        ('[formats]\nencoding = "utf-9"', "mapping.format", "formats.encoding"),
        ('[formats]\nencoding = "hex"', "mapping.format", "formats.encoding"),
        ('[formats]\nencoding = "undefined"', "mapping.format", "formats.encoding"),
        ('[formats]\ndate = "%Y-%m"', "mapping.format", "formats.date"),
        ('[formats]\ndate = "%d.%d.%Y"', "mapping.format", "formats.date"),
        ('[formats]\ndate = ""', "mapping.format", "formats.date"),
        ('[formats]\ndate = "%"', "mapping.format", "formats.date"),
        ("[columns", "toml.malformed", None),
        (b"\xff", "mapping.unreadable", "mapping"),
    ],
)
def test_what_a_mapping_may_not_say_is_refused_by_name(load, text, code, field):
    with pytest.raises(Refused) as refused:
        load(text)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_mapping_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        load_mapping(tmp_path / "nowhere.toml")
    assert refused.value.code == "mapping.unreadable"


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%y", "%Y%m%d", "%d %b %Y", "%Y-%m-%dT%H:%M:%S", "%Y-%j"])
def test_any_writing_of_a_whole_date_will_do(written):
    assert Formats(date=written).fault() is None
