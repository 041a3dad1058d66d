"""Templates are compiled once for all portals of a process, and anew where their content changes."""

from jinja2 import Environment

from lockportal.core.settings import Supplier
from lockportal.web.rendering import Templates


def shown(folder):
    supplier = Supplier(name="Quayside Supply Co.", currencies=("USD",))
    return Templates.load(supplier, [folder], {}, lambda name, **_: name).render("note.html", {"what": "<Crates>"})


def test_a_second_portal_compiles_nothing_and_a_changed_template_is_compiled(tmp_path, monkeypatch):
    compiled, compile_ = [], Environment.compile

    def counted(self, source, name=None, *more, **given):
        compiled.append(name)
        return compile_(self, source, name, *more, **given)

    monkeypatch.setattr(Environment, "compile", counted)
    note = tmp_path / "note.html"
    note.write_text("{{ supplier.name }} has {{ what }}")
    assert shown(tmp_path) == b"Quayside Supply Co. has &lt;Crates&gt;"
    assert compiled == ["note.html"]
    assert shown(tmp_path) == b"Quayside Supply Co. has &lt;Crates&gt;"
    assert compiled == ["note.html"]
    note.write_text("{{ what }} at {{ supplier.name }}")
    assert shown(tmp_path) == b"&lt;Crates&gt; at Quayside Supply Co."
    assert compiled == ["note.html"] * 2
