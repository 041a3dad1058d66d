"""Contents against records: what is gone is named, and so is what nobody needs."""

import hashlib

import pytest

from books import OTTO, account_of, customer, invoice, store
from given_contents import pdf
from lockportal.core.errors import Denied
from lockportal.documents.models import document_id
from lockportal.documents.shared.models import PaperKind
from lockportal.documents.verifying import checks


def stock(portal, by=OTTO):
    return [(finding.check.partition(".")[2], finding.subject) for finding in portal.documents.verify(by)]


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
def test_lost_and_orphaned_contents_are_found_however_many_there_are(portal, monkeypatch, batch):
    monkeypatch.setattr(checks, "_BATCH", batch)
    store(portal, *(invoice(f"R-{n}") for n in range(4)))
    account = account_of(portal)
    for n in range(4):
        for document in range(n + 1):
            portal.documents.attach(account, document_id(account, "books", f"R-{document}"), pdf(n), f"{n}.pdf", OTTO)
    for n in range(2, 6):
        portal.documents.publish(pdf(n), f"{n}.pdf", OTTO, kind=PaperKind.OTHER, title=str(n))
    assert stock(portal) == []
    kept = [hashlib.sha256(pdf(n)).digest() for n in range(6)]
    for sha256 in (kept[0], kept[2], kept[5]):
        portal.context.files.drop(sha256)
    orphans = {portal.context.files.put([bytes([n]) * 9], limit=9).sha256.hex() for n in range(3)}
    found = stock(portal)
    assert [subject for check, subject in found if check == "file_missing"] == sorted(kept[n].hex() for n in (0, 2, 5))
    assert {subject for check, subject in found if check == "file_orphaned"} == orphans
    monkeypatch.setattr(checks, "MOST", 2)
    assert len(stock(portal)) == 4
    with pytest.raises(Denied):
        stock(portal, by=customer(account))
