"""A company's account with its bank, its vault, and a batch of two debits."""

from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from ach_returns import answered, change_of, return_of
from lockportal_ach import AchGateway, AchSettings, BankAccount, TableVault, read_file, ref_of

from lockportal.core.money import Money
from lockportal.payments.batches import BatchLine, BatchRequest
from lockportal.payments.requests import MethodRef

OLD, NEW = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="
"""Keys of throw-away vaults."""
NUMBERS = ("000123456789", "987-654-321")
METHODS = tuple(UUID(int=n) for n in (1, 2))
REFS = tuple(map(ref_of, METHODS))


def facts_of(folder):
    """The settings as lockportal.toml has them."""
    (folder / "old.key").write_text(OLD)
    return {
        "odfi": "121042882",
        "company": "Lighthouse",
        "company_id": "1234567890",
        "bank": "First Bank",
        "vault": f"sqlite:///{folder / 'vault.db'}",
        "vault_keys": [f"file:{folder / 'old.key'}"],
    }


def settings_of(folder, **changes):
    facts = facts_of(folder)
    return AchSettings(**(facts | {"vault_keys": tuple(facts["vault_keys"])} | changes))


def vault_of(folder, *keys):
    vault = TableVault(sa.create_engine(f"sqlite:///{folder / 'vault.db'}", poolclass=sa.NullPool), keys or (OLD,))
    for ref, number in zip(REFS, NUMBERS, strict=True):
        vault.keep(ref, BankAccount(routing="231380104", number=number))
    return vault


def gateway_of(folder, **changes):
    return AchGateway(settings=settings_of(folder, **changes), vault=vault_of(folder))


def line(n, **changes):
    facts = {
        "operation_id": UUID(int=100 + n),
        "trace": n,
        "money": Money(1_000 * n, "USD"),
        "method": MethodRef(ref=REFS[n - 1]),
        "customer_name": "Harbour Foods",
        "reference": f"P-{n}",
    }
    return BatchLine(**(facts | changes))


def batch_of(*lines, **changes):
    facts = {
        "batch_id": UUID(int=7),
        "number": 1,
        "lines": lines or (line(1), line(2)),
        "effective_on": date(2026, 3, 5),
        "made_at": datetime(2026, 3, 4, 14, 30, tzinfo=UTC),
    }
    return BatchRequest(**(facts | changes))


def back(file, reason="R01", which=slice(0, 1)):
    """The bank's file by which entries of ours come back: the first one, unless it is said otherwise."""
    made = read_file(file.content)
    return answered(made, [return_of(one, reason) for one in tuple(made.details)[which]])


def changed(file, code, corrected):
    """The bank's file by which it says what is right of our first entry."""
    made = read_file(file.content)
    return answered(made, [change_of(next(made.details), code, corrected)])
