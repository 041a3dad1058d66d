"""Gateways' contract: whatever breaks on the way, nothing is taken for certain that is not, and nothing is done twice."""

from __future__ import annotations

import threading

from lockportal.core.errors import LockportalError
from lockportal.payments.errors import CredentialsInvalid, NotSent, RequestRejected, Unsupported
from lockportal.payments.methods import FetchBy
from lockportal.payments.operations import FINAL, OpKind, OpStatus
from lockportal.payments.ports import Found, GatewayResult, StartRequest
from lockportal.testing.gateways.ground import GatewayGround, Ground, needs
from lockportal.testing.gateways.proxy import Fault, FaultProxy
from lockportal.testing.gateways.trial import Trial, start_request, status_of

_NO = (RequestRejected, CredentialsInvalid, Unsupported)


class FaultsContract(Ground):
    """With the ground's `proxy`: the connection is cut before and after, no answer comes, or none that can be read.

    A gateway that finds operations by our id tells what became of one whose answer was lost; one that does not cannot tell, and
    does the same request once.
    """

    def test_what_was_cut_before_can_be_sent_again(self, ground: GatewayGround) -> None:
        """The gateway knows nothing of it; the same request again charges once."""
        rule = "what was cut before can be sent again"
        for request in _requests(ground):
            before = len(ground.moved())
            answer = self._broken(ground, request, Fault.CUT_BEFORE, rule)
            assert not isinstance(answer, _NO), f"{rule}: it is not taken for a no; it was {answer!r}"
            found = Trial(ground).fetch(request.operation_id, OpKind.SALE, request.money).found
            sayable = {Found.NOT_FOUND} if _finds(ground, request) else {Found.NOT_FOUND, Found.CANNOT_TELL}
            assert found in sayable, f"{rule}: the gateway knows nothing of it; it was {found}"
            Trial(ground).done(request)
            assert len(ground.moved()) == before + 1, f"{rule}, and charges once"

    def test_what_was_cut_after_is_unknown(self, ground: GatewayGround) -> None:
        """It was done; only asking tells."""
        self._unknown(ground, Fault.CUT_AFTER, "what was cut after is unknown")

    def test_silence_is_unknown(self, ground: GatewayGround) -> None:
        """The gateway gives up by itself, in time."""
        self._unknown(ground, Fault.SILENCE, "silence is unknown")

    def test_an_error_of_the_gateway_is_unknown(self, ground: GatewayGround) -> None:
        """A 500 says nothing of what was done."""
        self._unknown(ground, Fault.ERROR, "an error of the gateway is unknown")

    def test_an_answer_that_cannot_be_read_is_unknown(self, ground: GatewayGround) -> None:
        """Neither of HTTP, nor of JSON."""
        for fault in (Fault.GARBAGE, Fault.NONSENSE):
            self._unknown(ground, fault, "an answer that cannot be read is unknown")

    def _unknown(self, ground: GatewayGround, fault: Fault, rule: str) -> None:
        for request in _requests(ground):
            before = len(ground.moved())
            answer = self._broken(ground, request, fault, rule)
            sure = isinstance(answer, (*_NO, NotSent))
            assert not sure, f"{rule}: it may have been done; it was {answer!r}"
            if isinstance(answer, GatewayResult):
                status = status_of(request.money, answer.observations)
                assert status not in FINAL, f"{rule}: it is not taken for {status}"
            trial = Trial(ground)
            if _finds(ground, request):
                known = trial.known(request, OpKind.SALE).status
                told = known in {OpStatus.ACTION_REQUIRED, OpStatus.PENDING, OpStatus.SUCCEEDED}
                assert told, f"{rule}, and asking tells; {known}"
            else:
                found = trial.fetch(request.operation_id, OpKind.SALE, request.money).found
                assert found is Found.CANNOT_TELL, f"{rule}, and nothing is made up; {found}"
            trial.done(request)
            assert len(ground.moved()) == before + 1, f"{rule}, and the same request again charges once"

    def _broken(
        self, ground: GatewayGround, request: StartRequest, fault: Fault, rule: str
    ) -> GatewayResult | BaseException | LockportalError:
        """Answer what a gateway answers or raises while something breaks; it must not take for ever."""
        answers: list[GatewayResult | BaseException] = []

        def start() -> None:
            try:
                answers.append(ground.gateway.start(request))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the rule judges it
                answers.append(error)

        _proxy(ground).fail(fault)
        thread = threading.Thread(target=start, daemon=True)
        thread.start()
        thread.join(self.patience)
        assert answers, f"{rule}, and a gateway gives up in time"
        return answers[0]


def _proxy(ground: GatewayGround) -> FaultProxy:
    needs(ground.proxy, "proxy")
    assert ground.proxy is not None
    return ground.proxy


def _finds(ground: GatewayGround, request: StartRequest) -> bool:
    """Say whether a gateway declares that it finds an operation by our id."""
    able = ground.descriptor.method(request.kind)
    return able is not None and FetchBy.OPERATION_ID in able.fetch


def _requests(ground: GatewayGround) -> list[StartRequest]:
    _proxy(ground)
    return [start_request(capability) for capability in ground.offering(OpKind.SALE)]
