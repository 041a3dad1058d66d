"""Addresses for another program: made on a page, taken from without a cookie, and gone with who asked for them."""

import re

import pytest

from lockportal.core.actor import SYSTEM, staff
from lockportal.web.pages import downloads

ADDRESS = re.compile(r'href="(/download/[^"]+)"')
CASEY = staff("casey")


def document(world, number="INV-1006"):
    return f"/accounts/{world.harbour}/documents/{world.ids[number]}"


def addresses(browser, path):
    assert browser.get(f"{path}/addresses").status == 200
    return ADDRESS.findall(browser.text)


def body(answer):
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


@pytest.mark.guarantee(41)
def test_another_program_takes_each_form_and_file_without_a_cookie_and_it_is_noted(world):
    ann, program = world.signed_in(), world.browser()
    ann.get(document(world))
    assert "For another program" in ann.text
    found = addresses(ann, document(world))
    assert "for 5 minutes" in ann.text
    answers = [program.get(address) for address in found]
    assert [answer.status for answer in answers] == [200] * 5, "PDF, three e-invoices, one file"
    assert all(answer.header("Content-Disposition").startswith("attachment") for answer in answers)
    assert all("no-store" in answer.header("Cache-Control") for answer in answers)
    assert body(answers[0]).startswith(b"%PDF")
    assert not program.cookies
    assert program.get(document(world)).status == 303
    taken = world.portal.documents.downloads(world.harbour, CASEY).items
    assert [line.form for line in taken] == ["file", "factur-x", "cii", "ubl", "pdf"]
    assert {line.contact_name for line in taken} == {"Ann"}


@pytest.mark.guarantee(41)
def test_an_address_that_serves_no_more_answers_as_a_page_that_there_is_not(world):
    ann, program = world.signed_in(), world.browser()
    nothing = program.get("/download/nonsense")
    assert nothing.status == 404
    address = addresses(ann, document(world))[0]
    assert program.get(address).status == 200
    assert program.get(address + "x") == program.get(address[:-1]) == nothing
    world.clock.forward(minutes=5)
    assert program.get(address) == nothing
    address = addresses(ann, document(world))[0]
    assert program.get(address).status == 200
    ann.get(f"/accounts/{world.harbour}/")
    assert ann.post("/sign-out").status == 303
    assert program.get(address) == nothing


@pytest.mark.guarantee(41)
def test_an_address_of_something_that_is_not_there_or_hidden_answers_alike(world):
    ann, program = world.signed_in(), world.browser()
    actor = world.portal.access.authenticate(ann.cookies["__Host-lockportal"])
    sign = world.portal.access.signed_urls.sign
    nothing = program.get("/download/nonsense")
    for document_id, form, file_id in (
        (world.foreign["INV-9001"], "pdf", None),
        (world.clock.new_id(), "pdf", None),
        (world.ids["INV-1006"], "file", world.strange_file),
        (world.ids["INV-1006"], "file", None),
        (world.ids["INV-1006"], "zip", None),
        (world.ids["K-12"], "ubl", None),
    ):
        address = sign(world.harbour, document_id, form, by=actor, file_id=file_id)
        assert program.get(address.removeprefix(world.base_url)) == nothing
    address = sign(world.harbour, world.ids["K-12"], "pdf", by=actor).removeprefix(world.base_url)
    world.portal.profiles.change_customer(world.harbour, by=SYSTEM, hidden_kinds=["contract"])
    assert program.get(address) == nothing


@pytest.mark.guarantee(41)
def test_whoever_opened_a_document_by_its_link_is_given_addresses_that_end_with_the_link(world):
    world.store(world.invoice("INV-7001", "120.00", 29))
    world.portal.deliver()
    (link,) = {link for mail in world.letterbox.mails for link in re.findall(r"https://portal\.example(/d/\S+)", mail.text)}
    holder, program = world.browser(), world.browser()
    holder.get(link)
    path = holder.post(link).header("Location")
    found = addresses(holder, path)
    assert program.get(found[0]).status == 200
    contact = world.portal.profiles.contacts(world.harbour, by=SYSTEM)[0]
    world.portal.access.sharing.revoke(world.harbour, reason="a leak", by=CASEY, contact_id=contact.id)
    assert {program.get(address).status for address in found} == {404}


def test_the_swaps_would_catch_a_page_that_takes_an_address_at_its_word(world, monkeypatch):
    """The naive page serves whoever asks, by what stands in the address, and not in the name of who asked for it."""
    ann, program = world.signed_in(), world.browser()
    address = addresses(ann, document(world))[0]
    real = downloads._handed_out
    monkeypatch.setattr(downloads, "_handed_out", lambda site, a, d, actor, *more: real(site, a, d, CASEY, *more))
    remembered = world.portal.access.signed_urls.open(address.rpartition("/")[2])
    monkeypatch.setattr(world.portal.access.signed_urls, "open", lambda _: remembered)
    world.portal.access.sign_out(remembered.actor)
    assert program.get(address).status == 200
