"""Each rule of the gateways' contract fails who breaks it, and says which it is."""

import inspect
import json
import socket
from contextlib import ExitStack, contextmanager, nullcontext
from uuid import uuid4

import pytest
from attrs import evolve

from lockportal.core.money import Money
from lockportal.payments.errors import NotSent, OutcomeUnknown, RequestRejected, Unsupported, WebhookMalformed, WebhookUnverified
from lockportal.payments.fake import DESCRIPTOR, FakeGateway
from lockportal.payments.fake.events import read
from lockportal.payments.fake.signing import TOLERANCE, verify
from lockportal.payments.methods import FetchBy
from lockportal.payments.operations import DeclineCode, ObservationSource, OpKind, OpStatus
from lockportal.payments.ports import FetchResult, Found, GatewayResult, HealthReport, MethodStatus
from lockportal.testing import GatewayContract, HttpParty
from lockportal.testing.gateways import Contacted, FaultProxy, loopback_only
from payments.gateways.grounds import SECRETS, fake_ground
from payments.gateways.tiny import API_KEY, Service, TinyGateway, TinySettings, tiny_ground
from waiting import Meeting


def changing(result, **changes):
    """A result whose observations are changed."""
    return evolve(result, observations=tuple(evolve(one, **changes) for one in result.observations))


# what is declared


class OffersMore(FakeGateway):
    """Does not look at what it declares."""

    def _offered(self, operation, kind, currency):
        pass


class OffersLess(FakeGateway):
    def void(self, request):
        raise Unsupported("broken.unsupported")


class Ill(FakeGateway):
    def check(self):
        return HealthReport(well=False, message="no credentials")


# keys


class NewKeyEachTime(FakeGateway):
    """Retries under another key, as a client does that makes one up for each call."""

    def start(self, request):
        result = super().start(evolve(request, operation_id=uuid4()) if self.fetched(request).observations else request)
        return changing(result, operation_id=request.operation_id)

    def fetched(self, request):
        return self.fetch(FetchOf(request))


class FetchOf:
    def __init__(self, request):
        self.operation_id = request.operation_id


class Again(FakeGateway):
    """Charges each time that it is asked, at once."""

    def start(self, request):
        if self._bank.order(request.operation_id):
            other = evolve(request, operation_id=uuid4())
            super().start(other)
            self.hosted.press(other.operation_id.hex, "ok")
        return super().start(request)


class Racing(FakeGateway):
    """Looks whether it has done it already, and then does it."""

    def start(self, request):
        seen = self._bank.order(request.operation_id)
        self.__dict__.setdefault("looked", Meeting()).wait()
        if seen is None and not self._bank.first(request.operation_id):
            other = evolve(request, operation_id=uuid4())
            super().start(other)
            self.hosted.press(other.operation_id.hex, "ok")
        return super().start(request)


class AnyBody(FakeGateway):
    """Answers a key from what it did first, whatever is asked now."""

    def start(self, request):
        if self._bank.order(request.operation_id):
            return self._result(request.operation_id)
        return super().start(request)


class KeyOfThePayment(FakeGateway):
    """Makes a refund's key from the payment and the amount."""

    def refund(self, request):
        known = self.__dict__.setdefault("known", {})
        first = known.setdefault((request.parent, request.money), request.operation_id)
        return changing(super().refund(evolve(request, operation_id=first)), operation_id=request.operation_id)


class FindsAnything(FakeGateway):
    def fetch(self, request):
        return evolve(super().fetch(request), found=Found.FOUND)


class ConfirmsByAsking(FakeGateway):
    def fetch(self, request):
        result = super().fetch(request)
        if self._bank.order(request.operation_id):
            self.hosted.press(request.operation_id.hex, "ok")
        return result


# amounts


class Cumulative(FakeGateway):
    """Tells the sum of what was captured so far."""

    def fetch(self, request):
        result = super().fetch(request)
        if request.kind is not OpKind.CAPTURE:
            return result
        total = self.__dict__.setdefault("total", {})
        so_far = total.setdefault(request.parent.operation_id, {})
        so_far[request.operation_id] = request.money.minor
        return changing(result, money=Money(sum(so_far.values()), request.money.currency))


