"""Addresses that hand out a file for five minutes: each part of one is signed, and who stands behind it may end it at once."""

import base64
import itertools
import json
import zlib

import pytest
from attrs import evolve

from lockportal.access.models import AccessSettings
from lockportal.access.sharing.holding import Holding
from lockportal.access.sharing.models import Shareable
from lockportal.access.sharing.service import SHARE_PATH
from lockportal.access.signed_urls import DOWNLOAD_PATH, Identity
from lockportal.core.actor import SYSTEM, VISITOR, Actor, ActorKind, Grant, Right
from lockportal.core.errors import Denied, NotFound, Refused
from lockportal.signing import Purpose, Signer
from lockportal.testing.guard import counting

ANNA = "anna@example.com"
BROWSER = "the asking browser's own secret"


def token_of(address):
    return address.rpartition(DOWNLOAD_PATH)[2]


def signed(house, actor, account, document, form="pdf", file=None):
    return token_of(house.access.signed_urls.sign(account, document, form, by=actor, file_id=file))


def told(house, token):
    """All that is told of a token that does not serve; what it stands for, if it does."""
    try:
        return house.access.signed_urls.open(token)
    except NotFound as error:
        return error.code, error.message, error.field


def refused(house, token):
    return told(house, token) == told(house, "nonsense") == ("signed_url.not_found", "This address does not serve.", None)


def holder_of(house, account, contact, document):
    (address,) = house.access.sharing.share(account, [Shareable(document, "R-1")], contact.id, by=SYSTEM).values()
    return house.access.sharing.authenticate(house.access.sharing.open(address.rpartition(SHARE_PATH)[2]).cookie)


@pytest.mark.guarantee(41)
def test_an_address_stands_for_one_form_of_one_document_in_the_name_of_who_asked(quick):
    account, document, file = quick.customer(), quick.clock.new_id(), quick.clock.new_id()
    contact = quick.contact(account)
    me = quick.sign_in().actor
    address = quick.access.signed_urls.sign(account, document, "file", by=me, file_id=file)
    assert address.startswith("https://portal.example.com/download/")
    with counting(quick.engines) as sent:
        found = quick.access.signed_urls.open(token_of(address))
    assert len(sent) == 1
    assert (found.actor, found.account_id, found.document_id) == (me, account, document)
    assert (found.form, found.file_id) == ("file", file)
    holder = holder_of(quick, account, contact, document)
    found = quick.access.signed_urls.open(signed(quick, holder, account, document))
    assert (found.actor, found.document_id, found.form, found.file_id) == (holder, document, "pdf", None)


@pytest.mark.guarantee(41)
@pytest.mark.parametrize("behind", ["session", "link"])
@pytest.mark.parametrize(("seconds", "fine"), [(299, True), (300, False), (301, False)])
def test_an_address_serves_five_minutes_and_not_a_second_longer(quick, behind, seconds, fine):
    account, document = quick.customer(), quick.clock.new_id()
    contact = quick.contact(account)
    actor = quick.sign_in().actor if behind == "session" else holder_of(quick, account, contact, document)
    token = signed(quick, actor, account, document)
    quick.clock.forward(seconds=seconds)
    assert refused(quick, token) is not fine
    if not fine:  # the control: with a later end, it would serve
        *parts, until = quick.context.signer.read(Purpose.DOWNLOAD, token)
        assert not refused(quick, quick.context.signer.sign(Purpose.DOWNLOAD, [*parts, until + 2]))


def test_the_setting_shortens_it_and_nothing_lengthens_it(quick):
    short = quick.again(options=(AccessSettings(signed_url_minutes=1),))
    account, document = short.customer(), short.clock.new_id()
    short.contact(account)
    token = signed(short, short.sign_in().actor, account, document)
    short.clock.forward(seconds=60)
    assert refused(short, token)
    with pytest.raises(ValueError, match=r"access\.signed_url_minutes"):
        AccessSettings(signed_url_minutes=6)


# what is swapped


def valid(house):
    """Tokens of two people, of two accounts, two documents, two forms, two files, and of links; each of another moment."""
    accounts = house.customer("C-1", "Alpha"), house.customer("C-2", "Beta")
    documents, files = [[house.clock.new_id() for _ in range(2)] for _ in range(2)]
    made = []
    for address in (ANNA, "ben@example.com"):
        contacts = [house.contact(account, address) for account in accounts]
        me = house.sign_in(address).actor
        for account, document in itertools.product(accounts, documents):
            for form, file in (("pdf", None), ("ubl", None), ("file", files[0]), ("file", files[1])):
                house.clock.forward(seconds=1)
                made.append(signed(house, me, account, document, form, file))
            holder = holder_of(house, account, contacts[accounts.index(account)], document)
            made.append(signed(house, holder, account, document))
    return made


