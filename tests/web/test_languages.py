"""The pages in the reader's language: complete catalogues, the choice of a language, a host's and a plugin's own words."""

import re
from collections import Counter
from html import unescape

import pytest

from lockportal import Portal, Refused, hookimpl
from lockportal.activities.views import told
from lockportal.core.actor import SYSTEM
from lockportal.core.pages import Pages
from lockportal.web import Request, Site
from lockportal.web.extraction import TEMPLATE, catalogues, gathered, written
from lockportal.web.languages import OWN, Languages, compiled, matching, switch_of, wanted
from lockportal.web.words import EVENTS

FOUR = ("en", "de", "fr", "es")
PLACEHOLDER = re.compile(r"%\(\w+\)s|</?\w+>")
CATALOGUES = {path.stem: catalogue for path, catalogue in catalogues()}
PSEUDO = r"""
msgid ""
msgstr ""
"Language: ar\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Sign in to your account"
msgstr "تسجيل الدخول إلى حسابك"
"""


def parts(text):
    """What stands in a text besides its words: each placeholder and tag, as often as it does."""
    return Counter(PLACEHOLDER.findall(text))


# the catalogues


def test_there_are_catalogues_of_german_french_and_spanish():
    assert CATALOGUES.keys() == {"de", "fr", "es"}


@pytest.mark.parametrize("tag", CATALOGUES)
def test_every_text_is_translated_with_the_same_placeholders(tag):
    catalogue, texts = CATALOGUES[tag], [message for message in gathered() if message.id]
    assert len(texts) > 400
    known = {message.id: message for message in catalogue if message.id}
    assert known.keys() == {message.id for message in texts}, "run python -m lockportal.web.extraction, and translate"
    for message in known.values():
        assert not message.fuzzy, message.id
        said, forms = message.id if message.pluralizable else (message.id,), message.string
        forms = forms if message.pluralizable else (forms,)
        assert len(forms) == (catalogue.num_plurals if message.pluralizable else 1)
        assert all(form.strip() for form in forms), message.id
        assert all(parts(form) in map(parts, said) for form in forms), message.id
        assert parts(forms[-1]) == parts(said[-1]), message.id
        assert all((form[0] in ", ") == (said[0][0] in ", ") for form in forms), message.id


@pytest.mark.parametrize("tag", CATALOGUES)
def test_few_texts_are_the_same_as_in_english(tag):
    """A control of the translation: names and words of every language alone stay as they are."""
    same = {message.id for message in CATALOGUES[tag] if message.id and message.string == message.id}
    assert len(same) < 30, same


@pytest.mark.parametrize("path", sorted(OWN.glob("*.po")), ids=lambda path: path.stem)
def test_what_is_compiled_is_what_is_written(path):
    with path.open("rb") as file:
        assert path.with_suffix(".mo").read_bytes() == compiled(file), "run python -m lockportal.web.extraction"


def test_the_template_for_a_new_language_is_up_to_date():
    assert TEMPLATE.read_bytes() == written(gathered()), "run python -m lockportal.web.extraction"


def test_a_timeline_tells_the_usual_events_in_words_that_are_translated(world):
    assert EVENTS.keys() <= told(world.portal.capabilities).keys()