class Generous(FakeGateway):
    """Says yes to whatever the bank refuses, of the kinds that are named."""

    says_yes = ""

    def _follow(self, kind, request):
        try:
            return super()._follow(kind, request)
        except RequestRejected:
            if kind.value != self.says_yes:
                raise
            return GatewayResult()


class CapturesMore(Generous):
    says_yes = "capture"


class RefundsMore(Generous):
    says_yes = "refund"


class VoidsAnything(Generous):
    says_yes = "void"


class CapturesVoided(FakeGateway):
    """Says yes to a capture where there is nothing, though not to one that is too high."""

    def capture(self, request):
        voided = [leaf for leaf in self._bank.log(request.parent.operation_id) if leaf.fact.kind == "void"]
        return GatewayResult() if voided else super().capture(request)


class TwoDigits(FakeGateway):
    """Takes every currency for one of two digits."""

    def start(self, request):
        digits = {"JPY": 100, "KWD": 1}.get(request.money.currency, 1)
        return super().start(evolve(request, money=Money(request.money.minor * digits, request.money.currency)))


class TellsWhatWasAsked(FakeGateway):
    def fetch(self, request):
        return changing(super().fetch(request), money=request.money)


# outcomes


class RaisesDeclines(FakeGateway):
    def complete(self, request):
        result = super().complete(request)
        return GatewayResult() if result.decline else result


class DeclinesAlike(FakeGateway):
    def complete(self, request):
        result = super().complete(request)
        if result.decline is None:
            return result
        return evolve(result, decline=evolve(result.decline, code=DeclineCode.DECLINED))


class BelievesTheBrowser(FakeGateway):
    def complete(self, request):
        return changing(super().complete(request), status=OpStatus(request.params.get("status", "pending")))


class ReturnIsFailure(FakeGateway):
    """Takes a return for the failure of its sale."""

    def fetch(self, request):
        result = super().fetch(request)
        if not any(one.kind is OpKind.RETURN for one in result.observations):
            return result
        return evolve(
            result, observations=tuple(evolve(one, kind=OpKind.SALE, status=OpStatus.FAILED) for one in result.observations)
        )


class ReturnOfNothing(FakeGateway):
    def fetch(self, request):
        return changing(super().fetch(request), parent_ref="")


class UnheardIsFailure(FakeGateway):
    def fetch(self, request):
        result = super().fetch(request)
        unheard = any(leaf.fact.status.endswith("moon") for leaf in self._bank.log(request.operation_id))
        return changing(result, status=OpStatus.FAILED) if unheard else result


# saved methods


class AsksThePayer(FakeGateway):
    def _debited(self, method):
        return "ask", False


class RaisesAtTwice(FakeGateway):
    def detach_method(self, ref):
        if self._bank.forgotten(ref.ref):
            raise RequestRejected("broken.gone")
        super().detach_method(ref)


class NeverForgets(FakeGateway):
    def detach_method(self, ref):
        pass


class ForgetsInWords(FakeGateway):
    def fetch_method(self, ref):
        return evolve(super().fetch_method(ref), status=MethodStatus.ACTIVE)


# webhooks


class TellsOther(FakeGateway):
    """Calls a charge pending in its webhooks that has succeeded."""

    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        return evolve(batch, events=tuple(changing(one, status=OpStatus.PENDING) for one in batch.events))


class WithoutSource(FakeGateway):
    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        return evolve(batch, events=tuple(changing(one, source=ObservationSource.SYNC) for one in batch.events))


class RemembersEvents(FakeGateway):
    """Leaves out what it has read already, though it may not have been kept."""

    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        read_before = self.__dict__.setdefault("read_before", set())
        events = tuple(one for one in batch.events if one.event_id not in read_before)
        read_before.update(one.event_id for one in events)
        return evolve(batch, events=events)


