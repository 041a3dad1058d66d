"""The hooks: each documented, each tested, a stranger's plugin loaded apart, and a broken one disables itself alone."""

import inspect
from datetime import date
from decimal import Decimal
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from attrs import evolve, frozen

from books import OTTO, account_of, customer, day, invoice, open_portal, store, usd
from given_contents import pdf
from lockportal import Config, Portal, Refused, hookimpl, plugins
from lockportal.core.account import Capability
from lockportal.core.actor import Right, staff
from lockportal.core.pages import MenuEntry, Pages
from lockportal.core.ports import Mail
from lockportal.core.routes import Entrance, Route
from lockportal.disputes import Assignment, Claim, DisputeCategory
from lockportal.documents import ports
from lockportal.documents.models import DocumentFacts, DocumentKind, document_id
from lockportal.documents.visibility.showing import visibility_of
from lockportal.files import LocalFiles
from lockportal.payments import LineChoice, MethodKind
from lockportal.payments import ports as gateways
from lockportal.payments.batches import BatchDescriptor
from lockportal.payments.calling import Payer
from lockportal.payments.operations import OpStatus
from lockportal.payments.settings import FeeRule, MerchantAccount, MethodRule, PaymentsSettings
from lockportal.plugins import Hooks, Plugins
from lockportal.promises import PromiseChoice
from lockportal.promises import ports as promising
from lockportal.storage.engines import open_engines
from lockportal.uploads import ports as scanning
from lockportal.uploads.keeping import Keeping
from lockportal.web import Site
from lockportal.webhooks import WebhooksSettings
from payments.tills import DESCRIPTOR, SETTINGS, TillPlugin
from scanners import FakeScanner, Scanners

ROOT = Path(__file__).resolve().parent.parent
SPECS = {
    name: spec
    for hooks in (Hooks, ports.Hooks, scanning.Hooks, gateways.Hooks, promising.Hooks)
    for name, spec in inspect.getmembers(hooks, inspect.isfunction)
    if name.startswith("lockportal_")
}
HOOKS = sorted(SPECS)
KEYS = ("k" * 40,)
THERE = Payer(return_url="https://shop.test/back", cancel_url="https://shop.test/no")


class Service:
    """A stranger's service."""

    def __init__(self, context):
        self.context = context


class Room:
    @hookimpl
    def lockportal_capabilities(self):
        return [Capability(name="loyalty", service=f"{__name__}:Service")]


class Cloud:
    @hookimpl
    def lockportal_engines(self, database):
        return open_engines("sqlite://") if database.startswith("cloud://") else None


@frozen
class Pigeon:
    sent: list

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


class Pigeons:
    def __init__(self):
        self.pigeon = Pigeon([])

    @hookimpl
    def lockportal_notifier(self, address):
        return self.pigeon if address == "pigeon:loft" else None

    @hookimpl
    def lockportal_text_notifier(self, channel, address):
        return self.pigeon if (channel, address) == ("sms", "pigeon:loft") else None

    @hookimpl
    def lockportal_mailbox(self, address):
        return self if address == "pigeon:loft" else None


class Vault:
    """A stranger's file store."""

    def __init__(self, supplier_id):
        self.supplier_id = supplier_id


class Vaults:
    @hookimpl
    def lockportal_files(self, address, supplier_id):
        return Vault(supplier_id) if address == "vault:7" else None


class Stone:
    def render(self, template, data):
        return f"{template} in stone".encode()


class Stones:
    @hookimpl
    def lockportal_renderer(self, overrides):
        return Stone()


class Office:
    """A stranger's reader and writer of files, who also knows what is not for customers."""

    @hookimpl
    def lockportal_document_readers(self):
        return [self]

    @hookimpl
    def lockportal_einvoices(self):
        return self

    @hookimpl
    def lockportal_document_visible(self, showing):
        return showing.facts.number != "secret"


ORDERS = Route(
    name="orders", method="GET", path="/accounts/{account}/orders", entrance=Entrance.SIGNED_IN, handler="orders.pages:show"
)


@frozen
class Orders:
    """A stranger's pages."""

    pages: Pages

    @hookimpl
    def lockportal_pages(self):
        return self.pages


def portal_with(*plugins, **config) -> Portal:
    return Portal(Config(secret_keys=KEYS, **config), plugins=plugins)


