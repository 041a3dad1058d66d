"""Errors: a stable code, a sentence for a person, the field at fault, a status for the web."""

import pytest

from lockportal.core.errors import Conflict, Denied, GatewayError, LockportalError, NotFound, Refused
from lockportal.core.page import Page
from lockportal.core.verify import Finding


@pytest.mark.parametrize(
    ("error", "status"),
    [(LockportalError, 500), (Refused, 422), (NotFound, 404), (Denied, 403), (Conflict, 409), (GatewayError, 502)],
)
def test_every_error_has_its_status_and_hangs_from_one_root(error, status):
    assert error.status == status
    assert issubclass(error, LockportalError)


def test_an_error_says_what_and_where():
    error = Refused("terms.days_negative", "Days are not below zero.", field="days")
    assert (error.code, error.message, error.field) == ("terms.days_negative", "Days are not below zero.", "days")
    assert str(error) == "terms.days_negative: Days are not below zero. (field days)"


def test_an_error_without_a_sentence_reads_its_code():
    assert str(NotFound("account.not_found")) == "account.not_found: account: not found"


def test_pages_and_findings_are_values():
    assert Page((1, 2)) == Page((1, 2), None)
    assert Finding("a", "b", "c") == Finding("a", "b", "c")