class TakesTheFirstEvent(FakeGateway):
    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        return evolve(batch, events=batch.events[:1])


class KnownTypesOnly(FakeGateway):
    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        if any(one.type == "payout.paid" for one in batch.events):
            raise WebhookMalformed("broken.type")
        return batch


class AnswersBadly(FakeGateway):
    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        return batch if any(one.observations for one in batch.events) else evolve(batch, status=422)


class TakesForeign(FakeGateway):
    def parse_webhook(self, request, secrets):
        batch = super().parse_webhook(request, secrets)
        raw = json.loads(request.body)["events"][0]
        if batch.events[0].observations or "fact" not in raw:
            return batch
        raw["fact"]["operation_id"] = str(uuid4())
        return read(json.dumps({"events": [raw]}).encode())


class VerifiesWhatItMeans(FakeGateway):
    """Writes the JSON anew before it is verified."""

    def parse_webhook(self, request, secrets):
        try:
            meant = json.dumps(json.loads(request.body), sort_keys=True, separators=(",", ":")).encode()
        except ValueError:
            raise WebhookUnverified("broken.json") from None
        return super().parse_webhook(evolve(request, body=meant), secrets)


class WithoutSecretAllIsWell(FakeGateway):
    def parse_webhook(self, request, secrets):
        return super().parse_webhook(request, secrets) if secrets else read(request.body)


class AnySecret(FakeGateway):
    def parse_webhook(self, request, secrets):
        try:
            return super().parse_webhook(request, secrets)
        except WebhookUnverified as error:
            if error.code != "webhook.signature" or not secrets or not request.body.endswith(b"}]}"):
                raise
            return read(request.body)


class FirstSecretOnly(FakeGateway):
    def parse_webhook(self, request, secrets):
        return super().parse_webhook(request, secrets[:1])


class NeverStale(FakeGateway):
    def parse_webhook(self, request, secrets):
        try:
            return super().parse_webhook(request, secrets)
        except WebhookUnverified as error:
            if error.code != "webhook.stale":
                raise
            return read(request.body)


class Impatient(FakeGateway):
    def parse_webhook(self, request, secrets):
        verify(request.headers, request.body, secrets, request.received_at)
        verify(request.headers, request.body, secrets, request.received_at + TOLERANCE / 2)
        return read(request.body)


class RaisesAnything(FakeGateway):
    """Reads the time before it looks whether it is one."""

    def parse_webhook(self, request, secrets):
        int(request.headers.get("webhook-timestamp", "0") or "x")
        return super().parse_webhook(request, secrets)


class TrustsTheBody(FakeGateway):
    def parse_webhook(self, request, secrets):
        verify(request.headers, request.body, secrets, request.received_at)
        json.loads(request.body)["events"]
        return read(request.body)


# what is told


class Chatty(FakeGateway):
    def start(self, request):
        return evolve(super().start(request), exchange=f"POST /charges customer={request.customer}")


class ToldByItsErrors(FakeGateway):
    def refund(self, request):
        try:
            return super().refund(request)
        except RequestRejected as error:
            raise RequestRejected("broken.refund") from ValueError(f"signed with {SECRETS[0].value}: {error}")


