"""Who comes in: login links by mail, sessions, and the actor behind a request."""

from lockportal.access.commands import (
    EndEverything,
    EndSession,
    IssueLink,
    RedeemLink,
    expire_link,
    expire_session,
)
from lockportal.access.devices import Device
from lockportal.access.messages import SIGN_IN
from lockportal.access.models import (
    AccessSettings,
    CodeMissed,
    LinkAsked,
    LinkClosed,
    LinkIssued,
    LinkRequested,
    LinkState,
    LoginLink,
    Session,
    SessionEnded,
    SessionStarted,
    SignedIn,
)
from lockportal.access.sharing import views as sharing
from lockportal.access.sharing.commands import IssueShareLinks, RevokeShareLinks, expire_share_link, leave
from lockportal.access.sharing.models import (
    Shareable,
    ShareLink,
    ShareLinksEnded,
    ShareLinksIssued,
    ShareLinkUsed,
    ShareState,
    ShareUse,
)
from lockportal.access.sharing.views import ShareAnswer, SharedDocument, ShareLinkLine, SharePreview
from lockportal.access.views import LinkAnswer, LinkPreview, SessionLine, recomputed
from lockportal.core.account import Capability, Errand, Wake, on
from lockportal.core.verify import Recompute
from lockportal.profiles.models import ContactStored

capability = Capability(
    name="access",
    records=(LoginLink, Session, ShareLink),
    observations=(LinkRequested, ShareLinkUsed),
    events=(LinkIssued, LinkClosed, CodeMissed, SessionStarted, SessionEnded, ShareLinksIssued, ShareLinksEnded),
    commands=(IssueLink, RedeemLink, EndSession, EndEverything, IssueShareLinks, RevokeShareLinks),
    reactions=(on(ContactStored, leave, emits=(ShareLinksEnded,)),),
    recompute=(Recompute(LoginLink, recomputed), Recompute(Session, recomputed), Recompute(ShareLink, sharing.recomputed)),
    wakes=(Wake(LoginLink, expire_link), Wake(Session, expire_session), Wake(ShareLink, expire_share_link)),
    messages=(SIGN_IN,),
    errands=(Errand(record=LinkRequested, handle="lockportal.access.service:Access.answer"),),
    settings=AccessSettings,
    service="lockportal.access.service:Access",
    questions="lockportal.access.queries",
)

__all__ = [
    "AccessSettings",
    "CodeMissed",
    "Device",
    "LinkAnswer",
    "LinkAsked",
    "LinkClosed",
    "LinkIssued",
    "LinkPreview",
    "LinkRequested",
    "LinkState",
    "LoginLink",
    "Session",
    "SessionEnded",
    "SessionLine",
    "SessionStarted",
    "ShareAnswer",
    "ShareLink",
    "ShareLinkLine",
    "ShareLinkUsed",
    "ShareLinksEnded",
    "ShareLinksIssued",
    "SharePreview",
    "ShareState",
    "ShareUse",
    "Shareable",
    "SharedDocument",
    "SignedIn",
    "capability",
]
