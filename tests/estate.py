"""Two suppliers on one database, each with customers that have one thing of every kind, and everybody who might come."""

import re
import shutil
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

from attrs import evolve, fields, frozen

from books import NOON, StandingClock, credit_memo, day, invoice, paper, store
from given_contents import pdf
from lockportal import SYSTEM, Actor, Config, Portal, Right, Supplier
from lockportal.access.sharing.models import Shareable
from lockportal.access.sharing.service import SHARE_PATH
from lockportal.core.actor import VISITOR, ActorKind, Grant, staff
from lockportal.core.messages import Undelivered
from lockportal.core.money import Money
from lockportal.disputes import Claim, DisputeCategory
from lockportal.documents.models import DocumentKind
from lockportal.documents.service import Filter
from lockportal.documents.shared.models import PaperKind
from lockportal.dunning import DunningSettings, Escalation, Fee, FollowUp, Level, Policy
from lockportal.messages import SuppressAddress
from lockportal.payments import InstalmentRules, KeepMethod, LineChoice, MethodKind, Payer
from lockportal.payments.requests import MethodFacts, MethodRef
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.storage.copies import upgrade
from lockportal.web import Request, Site
from lockportal.webhooks import WebhooksSettings
from lockportal.webhooks.models import AttemptOutcome, WebhookAttempt

CASEY = staff("casey")
PDF = pdf()
BINDING = "an asking browser's own secret"
PAYMENTS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="fake")},
    methods=(MethodRule(method=MethodKind.CARD, merchant_account="main"),),
    share_methods=True,
    instalments=InstalmentRules(),
)
FOLLOWED = DunningSettings(
    active=True,
    policies=(
        Policy(
            name="estate",
            levels=(Level(name="only", days=5, fee=Fee(amounts={"USD": Decimal("0.01")}), escalate=(Escalation.AGENCY,)),),
        ),
    ),
)
GATEWAY = Actor(kind=ActorKind.GATEWAY, id="gateway")


@frozen
class Ids:
    """One thing of every kind: of one customer, and of those who act for it."""

    account: UUID
    contact: UUID
    document: UUID
    file: UUID
    upload: UUID
    paper: UUID
    task: UUID
    letter: UUID
    person: UUID
    session: UUID
    link: UUID
    payment: UUID
    credit: UUID
    method: UUID
    pending_method: UUID
    schedule: UUID
    plan: UUID
    deposit: UUID
    dispute: UUID
    accepted: UUID
    rejected: UUID
    memo: UUID
    evidence: UUID
    draft: UUID
    promise: UUID
    reminder: UUID
    charge: UUID
    hold: UUID
    handover: UUID
    endpoint: UUID
    attempt: UUID
    suppression: UUID
    number: str
    sheet: Path


class Watched:
    """Hands out ids and remembers which were asked for."""

    def __init__(self, ids):
        self._ids, self.names = ids, set()

    def __getattr__(self, name):
        self.names.add(name)
        return getattr(self._ids, name)


class Box:
    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