class LooksOutside(FakeGateway):
    def check(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
            outside.connect(("192.0.2.1", 53))
        return super().check()


FAKES = [
    (OffersMore, "test_what_is_not_declared_is_unsupported", "what is not declared is Unsupported"),
    (OffersLess, "test_what_is_declared_works", "what is declared works: void of card; it was Unsupported"),
    (Ill, "test_a_gateway_says_whether_it_is_well", "says that it is well"),
    (Again, "test_the_same_request_again_charges_once", "the same request again charges once .*; 3 times here"),
    (NewKeyEachTime, "test_the_same_request_again_charges_once", "the same request again charges once"),
    (Racing, "test_racers_with_one_key_charge_once", "racers with one key charge once"),
    (AnyBody, "test_a_key_is_bound_to_its_amount", "a key with another amount is RequestRejected"),
    (KeyOfThePayment, "test_two_equal_refunds_are_two", "two equal refunds are two, .*; 1 here"),
    (FindsAnything, "test_what_was_never_asked_is_not_found", "what was never asked is NOT_FOUND; it is found"),
    (ConfirmsByAsking, "test_asking_changes_nothing", "asking changes nothing"),
    (Cumulative, "test_captures_come_in_parts", "each capture is told with its own amount"),
    (CapturesMore, "test_no_more_is_taken_than_was_promised", "no more is taken than was promised: RequestRejected; it was None"),
    (VoidsAnything, "test_what_was_taken_cannot_be_voided", "what was taken cannot be voided: RequestRejected; it was None"),
    (CapturesVoided, "test_what_was_voided_cannot_be_taken", "what was voided cannot be taken: RequestRejected; it was None"),
    (
        RefundsMore,
        "test_no_more_is_given_back_than_was_taken",
        "no more is given back than was taken .*: RequestRejected; it was None",
    ),
    (TwoDigits, "test_every_currency_keeps_its_digits", "every currency keeps its digits"),
    (TellsWhatWasAsked, "test_the_gateways_own_amount_is_told", "the gateway's own amount is told, not what was asked"),
    (RaisesDeclines, "test_a_decline_is_an_answer", "a decline is an answer, and a failure"),
    (DeclinesAlike, "test_a_decline_is_an_answer", "of the code insufficient_funds; it was declined"),
    (
        BelievesTheBrowser,
        "test_what_a_browser_brings_proves_nothing",
        "what a browser brings proves nothing; it made it succeeded",
    ),
    (ReturnIsFailure, "test_a_return_is_an_operation_of_its_own", "a return is an operation of its own"),
    (ReturnOfNothing, "test_a_return_is_an_operation_of_its_own", "with the sale as its parent"),
    (UnheardIsFailure, "test_a_status_that_nobody_heard_of_is_pending", "nobody heard of is pending; it was failed"),
    (AsksThePayer, "test_a_saved_method_is_debited", "debited with nobody there"),
    (RaisesAtTwice, "test_a_forgotten_method_is_gone", "to forget a method twice is to forget it"),
    (NeverForgets, "test_a_forgotten_method_is_gone", "a forgotten method is gone: nothing is taken"),
    (ForgetsInWords, "test_a_forgotten_method_is_gone", "a forgotten method is gone: it is not active"),
    (TellsOther, "test_a_webhook_tells_what_the_gateway_does", "webhook, answer and asking come to the same"),
    (WithoutSource, "test_a_webhook_tells_what_the_gateway_does", "say that they are its"),
    (RemembersEvents, "test_the_order_of_webhooks_does_not_matter", "in any order, however often, come to the same"),
    (TakesTheFirstEvent, "test_several_events_come_in_one_webhook", "of several events in one webhook none is lost"),
    (KnownTypesOnly, "test_an_unknown_type_is_answered_well", "an unknown type is answered well; it was WebhookMalformed"),
    (AnswersBadly, "test_an_unknown_type_is_answered_well", "an unknown type is answered well, by 422"),
    (TakesForeign, "test_a_foreign_object_is_answered_well", "not ours is answered well, and says nothing"),
    (VerifiesWhatItMeans, "test_a_changed_webhook_is_unverified", "its raw bytes are signed; it was None"),
    (AnySecret, "test_another_secret_signs_nothing", "what another secret signed is unverified; it was None"),
    (WithoutSecretAllIsWell, "test_another_secret_signs_nothing", "without a secret everything is; it was None"),
    (FirstSecretOnly, "test_either_of_two_secrets_will_do", "either of two secrets will do"),
    (NeverStale, "test_a_stale_webhook_is_unverified", "a stale webhook is unverified; it was None"),
    (Impatient, "test_a_stale_webhook_is_unverified", "within the tolerance is well"),
    (RaisesAnything, "test_garbage_in_a_header_is_unverified", "and nothing else; it was ValueError"),
    (TrustsTheBody, "test_garbage_that_is_signed_is_malformed", "garbage that is signed is WebhookMalformed"),
    (Chatty, "test_nothing_private_is_told", "a transcript bears the payer's name"),
    (ToldByItsErrors, "test_nothing_private_is_told", "1 secrets stand in"),
    (LooksOutside, "test_nobody_outside_is_asked", "no network outside the loopback: 192.0.2.1"),
]


# on the wire


class NotSentWhateverHappened(TinyGateway):
    """Takes every failure of a connection for one before anything was sent."""

    def call(self, *args):
        try:
            return super().call(*args)
        except OutcomeUnknown as error:
            raise NotSent("broken.not_sent") from error


class FailedWhateverHappened(TinyGateway):
    def start(self, request):
        try:
            return super().start(request)
        except OutcomeUnknown:
            raise RequestRejected("broken.rejected") from None


class RetriesAnew(TinyGateway):
    """Sends it once more under a key of its own when the connection breaks."""

    def start(self, request):
        try:
            return super().start(request)
        except OutcomeUnknown:
            other = super().start(evolve(request, operation_id=uuid4()))
            self.service.move(other.observations[0].operation_id, state="paid")
            raise


class WaitsForEver(TinyGateway):
    seconds = 60


class NonsenseIsFailure(TinyGateway):
    def start(self, request):
        try:
            return super().start(request)
        except OutcomeUnknown as error:
            if error.code != "tiny.unreadable":
                raise
            raise RequestRejected("broken.nonsense") from None


class ErrorIsFailure(TinyGateway):
    def start(self, request):
        try:
            return super().start(request)
        except OutcomeUnknown as error:
            if error.code != "tiny.500":
                raise
            raise RequestRejected("broken.500") from None


WIRED = [
    (FailedWhateverHappened, "test_what_was_cut_before_can_be_sent_again", "it is not taken for a no"),
    (RetriesAnew, "test_what_was_cut_before_can_be_sent_again", "and charges once"),
    (NotSentWhateverHappened, "test_what_was_cut_after_is_unknown", "what was cut after is unknown: it may have been done"),
    (RetriesAnew, "test_what_was_cut_after_is_unknown", "the same request again charges once"),
    (WaitsForEver, "test_silence_is_unknown", "silence is unknown, and a gateway gives up in time"),
    (ErrorIsFailure, "test_an_error_of_the_gateway_is_unknown", "an error of the gateway is unknown: it may have been done"),
    (NonsenseIsFailure, "test_an_answer_that_cannot_be_read_is_unknown", "cannot be read is unknown: it may have been done"),
]

CARD = DESCRIPTOR.methods[0]
UNSOUND = [
    ({"gateway_type": "My Gateway"}, "a short name"),
    ({"display_name": " "}, "a name to be shown"),
    ({"api_version": 99}, "this version of the contract"),
    ({"config_schema": dict}, "an attrs class"),
    ({"methods": ()}, "declares a way to pay"),
    ({"methods": (CARD, CARD)}, "declared once"),
    ({"webhooks": False}, "whether there are webhooks"),
    ({"methods": (evolve(CARD, operations={OpKind.REFUND}),)}, "takes or authorizes money"),
    ({"methods": (evolve(CARD, operations={OpKind.SALE, OpKind.RETURN}),)}, "not what happens by itself"),
    ({"methods": (evolve(CARD, operations={OpKind.SALE, OpKind.CAPTURE}),)}, "captures what it authorizes"),
    ({"methods": (evolve(CARD, operations={OpKind.SALE}),)}, "says how it captures"),
    ({"methods": (evolve(CARD, flows=frozenset()),)}, "how a payer gives it"),
    ({"methods": (evolve(CARD, currencies=frozenset({"XYZ"})),)}, "ISO 4217"),
    ({"methods": (evolve(CARD, fetch=frozenset()),)}, "by what an operation is found"),
    ({"methods": (evolve(CARD, expected_days=3),)}, "only where it is asynchronous"),
]
RULES = {name for name, _ in inspect.getmembers(GatewayContract, inspect.isfunction) if name.startswith("test_")}


@contextmanager
def wired(kind):
    """A gateway on the wire and its ground."""
    service = Service()
    with ExitStack() as stack:
        stub = stack.enter_context(HttpParty(answer=service.answer))
        proxy = stack.enter_context(FaultProxy(stub.url))
        gateway = kind(proxy.url, TinySettings(API_KEY))
        gateway.service = service
        yield tiny_ground(gateway, service, proxy=proxy)


@pytest.mark.parametrize(("kind", "rule", "words"), [pytest.param(*row, id=f"{row[0].__name__}-{row[1]}") for row in FAKES])
def test_a_gateway_that_breaks_a_rule_is_told_which(kind, rule, words):
    with pytest.raises(AssertionError, match=words):
        getattr(GatewayContract(), rule)(fake_ground(kind))


@pytest.mark.parametrize(("kind", "rule", "words"), [pytest.param(*row, id=f"{row[0].__name__}-{row[1]}") for row in WIRED])
def test_a_gateway_that_breaks_a_rule_on_the_wire_is_told_which(kind, rule, words, monkeypatch):
    if kind is WaitsForEver:  # who waits for it waits in vain
        monkeypatch.setattr(GatewayContract, "patience", 1.0)
    with wired(kind) as ground, pytest.raises(AssertionError, match=words):
        getattr(GatewayContract(), rule)(ground)


def by_reference_alone(kind, found):
    """A gateway that declares that it finds nothing by our id, and answers `found` for what it has no reference of."""

    class Answers(kind):
        def fetch(self, request):
            return super().fetch(request) if request.gateway_ref else FetchResult(found=found)

    return Answers


@pytest.mark.parametrize(
    ("found", "rule", "words"),
    [
        (Found.NOT_FOUND, "test_what_was_cut_after_is_unknown", "nothing is made up; not_found"),
        (Found.FOUND, "test_what_was_cut_before_can_be_sent_again", "the gateway knows nothing of it; it was found"),
        (Found.CANNOT_TELL, "test_what_was_cut_after_is_unknown", ""),
        (Found.CANNOT_TELL, "test_what_was_cut_before_can_be_sent_again", ""),
    ],
)
def test_a_gateway_that_finds_nothing_by_our_id_makes_nothing_up(found, rule, words):
    with wired(by_reference_alone(TinyGateway, found)) as ground:
        able = evolve(ground.descriptor.methods[0], fetch=frozenset({FetchBy.GATEWAY_REF}))
        ground = evolve(ground, descriptor=evolve(ground.descriptor, methods=(able,)))
        with pytest.raises(AssertionError, match=words) if words else nullcontext():
            getattr(GatewayContract(), rule)(ground)


@pytest.mark.parametrize(("changes", "words"), UNSOUND)
def test_a_descriptor_that_is_not_sound_is_told_why(changes, words):
    ground = fake_ground(descriptor=evolve(DESCRIPTOR, **changes))
    with pytest.raises(AssertionError, match=words):
        GatewayContract().test_a_gateway_says_what_it_is(ground)


def test_each_rule_has_a_gateway_that_breaks_it():
    assert {rule for _, rule, _ in (*FAKES, *WIRED)} | {"test_a_gateway_says_what_it_is"} == RULES


def test_a_contract_without_a_ground_says_what_it_needs():
    with pytest.raises(NotImplementedError, match="ground"):
        GatewayContract.ground.__wrapped__(GatewayContract())


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com", b"example.com"])
def test_a_machine_outside_is_not_reached(host):
    with loopback_only():
        with pytest.raises(Contacted, match="no network outside the loopback"):
            socket.create_connection((host, 80), timeout=0.1)
        socket.create_server(("127.0.0.1", 0)).close()
