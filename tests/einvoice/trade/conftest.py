"""Papers of a trade that no corpus has, written here, and a reader of them."""

from functools import cache
from pathlib import Path

import pytest

from lockportal.einvoice.trade import TradeReader

PAPERS = Path(__file__).parent / "papers"


@pytest.fixture(scope="session")
def written():
    """Answer the bytes of a paper by its name."""
    return lambda name: (PAPERS / f"{name}.xml").read_bytes()


@pytest.fixture(scope="session")
def schema_faults(public_data):
    """Answer what lists the faults of a paper by the schema of UBL 2.1."""
    etree = pytest.importorskip("lxml.etree")
    folder = public_data / "ubl21-xsd" / "maindoc"
    if not folder.is_dir():
        pytest.skip(f"no schemas: {folder} is not there")

    @cache
    def schema(root):
        return etree.XMLSchema(etree.parse(folder / f"UBL-{root}-2.1.xsd"))

    def faults(content):
        root = etree.fromstring(content)
        held = schema(etree.QName(root).localname)
        held.validate(root)
        return [fault.message for fault in held.error_log]

    return faults


@pytest.fixture
def read():
    """Read the one document of a file."""

    def one(content):
        (reading,) = TradeReader().read("paper.xml", content)
        return reading

    return one
