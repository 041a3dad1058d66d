"""Templates and words: compiled from their sources, complete in every language, checked before anything is sent."""

import os
import re
import tomllib
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from attrs import fields, frozen

import lockportal.messages
from lockportal import Branding, Config, Money, Portal, Refused, Supplier, hookimpl
from lockportal.access.messages import SIGN_IN, SignIn
from lockportal.core.account import Capability
from lockportal.core.messages import MessageKind, Recipient
from lockportal.disputes.messages import KINDS as DISPUTE_KINDS
from lockportal.disputes.messages import DisputeTold, ToldLine
from lockportal.documents.messages import READY, DocumentsReady, ReadyDocument
from lockportal.dunning.messages import KINDS as DUNNING_KINDS
from lockportal.dunning.messages import RemindedDocument, ReminderTold
from lockportal.ledger.messages import PAYMENT_RECEIVED, PaymentReceived, ReceivedPayment
from lockportal.messages.models import MessagesSettings
from lockportal.messages.rendering import Surroundings, Templates, brand_of
from lockportal.payments.telling.messages import KINDS as PAYMENT_KINDS
from lockportal.payments.telling.messages import PaidDocument
from lockportal.profiles.messages import INVITATION, Invitation
from lockportal.promises.messages import KINDS as PROMISE_KINDS
from lockportal.promises.messages import PromisedDocument, PromisedPart, PromiseTold

FOLDER = Path(lockportal.messages.__file__).parent / "templates"
LANGUAGES = ("en", "de", "fr", "es")
KINDS = (SIGN_IN, READY, PAYMENT_RECEIVED, INVITATION, *PAYMENT_KINDS, *PROMISE_KINDS, *DISPUTE_KINDS, *DUNNING_KINDS.values())
SUPPLIER = Supplier(name="Nord & Süd <GmbH>", currencies=("EUR",), email="ar@example.com", phone="+49 40 1", address=("Hafen 1",))
LINK = "https://portal.example.com/accounts/1/documents"
DOCUMENTS = tuple(
    ReadyDocument(
        document_id=UUID(int=n),
        number=f"<R-{n}>",
        amount=Money(123450, "EUR"),
        due_on=date(2026, 4, 1) if n else None,
        link=f"{LINK}/{n}",
    )
    for n in range(3)
)
PAYMENTS = tuple(
    ReceivedPayment(amount=Money(5000, "EUR"), received_on=date(2026, 3, 1), reference=said) for said in ("wire <1>", "")
)
PAID = {
    "customer": "A & B",
    "reference": "P-<1>",
    "amount": Money(10000, "EUR"),
    "received_on": date(2026, 3, 1),
    "returned_on": date(2026, 3, 1),
    "refunded_on": date(2026, 3, 1),
    "on": date(2026, 3, 1),
    "again_on": date(2026, 3, 9),
    "method": "card",
    "advice": "never",
    "said": "",
    "disputed": False,
    "currency": "EUR",
    "ceiling": Money(20000, "EUR"),
    "count": 2,
    "number": "<PO-1>",
    "due_on": date(2026, 3, 9),
    "note": "<before> we cut the steel",
    "documents": (PaidDocument(number="<R-1>", amount=Money(5000, "EUR")),),
    "more": 2,
    "fee": Money(100, "EUR"),
    "on_account": Money(300, "EUR"),
    "steps": ("<by wire>",),
    "state": "RF00",
    "link": LINK,
    "receipt": f"{LINK}/receipt.pdf",
}


def paid_for(variables):
    """What a message about a payment may be told of."""
    told = {one.name: PAID[one.name] for one in fields(variables)}
    return variables(**told | ({"advice": f"{LINK}/remittance.pdf"} if "steps" in told else {}))


PROMISED = PromiseTold(
    customer="A & B",
    amount=Money(10000, "EUR"),
    on=date(2026, 3, 9),
    parts=(
        PromisedPart(on=date(2026, 3, 2), amount=Money(4000, "EUR")),
        PromisedPart(on=date(2026, 3, 9), amount=Money(6000, "EUR")),
    ),
    documents=(PromisedDocument(number="<R-1>", amount=Money(5000, "EUR")),),
    more=2,
    came=Money(300, "EUR"),
    link=LINK,
)