def test_lockportal_capabilities_adds_a_room_above_the_built_in_ones():
    portal = portal_with(Room(), database="sqlite://")
    names = [capability.name for capability in portal.capabilities]
    assert names == [
        "profiles",
        "access",
        "ledger",
        "documents",
        "uploads",
        "payments",
        "disputes",
        "promises",
        "messages",
        "webhooks",
        "dunning",
        "activities",
        "kpis",
        "loyalty",
    ]
    assert portal.service(Service).context is portal.context


def test_lockportal_engines_opens_a_database_that_the_built_in_ones_do_not_know():
    assert portal_with(Cloud(), database="cloud://tenant").engines.dialect == "sqlite"
    with pytest.raises(Refused) as refused:
        _ = portal_with(database="cloud://tenant").engines
    assert refused.value.code == "database.unknown"


def test_lockportal_notifier_answers_for_its_own_addresses():
    pigeons = Pigeons()
    portal = portal_with(pigeons, database="sqlite://", mail="pigeon:loft")
    assert portal.context.notifier is pigeons.pigeon


def test_lockportal_text_notifier_answers_for_its_own_channel_and_addresses():
    pigeons = Pigeons()
    assert portal_with(pigeons, database="sqlite://", sms="pigeon:loft").context.texts == {"sms": pigeons.pigeon}
    with pytest.raises(Refused) as refused:
        _ = portal_with(pigeons, database="sqlite://", whatsapp="pigeon:loft").context
    assert (refused.value.code, refused.value.field) == ("notifier.unknown", "whatsapp")


def test_lockportal_mailbox_answers_for_its_own_addresses():
    pigeons = Pigeons()
    assert portal_with(pigeons, database="sqlite://", mailbox="pigeon:loft").context.mailbox is pigeons
    assert portal_with(pigeons, database="sqlite://").context.mailbox is None


def test_an_address_that_no_notifier_knows_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        _ = portal_with(database="sqlite://", mail="smoke:signal").context
    assert (refused.value.code, refused.value.field) == ("notifier.unknown", "mail")


def test_lockportal_files_answers_for_its_own_addresses_with_a_store_of_the_supplier():
    portal = portal_with(Vaults(), database="sqlite://", files="vault:7")
    assert isinstance(portal.context.files, Vault)
    assert portal.context.files.supplier_id == portal.supplier.id
    assert isinstance(portal_with(Vaults(), database="sqlite://").context.files, LocalFiles)


def test_an_address_that_no_file_store_knows_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        _ = portal_with(Vaults(), database="sqlite://", files="cellar:7").context
    assert (refused.value.code, refused.value.field) == ("files.unknown", "files")


def test_lockportal_renderer_replaces_the_built_in_one():
    assert portal_with(Stones(), database="sqlite://").context.renderer.render("invoice", {}) == b"invoice in stone"


def test_lockportal_document_readers_come_before_the_built_in_ones():
    office = Office()
    first, *others = portal_with(office, database="sqlite://").context.hook.lockportal_document_readers()
    assert first == [office]
    assert others


def test_lockportal_einvoices_replaces_the_built_in_writer():
    office = Office()
    assert portal_with(office, database="sqlite://").context.hook.lockportal_einvoices() is office


def test_lockportal_document_visible_is_asked_of_a_document_only_where_a_plugin_has_a_word():
    facts = DocumentFacts(external_id="1", kind=DocumentKind.OTHER, number="secret", issued_on=date(2026, 1, 2))
    asked = visibility_of(portal_with(Office(), database="sqlite://").context)
    assert [asked.decided("C-1", one).visible for one in (facts, evolve(facts, number="1"))] == [False, True]
    assert visibility_of(portal_with(database="sqlite://").context).decide is None


def test_lockportal_pages_adds_routes_and_entries_of_the_menus():
    entry = MenuEntry(route="orders", label="Orders", right=Right.PAY)
    site = Site(portal_with(Orders(Pages(routes=(ORDERS,), menu=(entry,))), database="sqlite://"))
    assert site.routes[-1] == ORDERS
    assert site.entries == (entry,)
    assert site.url("orders", account="7") == "/accounts/7/orders"


@pytest.mark.parametrize("taken", [evolve(ORDERS, name="home"), evolve(ORDERS, path="/desk")])
def test_a_page_of_a_plugin_takes_no_others_name_nor_address(taken):
    with pytest.raises(Refused) as refused:
        Site(portal_with(Orders(Pages(routes=(taken,))), database="sqlite://"))
    assert refused.value.code == "route.taken"


