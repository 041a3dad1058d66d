"""What a test needs and does not find."""

import os

import pytest


def missing_server(server: str, reason: str):
    """Skip, or fail where this server is required: LOCKPORTAL_REQUIRE_SERVERS names it among others, or is 1."""
    if {"1", server} & {*os.environ.get("LOCKPORTAL_REQUIRE_SERVERS", "").split(",")}:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
