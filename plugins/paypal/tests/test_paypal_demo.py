"""The demo takes payments through the stub: once the bank says no, then the invoice is paid, and there is a receipt."""

import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import pytest
from lockportal_paypal import DESCRIPTOR

from lockportal.demo import run
from lockportal.demo.stubs import STUBS
from lockportal.payments import MethodKind

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
STAND = PROJECT["entry-points"][STUBS]["paypal-stub"]
PAYS = [
    "ok the payer goes on to the gateway's page",
    "ok the bank says no, and the page says what to do",
    "ok the second try goes through",
    "ok the receipt is there as PDF",
    "ok the books tie out",
]


@pytest.mark.skipif(find_spec("typst") is None, reason="the demo needs Typst")
def test_the_demo_walks_through_the_stub(tmp_path, monkeypatch):
    pytest.importorskip("lockportal_example_fastapi")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told = []
    assert run(app="lockportal_example_fastapi:serve", gateway=STAND, check=True, customers=4, echo=told.append) == 0, told
    assert [line for line in told if line in PAYS] == PAYS
    assert list(tmp_path.iterdir()) == []


def test_the_stub_offers_what_its_gateway_can_do(tmp_path):
    with resolve_name(STAND)(tmp_path, "http://127.0.0.1:9/webhooks/gateway") as stub:
        assert stub.account.gateway == DESCRIPTOR.gateway_type
        assert set(stub.methods) <= {one.kind for one in DESCRIPTOR.methods}
        assert stub.methods[0] is MethodKind.PAYPAL