def test_lockportal_scanner_has_uploads_wait_until_it_has_seen_them(tmp_path):
    scanner = FakeScanner()
    for brought, state in (((), "released"), ((Scanners(None),), "released"), ((Scanners(scanner),), "quarantined")):
        portal = open_portal("sqlite://", files=f"folder:{tmp_path}", plugins=brought)
        store(portal, invoice())
        account = account_of(portal)
        key = portal.uploads.send(account, pdf(), "a.pdf", OTTO)
        assert Keeping(portal.context).find(account, key, OTTO, ("account",)).state == state
    portal.deliver()
    assert [content for *_, content in scanner.seen] == [pdf()]
    assert b"".join(portal.uploads.open(account, key, OTTO).chunks) == pdf()


def test_lockportal_payment_gateways_registers_gateways_each_plugin_apart(caplog):
    class Broken:
        @hookimpl
        def lockportal_payment_gateways(self, register):
            register(evolve(DESCRIPTOR, gateway_type="half"), None)
            raise RuntimeError

    class Twice:
        @hookimpl
        def lockportal_payment_gateways(self, register):
            register(DESCRIPTOR, None)

    class Old:
        @hookimpl
        def lockportal_payment_gateways(self, register):
            register(evolve(DESCRIPTOR, gateway_type="old", api_version=99), None)

    portal = portal_with(Broken(), TillPlugin(), Twice(), Old(), database="sqlite://")
    types = [one.gateway_type for one in portal.payments.gateways.descriptors]
    assert "till" in types
    assert not {"half", "old"} & set(types)
    assert len([one for one in caplog.records if "could not register" in one.message]) == 3


def test_lockportal_bank_formats_registers_formats_each_plugin_apart(caplog):
    def plugin(*registered, fails=False):
        class Formats:
            @hookimpl
            def lockportal_bank_formats(self, register):
                for one in registered:
                    register(one, None)
                if fails:
                    raise RuntimeError

        return Formats()

    lines = BatchDescriptor(format_name="lines", display_name="Lines", config_schema=object, methods=())
    half, old = evolve(lines, format_name="half"), evolve(lines, format_name="old", api_version=99)
    portal = portal_with(plugin(half, fails=True), plugin(lines), plugin(lines), plugin(old), database="sqlite://")
    names = [one.format_name for one in portal.payments.bank_formats.descriptors]
    assert names.count("lines") == 1
    assert not {"half", "old"} & set(names)
    assert len([one for one in caplog.records if "file formats" in one.message]) == 3


def test_lockportal_secret_reads_the_secrets_of_gateways_that_settings_only_name(monkeypatch, tmp_path):
    seen = []

    class Vault:
        @hookimpl
        def lockportal_secret(self, reference):
            return f"kept at {reference}\n" if reference.startswith("vault:") else None

        @hookimpl
        def lockportal_payment_gateways(self, register):
            register(DESCRIPTOR, lambda config: seen.append(config.secret("vault:key")))

    monkeypatch.setenv("HOOK_SECRET", "of the environment")
    (tmp_path / "secret").write_text("of a file\n")
    named = ("plain", "vault:a", "env:HOOK_SECRET", f"file:{tmp_path / 'secret'}")
    merchants = {"main": MerchantAccount(gateway="till", webhook_secrets=named)}
    portal = open_portal("sqlite://", settings=(PaymentsSettings(merchants=merchants),), plugins=(Vault(),))
    secrets = portal.payments.gateways.merchant("main").secrets
    assert seen == ["kept at vault:key"]
    assert [one.value for one in secrets] == ["plain", "kept at vault:a", "of the environment", "of a file"]
    for absent in ("env:HOOK_NOT_THERE", f"file:{tmp_path}", "elsewhere:a"):
        merchants = {"main": MerchantAccount(gateway="till", webhook_secrets=(absent,))}
        portal = open_portal("sqlite://", settings=(PaymentsSettings(merchants=merchants),), plugins=(Vault(),))
        with pytest.raises(Refused) as refused:
            portal.payments  # noqa: B018 - it opens them
        assert (refused.value.code, refused.value.field) == ("gateway.secret", "payments.merchants.main.webhook_secrets")


