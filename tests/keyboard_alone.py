"""A person at a keyboard, without a mouse, in a real browser."""


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def reach(page, selector):
    """Go on by Tab until the keyboard is at an element."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(selector)
