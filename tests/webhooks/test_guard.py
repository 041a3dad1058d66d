"""An address that a stranger chose reaches nothing inside: it is looked at when the connection is made, and pinned."""

import socket
import ssl
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockportal.testing.world.http import Answer as Reply
from lockportal.testing.world.http import HttpParty
from lockportal.testing.world.resolver import ScriptedResolver
from lockportal.webhooks import WebhooksSettings
from lockportal.webhooks.connecting import Line, is_public, machine_resolver

KEYS = Path(__file__).parent / "keys"
PUBLIC = "93.184.216.34"
INSIDE = (
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "172.16.3.4",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",  # metadata of clouds
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
)
INSIDE_6 = ("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1")


def written(text):
    """One address of IPv4 in the ways in which it is written, and wrapped in IPv6."""
    number, parts = int(IPv4Address(text)), text.split(".")
    high, low = number >> 16, number & 0xFFFF
    yield from (text, f"{text}.", str(number), hex(number), f"0{number:o}", ".".join(f"0x{int(one):x}" for one in parts))
    yield from (".".join(f"0{int(one):o}" for one in parts), f"{parts[0]}.{number & 0xFFFFFF}")
    yield f"{parts[0]}.{parts[1]}.{low}"
    wrapped = (f"::ffff:{text}", f"::{text}", f"64:ff9b::{text}", f"64:ff9b:1::{text}", f"2002:{high:x}:{low:x}::1")
    teredo = IPv6Address((0x20010000 << 96) | (int(IPv4Address(PUBLIC)) << 64) | (number ^ 0xFFFFFFFF))
    yield from (f"[{one}]" for one in (*wrapped, f"::ffff:{high:x}:{low:x}", str(teredo)))


HOSTS = [*(one for text in INSIDE for one in written(text)), *(f"[{one}]" for one in INSIDE_6), "[fe80::1%25lo]", "localhost"]
URLS = [
    *(f"https://{host}/hook" for host in HOSTS),
    *(f"http://{host}/hook" for host in HOSTS[::4]),
    *(f"https://{host}:8443/latest/meta-data/?a=b" for host in HOSTS[::5]),
]


class Socket:
    """Writes down every connection that anybody begins, and lets none be made."""

    def __init__(self, monkeypatch):
        self.reached = []

        def connect(_, address):
            self.reached.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def connections(monkeypatch):
    return Socket(monkeypatch)


def line(resolver=machine_resolver, **given):
    return Line(**{"networks": (), "seconds": 15, "slots": 8, "ca_file": "", "agent": "x", "resolver": resolver, **given})


def naive(url, resolver):
    """The control: it looks first, and looks up once more when it connects, as most clients do."""
    host = url.split("/")[2].partition(":")[0]
    if not all(ip_address(one).is_global for one in resolver(host)):
        return
    sock = socket.socket()
    try:
        sock.connect((resolver(host)[0], 443))
    except OSError:
        return
    finally:
        sock.close()


@pytest.mark.guarantee(44)
def test_no_way_to_write_an_address_inside_leads_there(connections):
    way, seen = line(), []
    assert len(URLS) >= 300
    for url in URLS:
        answer = way.post(url, {}, b"{}")
        assert answer.fault.startswith(("webhook.address_forbidden", "webhook.unresolved")), url
        seen.append(answer.fault.partition(":")[0])
    assert connections.reached == []
    assert seen.count("webhook.address_forbidden") > 200


def test_a_public_address_is_reached(connections):
    for host in (PUBLIC, "[2606:2800:220:1::1]", f"[64:ff9b::{PUBLIC}]"):
        assert line().post(f"https://{host}/", {}, b"").fault.startswith("webhook.unreachable")
    assert len(connections.reached) == 3


@pytest.mark.guarantee(44)
def test_a_name_that_answers_otherwise_each_time_leads_outside_or_nowhere(connections):
    for answers in ([[PUBLIC], ["127.0.0.1"]], [["127.0.0.1"], [PUBLIC]], [[PUBLIC], ["::ffff:169.254.169.254"]]):
        resolver = ScriptedResolver({"rebind.example": answers})
        way = line(resolver)
        for _ in range(334):
            way.post("https://rebind.example/", {}, b"{}")
        assert len(resolver.asked) == 334  # once for each attempt
    assert set(connections.reached) == {PUBLIC}
    assert len(connections.reached) >= 500


@pytest.mark.guarantee(44)
def test_who_looks_up_twice_is_led_inside(connections):
    resolver = ScriptedResolver({"rebind.example": [[PUBLIC], ["127.0.0.1"]]})
    naive("https://rebind.example/", resolver)
    assert connections.reached == ["127.0.0.1"]


