"""A capability whose quarrels take replies, and a house with one of them; what a mail to it looks like."""

from email.message import EmailMessage
from email.utils import make_msgid
from typing import ClassVar
from uuid import UUID, uuid5

from attrs import field, frozen

from books import OTTO, StandingClock, account_of, invoice, open_portal, rows_of, store
from lockportal import SYSTEM, Right
from lockportal.core.account import Capability, Owner
from lockportal.core.actor import Audience
from lockportal.core.errors import Refused
from lockportal.core.record import TEXT, Event, Record
from lockportal.core.replies import Thread, ThreadRef
from lockportal.messages import MessagesSettings
from lockportal.messages.inbound.models import ReceivedMail
from lockportal.plugins import hookimpl
from lockportal.uploads import Upload

BOX = "replies@in.acme.example"


@frozen(kw_only=True)
class Quarrel(Record):
    over: bool = False


@frozen(kw_only=True)
class Answer(Record):
    quarrel_id: UUID
    text: str = field(metadata=TEXT)
    files: int
    by: str


@frozen(kw_only=True)
class Quarrelled(Event):
    quarrel: Quarrel


@frozen(kw_only=True)
class Answered(Event):
    answer: Answer


@frozen(kw_only=True)
class StartQuarrel:
    audience: ClassVar[Audience] = Audience(staff=True)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple] = ()
    opens: ClassVar[bool] = False
    account_id: UUID
    quarrel_id: UUID
    over: bool = False

    def decide(self, account, stamp):
        return [Quarrelled(quarrel=Quarrel(id=self.quarrel_id, account_id=account.id, over=self.over))]


@frozen(kw_only=True)
class AnswerQuarrel:
    audience: ClassVar[Audience] = Audience(customer=Right.DISPUTE)
    owner: ClassVar[Owner | None] = Owner.CUSTOMER
    needs: ClassVar[tuple] = ()
    opens: ClassVar[bool] = False
    account_id: UUID
    quarrel_id: UUID
    text: str
    files: int

    def decide(self, account, stamp):
        if account.get(Quarrel, self.quarrel_id).over:
            raise Refused("quarrel.over", "It is over.")
        answer = Answer(
            id=stamp.id, account_id=account.id, quarrel_id=self.quarrel_id, text=self.text, files=self.files, by=stamp.by.id
        )
        return [Answered(answer=answer)]


class Quarrels:
    fails: ClassVar[list] = []

    def __init__(self, context):
        self.shell = context.shell

    def take(self, reply, by):
        if self.fails:
            raise self.fails.pop()
        command = AnswerQuarrel(
            account_id=reply.account_id, quarrel_id=reply.thread.id, text=reply.text, files=len(reply.uploads)
        )
        self.shell.run(command, by, key=str(reply.id))

    def take_carelessly(self, reply, by):
        command = AnswerQuarrel(account_id=reply.account_id, quarrel_id=reply.thread.id, text=reply.text, files=0)
        self.shell.run(command, by)


class Room:
    def __init__(self, take="take"):
        self.take = take

    @hookimpl
    def lockportal_capabilities(self):
        return [
            Capability(
                name="quarrels",
                records=(Quarrel, Answer),
                events=(Quarrelled, Answered),
                commands=(StartQuarrel, AnswerQuarrel),
                threads=(Thread(kind="quarrel", take=f"{__name__}:Quarrels.{self.take}", right=Right.DISPUTE),),
                service=f"{__name__}:Quarrels",
            )
        ]


class House:
    """A portal that takes replies into one quarrel of one contact."""

    def __init__(self, url, folder, *, create=True, take="take", **settings):
        given = MessagesSettings(**{"reply_box": BOX, **settings})
        self.portal = open_portal(
            url, files=f"folder:{folder}", settings=(given,), clock=StandingClock(), create=create, plugins=(Room(take),)
        )
        self.quarrel = uuid5(UUID(int=9), "quarrel")
        if create:
            store(self.portal, invoice())
        self.account = account_of(self.portal)
        self.receive = self.portal.messages.receive
        if create:
            self.portal.shell.run(StartQuarrel(account_id=self.account, quarrel_id=self.quarrel), OTTO)
            rights = (Right.VIEW, Right.DISPUTE)
            self.ann = self.portal.profiles.add_contact(self.account, "Ann@Harbour.example", "Ann", rights, by=SYSTEM)

    @property
    def receiving(self):
        return self.portal.messages._receiving

    def address(self, contact=None, quarrel=None):
        ref = ThreadRef("quarrel", quarrel or self.quarrel)
        return self.receiving.address(self.account, ref, (contact or self.ann).id)

    def answers(self):
        return [(row.text, row.files) for row in rows_of(self.portal, Answer)]

    def written(self):
        return [len(rows_of(self.portal, record)) for record in (Answer, ReceivedMail, Upload)]


def letter(to, text="It was three pallets.\n", sender="Ann <ann@harbour.example>", files=(), html=None, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Re: Your dispute"
    mail["Message-ID"] = headers.pop("message_id", None) or make_msgid(domain="harbour.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    if html is not None:
        (mail.add_alternative if text is not None else mail.set_content)(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
