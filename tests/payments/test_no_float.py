"""Where money is reckoned there is no float: neither a literal, nor the type, nor a division that makes one."""

import ast
from pathlib import Path

import pytest

import lockportal

SOURCE = Path(lockportal.__file__).parent
ROOMS = ("core/money.py", "ledger", "payments")
SECONDS = {("payments/gateways.py", "_SECONDS")}
"""What is no money: the names of numbers of seconds."""


def floats(tree, known=frozenset()):
    """The lines on which a float is made or named, but for the values of these names."""
    let = [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign | ast.Assign)]
    spared = {id(node.value) for node in let for target in _targets(node) if getattr(target, "id", "") in known}
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex) and id(node) not in spared
        named = isinstance(node, ast.Name) and node.id in {"float", "complex"}
        divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _whole(node.left) and _whole(node.right)
        other = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "math" and node.attr not in {"gcd", "comb"}
        if literal or named or divided or other:
            yield node.lineno


def _targets(node):
    return [node.target] if isinstance(node, ast.AnnAssign) else node.targets


def _whole(node):
    """Say whether something is a number of minor units by its name, or a whole number."""
    name = getattr(node, "attr", getattr(node, "id", ""))
    return name in {"minor", "amount_minor", "posted", "paid", "held"} or (
        isinstance(node, ast.Constant) and type(node.value) is int
    )


def modules():
    for room in ROOMS:
        found = SOURCE / room
        yield from [found] if found.suffix else sorted(found.rglob("*.py"))


@pytest.mark.guarantee(15)
def test_no_module_of_money_knows_a_float():
    seen = list(modules())
    assert len(seen) > 100
    for module in seen:
        name = module.relative_to(SOURCE).as_posix()
        known = {one for where, one in SECONDS if where == name}
        assert list(floats(ast.parse(module.read_text("utf-8")), known)) == [], name


@pytest.mark.parametrize(
    "code",
    ["x = 0.1", "y = float(1)", "def f(a: float): ...", "z = money.minor / 2", "math.floor(a)", "w = one.minor / two.minor"],
)
def test_the_search_finds_each_way_to_make_one(code):
    """The control."""
    assert list(floats(ast.parse(code))) == [1]


def test_what_is_exact_passes():
    assert list(floats(ast.parse("a = percent / 100; b = one.minor // 2; c = Decimal('0.1'); SECONDS = 1.5"), {"SECONDS"})) == []
