"""The page to which every message that may be switched off leads."""

import re


def boxes(page):
    return re.findall(r'<input type="checkbox" name="([^"]+)"( checked)?>', page)


def test_a_contact_switches_messages_off_and_on_again(world):
    browser = world.signed_in()
    seen = boxes(browser.get("/preferences").body.decode())
    names = sorted(name for name, _ in seen)
    assert names == [f"{world.harbour}.documents", f"{world.harbour}.payments"]
    assert all(ticked for _, ticked in seen)
    browser.post("/preferences", form={names[1]: "on"})
    assert dict(boxes(browser.get("/preferences").body.decode())) == {names[0]: "", names[1]: " checked"}
    browser.get("/preferences")
    browser.post("/preferences", form=dict.fromkeys(names, "on"))
    assert all(ticked for _, ticked in boxes(browser.get("/preferences").body.decode()))


def test_a_name_of_another_account_changes_nothing(world):
    browser = world.signed_in("bob@mill.example")
    browser.get("/preferences")
    browser.post("/preferences", form={f"{world.harbour}.documents": "on"})
    ann = world.signed_in()
    assert all(ticked for _, ticked in boxes(ann.get("/preferences").body.decode()))
