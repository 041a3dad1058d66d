"""lockportal.toml: what it may say, what wins over it, and what is refused by the name of the setting at fault."""

from datetime import date
from pathlib import Path

import pytest

from lockportal.config import Config, load_config
from lockportal.core.errors import Refused
from lockportal.core.settings import Branding
from lockportal.core.terms import Terms
from lockportal.documents.models import DocumentsSettings
from lockportal.ledger.models import AgingBasis, LedgerSettings
from lockportal.portal import Portal, settings_classes

EVERYTHING = """
[portal]
database = "postgresql://ar@db/book"
base_url = "https://pay.acme.example/"
mail = "smtp://mail:25"
files = "folder:/var/lib/portal"
templates = "papers"
secret_keys = ["old", "new"]

[supplier]
key = "acme"
name = "Acme Works"
zone = "Europe/Vienna"
currencies = ["EUR", "USD"]
languages = ["de", "en"]
address = ["1 Works Lane", "Graz"]
email = "ar@acme.example"
phone = "+43 1"
tax_id = "ATU1"
bank = ["IBAN AT00"]
footer = "Register 1"

[supplier.branding]
colour = "#123456"

[supplier.calendar]
country = "AT"
weekend = [6]
holidays = [2026-12-24, "2026-12-31"]

[ledger]
buckets = [15, 45]
aging_by = "issue"

[documents]
default_terms = "NET30"
[documents.terms.NET30]
net_days = 30
[documents.terms.EOM]
end_of_month = true
day_of_month = 10
[documents.terms.own]
code = "Z030"
net_days = 3
"""


@pytest.fixture
def load(tmp_path):
    def load(text, environment=None, **options):
        path = tmp_path / "lockportal.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config(path, settings_classes(), environment=environment or {}, **options)

    return load


def test_a_file_may_set_everything(load, tmp_path):
    config = load(EVERYTHING)
    assert config.database == "postgresql://ar@db/book"
    assert config.base_url == "https://pay.acme.example"
    assert config.mail == "smtp://mail:25"
    assert config.files == "folder:/var/lib/portal"
    assert config.templates == tmp_path / "papers"
    assert config.secret_keys == ("old", "new")
    supplier = config.supplier
    assert (supplier.key, supplier.name, supplier.zone) == ("acme", "Acme Works", "Europe/Vienna")
    assert (supplier.currencies, supplier.languages) == (("EUR", "USD"), ("de", "en"))
    assert (supplier.address, supplier.bank) == (("1 Works Lane", "Graz"), ("IBAN AT00",))
    assert (supplier.email, supplier.phone, supplier.tax_id, supplier.footer) == (
        "ar@acme.example",
        "+43 1",
        "ATU1",
        "Register 1",
    )
    assert supplier.branding == Branding(colour="#123456")
    assert supplier.calendar.weekend == {6}
    days = {date(2026, 10, 26), date(2026, 12, 24), date(2026, 12, 31), date(2001, 1, 1), date(2049, 1, 1)}
    assert days <= supplier.calendar.holidays
    ledger, documents = config.settings
    assert ledger == LedgerSettings(buckets=(15, 45), aging_by=AgingBasis.ISSUE)
    assert ledger.aging_by is AgingBasis.ISSUE
    assert documents == DocumentsSettings(
        default_terms="NET30",
        terms={
            "NET30": Terms("NET30", net_days=30),
            "EOM": Terms("EOM", end_of_month=True, day_of_month=10),
            "own": Terms("Z030", net_days=3),
        },
    )


def test_without_a_file_there_are_defaults():
    assert load_config(None, settings_classes(), environment={}) == Config()


def test_an_empty_file_says_nothing(load):
    assert load("") == Config()


def test_secret_keys_are_not_shown():
    assert "hush" not in repr(Config(secret_keys=("hush",)))


def test_the_environment_wins_over_the_file(load):
    environment = {
        "LOCKPORTAL_DATABASE_URL": "sqlite://",
        "LOCKPORTAL_BASE_URL": "http://here/",
        "LOCKPORTAL_MAIL": "folder:out",
        "LOCKPORTAL_MAILBOX": "imaps://box@in.example.com",
        "LOCKPORTAL_SMS": "apprise:json://in.example.com/{to}",
        "LOCKPORTAL_WHATSAPP": "apprise:json://out.example.com/{to}",
        "LOCKPORTAL_FILES": "folder:kept",
        "LOCKPORTAL_SECRET_KEYS": "one, two,,",
        "LOCKPORTAL_SUPPLIER": "acme",
        "LOCKPORTAL_TRUSTED_PROXIES": "10.0.0.7, 2001:db8::/48,",
    }
    config = load(EVERYTHING, environment)
    assert config.trusted_proxies == ("10.0.0.7", "2001:db8::/48")
    assert (config.database, config.base_url, config.mail) == ("sqlite://", "http://here", "folder:out")
    assert config.files == "folder:kept"
    assert config.mailbox == "imaps://box@in.example.com"
    assert config.sms == "apprise:json://in.example.com/{to}"
    assert config.whatsapp == "apprise:json://out.example.com/{to}"
    assert "apprise" not in repr(config), "a password may stand there"
    assert config.secret_keys == ("one", "two")
    assert config.supplier.name == "Acme Works"


