"""Who comes in: login links by mail, sessions, and the actor behind a request."""

from lockportal.access.commands import (
    EndEverything,
    EndSession,
    IssueLink,
    RedeemLink,
    expire_link,
    expire_session,
)
from lockportal.access.messages import SIGN_IN
from lockportal.access.models import (
    AccessSettings,
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
from lockportal.access.views import LinkAnswer, LinkPreview, SessionLine, recomputed
from lockportal.core.account import Capability, Errand, Wake
from lockportal.core.verify import Recompute

capability = Capability(
    name="access",
    records=(LoginLink, Session),
    observations=(LinkRequested,),
    events=(LinkIssued, LinkClosed, SessionStarted, SessionEnded),
    commands=(IssueLink, RedeemLink, EndSession, EndEverything),
    recompute=(Recompute(LoginLink, recomputed), Recompute(Session, recomputed)),
    wakes=(Wake(LoginLink, expire_link), Wake(Session, expire_session)),
    messages=(SIGN_IN,),
    errands=(Errand(record=LinkRequested, handle="lockportal.access.service:Access.answer"),),
    settings=AccessSettings,
    service="lockportal.access.service:Access",
    questions="lockportal.access.queries",
)

__all__ = [
    "AccessSettings",
    "LinkAnswer",
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
    "SignedIn",
    "capability",
]