DISPUTED = DisputeTold(
    customer="A & B",
    reference="D-<1>",
    number="<R-1>",
    amount=Money(10000, "EUR"),
    granted=Money(4000, "EUR"),
    credited=Money(300, "EUR"),
    undisputed=Money(900, "EUR"),
    lines=(ToldLine(name="<Bolts>", amount=Money(10000, "EUR"), granted=Money(4000, "EUR")),),
    more=2,
    text="<b>Where?</b>\nWhen?",
    partly=True,
    closed=True,
    link=LINK,
)

REMINDED = ReminderTold(
    customer="A & B",
    on=date(2026, 3, 9),
    count=4,
    documents=tuple(
        RemindedDocument(
            document_id=UUID(int=n), number=f"<R-{n}>", amount=Money(123450, "EUR"), due_on=date(2026, 3, 1), link=f"{LINK}/{n}"
        )
        for n in range(2)
    ),
    more=2,
    totals=(Money(493800, "EUR"), Money(100, "USD")),
    link=LINK,
)

VARIABLES = {
    INVITATION: Invitation(customer="A & B", inviter="Ben", link="https://portal.example.com/sign-in"),
    SIGN_IN: SignIn(link="https://portal.example.com/sign-in/t0ken", minutes=10),
    READY: DocumentsReady(customer="A & B", count=5, documents=DOCUMENTS, more=2, link=LINK),
    PAYMENT_RECEIVED: PaymentReceived(
        customer="A & B", amount=Money(10000, "EUR"), received_on=date(2026, 3, 1), payments=PAYMENTS, link=LINK
    ),
    **{kind: paid_for(kind.variables) for kind in PAYMENT_KINDS},
    **dict.fromkeys(PROMISE_KINDS, PROMISED),
    **dict.fromkeys(DISPUTE_KINDS, DISPUTED),
    **dict.fromkeys(DUNNING_KINDS.values(), REMINDED),
}


def surroundings(kind, language="en", supplier=SUPPLIER, name="Anna <Ash>"):
    return Surroundings(
        supplier=supplier,
        brand=brand_of(supplier),
        recipient=Recipient(contact_id=UUID(int=1), email="anna@example.com", name=name),
        language=language,
        portal="https://portal.example.com",
        preferences="https://portal.example.com/preferences" if kind.category else "",
    )


@cache
def own():
    return Templates(KINDS)


def write(kind, language="en", templates=None, **given):
    return (templates or own()).write(kind, VARIABLES[kind], surroundings(kind, language, **given))


def refusal(templates=None, kinds=KINDS):
    with pytest.raises(Refused) as caught:
        Templates(kinds, templates)
    return caught.value


@pytest.fixture
def host(tmp_path):
    """The host's folder of templates, by what stands in its messages."""

    def make(**files):
        folder = tmp_path / "templates" / "messages"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        return folder.parent

    return make


def test_the_layout_is_what_its_source_compiles_to():
    mrml = pytest.importorskip("mrml")
    made = mrml.to_html((FOLDER / "letter.mjml").read_text("utf-8"), None, mrml.RenderOptions(fonts={}))
    assert made.warnings == []
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        (FOLDER / "letter.html").write_text(made.content + "\n", "utf-8")
    assert (FOLDER / "letter.html").read_text("utf-8") == made.content + "\n", "run this test with LOCKPORTAL_REFRESH_SNAPSHOTS=1"


def test_every_language_has_the_same_words():
    read = {language: tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES}
    names = {language: {(section, name) for section in words for name in words[section]} for language, words in read.items()}
    assert names["en"] == names["de"] == names["fr"] == names["es"]
    assert {section for section, _ in names["en"]} == {"common", *(kind.name for kind in KINDS)}