# which language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("de", "de"),
        ("de-CH, fr;q=0.9", "de"),
        ("nl, fr;q=0.5, de;q=0.8", "de"),
        ("nl;q=1, *;q=0.1", "en"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=x, es", "es"),
        ("EN-gb", "en"),
        ("zz,,;q=1", ""),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_likes_best(header, language):
    assert wanted(header, FOUR) == language


@pytest.mark.parametrize(
    ("tag", "offered", "found"), [("pt", ("pt-BR",), "pt-BR"), ("pt-PT", ("pt-BR",), "pt-BR"), ("", FOUR, "")]
)
def test_a_language_is_served_by_one_that_shares_its_root(tag, offered, found):
    assert matching(tag, offered) == found


@pytest.fixture
def many(make_world):
    return make_world(languages=FOUR)


def page(world, path="/sign-in", **more):
    answer = world.site.handle(Request(method="GET", path=path, **more))
    return unescape(answer.body.decode()), answer


def test_a_visitor_reads_what_the_browser_asks_for_else_the_suppliers_first_language(many, make_world):
    assert "Bei Ihrem Konto anmelden" in page(many, headers={"Accept-Language": "de-AT,en;q=0.5"})[0]
    assert "Connexion à votre compte" in page(many, headers={"Accept-Language": "fr"})[0]
    assert "Sign in to your account" in page(many, headers={"Accept-Language": "nl"})[0]
    assert "Sign in to your account" in page(make_world(), headers={"Accept-Language": "de"})[0], "offered are the supplier's"
    assert '<html lang="es" dir="ltr">' in page(make_world(languages=("es", "en")))[0]


def test_a_visitor_switches_the_language_and_the_browser_keeps_it(many):
    body, _ = page(many, query={"next": "/accounts/x/"})
    assert 'href="?next=%2Faccounts%2Fx%2F&language=de"' in body
    body, answer = page(many, query={"language": "de"}, headers={"Accept-Language": "fr"})
    assert '<html lang="de" dir="ltr">' in body
    assert [(cookie.name, cookie.value) for cookie in answer.cookies if "language" in cookie.name] == [
        (many.site.guard.language_name, "de")
    ]
    assert "Max-Age=31536000" in next(line for name, line in answer.header_lines() if name == "Set-Cookie" and "language" in line)
    kept = {many.site.guard.language_name: "de"}
    assert "Bei Ihrem Konto anmelden" in page(many, cookies=kept, headers={"Accept-Language": "fr"})[0]


def test_a_language_that_is_not_offered_is_not_kept(many):
    body, answer = page(many, query={"language": "nl"})
    assert '<html lang="en"' in body
    assert not any("language" in cookie.name for cookie in answer.cookies)


def test_somebody_who_is_signed_in_reads_their_own_language_until_they_choose_another(many):
    many.portal.profiles.change_customer(many.harbour, by=SYSTEM, language="fr")
    ann = many.signed_in()
    ann.get(f"/accounts/{many.harbour}/")
    assert "Vous devez" in unescape(ann.text)
    assert "17\u202f691,85\u00a0$US" in unescape(ann.text)
    ann.get("/sessions")
    assert "Où vous êtes connecté" in unescape(ann.text)
    ann.get(f"/accounts/{many.mill}/")
    assert "Cette page n’existe pas" in unescape(ann.text), "a failure, too"
    ann.get(f"/accounts/{many.harbour}/documents?state=open&language=de")
    assert "Belege" in ann.text
    ann.get(f"/accounts/{many.harbour}/")
    assert "Sie schulden" in ann.text


def test_a_page_whose_address_cannot_be_opened_again_leads_to_the_first_page_in_another_language():
    assert switch_of(Request(method="POST", path="/x"), ("en", "de"), "/") == (("en", "/?language=en"), ("de", "/?language=de"))
    assert switch_of(Request(method="GET", path="/x"), ("en",)) == ()


@pytest.mark.parametrize("tag", FOUR)
def test_every_page_is_shown_in_every_language(many, tag):
    ann = many.signed_in()
    ann.cookies[many.site.guard.language_name] = tag
    home = f"/accounts/{many.harbour}"
    for path in (f"{home}/", f"{home}/documents", f"{home}/documents/{many.ids['INV-1006']}/comparison", f"{home}/statement"):
        assert ann.get(path).status == 200
        assert f'<html lang="{tag}" dir="ltr">' in ann.text


# a host's and a plugin's words


def written_in(folder, name, text):
    (folder / "locale").mkdir(parents=True, exist_ok=True)
    (folder / "locale" / name).write_text(text, "utf-8")


def test_a_host_adds_a_language_that_is_written_from_right_to_left(make_world, tmp_path):
    written_in(tmp_path / "host" / "web", "ar.po", PSEUDO)
    world = make_world(languages=("ar", "en"), templates=tmp_path / "host")
    body, _ = page(world)
    assert '<html lang="ar" dir="rtl">' in body
    assert "تسجيل الدخول إلى حسابك" in body
    assert "Your e-mail address" in body, "what is not translated stays English"


def test_a_hosts_words_come_before_a_plugins_and_those_before_the_portals_own(tmp_path):
    host, plugin = tmp_path / "host", tmp_path / "plugin"
    written_in(plugin, "de.po", PSEUDO.replace("تسجيل الدخول إلى حسابك", "vom Plugin") + '\nmsgid "Overdue"\nmsgstr "Zu spät"\n')
    written_in(host, "de.po", PSEUDO.replace("تسجيل الدخول إلى حسابك", "vom Haus"))
    words = Languages([host / "locale", plugin / "locale"]).words("de-AT")
    assert (words.tag, words.say("Sign in to your account"), words.say("Overdue")) == ("de", "vom Haus", "Zu spät")
    assert words.say("Paid") == "Bezahlt"
    assert Languages([]).words("de").say("Overdue") == "Überfällig", "nobody else is told"


def test_a_host_says_something_else_in_english_and_compiles_it_with_its_own_tools(tmp_path):
    folder = tmp_path / "locale"
    folder.mkdir()
    source = tmp_path / "en.po"
    source.write_text(PSEUDO.replace("تسجيل الدخول إلى حسابك", "Welcome back"), "utf-8")
    with source.open("rb") as file:
        (folder / "en.mo").write_bytes(compiled(file))
    assert Languages([folder]).words("en").say("Sign in to your account") == "Welcome back"


def test_a_catalogue_that_cannot_be_read_is_refused_at_once(make_world, tmp_path):
    written_in(tmp_path / "host" / "web", "de.po", 'msgid "never ended\n')
    with pytest.raises(Refused) as refused:
        make_world(templates=tmp_path / "host")
    assert (refused.value.code, refused.value.field) == ("translation.invalid", "templates")


class Words:
    """A plugin that brings words."""

    def __init__(self, folder):
        self.folder = folder

    @hookimpl
    def lockportal_pages(self):
        return Pages(folder=self.folder)


def test_a_plugin_brings_words_of_its_own(many, tmp_path):
    written_in(tmp_path / "plugin", "de.po", PSEUDO.replace("تسجيل الدخول إلى حسابك", "Herein"))
    portal = Portal(many.portal.config, plugins=[Words(tmp_path / "plugin")])
    answer = Site(portal).handle(Request(method="GET", path="/sign-in", headers={"Accept-Language": "de"}))
    assert "Herein" in answer.body.decode()
    portal.close()