def test_lockportal_route_payment_chooses_among_the_suppliers_accounts():
    class Router:
        answer = "second"

        @hookimpl
        def lockportal_route_payment(self, request):
            assert (request.candidates, request.money, request.customer_number) == (("first", "second"), usd(100), "100")
            return self.answer

    accounts = {name: MerchantAccount(gateway="till") for name in ("first", "second")}
    rules = tuple(MethodRule(method=MethodKind.CARD, merchant_account=name) for name in accounts)
    router = Router()
    portal = open_portal(
        "sqlite://", settings=(PaymentsSettings(merchants=accounts, methods=rules),), plugins=(TillPlugin(), router)
    )
    store(portal, invoice("R-1"), invoice("R-2"))
    account = account_of(portal)
    for number, answer, expected in (("R-1", "second", "second"), ("R-2", "nowhere", "first")):
        router.answer = answer
        made = paid(portal, account, number)
        assert portal.payments.payment(account, made.payment_id, OTTO).payment.merchant_account == expected


def test_lockportal_route_dispute_says_whose_a_dispute_is():
    class Router:
        @hookimpl
        def lockportal_route_dispute(self, request):
            assert (request.number, request.customer_number, request.amount) == ("R-1", "100", usd(100))
            return Assignment(owner="erin", department="docks")

    portal = open_portal("sqlite://", plugins=(Router(),))
    store(portal, invoice("R-1"))
    account, claim = account_of(portal), Claim(category=DisputeCategory.DUPLICATE)
    made = portal.disputes.open(account, document_id(account, "books", "R-1"), OTTO, claims=[claim])
    assert (made.owner, made.department) == ("erin", "docks")


def test_lockportal_payment_policy_denies_and_forbids_fees():
    class Policy:
        decision = gateways.PolicyDecision(fee_forbidden=True)

        @hookimpl
        def lockportal_payment_policy(self, draft):
            assert (draft.kind, draft.merchant_account, draft.customer_number) == (MethodKind.CARD, "main", "100")
            return self.decision

    fee = FeeRule(method=MethodKind.CARD, currency="USD", percent=Decimal(2))
    policy = Policy()
    portal = open_portal("sqlite://", settings=(evolve(SETTINGS, fees=(fee,)),), plugins=(TillPlugin(), policy))
    store(portal, invoice("R-1"), invoice("R-2"))
    account = account_of(portal)
    assert paid(portal, account, "R-1").amount == usd(100)
    policy.decision = None
    assert paid(portal, account, "R-1").amount == usd(100), "the same button again, though the policy has changed its mind"
    assert paid(portal, account, "R-2", amount=usd(50)).amount == usd(51)
    policy.decision = gateways.PolicyDecision(verdict=gateways.Verdict.DENY, reason="Call us first.")
    with pytest.raises(Refused, match="Call us first") as refused:
        paid(portal, account, "R-2", key="again")
    assert refused.value.code == "payment.denied"


def test_lockportal_decline_message_says_it_in_the_hosts_words():
    class Words:
        answer = "Call us at +1 555 0100."

        @hookimpl
        def lockportal_decline_message(self, request):
            assert (request.decline.code, request.kind, request.language) == ("insufficient_funds", MethodKind.CARD, "en")
            assert (request.money, request.came_back, request.merchant_account) == (usd(100), False, "main")
            if self.answer is None:
                raise ValueError("lost for words")
            return self.answer

    words, till = Words(), TillPlugin()
    portal = open_portal("sqlite://", settings=(SETTINGS,), plugins=(till, words))
    store(portal, *(invoice(f"R-{n}") for n in range(3)))
    account = account_of(portal)
    till.till.default = OpStatus.FAILED
    assert paid(portal, account, "R-0").message == "Call us at +1 555 0100."
    for answer in ("", None):
        words.answer = answer
        assert paid(portal, account, "R-1").message == "", "the portal's own words"


def paid(portal, account, number, *, amount=None, key=None):
    line = LineChoice(document_id=document_id(account, "books", number), pay=amount)
    return portal.payments.start(
        account, OTTO, key=key or number, currency="USD", method=MethodKind.CARD, lines=[line], payer=THERE
    )


class Trusting:
    """A host that takes everybody's word."""

    @hookimpl
    def lockportal_decide_promise(self, draft):
        assert draft.objections == ("promise.too_late",)
        return promising.Ruling(decision=promising.Decision.ACCEPT, reason="a good customer")


