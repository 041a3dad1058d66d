"""Policies of lockportal.toml: the default, whole ones, and that a wrong one is refused whole, by the field's name."""

from datetime import time
from decimal import Decimal

import pytest

from lockportal.config import load_config
from lockportal.core.errors import Refused
from lockportal.core.messages import Channel
from lockportal.core.money import Money
from lockportal.dunning.policies import STANDARD, Basis, Escalation, Fee, Level, Policy, Template
from lockportal.dunning.settings import DunningSettings

WHOLE = """
[dunning]
active = true
awake_from = 09:00:00
awake_until = 17:30:00
zones = { US = "America/Chicago" }

[[dunning.policies]]
name = "germany"
segment = { countries = ["DE", "AT"], terms = ["NET30"] }
upcoming = [2, 7]
statements = [1]
minimum = { EUR = "25.00" }
gap_days = 7
interest = { statutory = "eu", day_count = "actual_360", rounding = "daily", rates = [{ on = "2026-07-01", percent = "2.15" }] }

[[dunning.policies.levels]]
name = "reminder"
days = 5
tell = [{ role = "pay", template = "friendly" }, { role = "view", template = "firm", channel = "mail", languages = ["de"] }]

[[dunning.policies.levels]]
name = "last"
basis = "step"
days = 14
interest = true
fee = { amounts = { EUR = "10.00" }, percent = "1.5" }
escalate = ["call", "hold", "agency"]

[[dunning.policies]]
name = "rest"
[[dunning.policies.levels]]
name = "only"
basis = "month_day"
days = 31
"""


def read(tmp_path, text):
    path = tmp_path / "lockportal.toml"
    path.write_text(text, "utf-8")
    (found,) = load_config(path, {"dunning": DunningSettings}, environment={}).settings
    return found


def test_a_policy_is_written_in_toml(tmp_path):
    made = read(tmp_path, WHOLE)
    germany, rest = made.policies
    assert (made.active, made.awake_until, made.zones) == (True, time(17, 30), {"US": "America/Chicago"})
    assert (germany.upcoming, germany.statements, germany.gap_days) == ((2, 7), (1,), 7)
    assert germany.minimum == {"EUR": Decimal("25.00")}
    assert [(one.role.value, one.template, one.channel, one.languages) for one in germany.levels[0].tell] == [
        ("pay", Template.FRIENDLY, Channel.MAIL, ()),
        ("view", Template.FIRM, Channel.MAIL, ("de",)),
    ]
    last = germany.levels[1]
    assert (last.basis, last.interest, last.escalate) == (Basis.STEP, True, tuple(Escalation))
    assert str(last.fee.of(Money(1000_00, "EUR"))) == "EUR 25.00"
    assert germany.interest.yearly[-1].percent == Decimal("10.15")
    assert rest.levels == (Level(name="only", basis=Basis.MONTH_DAY, days=31),)


def test_without_a_word_the_standard_policy_holds_and_nothing_is_sent():
    assert DunningSettings() == DunningSettings(active=False, policies=(STANDARD,))
    assert [(level.days, level.escalate) for level in STANDARD.levels] == [(5, ()), (20, ()), (40, (Escalation.CALL,))]
    assert all(level.tell and level.fee == Fee() and not level.interest for level in STANDARD.levels)


LEVEL = '[[dunning.policies]]\nname = "p"\n[[dunning.policies.levels]]\nname = "a"\n'


