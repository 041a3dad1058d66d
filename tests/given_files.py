"""Files for imports, and a reader of some that are as simple as can be: JSON between two tags."""

import base64
import json
from datetime import date

import sqlalchemy as sa

from given_contents import pdf
from lockportal.core.errors import Refused
from lockportal.core.money import Money
from lockportal.documents.models import Document, DocumentFacts, DocumentKind, File
from lockportal.documents.ports import Enclosed, PartyId, Reading
from lockportal.ledger.models import Entry
from lockportal.plugins import hookimpl
from lockportal.profiles.models import Customer
from lockportal.storage.tables import ACCOUNT, JOURNAL, table

PDF = pdf()


def invoice_file(number="R-1", customer="C-1", *, form="a", **said):
    """Write a file that states one invoice; `form` makes other bytes of the same facts."""
    return file_of({"number": number, "customer": [["buyer", customer]], **said}, form=form)


def file_of(*stated, form="a", **said):
    return f"<fake>{json.dumps({'form': form, 'stated': stated, **said})}</fake>".encode()


def enclosed(name, content, media_type=""):
    return {"name": name, "type": media_type, "content": base64.b64encode(content).decode()}


class FakeReader:
    """Reads what `file_of` writes."""

    def recognises(self, name, head):
        return head.startswith(b"<fake>")

    def read(self, name, content):
        said = json.loads(content.removeprefix(b"<fake>").removesuffix(b"</fake>"))
        if "breaks" in said:
            raise Refused("fake.br-03", said["breaks"], field="BT-2")
        if "fails" in said:
            raise ZeroDivisionError(said["fails"])
        return [self._reading(**one) for one in said["stated"]]

    def _reading(
        self, number, customer, total="10.00", kind="invoice", issued="2026-01-02", name="Harbour", files=(), seller=(), **facts
    ):
        given = {
            "external_id": number,
            "kind": DocumentKind(kind),
            "number": number,
            "total": Money.of(total, "USD"),
            "issued_on": date.fromisoformat(issued),
            **facts,
        }
        return Reading(
            facts=DocumentFacts(**given),
            customer=tuple(PartyId(*one) for one in customer),
            customer_name=name,
            seller=tuple(PartyId("tax", one) for one in seller),
            enclosed=tuple(Enclosed(one["name"], one["type"], base64.b64decode(one["content"])) for one in files),
        )


class Readers:
    """The plugin that brings the reader along."""

    @hookimpl
    def lockportal_document_readers(self):
        return [FakeReader()]


def put(root, name, content):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def contents(portal):
    """What the file store holds, by hash."""
    return sorted(kept.sha256 for kept in portal.context.files.walk())


def state(portal):
    """Everything in the database that an import could have touched."""
    tables = [*(table(cls) for cls in (Customer, Document, Entry, File)), ACCOUNT, JOURNAL]
    with portal.engines.reads.connect() as connection:
        return [connection.execute(sa.select(kept).order_by(*kept.primary_key)).all() for kept in tables]


def codes(report):
    """Which file broke which rule."""
    return [(error.file, error.code) for error in report.errors]


def figures(report):
    return (report.added, report.changed, report.unchanged, report.refused)
