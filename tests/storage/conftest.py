"""The portal's own capabilities, as the migrations see them."""

import pytest

from lockportal.storage.migrations.revision import built_in


@pytest.fixture(scope="session")
def capabilities():
    """The built-in capabilities."""
    return built_in()
