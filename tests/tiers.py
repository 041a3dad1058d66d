"""How much of the fault tests a run goes through: LOCKPORTAL_TIER is `quick` (the ordinary run), `C` (CI) or `F` (in full).

A test asks the fixture `tier` how often; what is too long for a lower tier bears `tier_c` or `tier_f` and is skipped there with
that reason.
"""

import os

import pytest
from attrs import frozen

ORDER = ("quick", "C", "F")
_WHERE = {"C": "python3 noxfile.py faults -- --tier=C", "F": "python3 noxfile.py faults"}


@frozen
class Tier:
    """The tier of this run."""

    name: str

    def times(self, quick: int, c: int, f: int | None = None) -> int:
        """How often something is done in this tier; F as C, where nothing else is said."""
        return {"quick": quick, "C": c, "F": c if f is None else f}[self.name]

    def some(self, total: int, quick: int, c: int | None = None) -> list[int]:
        """Numbers below `total`: all of them, or so many, evenly spread, the first and the last among them."""
        wanted = {"quick": quick, "C": total if c is None else c, "F": total}[self.name]
        if wanted >= total:
            return list(range(total))
        return sorted({round(n * (total - 1) / (wanted - 1)) for n in range(wanted)})


def pytest_addoption(parser):
    parser.addoption("--tier", choices=ORDER, default=os.environ.get("LOCKPORTAL_TIER") or "quick", help="how much of the faults")
    parser.addoption(
        "--beyond-ordinary", action="store_true", help="leave out what an ordinary run without MariaDB has done as well"
    )


def needs(least):
    """Skip the module that calls this, as a whole, in a lower tier."""
    if ORDER.index(os.environ["LOCKPORTAL_TIER"]) < ORDER.index(least):
        pytest.skip(f"of tier {least}: {_WHERE[least]}", allow_module_level=True)


def pytest_configure(config):
    os.environ["LOCKPORTAL_TIER"] = config.getoption("--tier")  # for modules, which are imported before there is a fixture
    config.addinivalue_line("markers", "tier_c: too long for the ordinary run")
    config.addinivalue_line("markers", "tier_f: too long for CI")


def pytest_collection_modifyitems(config, items):
    tier = ORDER.index(config.getoption("--tier"))
    for item in items:
        for least in ("C", "F"):
            if item.get_closest_marker(f"tier_{least.lower()}") and tier < ORDER.index(least):
                item.add_marker(pytest.mark.skip(reason=f"of tier {least}: {_WHERE[least]}"))
    if config.getoption("--beyond-ordinary"):
        done = [item for item in items if _ordinary(item)]
        config.hook.pytest_deselected(items=done)
        items[:] = [item for item in items if not _ordinary(item)]


def _ordinary(item):
    """Say whether a test does the same in every tier, as it asks for none and none is asked of it, and needs no MariaDB."""
    marks = map(item.get_closest_marker, ("tier_c", "tier_f", "mariadb"))
    return {"tier", "own_server"}.isdisjoint(item.fixturenames) and not any(marks)


@pytest.fixture(scope="session")
def tier(request):
    """The tier of this run."""
    return Tier(request.config.getoption("--tier"))