class Estate:
    """The two suppliers, and the things of: one's own customer, another customer, and the other supplier's."""

    def __init__(self, folder):
        self.folder = folder
        with self.open("north") as north, self.open("south") as south:
            upgrade(north.engines, north.capabilities)
            sheet = folder / "sheet.csv"
            sheet.write_text(
                "number,customer_number,currency,total,issued_on,due_on\nN-1,C-1,USD,1.00,2026-01-01,2026-02-01\n", "utf-8"
            )
            self.own, self.other = furnish(north, "C-1", sheet), furnish(north, "C-2", sheet)
            self.theirs = furnish(south, "C-3", sheet)
            self.contacts = {}
            for rights in ((right,) for right in Right):
                self._contact(north, rights)
            self._contact(north, tuple(Right))
            new = north.clock.new_id
            self.unknown = Ids(*(new() for _ in range(len(fields(Ids)) - 2)), "C-404", self.own.sheet)

    def _contact(self, portal, rights):
        address = f"{'-'.join(rights)}@x.example"
        self.contacts[rights] = portal.profiles.add_contact(self.own.account, address, "X", rights, by=SYSTEM)

    @contextmanager
    def open(self, key="north", database="estate.sqlite"):
        """A portal of one of the suppliers."""
        config = Config(
            supplier=Supplier(key=key, name="House", currencies=("USD",), country="US", tax_id="1", email="a@b.example"),
            database=f"sqlite:///{self.folder / database}",
            files=f"folder:{self.folder / 'files'}",
            base_url="https://portal.example",
            secret_keys=("k" * 40,),
            settings=(PAYMENTS, FOLLOWED, WebhooksSettings(enabled=True)),
        )
        with closing(Portal(config, clock=StandingClock(NOON), notifier=Box())) as portal:
            yield portal

    @contextmanager
    def copy(self):
        """The first supplier's portal on a copy of the database, to be spoilt."""
        shutil.copy(self.folder / "estate.sqlite", self.folder / "copy.sqlite")
        try:
            with self.open(database="copy.sqlite") as portal:
                yield portal
        finally:
            for path in self.folder.glob("copy.sqlite*"):
                path.unlink()

    def customer(self, rights, account=None):
        """Somebody who is signed in with these rights, of the own account if nothing else is said."""
        contact = self.contacts.get(tuple(rights), self.contacts[tuple(Right)])
        grant = Grant(account or self.own.account, contact.id, frozenset(rights))
        person = contact.person_id
        return Actor(kind=ActorKind.CUSTOMER, id=str(person), person_id=person, grants=(grant,))

    @property
    def themselves(self):
        """The person of whom the own things tell, signed in."""
        own = self.own
        grant = Grant(own.account, own.contact, frozenset((Right.VIEW,)))
        return Actor(kind=ActorKind.CUSTOMER, id=str(own.person), person_id=own.person, session_id=own.session, grants=(grant,))

    @property
    def holder(self):
        """Who opened the own document by its link."""
        grant = Grant(self.own.account, self.own.contact, frozenset((Right.VIEW, Right.PAY, Right.PROMISE, Right.DISPUTE)))
        return Actor(kind=ActorKind.HOLDER, id=str(self.own.link), document_id=self.own.document, grants=(grant,))

    def actors(self):
        """Everybody by the name of their column, those with a single right first."""
        return {
            "visitor": VISITOR,
            **{right.value: self.customer((right,)) for right in Right},
            "self": self.themselves,
            "other customer": self.customer(tuple(Right), self.other.account),
            "document link": self.holder,
            "gateway": GATEWAY,
            "staff": CASEY,
            "system": SYSTEM,
        }


def furnish(portal, number, sheet):
    """Open a customer with one thing of every kind."""
    account = portal.profiles.open_customer(number, f"Customer {number}", by=SYSTEM)
    contact = portal.profiles.add_contact(account, f"viewer@{number.lower()}.example", "Vi", (Right.VIEW,), by=SYSTEM)
    order = paper(DocumentKind.PURCHASE_ORDER, f"O-{number}")
    store(portal, *(invoice(f"{name}-{number}", due=20) for name in "LID"), invoice(f"R-{number}"), order, number=number)

    def named(text):
        return portal.documents.search(account, SYSTEM, Filter(text=text)).items[0].id

    document = named(f"R-{number}")
    reminded = chased(portal, account, document)
    task = portal.activities.open(account, SYSTEM, kind="erp.blocked", key="k", reason="Blocked.")
    lost = Undelivered(account_id=account, receiver="messages.notices", type="x.y", version=1, attempts=1, reason="no")
    portal.messages.keep(lost)
    letter = next(one.id for one in portal.messages.dead_letters(by=SYSTEM).items if one.account_id == account)
    signed_in = sign_in(portal, contact.email)
    portal.documents.pdf(account, document, signed_in.actor)
    paid = portal.payments.record(account, CASEY, money=Money(200, "USD"), received_on=NOON.date(), method=MethodKind.CHEQUE)
    back = Payer(return_url="https://portal.example/", cancel_url="https://portal.example/")
    method, pending = (portal.payments.methods.add(account, SYSTEM, kind=MethodKind.CARD, payer=back).method.id for _ in range(2))
    facts = MethodFacts(ref=MethodRef(ref=f"fake_ok.card.{method.hex}"), kind=MethodKind.CARD, last4="4242")
    kept = KeepMethod(account_id=account, method_id=method, merchant_account="main", facts=facts)
    portal.shell.run(kept, SYSTEM)
    return Ids(
        account=account,
        contact=contact.id,
        document=document,
        file=portal.documents.attach(account, document, PDF, "note.pdf", CASEY),
        upload=portal.uploads.send(account, PDF, "sent.pdf", CASEY, document_id=document),
        paper=portal.documents.publish(PDF, f"{number}.pdf", CASEY, kind=PaperKind.TAX_FORM, title=f"Form {number}"),
        task=task.id,
        letter=letter,
        person=contact.person_id,
        session=signed_in.actor.session_id,
        link=share(portal, account, document, contact.id)[0],
        payment=paid,
        credit=uuid5(paid, "rest"),
        method=method,
        pending_method=pending,
        **to_come(portal, account, method, named(f"L-{number}"), named(f"I-{number}"), named(f"O-{number}")),
        **argued(portal, account, named(f"D-{number}"), number),
        **reminded,
        **listening(portal, account),
        suppression=came_back(portal, account, contact.id),
        draft=portal.disputes.draft(account, document, CASEY).id,
        number=number,
        sheet=sheet,
    )