def test_trusted_proxies_are_of_the_file_unless_the_environment_names_some(load):
    written = '[portal]\ntrusted_proxies = ["192.0.2.0/24"]'
    assert load(written).trusted_proxies == ("192.0.2.0/24",)
    assert load(written, {"LOCKPORTAL_TRUSTED_PROXIES": "10.0.0.7"}).trusted_proxies == ("10.0.0.7",)
    for environment, text in (({}, '[portal]\ntrusted_proxies = ["mine"]'), ({"LOCKPORTAL_TRUSTED_PROXIES": "mine"}, "")):
        with pytest.raises(Refused) as caught:
            load(text, environment)
        assert "portal.trusted_proxies: 'mine'" in caught.value.message


def test_the_machines_environment_is_read_where_none_is_given(monkeypatch):
    monkeypatch.setenv("LOCKPORTAL_DATABASE_URL", "sqlite:///named.db")
    assert load_config(None, {}).database == "sqlite:///named.db"


def test_templates_are_found_beside_the_file_or_where_one_stands(load, tmp_path):
    assert load(f'[portal]\ntemplates = "{tmp_path.as_posix()}"').templates == tmp_path
    assert Config().templates is None
    assert load('[portal]\ntemplates = "x/y"').templates == Path(tmp_path / "x" / "y")


SEVERAL = '[suppliers.acme]\nname = "Acme"\n[suppliers.bolt]\nname = "Bolt"\ncurrencies = ["EUR"]\n'


def test_one_of_several_suppliers_is_chosen_by_key(load):
    for key, name in (("acme", "Acme"), ("bolt", "Bolt")):
        for chosen in (load(SEVERAL, supplier=key), load(SEVERAL, {"LOCKPORTAL_SUPPLIER": key})):
            assert (chosen.supplier.key, chosen.supplier.name) == (key, name)
    assert load(SEVERAL, {"LOCKPORTAL_SUPPLIER": "acme"}, supplier="bolt").supplier.name == "Bolt"


@pytest.mark.parametrize("key", [None, "bold"])
def test_a_supplier_that_is_not_named_or_not_there_is_never_guessed(load, key):
    with pytest.raises(Refused) as refused:
        load(SEVERAL, supplier=key)
    assert (refused.value.code, refused.value.field) == ("config.unknown_supplier", "supplier")
    assert "acme, bolt" in refused.value.message


def test_the_only_supplier_needs_no_choice(load):
    assert load('[suppliers.acme]\nname = "Acme"').supplier.key == "acme"
    assert load('[supplier]\nname = "Acme"').supplier.key == "default"


def test_a_single_supplier_beside_several_is_the_one_meant_where_none_is_named(load):
    both = SEVERAL + '[supplier]\nname = "Own"\n'
    assert load(both).supplier.name == "Own"
    assert load(both, supplier="bolt").supplier.name == "Bolt"
    with pytest.raises(Refused):
        load(both, supplier="bold")