def test_lockportal_decide_promise_decides_instead_of_the_settings():
    portal = open_portal("sqlite://", plugins=(Trusting(),))
    store(portal, invoice("R-1"))
    account = account_of(portal)
    line = PromiseChoice(document_id=document_id(account, "books", "R-1"))
    by = customer(account, rights=(Right.VIEW, Right.PROMISE))
    made = portal.promises.make(account, by, currency="USD", lines=[line], on=day(300))
    assert (made.status, made.reason) == ("open", "a good customer")
    portal.close()


class Names:
    @hookimpl
    def lockportal_resolver(self):
        return lambda name: {"erp.inside": ["10.0.0.1"]}.get(name, ["127.0.0.1"])


def test_lockportal_resolver_looks_up_where_endpoints_are():
    settings = (WebhooksSettings(enabled=True),)
    portal = open_portal("sqlite://", settings=settings, plugins=(Names(),))
    endpoint = portal.webhooks.add(OTTO, name="ERP", url="https://erp.inside/")
    assert portal.webhooks.ping(endpoint.id, OTTO).reason.startswith("webhook.address_forbidden")
    portal.close()


class Oracle:
    @hookimpl
    def lockportal_score_work(self, item):
        return 99 if item.kind == "erp.small" else None


def test_lockportal_score_work_scores_by_another_model():
    portal = open_portal("sqlite://", plugins=(Oracle(),))
    store(portal, invoice("R-1"))
    account, by = account_of(portal), staff("ann")
    portal.activities.open(account, by, kind="erp.small", key="k", reason="Small, but pressing.")
    page = portal.activities.work(by)
    assert [(item.kind, item.score > 0) for item in page.items] == [("erp.small", True), ("ledger.overdue", True)]
    assert (page.items[0].score, page.after) == (99, None)
    portal.close()


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented_with_its_arguments(name):
    page = (ROOT / "docs" / "reference" / "hooks.md").read_text("utf-8")
    arguments = [p for p in inspect.signature(SPECS[name]).parameters if p != "self"]
    assert f"### `{name}({', '.join(arguments)})`" in page


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_tested_here(name):
    assert f"def test_{name}_" in Path(__file__).read_text("utf-8")


def test_a_misspelt_hook_is_refused():
    class Misspelt:
        @hookimpl
        def lockportal_notifyer(self, address):
            return None

    with pytest.raises(Refused) as refused:
        portal_with(Misspelt())
    assert refused.value.code == "plugin.unknown_hook"


class Installed:
    """Entry points as importlib.metadata would find them."""

    def __init__(self, monkeypatch, **named):
        points = [EntryPoint(name=name, value=value, group=plugins.GROUP) for name, value in named.items()]
        monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == plugins.GROUP else [])


GOOD = Pigeons()


def test_a_broken_plugin_disables_itself_and_no_other(monkeypatch):
    Installed(monkeypatch, broken="no_such_module:thing", good=f"{__name__}:GOOD")
    states = Plugins((), {}).states
    assert [(state.name, state.state) for state in states] == [("broken", "broken"), ("good", "loaded")]
    assert "no_such_module" in states[0].reason


class Oblivious:
    """It implements a hook that nobody has, beside one that there is."""

    @hookimpl
    def lockportal_no_such_thing(self):
        return None

    @hookimpl
    def lockportal_pages(self):
        raise AssertionError("it is not asked")


GATEWAYS, OBLIVIOUS = TillPlugin(), Oblivious()


def test_an_installed_plugin_implements_hooks_of_capabilities_and_one_of_unknown_hooks_is_disabled(monkeypatch):
    Installed(monkeypatch, gateways=f"{__name__}:GATEWAYS", oblivious=f"{__name__}:OBLIVIOUS")
    portal = portal_with(database="sqlite://")
    told = {state.name: (state.state, state.reason) for state in portal.plugin_states}
    assert told == {"gateways": ("loaded", ""), "oblivious": ("broken", "there is no hook lockportal_no_such_thing")}
    assert "till" in [one.gateway_type for one in portal.payments.gateways.descriptors]


def test_plugins_can_be_allowed_and_disabled_by_name(monkeypatch):
    Installed(monkeypatch, one=f"{__name__}:GOOD", two=f"{__name__}:GOOD")
    assert [s.state for s in Plugins((), {"LOCKPORTAL_PLUGINS": "two"}).states] == ["disabled", "loaded"]
    assert [s.state for s in Plugins((), {"LOCKPORTAL_DISABLED_PLUGINS": "two"}).states] == ["loaded", "disabled"]