@pytest.mark.parametrize("answers", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], ["not an address"], []])
def test_one_address_inside_spoils_a_name(connections, answers):
    answer = line(ScriptedResolver({"a.example": [answers]})).post("https://a.example/", {}, b"")
    assert answer.fault.startswith(("webhook.address_forbidden", "webhook.unresolved"))
    assert connections.reached == []


def test_http_goes_to_the_own_networks_only_and_these_are_named(connections):
    way = line(ScriptedResolver({"erp.example": [["10.1.2.3"]], "out.example": [[PUBLIC]]}), networks=("10.1.2.0/24", "fd00::/8"))
    for url, reached in (
        ("http://erp.example/", ["10.1.2.3"]),
        ("https://erp.example/", ["10.1.2.3"]),
        ("http://out.example/", []),
        ("https://10.1.3.3/", []),
    ):
        connections.reached.clear()
        way.post(url, {}, b"")
        assert connections.reached == reached


@given(st.ip_addresses(v=4))
def test_what_is_inside_stays_inside_however_it_is_wrapped(address):
    number = int(address)
    wrapped = [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ]
    assert all(is_public(one) is is_public(address) for one in wrapped)
    assert not is_public(address) or address.is_global


# what is sent and read, over a real connection


def secure(party):
    """Have a party speak TLS under the name `erp.example`; answer the names that it was asked for."""
    names, context = [], ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS / "erp.pem", KEYS / "erp.key")
    context.sni_callback = lambda _, name, __: names.append(name)
    party._server.socket = context.wrap_socket(party._server.socket, server_side=True)
    return names, int(party.url.rpartition(":")[2])


@pytest.mark.guarantee(44)
def test_the_pinned_address_is_asked_under_the_name_and_its_certificate_is_checked():
    resolver = ScriptedResolver({"erp.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    party = HttpParty(answer=lambda _: Reply(201, b"{}"))
    names, port = secure(party)
    with party:
        trusting = line(resolver, networks=("127.0.0.0/8",), ca_file=str(KEYS / "erp.pem"))
        assert trusting.post(f"https://erp.example:{port}/a?b=c", {"webhook-id": "1"}, b"x").status == 201
        (request,) = party.done
        assert (names, request.headers["host"], request.path) == (["erp.example"], f"erp.example:{port}", "/a?b=c")
        assert (request.body, request.headers["webhook-id"]) == (b"x", "1")
        assert trusting.post(f"https://other.example:{port}/", {}, b"").fault.startswith("webhook.tls")
        stranger = line(resolver, networks=("127.0.0.0/8",))
        assert stranger.post(f"https://erp.example:{port}/", {}, b"").fault.startswith("webhook.tls")
        assert len(party.done) == 1


@pytest.mark.guarantee(44)
def test_no_more_than_64_kilobytes_of_an_answer_are_read():
    with HttpParty(answer=lambda _: Reply(400, b"x" * 1_000_000)) as party:
        answer = line(networks=("127.0.0.0/8",)).post(party.url, {}, b"")
    assert (answer.status, len(answer.body)) == (400, 64 * 1024)


@pytest.mark.guarantee(44)
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_who_answers_drop_by_drop_is_cut_off(first):
    ended = threading.Event()

    def drip(server):
        sock, _ = server.accept()
        with sock:
            sock.recv(65536)
            try:
                sock.sendall(first)
                while not ended.wait(0.05):
                    sock.sendall(b"x")
            except OSError:
                ended.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        way = line(networks=("127.0.0.0/8",), seconds=3, slots=1)
        answer = way.post(f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"{}")
        dripping.join(120)  # the other side has noticed: the slot is free again
    assert ended.is_set()
    assert answer.status == 200 or answer.fault.startswith("webhook.timed_out")
    with HttpParty() as party:
        assert way.post(party.url, {}, b"").status == 200


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with HttpParty() as party:
        assert line(networks=("127.0.0.0/8",)).post(party.url, {}, b"").status == 200


def test_what_has_no_time_left_is_cut_off_before_anything_is_connected(connections):
    answer = line(seconds=0).post(f"https://{PUBLIC}/", {}, b"")
    assert answer.fault == "webhook.timed_out: No answer within 0 seconds."
    assert connections.reached == []


def test_networks_of_the_house_are_networks():
    with pytest.raises(ValueError, match=r"webhooks\.private_networks: must be networks such as 10\.1\.2\.0/24, not 'the house'"):
        WebhooksSettings(private_networks=("the house",))