def test_without_suppliers_in_the_file_any_key_has_a_supplier_of_that_name(load):
    assert (load("", supplier="acme").supplier.key, load("", supplier="acme").supplier.name) == ("acme", "Acme supplier")


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("[ledgers]", "config.unknown_table", "ledgers"),
        ("x = 1", "config.unknown_table", "x"),
        ("[portal]\ndatabse = 'x'", "input.invalid", "portal.databse"),
        ("[portal]\ndatabase = 5", "input.invalid", "portal.database"),
        ("[portal]\nbase_url = 5", "input.invalid", "portal.base_url"),
        ("[portal]\nmail = []", "input.invalid", "portal.mail"),
        ("[portal]\nfiles = 5", "input.invalid", "portal.files"),
        ("[portal]\ntemplates = 5", "input.invalid", "portal.templates"),
        ("[portal]\nsecret_keys = [5]", "input.invalid", "portal.secret_keys[0]"),
        ("portal = 5", "input.invalid", "portal"),
        ("supplier = 5", "input.invalid", "supplier"),
        ("suppliers = 5", "input.invalid", "suppliers"),
        ("[suppliers]\nacme = 5", "input.invalid", "suppliers.acme"),
        ("[supplier]", "input.invalid", "supplier"),
        ("[supplier]\nname = 5", "input.invalid", "supplier.name"),
        ("[supplier]\nnam = 'x'", "input.invalid", "supplier.nam"),
        ("[supplier]\nname = 'x'\ncurrencies = [5]", "input.invalid", "supplier.currencies[0]"),
        ("[supplier]\nname = 'x'\nbranding = 5", "input.invalid", "supplier.branding"),
        ("[supplier]\nname = 'x'\nbranding.colour = 5", "input.invalid", "supplier.branding.colour"),
        ("[supplier]\nname = 'x'\ncalendar = 5", "input.invalid", "supplier.calendar"),
        ("[supplier]\nname = 'x'\ncalendar.country = 5", "input.invalid", "supplier.calendar.country"),
        ("[supplier]\nname = 'x'\ncalendar.country = 'ZZ'", "config.unknown_country", "supplier.calendar.country"),
        ("[supplier]\nname = 'x'\ncalendar.country = 'DE-ZZ'", "config.unknown_country", "supplier.calendar.country"),
        ("[supplier]\nname = 'x'\ncalendar.country = ''", "config.unknown_country", "supplier.calendar.country"),
        ("[supplier]\nname = 'x'\ncalendar.holidays = ['x']", "input.invalid", "supplier.calendar.holidays[0]"),
        ("[supplier]\nname = 'x'\ncalendar.weekends = [1]", "input.invalid", "supplier.calendar.weekends"),
        ("[suppliers.a]\nname = 'x'\ncalendar.weekend = ['x']", "input.invalid", "suppliers.a.calendar.weekend[0]"),
        ("[ledger]\nbuckets = ['x']", "input.invalid", "ledger.buckets[0]"),
        ("[ledger]\naging_by = 'age'", "input.invalid", "ledger.aging_by"),
        ("ledger = 5", "input.invalid", "ledger"),
        ("documents = 5", "input.invalid", "documents"),
        ("[documents]\nterms = 5", "input.invalid", "documents.terms"),
        ("[documents.terms]\nNET30 = 30", "input.invalid", "documents.terms[NET30]"),
        ("[documents.terms.NET30]\nnet_days = '30'", "input.invalid", "documents.terms[NET30].net_days"),
        ("[documents.terms.NET30]\ndays = 30", "input.invalid", "documents.terms[NET30].days"),
        ("[portal", "toml.malformed", None),
        (b"\xff", "config.unreadable", "config"),
    ],
)
def test_what_the_file_may_not_say_is_refused_by_name(load, text, code, field):
    with pytest.raises(Refused) as refused:
        load(text)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[supplier]\nname = ' '", "supplier.name: must not be blank"),
        ("[supplier]\nname = 'x'\nzone = 'Mars'", "'Mars' is not an IANA time zone"),
        ("[supplier]\nname = 'x'\ncurrencies = ['usd']", "'usd' is not an ISO 4217 code"),
        ("[supplier]\nname = 'x'\ncalendar.weekend = [0, 1, 2, 3, 4, 5, 6]", "must leave one day to work"),
        ("[ledger]\nbuckets = [30, 30]", "must rise"),
    ],
)
def test_what_cannot_be_is_explained(load, text, words):
    with pytest.raises(Refused) as refused:
        load(text)
    assert words in refused.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        load_config(tmp_path / "nowhere.toml", {}, environment={})
    assert refused.value.code == "config.unreadable"


@pytest.mark.parametrize(
    ("country", "day"), [("US", date(2026, 7, 4)), ("DE-BY", date(2026, 1, 6)), ("GB-SCT", date(2026, 1, 2))]
)
def test_public_holidays_are_those_of_the_country_and_its_part(load, country, day):
    calendar = load(f"[supplier]\nname = 'x'\ncalendar.country = '{country}'").supplier.calendar
    assert day in calendar.holidays
    assert calendar.weekend == {5, 6}


def test_a_portal_is_made_of_a_file(tmp_path, monkeypatch):
    monkeypatch.delenv("LOCKPORTAL_SUPPLIER", raising=False)
    path = tmp_path / "lockportal.toml"
    path.write_text(SEVERAL)
    assert Portal.from_toml(path, supplier="bolt").supplier.name == "Bolt"
