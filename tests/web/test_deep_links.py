"""Where mails lead: who is not signed in signs in first, and stands where the mail wanted them."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from lockportal.core.actor import SYSTEM, Right
from lockportal.dunning import DunningSettings, Level, Policy, Telling, Template
from lockportal.promises import PromiseChoice, PromisesSettings

REMINDING = Policy(
    name="house", gap_days=1, levels=(Level(name="first", days=5, tell=(Telling(role=Right.VIEW, template=Template.FRIENDLY),)),)
)


def mailed(world, subject):
    """The addresses in the newest mail whose subject says this."""
    text = [mail.text for mail in world.letterbox.mails if subject in mail.subject][-1]
    return re.findall(r"https://portal\.example(/\S+)", text)


def goes_by_signing_in(world, path):
    """Whether somebody who is not signed in comes to this place by signing in."""
    browser = world.browser()
    away = urlsplit(browser.get(path).header("Location"))
    (wanted,) = parse_qs(away.query)["next"]
    signed_in = browser.sign_in(next_path=wanted)
    world.clock.forward(minutes=20)
    return away.path == "/sign-in" and signed_in.header("Location") == path and browser.get(path).status == 200


def test_mails_about_overdue_invoices_a_promise_and_a_dispute_lead_there_by_way_of_signing_in(make_world):
    reminding = DunningSettings(active=True, rest_days=False, policies=(REMINDING,), zones={"US": "UTC"})
    world = make_world(settings=(reminding, PromisesSettings(latest_days=20)))
    for contact in world.portal.profiles.contacts(world.harbour, by=SYSTEM):
        world.portal.profiles.change_contact(world.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
    choice = PromiseChoice(document_id=world.ids["INV-1003"])
    on = world.portal.supplier.today(world.clock.now()) + timedelta(days=7)
    world.portal.promises.make(world.harbour, SYSTEM, currency="USD", lines=[choice], on=on)
    dispute = world.dispute()
    world.portal.dunning.run(SYSTEM)
    world.portal.deliver()
    here = f"/accounts/{world.harbour}"
    (promise,), (argument,) = mailed(world, "Promised"), mailed(world, "dispute of INV-1002")
    *overdue, home, preferences = mailed(world, "documents are overdue")
    assert (promise, argument, home) == (f"{here}/promises", f"{here}/disputes/{dispute}", f"{here}/documents")
    assert all(goes_by_signing_in(world, path) for path in (promise, argument, home, preferences))
    assert len(overdue) == 2
    for link in overdue:
        holder = world.browser()
        assert holder.get(link).status == 200
        document = holder.post(link).header("Location")
        assert holder.get(document).status == 200, "this one document, without signing in"
        assert not goes_on(holder, here)


def goes_on(browser, here):
    return any(browser.get(f"{here}/{place}").status == 200 for place in ("", "documents", "promises", "disputes"))
