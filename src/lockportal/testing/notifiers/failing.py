"""Notifiers' contract: what cannot be sent is told in time, without naming anybody, and nothing can be injected."""

from __future__ import annotations

import pytest

from lockportal.core.errors import GatewayError, Refused
from lockportal.testing.notifiers.ground import LETTER, Ground, Medium, error_of, letter, told

_EVIL = ("a\r\nBcc: evil@example.com", "a\nb", "a\rb", "a\x00b", "a\u2028b")


class FailingContract(Ground):
    """GatewayError where the medium fails, Refused where the mail cannot be sent at all."""

    def test_a_medium_that_fails_is_told_without_naming_anybody(self, medium: Medium) -> None:
        """GatewayError says what to do; it may be logged."""
        if medium.failing is None:
            pytest.skip("this medium never fails")
        rule = "a medium that fails is told by GatewayError"
        told(error_of(medium.failing, LETTER, self.patience, f"{rule}, in time"), GatewayError, rule)

    def test_a_medium_that_never_answers_is_given_up(self, medium: Medium) -> None:
        """Within the time limit; what became of the mail is not known then."""
        if medium.silent is None:
            pytest.skip("this medium always answers")
        rule = "a medium that never answers is given up in time"
        told(error_of(medium.silent, LETTER, self.patience, rule), GatewayError, f"{rule}, by GatewayError")

    def test_no_header_can_be_injected(self, medium: Medium) -> None:
        """Neither by the subject, nor by a header, nor by the recipient."""
        rule = "a header of more than one line is Refused"
        for number, evil in enumerate(_EVIL, 20):
            for mail in (
                letter(number, subject=evil),
                letter(number, headers=(("X-Note", evil),)),
                letter(number, headers=(("From", evil),)),
                letter(number, to=f"anna@example.com{evil}"),
            ):
                told(error_of(medium.notifier, mail, self.patience, rule), Refused, rule)
        assert medium.arrived() == [], f"{rule}, and nothing is sent"

    def test_a_mail_has_one_recipient(self, medium: Medium) -> None:
        """A list of them, or none, is refused."""
        rule = "a mail has one recipient; anything else is Refused"
        for to in ("", "anna", "anna@example.com, b@example.com", "Anna <anna@example.com>", "anna@example.com;b@example.com"):
            told(error_of(medium.notifier, letter(30, to=to), self.patience, rule), Refused, rule)
        assert medium.arrived() == [], f"{rule}, and nothing is sent"
