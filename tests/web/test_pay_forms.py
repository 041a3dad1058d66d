"""Whatever is put into the form of a payment, what moves is what was confirmed, or nothing; and nothing ever breaks."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st

from lockportal.core.actor import SYSTEM
from lockportal.core.money import Money
from web.payers import address, amount, fields, send, settings

AMOUNTS = ("", "0", "-1", "0.001", "1e9", "9" * 30, "NaN", "Infinity", "1.246,00", "310.24", "310.26")
STRANGE = (*AMOUNTS, "EUR", "JPY", "card", "x" * 999)
BROKEN = ("\0", "\ud800", "\u202e1246", "<script>")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from web.conftest import World

    made = World(tmp_path_factory.mktemp("forms"), settings=(settings("ask"),))
    made.ann, made.count = made.signed_in(), 0
    yield made
    made.portal.close()


def fresh(world):
    """An invoice that nothing holds."""
    world.count += 1
    number = f"F-{world.count:03}"
    world.store(world.invoice(number, "310.25", 5))
    world.ids[number] = world.id_of(number)
    return number


@pytest.mark.guarantee(14)
def test_a_form_however_it_is_changed_moves_what_was_confirmed_or_nothing(world, tier):
    @run(max_examples=tier.times(25, 25, 2_000), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def moves(data):
        sent(world, data)

    moves()


def sent(world, data):
    """Send a form with some of its fields changed, and see what moved."""
    ann, number = world.ann, fresh(world)
    ann.get(address(world, number))
    if data.draw(st.booleans()):  # a part of it, for a reason of whatever signs
        why = data.draw(st.sampled_from(BROKEN))
        assert send(ann, {**amount(world, number, "100"), f"why.{world.ids[number]}": why}, act="update").status == 200
    form = {**fields(ann), "act": "pay", "method": "bank_transfer", "also": ""}
    others = [f"pay.{world.foreign['INV-9001']}", f"pay.{world.clock.new_id()}", "pay.nonsense", f"credit.{world.clock.new_id()}"]
    names = st.sampled_from([*form, *others])
    values = st.sampled_from([*STRANGE, *BROKEN, *form.values(), str(world.foreign["INV-9001"])])
    changed = {**form, **data.draw(st.dictionaries(names, values, max_size=3))}
    before = {row.id for row in world.portal.payments.payments(SYSTEM, limit=200).items}
    answer = ann.post(f"/accounts/{world.harbour}/pay", form=changed)
    made = [row for row in world.portal.payments.payments(SYSTEM, limit=200).items if row.id not in before]
    if answer.status != 303:
        assert answer.status in {200, 403, 404, 422}
        assert made == []
        return
    (payment,) = made
    assert payment.account_id == world.harbour
    assert payment.amount == Money.of(changed["expected"], changed["currency"])
    assert {line.document_id for line in world.portal.payments.payment(world.harbour, payment.id, SYSTEM).payment.lines} <= {
        world.ids[number]
    }
    if payment.method == "bank_transfer":
        world.portal.payments.cancel(world.harbour, payment.id, SYSTEM)
    assert UUID(answer.header("Location").partition("?")[0].rpartition("/")[2]) == payment.id