class Parts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.addresses, self.text, self.lang = set(), [], [], None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        given = dict(attrs)
        self.lang = given.get("lang", self.lang) if tag == "html" else self.lang
        self.addresses += [
            (tag, name, value) for name, value in attrs if name in {"href", "src", "background", "srcset", "action"}
        ]

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_message_loads_nothing_and_lets_no_value_become_markup(kind, language):
    made = write(kind, language)
    parts = Parts()
    parts.feed(made.html)
    assert parts.lang == language
    assert parts.tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "div",
            "table",
            "tbody",
            "tr",
            "td",
            "th",
            "p",
            "a",
            "br",
            "ul",
            "li",
        ),
    }
    assert {(tag, name) for tag, name, _ in parts.addresses} == {("a", "href")}
    assert all(value.startswith("https://portal.example.com/") for *_, value in parts.addresses)
    assert re.search(r"url\(|@import|<img|<script|<link", made.html) is None
    assert "Nord & Süd <GmbH>" in "".join(parts.text)
    assert "Nord & Süd <GmbH>" in made.text
    assert VARIABLES[kind].link in made.text
    assert VARIABLES[kind].link in [value for *_, value in parts.addresses]
    assert ("https://portal.example.com/preferences" in made.text) == bool(kind.category)


def test_the_languages_differ():
    for kind in KINDS:
        assert len({write(kind, language).subject for language in LANGUAGES}) == 4
        assert len({write(kind, language).text for language in LANGUAGES}) == 4


def test_money_dates_and_numbers_are_written_as_the_language_does():
    german, english = write(READY, "de"), write(READY, "en")
    assert "- <R-1>: 1.234,50\xa0€, fällig am 01.04.2026\n" in german.text
    assert "- <R-0>: 1.234,50\xa0€\n" in german.text
    assert "- <R-1>: €1,234.50, due on Apr 1, 2026\n" in english.text
    assert "And 2 more, which you find in the portal." in english.text
    assert english.subject == "5 new invoices from Nord & Süd <GmbH>"


def test_one_invoice_is_told_by_its_number():
    one = DocumentsReady(customer="A", count=1, documents=DOCUMENTS[:1], more=0, link=LINK)
    made = own().write(READY, one, surroundings(READY, "fr"))
    assert made.subject == "Facture <R-0> de Nord & Süd <GmbH>"
    assert "de plus" not in made.text


def test_a_receipt_lists_payments_where_there_is_more_to_say():
    assert "(wire <1>)" in write(PAYMENT_RECEIVED).text
    single = PaymentReceived(
        customer="A", amount=Money(5000, "EUR"), received_on=date(2026, 3, 1), payments=PAYMENTS[1:], link=LINK
    )
    made = own().write(PAYMENT_RECEIVED, single, surroundings(PAYMENT_RECEIVED))
    assert "\n- " not in made.text
    assert made.subject == "We have received €50.00 – thank you"


def test_a_contact_without_a_name_is_greeted_without_one():
    assert write(READY, name="").text.startswith("Hello,\n")
    assert write(READY).text.startswith("Hello Anna <Ash>,\n")


def test_the_house_colour_can_be_read_on_white_and_written_upon():
    made = write(SIGN_IN, supplier=Supplier(name="Yellow", currencies=("EUR",), branding=Branding(colour="#fede00")))
    assert "background:#fede00;color:#181c25" in made.html
    assert 'color:#fede00;">Yellow' not in made.html


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [(("de-AT",), "de"), (("fr_CA",), "fr"), (("nl", "es"), "es"), (("nl",), "en"), ((), "en"), (("EN",), "en")],
)
def test_a_message_speaks_the_first_language_that_it_knows(wanted, spoken):
    assert own().language(READY, wanted) == spoken


def test_a_host_replaces_a_template_and_a_word_and_adds_a_language(host):
    overrides = host(
        **{
            "access.sign_in.txt": "\n\nHi {{ recipient.name }}:   \n\n\n\n{{ link }} ({{ minutes }})",
            "en.toml": '["access.sign_in"]\nsubject = "Come in, {{ supplier.name }}"\n',
            "nl.toml": '["access.sign_in"]\nsubject = "Uw link"\n',
        }
    )
    templates = Templates(KINDS, overrides)
    made = write(SIGN_IN, templates=templates)
    assert made.text == "Hi Anna <Ash>:\n\nhttps://portal.example.com/sign-in/t0ken (10)\n"
    assert made.subject == "Come in, Nord & Süd <GmbH>"
    assert write(READY, templates=templates).text == write(READY).text
    assert templates.language(SIGN_IN, ("nl",)) == "nl"
    assert templates.language(READY, ("nl",)) == "en"
    assert write(SIGN_IN, "nl", templates).subject == "Uw link"
    assert "you asked to sign in" in write(SIGN_IN, "nl", templates).html  # what a language lacks is said in English