def packed(parts):
    """Write parts as a token's payload, as the signer does where it does not pack them."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def unsigned(_, purpose, token):
    """Read a token as whoever does not look at its signature would."""
    payload = token.rpartition(".")[0]
    raw = base64.urlsafe_b64decode(payload.lstrip(".") + "=" * (-len(payload.lstrip(".")) % 4))
    return json.loads(zlib.decompress(raw) if payload.startswith(".") else raw) if raw else None


def swaps(house, tokens):
    """Answer every token with each of its parts swapped for each other value that a valid one has there, by either signature."""
    read = {token: house.context.signer.read(Purpose.DOWNLOAD, token) for token in tokens}
    forged = {}
    for one, other in itertools.permutations(tokens, 2):
        for place in range(len(read[one])):
            if read[one][place] != read[other][place]:
                parts = [*read[one][:place], read[other][place], *read[one][place + 1 :]]
                for bearer in (one, other):
                    forged[f"{packed(parts)}.{bearer.rpartition('.')[2]}"] = place
        forged[f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}"] = None
    return forged


@pytest.mark.guarantee(41)
def test_no_part_of_an_address_can_be_swapped_for_another_valid_one(quick):
    tokens = valid(quick)
    assert not [token for token in tokens if refused(quick, token)]
    forged = swaps(quick, tokens)
    assert {*forged.values()} == {None, *range(1, 9)}, "each part but the supplier, of which there is one here"
    assert len(forged) > 5_000
    with counting(quick.engines) as sent:
        assert [token for token in forged if not refused(quick, token)] == []
    assert sent == [], "what is not signed is not looked up"


def test_the_swaps_would_catch_whoever_believes_a_token_without_its_signature(quick, monkeypatch):
    tokens = valid(quick)
    forged = swaps(quick, tokens)
    monkeypatch.setattr(Signer, "read", unsigned)
    opened = {place for token, place in itertools.islice(forged.items(), 2_000) if not refused(quick, token)}
    assert opened >= {None, 4, 5, 6, 7, 8}, "another's account, document, form, file and end"


@pytest.mark.guarantee(41)
@pytest.mark.parametrize("purpose", list(Purpose))
def test_an_address_has_a_purpose_of_its_own(quick, purpose):
    account, document = quick.customer(), quick.clock.new_id()
    quick.contact(account)
    signed_in = quick.sign_in()
    parts = quick.context.signer.read(Purpose.DOWNLOAD, signed(quick, signed_in.actor, account, document))
    assert refused(quick, quick.context.signer.sign(purpose, parts)) is (purpose is not Purpose.DOWNLOAD)
    assert quick.access.authenticate(quick.context.signer.sign(Purpose.SESSION, parts)) is VISITOR
    assert refused(quick, signed_in.cookie)


@pytest.mark.guarantee(41)
def test_a_neighbour_with_the_same_keys_serves_none_of_it(quick):
    account, document = quick.customer(), quick.clock.new_id()
    quick.contact(account)
    token = signed(quick, quick.sign_in().actor, account, document)
    neighbour = quick.again(key="south")
    assert refused(neighbour, token)
    _, *parts = quick.context.signer.read(Purpose.DOWNLOAD, token)
    renamed = quick.context.signer.sign(Purpose.DOWNLOAD, [neighbour.supplier.id.hex, *parts])
    assert refused(neighbour, renamed), "neither does it know the session"
    assert refused(quick, renamed)


@pytest.mark.guarantee(41)
def test_what_is_signed_in_another_shape_serves_nothing(quick):
    account, document = quick.customer(), quick.clock.new_id()
    quick.contact(account)
    parts = quick.context.signer.read(Purpose.DOWNLOAD, signed(quick, quick.sign_in().actor, account, document))
    sign = quick.context.signer.sign
    for value in (parts[:-1], [*parts, 1], [*parts[:-1], str(parts[-1])], [*parts[:-1], None], {"a": 1}, None, "x", 7):
        assert refused(quick, sign(Purpose.DOWNLOAD, value))


# who stands behind it


ENDS = {
    "sign out": lambda h, s: h.access.sign_out(s["me"]),
    "everywhere": lambda h, s: h.access.sign_out_everywhere(s["me"].person_id, by=h.office),
    "one session": lambda h, s: h.access.end_session(s["me"].person_id, s["me"].session_id, by=h.office),
    "disabled": lambda h, s: h.profiles.disable_contact(s["account"], s["contact"].id, by=h.office),
    "without view": lambda h, s: h.profiles.change_contact(s["account"], s["contact"].id, by=h.office, rights=(Right.PAY,)),
    "revoked link": lambda h, s: h.access.sharing.revoke(s["account"], reason="a leak", by=h.office, link_id=s["link"]),
    "revoked contact": lambda h, s: h.access.sharing.revoke(s["account"], reason="gone", by=h.office, contact_id=s["contact"].id),
}


def standing(house, number=0):
    """An address of a session and one of a link, and what they hang on; the person also acts elsewhere."""
    account, document, address = house.customer(f"C-{number}"), house.clock.new_id(), f"anna{number}@example.com"
    contact = house.contact(account, address)
    house.contact(house.customer(f"D-{number}", "Beta"), address)
    me, holder = house.sign_in(address).actor, holder_of(house, account, contact, document)
    return {
        "account": account,
        "contact": contact,
        "me": me,
        "link": house.access.sharing.links(account, by=SYSTEM).items[0].id,
        "session": signed(house, me, account, document),
        "holder": signed(house, holder, account, document),
        "actors": (me, holder),
    }


@pytest.mark.guarantee(12)
@pytest.mark.guarantee(41)
def test_an_address_is_dead_as_soon_as_its_session_its_contact_or_its_link_is(house):
    for number, how in enumerate(ENDS):
        made = standing(house, number)
        assert not any(refused(house, made[name]) for name in ("session", "holder"))
        ENDS[how](house, made)
        ended = {
            "session": how in {"sign out", "everywhere", "one session", "disabled", "without view"},
            "holder": how in {"disabled", "without view", "revoked link", "revoked contact"},
        }
        for process in (house, house.again()):
            assert {name: refused(process, made[name]) for name in ended} == ended, how


@pytest.mark.parametrize("how", ENDS)
def test_revoking_would_catch_whoever_believes_what_an_address_says_of_its_actor(quick, how, monkeypatch):
    """The naive service remembers the actor for whom the address was made."""
    made = standing(quick)
    me, holder = made["actors"]
    monkeypatch.setattr(Identity, "behind", lambda *_: me)
    monkeypatch.setattr(Holding, "holder", lambda *_: holder)
    ENDS[how](quick, made)
    assert not refused(quick, made["session"])
    assert not refused(quick, made["holder"])


@pytest.mark.guarantee(41)
def test_an_address_ends_with_its_session_and_is_no_use_of_it(quick):
    account, document = quick.customer(), quick.clock.new_id()
    quick.contact(account)
    signed_in = quick.sign_in()
    quick.clock.forward(minutes=58)
    token = signed(quick, signed_in.actor, account, document)
    quick.clock.forward(minutes=1, seconds=59)
    assert not refused(quick, token)
    quick.clock.forward(seconds=1)
    assert refused(quick, token)
    assert quick.access.authenticate(signed_in.cookie) is VISITOR


@pytest.mark.guarantee(41)
def test_keys_that_are_not_listed_any_more_end_addresses(quick):
    account, document = quick.customer(), quick.clock.new_id()
    quick.contact(account)
    token = signed(quick, quick.sign_in().actor, account, document)
    newer = "another key of the tests, long enough too"
    assert not refused(quick.again(keys=("a key of the tests, which is long enough", newer)), token)
    assert refused(quick.again(keys=(newer,)), token)


# who is given one


@pytest.mark.guarantee(34)
@pytest.mark.guarantee(41)
def test_nobody_is_given_an_address_of_what_they_may_not_see(quick):
    account, other, document = quick.customer(), quick.customer("C-2", "Beta"), quick.clock.new_id()
    contact = quick.contact(account)
    me, holder = quick.sign_in().actor, holder_of(quick, account, contact, document)
    nowhere = quick.clock.new_id()

    def code(by, *where):
        with pytest.raises((NotFound, Denied, Refused)) as caught:
            quick.access.signed_urls.sign(*where, "pdf", by=by)
        return caught.value.code

    assert code(me, other, document) == code(me, nowhere, document) == "account.not_found"
    assert code(holder, account, nowhere) == "document.not_found"
    assert code(holder, other, document) == code(holder, nowhere, document) == "account.not_found"
    assert code(VISITOR, account, document) == code(quick.office, account, document) == code(SYSTEM, account, document)
    assert code(evolve(me, session_id=None), account, document) == "signed_url.no_session"
    payer = Actor(
        kind=ActorKind.CUSTOMER,
        id="x",
        person_id=me.person_id,
        session_id=me.session_id,
        grants=(Grant(account, contact.id, frozenset({Right.PAY})),),
    )
    assert code(payer, account, document) == "actor.denied"
    parts = quick.context.signer.read(Purpose.DOWNLOAD, signed(quick, holder, account, document))
    elsewhere = [*parts[:5], nowhere.hex, *parts[6:]]
    assert refused(quick, quick.context.signer.sign(Purpose.DOWNLOAD, elsewhere)), "a link is of one document"
