"""Every command and question belongs to its capability, and is denied to whom its audience does not name."""

import importlib
import inspect
import pkgutil

import pytest

import lockportal
from lockportal.builtin import PLUGINS
from lockportal.core.actor import ActorKind, Audience
from lockportal.core.ports import Question
from lockportal.plugins import Plugins

CAPABILITIES = Plugins(PLUGINS, {}).capabilities


def questions(module: str) -> list[Question]:
    members = vars(importlib.import_module(module)).values()
    return sorted((member for member in members if isinstance(member, Question)), key=lambda question: question.name)


def modules(ending: str) -> list[str]:
    walked = pkgutil.walk_packages(lockportal.__path__, "lockportal.")
    return [found.name for found in walked if found.name.endswith(ending) and ".testing" not in found.name]


def test_every_command_belongs_to_its_capability():
    listed = {command for capability in CAPABILITIES for command in capability.commands}
    found = {
        member
        for name in modules(".commands")
        for _, member in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if member.__module__ == name and hasattr(member, "decide")
    }
    assert found
    assert found == listed


def test_every_question_belongs_to_its_capability():
    listed = [question.name for capability in CAPABILITIES for question in questions(capability.questions)]
    found = {question.name for name in modules(".queries") for question in questions(name)}
    assert found
    assert found == set(listed)


def test_a_question_bears_the_name_of_its_capability_and_no_other_question_does():
    names = [(c.name, question.name) for c in CAPABILITIES for question in questions(c.questions)]
    assert [name for capability, name in names if not name.startswith(f"{capability}.")] == []
    assert len({name for _, name in names}) == len(names)


@pytest.mark.parametrize("actor", list(ActorKind))
def test_an_audience_that_names_nobody_admits_nobody(actor):
    assert not Audience().admits(actor)