def test_a_host_without_messages_of_its_own_changes_nothing(tmp_path):
    assert write(READY, templates=Templates(KINDS, tmp_path)).html == write(READY).html


UNKNOWN = [
    ("documents.ready.txt", "{{ words.lead }}\n{{ invoice }}", "invoice", "documents.ready.txt, line 2"),
    ("documents.ready.html", "{% for one in documents %}{{ one.nubmer }}{% endfor %}", "one.nubmer", "number"),
    ("documents.ready.txt", "{{ documents[0].totl }}", "….totl", "amount"),
    ("documents.ready.txt", "{{ supplier.nmae }}", "supplier.nmae", "name"),
    ("documents.ready.txt", "{{ supplier.branding.color }}", "supplier.branding.color", "colour"),
    ("documents.ready.txt", "{% if count %}{{ minutes }}{% endif %}", "minutes", "documents.ready has no variable"),
    ("documents.ready.txt", "{% set a = b %}{{ a }}", "b", "documents"),
    ("documents.ready.txt", "{% for one in documents if one.vsible %}{% endfor %}", "one.vsible", "number"),
    ("letter.txt", "{{ link }}{{ minutes }}", "minutes", "letter.txt"),
    ("en.toml", '["documents.ready"]\nlead = "{{ minutes }}"', "minutes", "en.toml, documents.ready, lead"),
]


@pytest.mark.parametrize(("name", "text", "variable", "said"), UNKNOWN, ids=[row[2] for row in UNKNOWN])
def test_a_host_s_template_that_names_what_there_is_not_is_refused(host, name, text, variable, said):
    error = refusal(host(**{name: text}))
    assert (error.code, error.field) == ("messages.unknown_variable", variable)
    assert said in error.message
    assert name.split(".toml")[0] in error.message


@pytest.mark.parametrize(
    "text",
    [
        "{% set a = 1 %}{{ a }}",
        "{% for number, one in documents | batch(2) %}{{ one.anything }}{% endfor %}",
        "{% for one in documents %}{{ loop.index }}{{ one.amount.minor }}{{ one.due_on.year }}{% else %}none{% endfor %}",
        "{% macro row(one) %}{{ one.x }}{% endmacro %}{{ row(documents[0]) }}{{ range(3) | list }}",
        "{% with shown = documents %}{{ shown | length }}{% endwith %}{{ supplier.branding.colour }}",
        "{{ supplier.today }}",
    ],
)
def test_names_that_a_template_makes_itself_are_known(host, text):
    assert Templates(KINDS, host(**{"documents.ready.txt": text}))


REFUSED = [
    ({"documents.ready.txt": "{% if %}"}, "messages.template_malformed", "documents.ready.txt, line 1"),
    ({"documents.ready.txt": "{{ words.hello }}"}, "messages.unknown_words", "greeting"),
    ({"documents.redy.txt": "x"}, "messages.unknown_template", "documents.ready"),
    ({"en.toml": "a = "}, "messages.words_malformed", "en.toml"),
    ({"en.toml": 'greeting = "Hi"'}, "messages.words_malformed", "write tables"),
    ({"en.toml": "[common]\ngreeting = 7"}, "messages.words_malformed", "write tables"),
    ({"en.toml": '[common]\ngreeting = "{{ x"'}, "messages.template_malformed", "en.toml"),
]


@pytest.mark.parametrize(("files", "code", "said"), REFUSED, ids=[row[1] + row[2][:3] for row in REFUSED])
def test_what_cannot_serve_is_refused_by_its_file(host, files, code, said):
    error = refusal(host(**files))
    assert error.code == code
    assert said in error.message


