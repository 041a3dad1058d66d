"""Dead addresses at the desk: they are listed, and one that lives is written to again."""

from uuid import uuid4

from lockportal.core.actor import SYSTEM
from lockportal.messages import SuppressAddress
from web.test_desk_webhooks import Desk


def test_a_dead_address_is_listed_and_written_to_again(make_world):
    world = make_world()
    desk, people = Desk(world.portal), world.portal.profiles.contacts(world.harbour, by=SYSTEM)
    assert "Every address is written to" in desk.get("/desk/suppressions")
    assert "Dead addresses" in desk.get("/desk/messages")
    about = {"kind": "documents.ready", "version": 0, "n": 0, "status": "5.1.1", "email": people[0].email.lower()}
    command = SuppressAddress(account_id=world.harbour, contact_id=people[0].id, message_id=uuid4(), **about)
    world.portal.shell.run(command, SYSTEM)
    assert people[0].email in desk.get("/desk/suppressions")
    assert "5.1.1" in desk.text
    (line,) = world.portal.messages.suppressed.list(SYSTEM).items
    form = {"account": str(world.harbour), "suppression": str(line.id)}
    assert desk.post("/desk/suppressions", **form).header("Location") == "/desk/suppressions?done=lifted"
    assert "written to again" in desk.get("/desk/suppressions?done=lifted")
    assert people[0].email not in desk.text
