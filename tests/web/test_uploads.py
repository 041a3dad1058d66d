"""The page on which a customer sends a file, and the desk's page of them."""

import re

import pytest

from given_contents import pdf, png
from lockportal.core.actor import VISITOR, staff
from lockportal.documents.models import DocumentsSettings
from lockportal.uploads import UploadsSettings
from lockportal.web import Front, Request, Site, Upload
from lockportal.web.front import LARGEST_FORM
from scanners import FakeScanner, Scanners

CASEY = staff("casey")
PDF = Upload("Packing list.pdf", "application/pdf", pdf("a packing list"))


def page(world, area=""):
    return f"{area}/accounts/{world.harbour}/uploads"


def send(browser, address, file=PDF, **form):
    """Send the form of the page that was looked at last."""
    key = re.search(r'name="key" value="([^"]+)"', browser.text)[1]
    return browser.post(address, form={"key": key, **form}, files={} if file is None else {"content": file})


def rows(browser):
    table = browser.text.partition('class="rows uploads"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("</tr>")[:-1]]


def at_desk(world):
    world.site = Site(world.portal, staff=lambda request: CASEY)
    return world.browser()


def body(answer):
    return answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)


def test_a_customer_sends_a_file_and_the_desk_has_it(world):
    ann = world.signed_in()
    assert ">Send us a file</a>" in body(ann.get(f"/accounts/{world.harbour}/")).decode()
    ann.get(page(world))
    assert 'enctype="multipart/form-data"' in ann.text
    assert 'accept="application/pdf,image/jpeg,image/png,image/tiff,image/webp"' in ann.text
    there = send(ann, page(world), note="As it came.")
    assert (there.status, there.header("Location")) == (303, f"{page(world)}?done=sent")
    ann.get(there.header("Location"))
    assert "The file was sent." in ann.text
    (row,) = rows(ann)
    assert re.fullmatch(r"Packing list\.pdf PDF, 3\d\d\sB As it came\. Nov 20, 2026.* Ann Received", row)
    (link,) = re.findall(rf'href="({page(world)}/[0-9a-f-]+)"', ann.text)
    taken = ann.get(link)
    assert body(taken) == PDF.content
    assert taken.header("Content-Disposition").startswith('attachment; filename="Packing list.pdf"')
    assert taken.header("Content-Security-Policy").startswith("sandbox;")
    assert (taken.header("X-Content-Type-Options"), taken.header("Cache-Control")) == ("nosniff", "no-store")

    desk = at_desk(world)
    desk.get("/desk?owner=all")
    assert "A customer sent a file" in desk.text
    desk.get(page(world, "/desk"))
    assert body(desk.get(link.replace("/accounts", "/desk/accounts", 1))) == PDF.content
    desk.get(page(world, "/desk"))
    act = re.search(rf'action="({page(world, "/desk")}/[^"]+)"', desk.text)[1]
    gone = desk.post(act)
    assert gone.header("Location") == f"{page(world, '/desk')}?done=upload_removed"
    assert rows(desk) == []
    assert ann.get(link).status == 404


def test_a_file_about_a_document_stands_with_it_and_staff_put_one_there(world):
    desk, about = at_desk(world), world.ids["INV-1001"]
    desk.get(f"/desk/accounts/{world.harbour}/documents/{about}")
    assert f'href="{page(world, "/desk")}?document={about}">Files about it</a>' in desk.text
    desk.get(f"{page(world, '/desk')}?document={about}")
    assert "About INV-1001" in desk.text
    there = send(desk, page(world, "/desk"), Upload("a.png", "text/html", png()), document=str(about))
    assert there.header("Location").endswith(f"?done=sent&document={about}")
    ann = world.signed_in()
    ann.get(f"{page(world)}?document={about}")
    assert "Quayside Supply Co. Received" in rows(ann)[0]
    ann.get(f"{page(world)}?document={world.ids['INV-1006']}")
    assert rows(ann) == []
    for wrong in (world.foreign["INV-9001"], "nonsense"):
        assert ann.get(f"{page(world)}?document={wrong}").status == 404


