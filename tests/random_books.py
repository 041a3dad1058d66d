"""Random books: items that are opened, paid, moved, reversed and credited, in three currencies, at any time."""

from uuid import UUID

from attrs import evolve, frozen
from hypothesis import strategies as st

from books import PostAll, day, item_id
from lockportal.core.money import Money
from lockportal.ledger.models import Entry, EntryKind, Posting

CURRENCIES = ("USD", "JPY", "BHD")
OFFSETS = st.integers(-200, 200)
AMOUNTS = st.integers(1, 5_000)


@frozen
class Step:
    """One thing that happens to one item of one account."""

    what: str
    account: int
    item: int
    amount: int
    on: int
    due: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["open", "open", "pay", "pay", "settle", "move", "reverse", "credit"]),
        st.integers(0, 2),
        st.integers(0, 5),
        AMOUNTS,
        OFFSETS,
        OFFSETS,
    ),
    max_size=30,
)


class RandomBook:
    """Turns steps into postings, as commands would: an item's dates are moved by two postings that sum to zero."""

    def __init__(self, portal, by, accounts: tuple[UUID, ...], salt: object):
        self.portal, self.by, self.accounts, self.salt = portal, by, accounts, salt
        self.items: dict[UUID, tuple[Posting, int]] = {}

    def play(self, step: Step) -> bool:
        """Post what a step means; False where it means nothing."""
        account = self.accounts[step.account]
        key = item_id((self.salt, step.account, step.item))
        kind, amount = EntryKind.INVOICE, Money(step.amount, CURRENCIES[step.item % 3])
        known = self.items.get(key)
        if known is None:
            if step.what not in {"open", "credit"}:
                return False
            dates = (day(step.on), day(step.due)) if step.what == "open" else (None, None)
            first = Posting(key, kind, amount if step.what == "open" else -amount, day(step.on), *dates)
            return self._post(account, key, [first])
        item, balance = known
        postings = {
            "open": [evolve(item, amount=amount, kind=EntryKind.FEE, effective_on=day(step.on))],
            "credit": [evolve(item, amount=-amount, kind=EntryKind.CREDIT_MEMO, effective_on=day(step.on))],
            "pay": [evolve(item, amount=-amount, kind=EntryKind.PAYMENT, effective_on=day(step.on))],
            "settle": [evolve(item, amount=Money(-balance, amount.currency), effective_on=day(step.on))],
            "reverse": [evolve(item, amount=-item.amount, kind=EntryKind.REVERSAL, effective_on=day(step.on))],
            "move": [
                evolve(item, amount=Money(-balance, amount.currency), kind=EntryKind.ADJUSTMENT, effective_on=day(step.on)),
                evolve(
                    item,
                    amount=Money(balance, amount.currency),
                    kind=EntryKind.ADJUSTMENT,
                    effective_on=day(step.on),
                    due_on=None if item.due_on is None else day(step.due),
                ),
            ],
        }[step.what]
        return self._post(account, key, postings)

    def _post(self, account: UUID, key: UUID, postings: list[Posting]) -> bool:
        before = self.items[key][1] if key in self.items else 0
        self.portal.shell.run(PostAll(account_id=account, postings=postings, balances={key: before}), self.by)
        self.items[key] = (postings[-1], before + sum(p.amount.minor for p in postings))
        return True


def entries_of(portal, rows) -> list[Entry]:
    """Read entries back from their table."""
    return [
        Entry(
            id=row.id,
            account_id=row.account_id,
            item_id=row.item_id,
            kind=row.kind,
            amount=Money(row.amount_minor, row.amount_currency),
            item_balance=row.item_balance,
            effective_on=row.effective_on,
            posted_on=row.posted_on,
            issued_on=row.issued_on,
            due_on=row.due_on,
            reference=row.reference,
        )
        for row in rows
    ]