def test_a_file_that_is_no_text_is_refused(host):
    folder = host()
    (folder / "messages" / "letter.txt").write_bytes(b"\xff")
    assert refusal(folder).code == "messages.template_malformed"


def test_a_portal_refuses_a_template_when_it_is_put_together(host):
    config = Config(database="sqlite://", secret_keys=("k" * 40,), templates=host(**{"access.sign_in.txt": "{{ lnik }}"}))
    with pytest.raises(Refused) as caught:
        Portal(config)
    assert (caught.value.code, caught.value.field) == ("messages.unknown_variable", "lnik")
    assert "link, minutes" in caught.value.message or "link" in caught.value.message


def test_a_template_cannot_reach_what_it_is_not_given(host):
    from jinja2.exceptions import SecurityError

    templates = Templates(KINDS, host(**{"access.sign_in.txt": "{{ link.__class__.__mro__ }}"}))
    with pytest.raises(SecurityError):
        write(SIGN_IN, templates=templates)


# a stranger's kind


@frozen(kw_only=True)
class Points:
    points: int


@pytest.fixture
def letters(tmp_path, monkeypatch):
    """A stranger's package of templates."""

    def make(called, **files):
        package = tmp_path / called
        package.mkdir()
        (package / "__init__.py").write_text("")
        for name, text in files.items():
            (package / name).write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return MessageKind(name="loyalty.points", variables=Points, templates=called, category="loyalty")

    return make


def loyalty(kind):
    class Room:
        @hookimpl
        def lockportal_capabilities(self):
            return [Capability(name="loyalty", messages=(kind,))]

    return Portal(Config(database="sqlite://", secret_keys=("k" * 40,)), plugins=[Room()])


LETTER = '{% extends "letter.txt" %}{% block content %}{{ words.subject }}!{% endblock %}'
WORDS = '["loyalty.points"]\nsubject = "{{ points | number }} points"\n'


def test_a_stranger_s_kind_brings_its_own_text_and_words(letters):
    kind = letters("loyalty_one", **{"loyalty.points.txt": LETTER, "fr.toml": WORDS})
    assert loyalty(kind).messages
    templates = Templates((*KINDS, kind))
    assert templates.language(kind, ("de",)) == "fr"
    made = templates.write(kind, Points(points=1200), surroundings(kind, "fr"))
    assert (made.subject, made.html) == ("1\u202f200 points", None)
    assert "1\u202f200 points!" in made.text
    assert made.text.startswith("Bonjour")


def test_a_stranger_s_template_is_checked_at_assembly(letters):
    with pytest.raises(Refused) as caught:
        loyalty(letters("loyalty_two", **{"loyalty.points.txt": "{{ ponits }}", "en.toml": WORDS}))
    assert caught.value.code == "messages.unknown_variable"
    assert "loyalty_two/loyalty.points.txt, line 1: loyalty.points has no variable 'ponits'" in caught.value.message
    assert "points" in caught.value.message


def test_a_kind_without_text_or_words_or_with_a_taken_name_is_refused(letters):
    kind = letters("loyalty_three", **{"en.toml": WORDS})
    assert refusal(kinds=(kind,)).code == "messages.template_missing"

    @frozen
    class Taken:
        supplier: str

    assert refusal(kinds=(MessageKind(name="access.sign_in", variables=Taken),)).code == "messages.variable_taken"
    assert refusal(kinds=(MessageKind(name="other.kind", variables=Points),)).code == "messages.words_missing"


def test_the_reference_names_every_kind_with_its_variables_and_every_setting():
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "messages.md").read_text("utf-8")
    rows = {line.split("`")[1]: set(re.findall(r"`(\w+)`", line)) for line in page.splitlines() if line.startswith("| `")}
    for name in (*(field.name for field in fields(Surroundings)), "words", *(field.name for field in fields(MessagesSettings))):
        assert name in rows, name
    for kind in KINDS:
        known = [field.name for field in fields(kind.variables)]
        assert f"| `{kind.name}` | {'`' + kind.category + '`' if kind.category else ''}".rstrip() in page
        for name in known:
            assert f"`{name}`" in page.split(f"| `{kind.name}` |")[2].splitlines()[0], (kind.name, name)