@pytest.mark.parametrize(
    ("text", "field", "word"),
    [
        (LEVEL + 'days = "5"', "dunning.policies[0].levels[0].days", "expected int"),
        (LEVEL + "days = -1", "dunning.policies[0].levels[0]", "dunning.level.days: must be a whole number from 0"),
        (LEVEL + 'days = 32\nbasis = "month_day"', "dunning.policies[0].levels[0]", "dunning.level.days: a day of the month"),
        (LEVEL + 'days = 1\nbasis = "noon"', "dunning.policies[0].levels[0].basis", "noon"),
        (LEVEL + "days = 1\ndelay = 2", "dunning.policies[0].levels[0].delay", "there is no such field"),
        (LEVEL + 'days = 1\ntell = [{ template = "rude" }]', "dunning.policies[0].levels[0].tell[0].template", "rude"),
        (LEVEL + 'days = 1\nfee = { percent = "101" }', "dunning.policies[0].levels[0].fee", "dunning.percent: must be a perc"),
        (LEVEL + 'days = 1\nfee = { amounts = { EUR = "-1" } }', "dunning.policies[0].levels[0].fee", "must not be below zero"),
        (
            LEVEL + 'days = 1\nfee = { amounts = { EUR = "1.005" } }',
            "dunning.policies[0].levels[0].fee",
            "dunning.amounts: 1.005",
        ),
        (LEVEL + 'days = 1\nfee = { amounts = { Euro = "1" } }', "dunning.policies[0].levels[0].fee", "is not an ISO 4217 code"),
        (LEVEL + "days = 1\ninterest = true", "dunning.policies[0]", "dunning.levels: one charges interest"),
        (
            LEVEL + 'days = 9\n[[dunning.policies.levels]]\nname = "b"\ndays = 9',
            "dunning.policies[0]",
            "must come later than 'a'",
        ),
        (LEVEL + 'days = 9\n[[dunning.policies.levels]]\nname = "a"\ndays = 10', "dunning.policies[0]", "names one twice"),
        ('[[dunning.policies]]\nname = " "\nlevels = [{ name = "a", days = 1 }]', "dunning.policies[0]", "dunning.name: must be"),
        ('[[dunning.policies]]\nname = "p"\nlevels = []', "dunning.policies[0]", "dunning.levels: needs 1 to 20"),
        ('[[dunning.policies]]\nname = "p"\nupcoming = [3, 3]\nlevels = []', "dunning.policies[0]", "dunning."),
        (
            '[[dunning.policies]]\nname = "p"\nstatements = [0]\nlevels = [{ name = "a", days = 1 }]',
            "dunning.policies[0]",
            "dunning.statements: must be rising whole numbers from 1 to 31",
        ),
        (
            '[[dunning.policies]]\nname = "p"\nupcoming = [7, 3]\nlevels = [{ name = "a", days = 1 }]',
            "dunning.policies[0]",
            "dunning.upcoming: must be rising",
        ),
        (LEVEL + "days = 1\n[dunning.policies.interest]\n", "dunning.policies[0].interest", "name the agreed rates"),
        (
            LEVEL + 'days = 1\n[dunning.policies.interest]\nrates = [{ on = "2026-01-01", percent = "-1" }]',
            "dunning.policies[0].interest",
            "dunning.interest.rates: a rate is",
        ),
        (
            LEVEL
            + "days = 1\n[dunning.policies.interest]\n"
            + 'rates = [{ on = "2026-01-02", percent = "1" }, { on = "2026-01-02", percent = "2" }]',
            "dunning.policies[0].interest",
            "the days must rise",
        ),
        ("[dunning]\npolicies = []", "dunning", "dunning.policies: needs at least one"),
        (2 * (LEVEL + "days = 1\n"), "dunning", "dunning.policies: names one twice"),
        ("[dunning]\nawake_from = 20:00:00", "dunning", "dunning.awake_from: must lie before 20:00:00"),
        ('[dunning]\nzones = { DE = "Mars/Base" }', "dunning", "'Mars/Base' of DE is not an IANA time zone"),
        ("[dunning]\nagain_after = 1", "dunning", "dunning.again_after: must be a whole number"),
        ("[dunning]\nactive = 1", "dunning.active", "expected bool"),
    ],
)
def test_a_wrong_policy_is_refused_whole_and_names_the_field(tmp_path, text, field, word):
    with pytest.raises(Refused) as refused:
        read(tmp_path, text)
    assert refused.value.field == field
    assert word in refused.value.message


def test_a_policy_made_in_code_is_held_to_the_same():
    with pytest.raises(ValueError, match="needs 1 to 20"):
        Policy(name="p", levels=())
