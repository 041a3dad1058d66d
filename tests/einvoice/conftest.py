"""The public e-invoices."""

import pytest

from einvoices import Corpus


@pytest.fixture(scope="session")
def corpus(public_data) -> Corpus:
    """Every invoice and credit note of the public data."""
    return Corpus(public_data / "einvoice")