def to_come(portal, account, method, later, parts, order):
    """Have a saved method pay on another day and in parts, and ask for a deposit."""
    payments = portal.payments
    how = {"currency": "USD", "method": MethodKind.CARD, "saved_method": method}
    lines = [LineChoice(document_id=parts)]
    return {
        "schedule": payments.schedules.schedule(account, CASEY, on=day(5), lines=[LineChoice(document_id=later)], **how).id,
        "plan": payments.instalments.agree(account, CASEY, lines=lines, days=[day(5), day(9)], **how).id,
        "deposit": payments.deposits.ask(account, order, CASEY, amount=Money(500, "USD")),
        "promise": portal.promises.make(account, CASEY, currency="USD", amount=Money(100, "USD"), on=day(5)).id,
    }


def chased(portal, account, document):
    """Have a customer followed up by a level that costs a cent and hands over, then put off."""
    portal.shell.run(FollowUp(account_id=account), SYSTEM)
    dunning = portal.dunning
    return {
        "reminder": dunning.reminders(SYSTEM, account_id=account).items[0].id,
        "charge": dunning.charges(SYSTEM, account_id=account)[0].id,
        "hold": dunning.hold(account, CASEY, until=day(90), reason="Asked.", document_id=document),
        "handover": next(one.id for one in dunning.handovers(SYSTEM) if one.account_id == account),
    }


def argued(portal, account, document, number):
    """Have disputes of a document: one open, one accepted, one rejected, and a credit memo that is for none."""
    disputes, wrong = portal.disputes, Claim(category=DisputeCategory.OTHER, expected_amount=Money(9900, "USD"))
    made = [disputes.open(account, document, CASEY, claims=[wrong]).id for _ in range(3)]
    disputes.accept(account, made[1], CASEY)
    disputes.reject(account, made[2], CASEY, answer="No.")
    store(portal, credit_memo(f"M-{number}", "1.00"), number=number)
    memo = portal.documents.search(account, SYSTEM, Filter(text=f"M-{number}")).items[0].id
    evidence = disputes.attach(account, made[0], PDF, "note.pdf", CASEY)
    return {"dispute": made[0], "accepted": made[1], "rejected": made[2], "memo": memo, "evidence": evidence}


def came_back(portal, account, contact):
    """Have a contact with an address that is dead."""
    dead = portal.profiles.add_contact(account, f"dead-{contact.hex}@x.example", "Dead", (Right.VIEW,), by=SYSTEM)
    about = {"kind": "x.y", "message_id": contact, "version": 0, "n": 0, "status": "5.1.1"}
    portal.shell.run(SuppressAddress(account_id=account, contact_id=dead.id, email=dead.email, **about), SYSTEM)
    return next(one.id for one in portal.messages.suppressed.list(SYSTEM, account_id=account).items)


def listening(portal, account):
    """Have a program that is told of broken plans alone; it was told of one, in vain."""
    one = portal.webhooks.add(CASEY, name="ERP", url="https://127.0.0.1/", events=["payments.plan_broken"])
    told = {"type": "payments.plan_broken", "version": 1, "n": 1, "number": 1, "outcome": AttemptOutcome.FAILED}
    attempt = WebhookAttempt(id=uuid5(account, "told"), account_id=account, endpoint_id=one.id, call_id=one.id, at=NOON, **told)
    portal.shell.observe(attempt)
    return {"endpoint": one.id, "attempt": attempt.id}