@pytest.mark.parametrize(
    ("file", "form", "told"),
    [
        (None, {}, "Choose a file."),
        (Upload("a.pdf", "application/pdf", b""), {}, "This file is empty."),
        (Upload("a.pdf", "application/pdf", b"<html><script>x</script>"), {}, "of a kind that is not taken here"),
        (Upload("a.pdf.exe", "application/pdf", pdf()), {}, "promises something else than it is"),
        (Upload("a.pdf", "application/pdf", pdf("x" * 3_000)), {}, "A file has at most 2\N{NO-BREAK SPACE}kB."),
        (Upload("a.pdf", "application/pdf", pdf()[:-9]), {}, "This PDF is damaged"),
        (Upload("a.png", "image/png", png()[:-9]), {}, "This picture is damaged"),
        (PDF, {"note": "x" * 2_001}, "That is too long."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_field_and_the_note_stays(make_world, file, form, told):
    world = make_world(settings=(UploadsSettings(file_limit=2_000),))
    ann = world.signed_in()
    ann.get(page(world))
    answer = send(ann, page(world), file, **{"note": "As it came.", **form})
    assert answer.status == 422
    (fault,) = re.findall(r'<small class="fault" id="fault-content" role="alert">([^<]*)', ann.text)
    assert told in fault
    assert (form.get("note") or "As it came.") in ann.text
    assert rows(ann) == []


def test_the_same_form_twice_is_one_file(world):
    ann = world.signed_in()
    ann.get(page(world))
    form = ann.page
    for _ in range(2):
        ann.page = form
        assert send(ann, page(world)).status == 303
    ann.get(page(world))
    assert len(rows(ann)) == 1


def test_what_is_in_quarantine_is_listed_and_not_had(make_world):
    world = make_world(plugins=(Scanners(FakeScanner()),))
    ann = world.signed_in()
    for content in (pdf("clean"), pdf("a virus")):
        ann.get(page(world))
        assert send(ann, page(world), Upload("a.pdf", "", content)).status == 303
    ann.get(page(world))
    assert [row.endswith("Being checked") for row in rows(ann)] == [True, True]
    (key, _) = (line.id for line in world.portal.uploads.list(world.harbour, CASEY).items)
    assert ann.get(f"{page(world)}/{key}").status == 404
    world.portal.deliver()
    ann.get(page(world))
    assert sorted(row.rpartition("Ann ")[2] for row in rows(ann)) == ["Not taken: something harmful was found in it", "Received"]


def test_a_long_list_goes_on(world):
    for number in range(51):
        world.portal.uploads.send(world.harbour, pdf(str(number)), f"{number}.pdf", CASEY)
    ann = world.signed_in()
    ann.get(page(world))
    assert len(rows(ann)) == 50
    (older,) = re.findall(r'href="([^"]*\?after=[^"]*)"', ann.text)
    ann.get(older.replace("&amp;", "&"))
    assert len(rows(ann)) == 1


def test_nothing_is_read_of_who_is_not_known_or_comes_from_elsewhere(world):
    front, ann = Front(world.portal, staff=lambda request: CASEY if request.header("X-Staff") else None), world.signed_in()
    own, foreign = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}

    def admits(area="", **given):
        return front.admits(Request(method="POST", path=page(world, area), secure=True, **given))

    assert admits(cookies=ann.cookies, headers=own)
    assert not admits(cookies=ann.cookies, headers=foreign)
    assert not admits(headers=own)
    assert admits("/desk", headers={**own, "X-Staff": "casey"})
    assert not admits("/desk", headers=own)
    assert front.admits(Request(method="POST", path="/sign-in", headers=foreign))
    most = max(DocumentsSettings().file_limit, UploadsSettings().file_limit) + LARGEST_FORM
    assert (front.largest("", "POST", page(world)), front.largest("", "POST", "/sign-in")) == (most, LARGEST_FORM)
    refused = front.handle(Request(method="POST", path=page(world), headers=own, secure=True))
    assert (refused.status, refused.header("Location")) == (303, "/sign-in")
    assert world.site.actor(Request(method="GET", path="/")) is VISITOR
