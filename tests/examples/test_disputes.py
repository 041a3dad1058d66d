"""The story of a dispute over HTTP, through each application: files, mails and money along with the pages."""

import re
from html import unescape

import pytest

from examples.browsing import OURS, sign_in
from given_contents import jpeg
from web import arguing as story


@pytest.fixture
def world(tmp_path):
    made = story.argument(tmp_path)
    yield made
    made.portal.close()


def fields(page, action):
    """What the form of a page holds that goes to this place."""
    form = page.text[page.text.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    found = {
        name: unescape(value) for name, value in re.findall(r'<input (?:type="hidden" )?name="([^"]+)" value="([^"]*)"', form)
    }
    for name, select in re.findall(r'<select name="([^"]+)"(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        found[name] = chosen[1] if chosen else ""
    return found


def test_two_lines_are_disputed_with_a_photo_asked_about_granted_in_part_credited_and_the_rest_is_paid(world, client):
    _, _, total = story.standing(world)
    sign_in(client, world)
    home = f"/accounts/{world.harbour}"
    address = f"{home}/documents/{world.ids[story.NUMBER]}/dispute"

    def send(page, action, files=None, **typed):
        answer = client.post(action, data={**fields(page, action), **typed}, files=files, headers=OURS)
        assert answer.status_code == 303, answer.text
        return client.get(answer.headers["Location"])

    page = client.get(address, params={"line": ["#1", "#2"]})
    page = send(page, address, note="One pallet was left behind.", act="draft")
    there = re.search(rf"{home}/disputes/[0-9a-f-]+", page.text)[0]
    page = send(page, f"{there}/messages", files={"content": ("pallet.jpg", jpeg(), "image/jpeg")})
    assert "pallet.jpg" in page.text
    page = send(page, there, act="send")
    assert "Your dispute was sent" in page.text
    assert story.standing(world) == (story.WHOLE, story.WRONG, total)
    mail = story.ask(world, "Which pallet was it?")
    assert f"https://portal.example{there}" in mail.text
    story.answer(world, mail, "The second one.")
    page = client.get(there)
    assert "The second one." in page.text
    page = send(page, f"{there}/messages", text="", files={"content": ("again.jpg", jpeg(), "image/jpeg")})
    assert "again.jpg" in page.text, "a file may come without words"
    page = send(page, f"{there}/messages", text="That is all.", files={"content": ("", b"", "application/octet-stream")})
    assert "That is all." in page.text, "and words without a file, as browsers send them"
    story.accept_the_first_line(world)
    assert story.standing(world) == (story.WHOLE, story.GRANTED, total)
    story.import_the_memo(world)
    assert story.standing(world) == (story.CREDITED, story.NOTHING, total - story.GRANTED)
    page = client.get(there)
    assert "The tape is 5.00 now." in page.text
    (pay,) = re.findall(r'href="([^"]+)">Pay the undisputed \$2,111\.00', page.text)
    page = client.get(unescape(pay))
    form = page.text[page.text.index('<form id="payment"') :]
    wanted = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    wanted |= {"act": "pay", "method": re.search(r'name="method" value="([^"]*)" ?checked', form)[1]}
    answer = client.post(
        f"{home}/pay", data={k: v for k, v in wanted.items() if not k.startswith(("credit.", "part."))}, headers=OURS
    )
    assert answer.status_code == 303, answer.text
    assert client.get(answer.headers["Location"]).status_code == 200
    assert story.standing(world) == (story.NOTHING, story.NOTHING, total - story.WHOLE)
