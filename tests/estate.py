"""Two suppliers on one database, each with customers that have one thing of every kind, and everybody who might come."""

import re
import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from attrs import evolve, frozen

from books import NOON, StandingClock, invoice, store
from given_contents import pdf
from lockportal import SYSTEM, Actor, Config, Portal, Right, Supplier
from lockportal.access.sharing.models import Shareable
from lockportal.access.sharing.service import SHARE_PATH
from lockportal.core.actor import VISITOR, ActorKind, Grant, staff
from lockportal.core.messages import Undelivered
from lockportal.core.money import Money
from lockportal.documents.service import Filter
from lockportal.documents.shared.models import PaperKind
from lockportal.payments import MethodKind
from lockportal.payments.settings import MerchantAccount, MethodRule, PaymentsSettings
from lockportal.web import Request, Site

CASEY = staff("casey")
PDF = pdf()
BINDING = "an asking browser's own secret"
PAYMENTS = PaymentsSettings(
    merchants={"main": MerchantAccount(gateway="fake")},
    methods=(MethodRule(method=MethodKind.CARD, merchant_account="main"),),
)
GATEWAY = Actor(kind=ActorKind.GATEWAY, id="gateway")


@frozen
class Ids:
    """One thing of every kind: of one customer, and of those who act for it."""

    account: UUID
    contact: UUID
    document: UUID
    file: UUID
    paper: UUID
    task: UUID
    letter: UUID
    person: UUID
    session: UUID
    link: UUID
    payment: UUID
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
            north.upgrade()
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
            self.unknown = Ids(*(new() for _ in range(11)), "C-404", self.own.sheet)

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
            settings=(PAYMENTS,),
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
        grant = Grant(self.own.account, self.own.contact, frozenset((Right.VIEW, Right.PAY, Right.DISPUTE)))
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
    store(portal, invoice(f"R-{number}"), invoice(f"L-{number}", due=20), number=number)
    document = portal.documents.search(account, SYSTEM, Filter(text=f"R-{number}")).items[0].id
    task = portal.activities.open(account, SYSTEM, kind="erp.blocked", key="k", reason="Blocked.")
    lost = Undelivered(account_id=account, receiver="messages.notices", type="x.y", version=1, attempts=1, reason="no")
    portal.messages.keep(lost)
    letter = next(one.id for one in portal.messages.dead_letters(by=SYSTEM).items if one.account_id == account)
    signed_in = sign_in(portal, contact.email)
    portal.documents.pdf(account, document, signed_in.actor)
    return Ids(
        account=account,
        contact=contact.id,
        document=document,
        file=portal.documents.attach(account, document, PDF, "note.pdf", CASEY),
        paper=portal.documents.publish(PDF, f"{number}.pdf", CASEY, kind=PaperKind.TAX_FORM, title=f"Form {number}"),
        task=task.id,
        letter=letter,
        person=contact.person_id,
        session=signed_in.actor.session_id,
        link=share(portal, account, document, contact.id)[0],
        payment=portal.payments.record(
            account, CASEY, money=Money(200, "USD"), received_on=NOON.date(), method=MethodKind.CHEQUE
        ),
        number=number,
        sheet=sheet,
    )


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

    def __init__(self, portal):
        self.site = Site(portal, staff=ByHeader())
        self._portal, self._known = portal, {}

    def come_in(self, address):
        """Sign somebody in, once while their session lasts."""
        known = self._known.get(address)
        if known is None or self._portal.access.authenticate(known.cookie) is VISITOR:
            known = self._known[address] = sign_in(self._portal, address)
        return known

    def answer(self, route, ids, address=None, *, staff=False, query=None, form=None, own=False, holds=None):
        """What a route answers to who signs in by an address, to a member of staff, or to nobody; `own` is their session.

        `holds` has the ids of the document that they opened by its link.
        """
        headers, cookies, actor = {"Sec-Fetch-Site": "same-origin"}, {}, VISITOR
        if holds is not None:
            _, token = share(self._portal, holds.account, holds.document, holds.contact)
            cookies["__Host-lockportal-document"] = self._portal.access.sharing.open(token).cookie
        if staff:
            headers["X-Staff"], actor = "casey", CASEY
        elif address is not None:
            signed_in = self.come_in(address)
            cookies["__Host-lockportal"], actor = signed_in.cookie, signed_in.actor
            ids = evolve(ids, session=actor.session_id) if own else ids
        parts = {"syntax": "ubl", "name": "lockportal.css", "token": "nonsense"}
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


class ByHeader:
    challenge = ""

    def __call__(self, request):
        name = request.header("X-Staff")
        return staff(name) if name else None


__all__ = ["BINDING", "CASEY", "NOON", "PDF", "Door", "Estate", "Ids"]
