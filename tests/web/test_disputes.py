"""Disputes on the pages: begun from an invoice, kept, sent, answered, withdrawn, taken up again; by the link to it, too."""

import re
from html import unescape

import pytest

from given_contents import jpeg
from lockportal.core.actor import SYSTEM, Right
from lockportal.disputes import Claim, DisputeCategory, DisputeFilter, DisputesSettings, Reason
from lockportal.http import Upload
from web.conftest import ANN, SCAN, usd
from web.payers import settings
from web.test_pay_by_link import opened, where

PHOTO = {"content": Upload("pallet.jpg", "image/jpeg", jpeg())}
REASON = Reason(code="late", category=DisputeCategory.OTHER, label="It came late <again>")


@pytest.fixture
def world(make_world):
    made = make_world(settings=(settings("ask"), DisputesSettings(reasons=(*DisputesSettings().reasons, REASON))))
    for contact in made.portal.profiles.contacts(made.harbour, by=SYSTEM):
        made.portal.profiles.change_contact(made.harbour, contact.id, by=SYSTEM, rights=tuple(Right))
    return made


def hidden(text, action):
    """The hidden fields and filled-in inputs of the form that goes to this place."""
    form = text[text.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', form))
    for name, select in re.findall(r'<select name="([^"]+)"(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        found[name] = chosen[1] if chosen else ""
    return found


def begin(browser, address, query=""):
    assert browser.get(f"{address}{query}").status == 200
    return hidden(browser.text, address)


def of(world, **wanted):
    return world.portal.disputes.list(SYSTEM, DisputeFilter(**wanted), account_id=world.harbour).items


def test_a_dispute_follows_from_what_papers_say_is_kept_with_a_photo_and_sent(world):
    ann, home, here = world.signed_in(), f"/accounts/{world.harbour}", where(world, "INV-1006")
    ann.get(here)
    assert f'href="{here}/dispute">Something is wrong' in ann.text
    ann.get(f"{here}/dispute")
    said = unescape(ann.text)
    assert "You were billed 500; Proof of delivery POD-601 shows 455." in said
    assert "You were billed at 5.00 each; Purchase order PO-8001 states 4.80." in said
    assert "shows 455. That would be $99.00." in " ".join(said.split())
    assert re.findall(r'name="line" value="([^"]+)" checked', ann.text) == ["#1", "#2", "#4"], "freight was not ordered"
    form = begin(ann, f"{here}/dispute", "?line=%231&line=%232")
    assert (form["quantity.0"], form["category.0"], form["price.1"]) == ("455", "quantity", "4.80")
    answer = ann.post(f"{here}/dispute", form={**form, "act": "preview"})
    assert answer.status == 200
    assert "You dispute $127.80 in all." in ann.text, "45 at 2.20, and 144 at 0.20"
    assert of(world) == of(world, drafts=True) == ()
    form = {**hidden(ann.text, f"{here}/dispute"), "note": "Short again.", "reason": "short_delivery"}
    answer = ann.post(f"{here}/dispute", form={**form, "act": "draft"})
    (draft,) = of(world, drafts=True)
    there = f"{home}/disputes/{draft.id}"
    assert answer.header("Location") == f"{there}?done=dispute_drafted"
    ann.get(f"{home}/disputes?list=drafts")
    assert draft.reference in ann.text
    ann.get(there)
    assert ann.post(f"{there}/messages", form={}).status == 422, "a draft takes files alone"
    assert "Choose a file." in ann.text
    assert ann.post(f"{there}/messages", files=PHOTO).status == 303
    form = begin(ann, f"{here}/dispute", f"?draft={draft.id}")
    assert (form["draft"], form["quantity.0"], form["reason"]) == (str(draft.id), "455", "short_delivery")
    assert "Short again." in ann.text
    answer = ann.post(f"{here}/dispute", form={**form, "quantity.0": "460", "act": "draft"})
    assert answer.header("Location") == f"{there}?done=dispute_drafted"
    ann.get(there)
    assert "pallet.jpg" in ann.text
    assert ann.post(there, form={"act": "send", "key": "k"}).header("Location") == f"{there}?done=dispute_opened"
    (one,) = of(world, open=True)
    assert (one.id, one.amount) == (draft.id, usd("116.80"))
    assert ann.get(f"{there}?done=dispute_opened").status == 200
    assert "Your dispute was sent" in ann.text
    assert (
        f'href="{home}/pay?document={one.document_id}&amp;pay.{one.document_id}=2093.20">Pay the undisputed $2,093.20' in ann.text
    )
    (photo,) = re.findall(rf'href="({there}/files/[^"]+)"', ann.text)
    assert ann.get(photo).header("Content-Disposition").startswith("attachment")
    assert ann.page.header("Content-Type") == "image/jpeg"
    ann.get(f"{home}/pay?document={one.document_id}&pay.{one.document_id}=2093.20")
    assert 'value="2093.20"' in ann.text


def test_a_question_is_answered_and_a_dispute_is_withdrawn_and_taken_up_again(world):
    ann, home = world.signed_in(), f"/accounts/{world.harbour}"
    there = f"{home}/disputes/{world.argued()}"
    ann.get(there)
    assert "We have a question" in ann.text
    assert ann.post(f"{there}/messages", form={"text": " "}).status == 422
    assert "Write something." in ann.text
    assert ann.post(f"{there}/messages", form={"text": "The <blue> one."}, files=PHOTO).status == 303
    ann.get(there)
    assert "The &lt;blue&gt; one." in ann.text
    assert "In review" in ann.text
    assert "We have a question" not in ann.text
    assert ann.post(there, form={"act": "withdraw", "key": "w"}).status == 303
    ann.get(f"{home}/disputes?list=closed")
    assert "Withdrawn" in ann.text
    ann.get(there)
    assert "Open it again" in ann.text
    assert ann.post(there, form={"act": "reopen", "key": "r"}).header("Location") == f"{there}?done=dispute_reopened"
    assert [row.status for row in of(world)] == ["reopened"]
    ann.get(there)
    assert ann.post(there, form={"act": "reopen", "key": "again"}).status == 422
    assert "This cannot be done with this dispute any more." in ann.text
    assert ann.post(there, form={"act": "withdraw"}).status == 303
    world.clock.forward(days=40)
    ann = world.signed_in()
    ann.get(there)
    assert "Open it again" not in ann.text
    assert ann.get(f"{home}/disputes/{world.ids['INV-1006']}").status == 404


def test_what_is_disputed_stands_with_the_document_in_the_list_and_on_the_statement(world):
    ann, home = world.signed_in(), f"/accounts/{world.harbour}"
    made = world.argued()
    ann.get(where(world, "INV-1006"))
    assert "Of it disputed" in ann.text
    assert f'href="{home}/disputes/{made}"' in ann.text
    ann.get(f"{home}/documents?text=INV-1006")
    assert "$99.00 disputed" in ann.text
    ann.get(f"{home}/statement")
    assert "Of it disputed" in ann.text
    ann.get(f"{home}/statement?as_of=2026-11-01")
    assert "Of it disputed" not in ann.text
    ann.get(f"{where(world, 'INV-1006')}/dispute")
    assert "shows 455" not in ann.text, "what is disputed already is not suggested again"
    ann.get(where(world, "PO-8001"))
    assert "Something is wrong" not in ann.text
    ann.get(f"{where(world, 'PO-8001')}/dispute")
    assert "Nothing of it can be disputed here" in ann.text


WRONG = [
    ({"category.0": ""}, "Choose what is wrong with it."),
    ({"category.0": "quantity", "quantity.0": "many"}, "Enter a number"),
    ({"category.0": "quantity", "quantity.0": "501"}, "Say what you expect instead"),
    ({"category.0": "quantity", "quantity.0": "500"}, "no less than what was billed"),
    ({"category.0": "price", "quantity.0": "", "amount.0": "much"}, "Enter an amount"),
    ({"reason": "nonsense"}, "There is no such reason."),
    ({"line.0": "#9"}, "There is no such line."),
]


def test_what_cannot_be_disputed_is_said_and_what_was_typed_stays(world):
    ann, here = world.signed_in(), where(world, "INV-1006")
    for typed, said in WRONG:
        form = begin(ann, f"{here}/dispute", "?line=%231")
        assert ann.post(f"{here}/dispute", form={**form, "note": "Typed.", **typed, "act": "open"}).status == 422
        assert said in ann.text, typed
        assert ">Typed.</textarea>" in ann.text
    assert of(world) == ()


def test_a_document_as_a_whole_is_disputed_for_a_reason_of_the_supplier_s_own(world):
    ann, here = world.signed_in(), where(world, "INV-1003")
    form = begin(ann, f"{here}/dispute", "?line=whole")
    assert "It came late &lt;again&gt;" in ann.text
    assert "carrier" not in ann.text, "what is internal is for staff"
    answer = ann.post(f"{here}/dispute", form={**form, "category.0": "other", "amount.0": "1", "reason": "late", "act": "open"})
    assert answer.status == 303, ann.text
    ann.get(answer.header("Location"))
    assert "It came late &lt;again&gt;" in ann.text
    assert "The document as a whole" in ann.text
    again = ann.post(f"{here}/dispute", form={**form, "category.0": "other", "amount.0": "1", "reason": "late", "act": "open"})
    assert again.header("Location") == answer.header("Location"), "the same form again is the same dispute"


def test_a_draft_is_thrown_away_and_nobody_else_s_is_found(world):
    ann, home, here = world.signed_in(), f"/accounts/{world.harbour}", where(world, "INV-1006")
    draft = world.portal.disputes.draft(world.harbour, world.ids["INV-1006"], world.disputer())
    ann.get(f"{home}/disputes/{draft.id}")
    answer = ann.post(f"{home}/disputes/{draft.id}", form={"act": "discard"})
    assert answer.header("Location") == f"{home}/disputes?done=dispute_discarded"
    assert ann.get(f"{here}/dispute?draft={draft.id}").status == 404
    foreign = world.portal.disputes.draft(world.mill, next(iter(world.foreign.values())), SYSTEM)
    assert ann.get(f"{here}/dispute?draft={foreign.id}").status == 404
    ann.get(f"{home}/disputes?list=drafts")
    assert "There is none" in ann.text


def test_a_list_goes_on_by_pages(world, monkeypatch):
    monkeypatch.setattr("lockportal.web.pages.disputes.PAGE", 2)
    ann, home = world.signed_in(), f"/accounts/{world.harbour}"
    wrong = Claim(category=DisputeCategory.OTHER, expected_amount=usd("2209.00"))
    made = {
        str(world.portal.disputes.open(world.harbour, world.ids["INV-1006"], world.disputer(), claims=[wrong]).id)
        for _ in range(3)
    }
    ann.get(f"{home}/disputes?list=nonsense")
    first = set(re.findall(r"/disputes/([0-9a-f-]{36})", ann.text))
    (older,) = re.findall(r'href="([^"]+after=[^"]+)"', ann.text)
    ann.get(unescape(older))
    rest = set(re.findall(r"/disputes/([0-9a-f-]{36})", ann.text))
    assert (len(first), len(rest), first | rest) == (2, 1, made)


def test_who_holds_the_link_to_an_invoice_disputes_it_and_sees_no_words_of_others(world):
    made = world.argued()
    holder, here = opened(world, "INV-1006"), where(world, "INV-1006")
    holder.get(here)
    assert f'href="{here}/dispute">Something is wrong' in holder.text
    assert "Of it disputed" in holder.text
    form = begin(holder, f"{here}/dispute", "?line=%232")
    assert "PO-8001" not in holder.text.partition("<fieldset")[2], "other papers are for those who sign in"
    assert "Keep as a draft" not in holder.text
    answer = holder.post(f"{here}/dispute", form={**form, "category.0": "price", "price.0": "4.80", "act": "open"})
    assert answer.header("Location") == f"{here}/dispute?done=dispute_opened", holder.text
    holder.get(answer.header("Location"))
    assert "Your dispute was sent" in holder.text
    assert "never on the truck" not in holder.text
    assert {one.amount for one in of(world)} == {usd("99.00"), usd("28.80")}
    there = f"/accounts/{world.harbour}/disputes/{made}"
    assert holder.get(there).header("Location").startswith("/sign-in")


def test_who_may_not_dispute_reads_and_is_told_whom_to_ask(world):
    made = world.argued()
    (ann,) = [one for one in world.portal.profiles.contacts(world.harbour, by=SYSTEM) if one.email == ANN]
    world.portal.profiles.change_contact(world.harbour, ann.id, by=SYSTEM, rights=(Right.VIEW,))
    reader, here = world.signed_in(), where(world, "INV-1006")
    reader.get(here)
    assert "Something is wrong" not in reader.text
    reader.get(f"{here}/dispute?line=%231")
    assert "the right to dispute documents" in reader.text
    there = f"/accounts/{world.harbour}/disputes/{made}"
    reader.get(there)
    assert "Is there a photo?" in reader.text
    assert "<textarea" not in reader.text
    assert reader.post(f"{there}/messages", form={"text": "Yes."}).status == 403
    assert reader.post(there, form={"act": "withdraw"}).status == 403
    assert reader.post(f"{here}/dispute", form={"line.0": "", "category.0": "other", "act": "open"}).status == 403


def test_a_file_that_is_none_is_refused_on_the_page(world):
    ann, there = world.signed_in(), f"/accounts/{world.harbour}/disputes/{world.argued()}"
    ann.get(there)
    wrong = {"content": Upload("run.exe", "application/pdf", b"MZ")}
    assert ann.post(f"{there}/messages", form={"text": "Look."}, files=wrong).status == 422
    assert "of a kind that is not taken here" in ann.text
    assert ">Look.</textarea>" in ann.text
    assert len(SCAN)
