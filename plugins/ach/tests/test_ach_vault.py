"""The vault: account numbers encrypted in a table of their own, under keys that rotate."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from ach_ground import NEW, NUMBERS, OLD, REFS, settings_of, vault_of
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from lockportal_ach import BankAccount, TableVault, ref_of
from lockportal_ach.vault import TABLE, ref_after

from lockportal.core.errors import Refused

ACCOUNT = BankAccount(routing="231380104", number=NUMBERS[0])


@pytest.fixture
def engine(tmp_path):
    vault_of(tmp_path)
    return sa.create_engine(f"sqlite:///{tmp_path / 'vault.db'}", poolclass=sa.NullPool)


def code_of(call, *given):
    with pytest.raises(Refused) as raised:
        call(*given)
    assert not any(number in str(raised.value) for number in NUMBERS)
    return raised.value.code


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(TABLE).order_by(TABLE.c.ref)).all()


def test_what_is_kept_is_revealed_and_lies_encrypted(engine):
    assert TableVault(engine, [OLD]).reveal(REFS[0]) == ACCOUNT
    assert {row.last4 for row in rows(engine)} == {"6789", "-321"}
    assert not any(number in repr(rows(engine)) for number in NUMBERS)


def test_to_keep_it_again_is_nothing_and_another_one_is_refused(engine):
    vault = TableVault(engine, [OLD])
    before = rows(engine)
    vault.keep(REFS[0], ACCOUNT)
    assert rows(engine) == before
    assert code_of(vault.keep, REFS[0], evolve(ACCOUNT, number="1")) == "vault.taken"
    assert vault.reveal(REFS[0]) == ACCOUNT


def test_what_is_forgotten_is_gone(engine):
    vault = TableVault(engine, [OLD])
    vault.forget(REFS[0])
    vault.forget(REFS[0])
    assert code_of(vault.reveal, REFS[0]) == "vault.unknown"
    assert len(rows(engine)) == 1


def test_keys_rotate_and_the_old_one_can_go(engine):
    before = rows(engine)
    both = TableVault(engine, [OLD, NEW])
    assert both.reveal(REFS[0]) == ACCOUNT
    assert both.rotate() == 2
    assert [row.sealed for row in rows(engine)] != [row.sealed for row in before]
    assert TableVault(engine, [NEW]).reveal(REFS[0]) == ACCOUNT
    assert code_of(TableVault(engine, [OLD]).reveal, REFS[0]) == "vault.sealed"


def test_new_accounts_are_sealed_by_the_newest_key(engine):
    TableVault(engine, [OLD, NEW]).keep("NEXT", ACCOUNT)
    assert TableVault(engine, [NEW]).reveal("NEXT") == ACCOUNT


def test_a_row_that_was_moved_is_not_opened(engine):
    first, second = rows(engine)
    with engine.begin() as connection:
        connection.execute(sa.update(TABLE).where(TABLE.c.ref == first.ref).values(sealed=second.sealed))
    vault = TableVault(engine, [OLD])
    assert code_of(vault.reveal, first.ref) == "vault.sealed"
    assert code_of(vault.rotate) == "vault.sealed"


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, ""], ["é" * 44]])
def test_a_key_that_is_none_is_refused(engine, keys):
    assert code_of(TableVault, engine, keys) == "vault.key"


@pytest.mark.parametrize("ref", ["", "A" * 16, "A B", "É"])
def test_a_reference_goes_through_a_file_of_the_bank(engine, ref):
    assert code_of(TableVault(engine, [OLD]).keep, ref, ACCOUNT) == "vault.ref"


def test_keys_and_address_are_read_where_the_settings_say(tmp_path, monkeypatch):
    vault_of(tmp_path)
    assert settings_of(tmp_path).open_vault().reveal(REFS[0]) == ACCOUNT
    monkeypatch.setenv("ACH_VAULT", f"sqlite:///{tmp_path / 'vault.db'}")
    monkeypatch.setenv("ACH_KEY", OLD)
    elsewhere = settings_of(tmp_path, vault="env:ACH_VAULT", vault_keys=("env:ACH_KEY",))
    assert elsewhere.open_vault().reveal(REFS[0]) == ACCOUNT
    monkeypatch.delenv("ACH_KEY")
    assert code_of(elsewhere.open_vault) == "gateway.secret"


@given(st.uuids(), st.uuids())
def test_references_are_15_signs_of_their_own(one, other):
    assert len(ref_of(one)) == 15
    assert ref_of(one).isalnum()
    assert (ref_of(one) == ref_of(other)) is (one == other)
    assert ref_after(ref_of(one), "C01") != ref_of(one)


def test_a_short_number_is_hardly_shown():
    assert [BankAccount(routing="231380104", number=number).last4 for number in ("123456", "12345", "1")] == ["3456", "5", "1"]
    assert UUID(int=1)
