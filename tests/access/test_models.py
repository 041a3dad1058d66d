"""The pure parts: states, paths, settings, masks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from lockportal.access.models import LINK_STEPS, AccessSettings, LinkState, LoginLink, SignedIn, local_path
from lockportal.access.sharing.models import SHARE_STEPS, ShareLink, ShareState
from lockportal.access.views import masked
from lockportal.core.actor import VISITOR

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def link(state=LinkState.ISSUED):
    return LoginLink(
        id=UUID(int=1),
        account_id=UUID(int=2),
        state=state,
        binding=b"",
        asked_at=NOON,
        created_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
        wake_at=NOON + timedelta(minutes=10),
    )


@pytest.mark.parametrize("before", list(ShareState))
@pytest.mark.parametrize("after", list(ShareState))
def test_a_link_to_a_document_ends_once_as_the_table_says(before, after):
    shared = ShareLink(
        id=UUID(int=1),
        account_id=UUID(int=2),
        document_id=UUID(int=3),
        number="R-1",
        contact_id=UUID(int=4),
        state=before,
        created_at=NOON,
        expires_at=NOON + timedelta(days=30),
        wake_at=NOON + timedelta(days=30),
    )
    if after in SHARE_STEPS[before]:
        over = shared.end(after, NOON, "a leak")
        assert (over.state, over.ended_at, over.reason, over.wake_at, over.live) == (after, NOON, "a leak", None, False)
    else:
        with pytest.raises(ValueError, match="does not become"):
            shared.end(after, NOON)


@pytest.mark.parametrize("before", list(LinkState))
@pytest.mark.parametrize("after", list(LinkState))
def test_a_link_goes_from_state_to_state_as_the_table_says(before, after):
    if after in LINK_STEPS[before]:
        assert link(before).step(after).state is after
        assert link(before).step(after).wake_at is None
    else:
        with pytest.raises(ValueError, match="does not become"):
            link(before).step(after)


@pytest.mark.parametrize(
    "path",
    ["/", "/accounts/7", "/accounts/7/documents?state=open&sort=-due_on", "/a#b", "/a?next=//b", "/a?u=https://b", "/%2F/b"],
)
def test_a_path_within_the_portal_is_kept(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "accounts",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a//evil.example",
        "https://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        " /a",
        "/a b",
        "/\t/evil.example",
        "/\n/evil.example",
        "/a\r\nSet-Cookie: a=b",
        "/\x00",
        "/ä",
        "/\u2028/evil.example",
        "/\ud800",
        "/" + "a" * 500,
        "?next=/a",
    ],
)
def test_a_path_that_could_lead_elsewhere_becomes_the_first_page(path):
    assert local_path(path) == "/"


@pytest.mark.parametrize("wrong", [{"link_minutes": 11}, {"link_minutes": 0}, {"session_hours": 0}, {"link_minutes": True}])
def test_settings_out_of_bounds_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"access.{next(iter(wrong))}"):
        AccessSettings(**wrong)


def test_a_masked_address_shows_one_letter():
    assert masked("anna@example.com") == "a…@example.com"


def test_the_cookie_is_not_shown_by_repr():
    signed_in = SignedIn(cookie="secret", expires_at=NOON, actor=VISITOR, next_path="/", known_browser="secret too")
    assert "secret" not in repr(signed_in)
