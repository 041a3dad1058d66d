"""A HEAD says what a GET would, sends none of it, and nothing is written down as taken."""

import pytest

from lockportal.core.actor import Actor, staff
from lockportal.web import Front, Request

CASEY = staff("casey")
TAKEN = ("document_pdf", "einvoice", "file", "bundle", "paper", "statement_pdf", "download")


def bytes_of(body):
    return body if isinstance(body, bytes) else b"".join(body)


@pytest.fixture(scope="module")
def downloads(shared, visit, paths):
    """An address of everything that can be taken."""
    visit.get(paths["addresses"])
    signed = visit.text.split('href="/download/')[1].split('"')[0]
    return {name: paths[name] for name in TAKEN} | {"download": f"/download/{signed}"}


def lines(world):
    return len(world.portal.documents.downloads(world.harbour, CASEY, limit=200).items)


@pytest.mark.parametrize("name", TAKEN)
def test_a_head_of_a_download_is_not_written_down_as_one(shared, visit, downloads, name):
    before = lines(shared)
    head = visit.request("HEAD", downloads[name])
    assert head.status == 200
    assert head.body == b""
    assert lines(shared) == before
    got = visit.get(downloads[name])
    assert lines(shared) > before, "a control: a GET is written down"
    assert sorted(head.header_lines()) == sorted(got.header_lines())
    assert head.header("Content-Length") == str(len(bytes_of(got.body))) or name == "bundle"  # which is packed as it is sent


@pytest.mark.parametrize("tail", ["pdf", "einvoice/ubl", "files/{file}"])
def test_a_head_by_the_api_is_not_written_down_either(shared, visit, tail):
    path = f"/api/accounts/{shared.harbour}/documents/{shared.ids['INV-1006']}/{tail.format(file=shared.file)}"
    front, before = Front(shared.portal), lines(shared)
    assert front.handle(Request(method="HEAD", path=path, cookies=visit.cookies)).status == 200
    assert lines(shared) == before
    assert front.handle(Request(method="GET", path=path, cookies=visit.cookies)).status == 200
    assert lines(shared) == before + 1


def test_what_would_write_every_head_down_is_caught(shared, visit, downloads, monkeypatch):
    """A control."""
    monkeypatch.setattr(Actor, "peek", lambda actor: actor)
    with pytest.raises(AssertionError):
        test_a_head_of_a_download_is_not_written_down_as_one(shared, visit, downloads, "document_pdf")


def test_every_page_says_to_a_head_what_it_says_to_a_get(visit, paths):
    for name, path in paths.items():
        if name in TAKEN:
            continue
        visit.get(path)  # which may leave a cookie
        got, head = visit.get(path), visit.request("HEAD", path)
        assert head.body == b"", name
        assert head.status == got.status, name
        assert {key for key, _ in head.header_lines()} == {key for key, _ in got.header_lines()}, name
        assert got.header("Content-Length") in {"", str(len(bytes_of(got.body)))}, name
