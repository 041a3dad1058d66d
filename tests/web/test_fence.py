"""What templates may do is what Jinja's immutable sandbox lets them do, and what they say is what its gettext would."""

import types

import pytest
from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lockportal.core.money import Money
from lockportal.web import fence
from lockportal.web.fence import Fence
from lockportal.web.languages import Languages

OPTIONS = {"autoescape": True, "undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}


def steps():
    yield 1


class Pretended:
    """Calls itself a list."""

    @property
    def __class__(self):
        return list

    append = index = None


KINDS = [steps, steps(), steps().gi_frame, steps.__code__, Pretended(), [1], {"a": 1}, {1}, str, "text", Money(5, "USD"), types]
KINDS += [[1].append, Money(5, "USD").__str__, type("Listed", (list,), {})()]
NAMES = ["append", "clear", "pop", "update", "index", "keys", "mro", "gi_frame", "f_globals", "co_code", "__class__", "_hidden"]
NAMES += ["__func__", "__self__", "__globals__", "minor", "upper"]


def test_each_attribute_may_be_read_that_the_sandbox_lets_be_read():
    fenced, plain = Fence(**OPTIONS), ImmutableSandboxedEnvironment(**OPTIONS)
    for _ in range(2):  # asked, then remembered
        for kind in KINDS:
            for name in NAMES:
                assert fenced.is_safe_attribute(kind, name, None) == plain.is_safe_attribute(kind, name, None), (kind, name)


@pytest.mark.parametrize("source", ["{{ one.__class__.__mro__ }}", "{{ many.append(1) }}", "{{ '{0.__class__}'.format(one) }}"])
def test_a_template_reaches_nothing_behind_what_it_is_given(source):
    template = Fence(**OPTIONS).from_string(source)
    for _ in range(2):
        with pytest.raises(SecurityError):
            template.render(one=Money(5, "USD"), many=[])


def test_names_that_a_template_makes_up_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(fence, "_KEPT", 20)
    fenced = Fence(**OPTIONS)
    for number in range(200):
        assert fenced.is_safe_attribute("text", f"name{number}", None)
        assert not fenced.is_safe_attribute("text", f"_name{number}", None)
    assert len(fenced._known) <= 20


SOURCES = [
    "{{ _('Paid') }}",
    "{{ gettext('Paid') }}",
    "{{ _('<b>') }}",
    "{{ _('100 %% of %(what)s', what=given) }}",
    "{{ _('100 %%') }}",
    "{% trans %}100 % {% endtrans %}",
    "{% trans name=given %}By {{ name }}.{% endtrans %}",
    "{% trans count=1 %}{{ count }} day{% pluralize %}{{ count }} days{% endtrans %}",
    "{% trans count=3 %}{{ count }} day of {{ given }}{% pluralize %}{{ count }} days of {{ given }}{% endtrans %}",
    "{{ ngettext('%(num)s day', '%(num)s days', 4) }}",
    "{% autoescape false %}{{ _('%(what)s & <b>', what=given) }}{{ ngettext('<i>', '<b>', 2) }}{% endautoescape %}",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("tag", ["en", "de"])
def test_a_page_says_what_jinjas_own_gettext_would(source, tag):
    words = Languages([]).words(tag)
    plain = ImmutableSandboxedEnvironment(**OPTIONS)
    plain.install_gettext_callables(words.say, words.count, newstyle=True)
    template, other = Fence(**OPTIONS).from_string(source), plain.from_string(source)
    for given in ("<script>", "Quayside"):
        assert template.render(given=given, words=words) == other.render(given=given)


def test_each_reader_is_told_in_their_own_language():
    template, languages = Fence(**OPTIONS).from_string("{{ _('Paid') }}"), Languages([])
    told = [template.render(words=languages.words(tag)) for tag in ("en", "de", "en", "fr")]
    assert told[0] == told[2] == "Paid"
    assert len(set(told)) == 3
