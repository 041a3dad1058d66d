"""A real SMTP server on the loopback, in a thread, that keeps what it is handed and fails as its script says."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from importlib import import_module
from types import TracebackType
from typing import Any, Final, Self

from lockportal.testing.world.script import Outcome, Script

_REPLIES: Final = {Outcome.REFUSE: "550 not here", Outcome.LATER: "451 not now", Outcome.GARBAGE: "what?"}


class SmtpServer:
    """Serves on 127.0.0.1 while the `with` lasts; each message goes as the script says. Needs aiosmtpd (extra `testing`).

        with SmtpServer(Script(Outcome.CUT)) as server:
            notifier(server.address).send(mail)

    A refusal comes at RCPT, everything else after the message was read. `options` go to aiosmtpd: TLS, log-in and the like.
    """

    def __init__(self, script: Script | None = None, *, slowness: float = 0.2, **options: Any) -> None:  # noqa: ANN401 - aiosmtpd's
        """Take the script and the seconds of a slow answer."""
        self.script = script or Script()
        self.replies: dict[Outcome, str] = dict(_REPLIES)
        """What the server says for outcomes that have words."""
        self.envelopes: list[Any] = []
        """What arrived: aiosmtpd's envelopes, with `mail_from`, `rcpt_tos` and `content`."""
        self.encrypted: list[bool] = []
        """Whether each of them came by TLS."""
        self._slowness = slowness
        controller = import_module("aiosmtpd.controller").Controller
        self._controller = _on_any_port(controller)(_Handler(self), hostname="127.0.0.1", port=0, **options)

    @property
    def port(self) -> int:
        """Answer the port, which the system chose."""
        return int(self._controller.port)

    @property
    def address(self) -> str:
        """Answer the server's address as `Config(mail=…)` takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """Answer the messages that arrived, read."""
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.envelopes]

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving, and let go whoever still waits for an answer."""
        self._controller.stop()

    async def take(self, outcome: Outcome, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401 - aiosmtpd's
        """Do what the script said of a message that was read."""
        if outcome.done:
            self.envelopes.append(envelope)
            self.encrypted.append(session.ssl is not None)
        if outcome is Outcome.SLOW:
            await asyncio.sleep(self._slowness)
        if outcome in {Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}:
            await asyncio.Event().wait()
        if outcome in {Outcome.RESET, Outcome.CUT}:
            server.transport.abort()
        return self.replies.get(outcome, "250 OK")


class _Handler:
    """Speaks for the server to aiosmtpd."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: Any,  # noqa: ANN401, ARG002 - aiosmtpd's signature
        session: Any,  # noqa: ANN401 - aiosmtpd's signature
        envelope: Any,  # noqa: ANN401 - aiosmtpd's signature
        address: str,
        options: list[str],  # noqa: ARG002 - aiosmtpd's signature
    ) -> str:
        """Take a recipient, or refuse it."""
        session.outcome = self._server.script.next()
        if session.outcome is Outcome.REFUSE:
            return self._server.replies[Outcome.REFUSE]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ANN401 - aiosmtpd's name
        """Take a message that was read."""
        return await self._server.take(session.outcome, server, session, envelope)


def _on_any_port(controller: Any) -> Any:  # noqa: ANN401 - aiosmtpd is imported where it is used
    """Answer aiosmtpd's controller, able to wait on a port that the system chose."""

    def trigger(self: Any) -> None:  # noqa: ANN401 - a controller
        self.port = self.server.sockets[0].getsockname()[1]
        controller._trigger_server(self)  # noqa: SLF001 - the only place that knows the sockets before it connects

    return type("OnAnyPort", (controller,), {"_trigger_server": trigger})