def share(portal, account, document, contact):
    """Make the link to a document; answer its id and its token."""
    sharing = portal.access.sharing
    (address,) = sharing.share(account, [Shareable(document, "R-1")], contact, by=SYSTEM).values()
    newest = next(one for one in sharing.links(account, by=SYSTEM).items if one.document_id == document)
    return newest.id, address.rpartition(SHARE_PATH)[2]


def sign_in(portal, address):
    """Sign somebody in by a mailed link."""
    portal.access.request_link(address, binding=BINDING)
    box = portal.context.notifier
    portal.deliver()
    token = [found[1] for mail in box.mails if mail.to == address and (found := re.search(r"/sign-in/(\S+)", mail.text))][-1]
    return portal.access.redeem(token, binding=BINDING)


class Door:
    """The pages of a portal, for whoever comes to them."""

    def __init__(self, portal, known=()):
        """`known` are those who signed in before, by their addresses."""
        self.site = Site(portal, staff=ByHeader())
        self._portal, self._known = portal, dict(known)

    def come_in(self, address):
        """Sign somebody in, once while their session lasts."""
        known = self._known.get(address)
        if known is None or self._portal.access.authenticate(known.cookie) is VISITOR:
            known = self._known[address] = sign_in(self._portal, address)
        return known

    def answer(self, route, ids, address=None, *, staff=False, query=None, form=None, own=False, holds=None, bears=None):
        """What a route answers to who signs in by an address, to a member of staff, or to nobody; `own` is their session.

        `holds` has the ids of the document that they opened by its link; `bears` is a pair of cookies as they come, of a session
        and of an opened document.
        """
        headers, cookies, actor = {"Sec-Fetch-Site": "same-origin"}, {}, VISITOR
        if bears is not None:
            cookies["__Host-lockportal"], cookies["__Host-lockportal-document"] = bears
        if holds is not None:
            _, token = share(self._portal, holds.account, holds.document, holds.contact)
            opened = cookies["__Host-lockportal-document"] = self._portal.access.sharing.open(token).cookie
            actor = self._portal.access.sharing.authenticate(opened)
        if staff:
            headers["X-Staff"], actor = "casey", CASEY
        elif address is not None:
            signed_in = self.come_in(address)
            cookies["__Host-lockportal"], actor = signed_in.cookie, signed_in.actor
            ids = evolve(ids, session=actor.session_id) if own else ids
        parts = {"syntax": "ubl", "name": "lockportal.css", "token": "nonsense", "merchant": "main", "operation": "nonsense"}
        names = re.findall(r"\{(\w+)\}", route.path)
        path = route.path.format(**{name: parts.get(name) or getattr(ids, name) for name in names})
        sent = {} if form is None else {**form(ids), "form_token": self.site.guard.session_token(actor)}
        asked = {} if query is None else query(ids)
        return self.site.handle(
            Request(
                method=route.method,
                path=path,
                query=asked,
                repeated={name: (value,) for name, value in asked.items()},
                form=sent,
                cookies=cookies,
                headers=headers,
                secure=True,
                remote="192.0.2.7",
            )
        )


def callers(portal, estate):
    """Everybody who may call the API, by the name of their column: the headers that they send."""
    own, door = estate.own, Door(portal)
    addresses = {right.value: estate.contacts[right,].email for right in Right}
    addresses |= {
        "without": estate.contacts[tuple(Right)].email,
        "self": "viewer@c-1.example",
        "other customer": "viewer@c-2.example",
    }
    tokens = {name: door.come_in(address).cookie for name, address in addresses.items()}
    _, shared = share(portal, own.account, own.document, own.contact)
    tokens["document link"] = portal.access.sharing.open(shared).cookie
    known = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    return {**known, "staff": {"X-Staff": "casey", "Origin": "https://portal.example"}}


def known_to(portal, ids):
    """The cookies of the person of some ids, signed in, and of their document, opened by its link."""
    opened = portal.access.sharing.open(share(portal, ids.account, ids.document, ids.contact)[1]).cookie
    return Door(portal).come_in(f"viewer@{ids.number.lower()}.example").cookie, opened


class ByHeader:
    challenge = ""

    def __call__(self, request):
        name = request.header("X-Staff")
        return staff(name) if name else None


__all__ = ["BINDING", "CASEY", "NOON", "PDF", "ByHeader", "Door", "Estate", "Ids"]
