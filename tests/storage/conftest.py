"""The portal's own capabilities, as the migrations see them, and which tests of the contract show a promise."""

import pytest

from lockportal.storage.migrations.revision import built_in

PROMISES = {
    "test_a_commit_whose_answer_is_lost_has_one_effect": 25,
    "test_a_batch_whose_answer_is_lost_has_one_effect": 25,
    "test_a_commit_that_appears_late_has_one_effect": 25,
    "test_a_broken_connection_is_survived_by_reads_and_writes": 27,
    "test_no_event_is_missed_under_load": 28,
    "test_a_failing_subscriber_is_asked_again_and_stops_nobody": 29,
    "test_processes_share_a_file_without_a_locked_database": 31,
    "test_every_number_that_matters_is_told": 33,
    "test_a_statement_without_its_supplier_is_caught": 35,
}


def pytest_collection_modifyitems(items):
    """Mark them here: the contract is used by plugins too, whose tests know no such mark."""
    for item in items:
        name = getattr(item, "originalname", item.name)
        if name in PROMISES:
            item.add_marker(pytest.mark.guarantee(PROMISES[name]))


@pytest.fixture(scope="session")
def capabilities():
    """The built-in capabilities."""
    return built_in()
