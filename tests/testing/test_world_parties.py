"""The outside parties of a world, on real sockets: HTTP, SMTP and names, failing as their scripts say."""

import http.client
import smtplib
import socket

import pytest

from lockportal.testing import HttpParty, Outcome, Script, ScriptedResolver, SmtpServer
from lockportal.testing.world import Answer
from waiting import AMPLE

LETTER = "From: a@example.com\r\nTo: b@example.com\r\nSubject: s\r\n\r\nwords"


SILENT = {Outcome.TIMEOUT_BEFORE, Outcome.TIMEOUT_AFTER}


def patience(outcome):
    """The seconds to wait for an answer: as many as it takes, but where none comes."""
    return 3 if outcome in SILENT else AMPLE


def post(party, body=b"{}", timeout=AMPLE):
    """The status of an answer, or what was raised in its place."""
    connection = http.client.HTTPConnection("127.0.0.1", int(party.url.rpartition(":")[2]), timeout=timeout)
    try:
        connection.request("POST", "/pay?x=1", body, {"X-Key": "k-1"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error)
    finally:
        connection.close()


def send(server, timeout=AMPLE):
    """The code of a refusal, what was raised, or None where all was well."""
    try:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=timeout) as client:
            client.sendmail("a@example.com", ["b@example.com"], LETTER)
    except smtplib.SMTPRecipientsRefused as refused:
        return refused.recipients["b@example.com"][0]
    except smtplib.SMTPDataError as refused:
        return refused.smtp_code
    except (smtplib.SMTPException, OSError) as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    ("outcome", "seen"),
    [
        (Outcome.OK, {200}),
        (Outcome.REFUSE, {400}),
        (Outcome.LATER, {503}),
        (Outcome.TIMEOUT_BEFORE, {TimeoutError}),
        (Outcome.TIMEOUT_AFTER, {TimeoutError}),
        (Outcome.RESET, {ConnectionResetError, http.client.RemoteDisconnected}),
        (Outcome.CUT, {ConnectionResetError, http.client.RemoteDisconnected}),
        (Outcome.GARBAGE, {http.client.BadStatusLine}),
        (Outcome.SLOW, {200}),
    ],
)
def test_an_http_party_does_and_answers_what_its_script_says(outcome, seen):
    with HttpParty(Script(outcome), slowness=0.05) as party:
        assert post(party, timeout=patience(outcome)) in seen
        assert (len(party.asked), len(party.done)) == (1, outcome.done)
        assert post(party) == 200


def test_an_http_party_keeps_what_it_was_asked_and_answers_by_it():
    with HttpParty(answer=lambda request: Answer(201, request.body)) as party:
        assert post(party, b'{"amount": 5}') == 201
        (request,) = party.done
    assert (request.method, request.path, request.headers["x-key"], request.body) == ("POST", "/pay?x=1", "k-1", b'{"amount": 5}')


def test_an_http_party_that_holds_an_answer_back_lets_go_when_it_ends():
    with HttpParty(Script(Outcome.TIMEOUT_AFTER)) as party:
        connection = http.client.HTTPConnection("127.0.0.1", int(party.url.rpartition(":")[2]), timeout=AMPLE)
        connection.request("GET", "/")
    with pytest.raises((ConnectionError, http.client.HTTPException)):  # and no TimeoutError
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(
    ("outcome", "seen"),
    [
        (Outcome.OK, {None}),
        (Outcome.REFUSE, {550}),
        (Outcome.LATER, {451}),
        (Outcome.TIMEOUT_BEFORE, {smtplib.SMTPServerDisconnected}),
        (Outcome.TIMEOUT_AFTER, {smtplib.SMTPServerDisconnected}),
        (Outcome.RESET, {smtplib.SMTPServerDisconnected}),
        (Outcome.CUT, {smtplib.SMTPServerDisconnected}),
        (Outcome.GARBAGE, {-1}),
        (Outcome.SLOW, {None}),
    ],
)
def test_an_smtp_server_does_and_answers_what_its_script_says(outcome, seen):
    with SmtpServer(Script(outcome), slowness=0.05) as server:
        assert send(server, timeout=patience(outcome)) in seen
        assert len(server.envelopes) == outcome.done
        assert send(server) is None
        assert server.messages[-1]["Subject"] == "s"
        assert server.script.played == [outcome, Outcome.OK]


def test_a_resolver_gives_other_addresses_at_each_call():
    resolve = ScriptedResolver({"shop.example": [["192.0.2.1"], ["127.0.0.1", "::1"]]})
    assert [resolve("shop.example") for _ in range(3)] == [("192.0.2.1",), ("127.0.0.1", "::1"), ("192.0.2.1",)]
    with pytest.raises(socket.gaierror):
        resolve("other.example")
    assert resolve.asked == ["shop.example"] * 3 + ["other.example"]


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Outcome.REFUSE, socket.gaierror),
        (Outcome.LATER, socket.gaierror),
        (Outcome.TIMEOUT_BEFORE, TimeoutError),
        (Outcome.RESET, TimeoutError),
    ],
)
def test_a_resolver_fails_as_its_script_says(outcome, error):
    resolve = ScriptedResolver({"shop.example": [["192.0.2.1"]]}, Script(outcome, Outcome.GARBAGE))
    with pytest.raises(error):
        resolve("shop.example")
    assert resolve("shop.example") == ("not an address",)
    assert resolve("shop.example") == ("192.0.2.1",)
