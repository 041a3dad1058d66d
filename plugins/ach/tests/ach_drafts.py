"""Drafts of files, as tests draw them."""

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from lockportal_ach import AccountKind, BatchDraft, Draft, EntryClass, FileDraft, Movement
from lockportal_ach.files import check_digit

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.explicit, Phase.generate)
)
"""Each example is a whole file, read by several readers."""
DEBITS = (Movement.DEBIT, Movement.DEBIT_PRENOTE)


def routing(first: int) -> str:
    """A routing number of a bank: its first eight digits begin as those of a Federal Reserve district do."""
    eight = f"{first % 12 + 1:02}{first % 1_000_000:06}"
    return eight + check_digit(eight)


def entry(trace=1, **changes):
    facts = {
        "routing": "231380104",
        "account": "744-5678-99",
        "amount": 12_345,
        "name": "Harbour Foods",
        "identification": "C-17",
        "trace": trace,
    }
    return Draft(**(facts | changes))


def batch(*drafts, **changes):
    facts = {
        "entry_class": EntryClass.CCD,
        "company": "Lighthouse",
        "company_id": "1234567890",
        "description": "INVOICES",
        "effective_on": date(2026, 3, 5),
        "odfi": "121042882",
        "drafts": drafts or (entry(),),
    }
    return BatchDraft(**(facts | changes))


def file(*batches, **changes):
    facts = {
        "destination": "121042882",
        "destination_name": "First Bank",
        "origin": "1234567890",
        "origin_name": "Lighthouse",
        "made_at": datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
        "batches": batches or (batch(),),
    }
    return FileDraft(**(facts | changes))


WORDS = st.text(LETTERS + " .&-", min_size=1, max_size=30).filter(lambda one: one.strip(" .&-"))


@st.composite
def entries(draw, trace, kind):
    movement = draw(st.sampled_from(Movement))
    amount = 0 if movement in {Movement.DEBIT_PRENOTE, Movement.CREDIT_PRENOTE} else draw(st.integers(1, 10**10 - 1))
    return entry(
        trace,
        routing=routing(draw(st.integers(0, 10**6))),
        account=draw(st.text(LETTERS + "-", min_size=1, max_size=17).filter(lambda one: any(map(str.isdigit, one)))),
        kind=draw(st.sampled_from(AccountKind)),
        movement=movement,
        amount=amount,
        name=draw(WORDS),
        identification=draw(st.text(LETTERS, max_size=15)),
        remark=""
        if kind is EntryClass.TEL
        else draw(st.just("") | st.text(LETTERS + " *", min_size=1, max_size=80).filter(str.strip)).strip(),
        once=draw(st.booleans()),
    )


@st.composite
def files(draw):
    """Files of up to three batches of up to six entries, whose traces rise."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    traces = iter(sorted(draw(st.sets(st.integers(1, 10**7 - 1), min_size=sum(sizes), max_size=sum(sizes)))))
    kinds = [draw(st.sampled_from(EntryClass)) for _ in sizes]
    batches = tuple(
        batch(
            *(draw(entries(next(traces), kind)) for _ in range(size)),
            entry_class=kind,
            company=draw(WORDS),
            effective_on=draw(st.dates(date(2026, 3, 4), date(2030, 1, 1))),
            odfi=routing(draw(st.integers(0, 10**6))),
        )
        for size, kind in zip(sizes, kinds, strict=True)
    )
    return file(*batches, number=draw(st.integers(1, 36)))
