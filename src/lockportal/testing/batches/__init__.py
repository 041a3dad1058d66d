"""The contract of a file format by which a bank moves money: a plugin's format passes it in a few lines.

class TestMine(BatchContract):
@pytest.fixture
def ground(self): return BatchGround(descriptor=DESCRIPTOR, gateway=MyFormat(SETTINGS), batch=BATCH, returned=bank_file)
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve, field, frozen

from lockportal.core.money import Money
from lockportal.payments.batches import BatchDescriptor, BatchFile, BatchGateway, BatchRequest
from lockportal.payments.errors import WebhookMalformed
from lockportal.payments.methods import Flow
from lockportal.payments.operations import UNASKED, OpStatus
from lockportal.testing.gateways.network import loopback_only

__all__ = ["BatchContract", "BatchGround"]


@frozen(kw_only=True)
class BatchGround:
    """A format, a batch that it can write, and a bank's answer: the file by which the batch's first line comes back."""

    descriptor: BatchDescriptor
    gateway: BatchGateway
    batch: BatchRequest
    returned: Callable[[BatchFile], bytes]
    again: Callable[[], BatchGateway] | None = None
    """Makes the gateway anew, as another process would."""
    private: tuple[str, ...] = field(default=(), repr=False)
    """What no name of a file may have in it: numbers of accounts."""


class BatchContract:
    """What lockportal relies on a file format for; give it a fixture `ground`."""

    @pytest.fixture
    def ground(self) -> BatchGround:
        """Answer a format and its other side."""
        raise NotImplementedError("a file format's contract needs a fixture `ground`")

    def test_it_declares_batches(self, ground: BatchGround) -> None:
        """Each way to pay goes by file."""
        assert ground.descriptor.methods, "a format declares a way to pay"
        assert all(Flow.BATCH in one.flows for one in ground.descriptor.methods), "each way to pay goes by file"

    def test_the_same_batch_is_the_same_file(self, ground: BatchGround) -> None:
        """To the byte, whoever builds it, without any network."""
        with loopback_only():
            first, second = ground.gateway.build(ground.batch), ground.gateway.build(ground.batch)
            third = first if ground.again is None else ground.again().build(ground.batch)
        assert first == second == third, "the same batch is the same file, to the byte"

    def test_a_file_says_what_it_holds(self, ground: BatchGround) -> None:
        """Its total and its count are those of its lines."""
        built, lines = ground.gateway.build(ground.batch), ground.batch.lines
        total = Money(sum(line.money.minor for line in lines), lines[0].money.currency)
        assert (built.total, built.count) == (total, len(lines)), "a file says what it holds"
        assert not any(secret in built.name for secret in ground.private), "no number of an account stands in a file's name"

    def test_another_amount_is_another_file(self, ground: BatchGround) -> None:
        """Every line counts."""
        first, *rest = ground.batch.lines
        more = evolve(first, money=Money(first.money.minor + 1, first.money.currency))
        changed = evolve(ground.batch, lines=(more, *rest))
        assert ground.gateway.build(changed).content != ground.gateway.build(ground.batch).content, "every amount is written"

    def test_a_return_is_read_as_one(self, ground: BatchGround) -> None:
        """Of the operation, with its amount; read again it says the same."""
        content = ground.returned(ground.gateway.build(ground.batch))
        report, again = ground.gateway.read(content, "returned"), ground.gateway.read(content, "returned")
        assert report == again, "the same file says the same again"
        back = [one for one in report.observations if one.kind in UNASKED]
        assert [one.status for one in back] == [OpStatus.SUCCEEDED], "a return is an operation of its own, that happened"
        assert back[0].money == ground.batch.lines[0].money, "a return has its own amount"
        assert back[0].decline is not None, "a return says why"

    def test_what_is_none_of_its_files_is_malformed(self, ground: BatchGround) -> None:
        """Whatever it is, it raises that and nothing else."""
        for content in (b"", b"\x00", b"nonsense\n" * 3):
            with pytest.raises(WebhookMalformed):
                ground.gateway.read(content, "nonsense")
