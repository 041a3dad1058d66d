"""Configuration of the documentation: Sphinx, MyST and Furo, built without a network."""

import importlib.util
import sys
from importlib.metadata import version as installed
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

project = "lockportal"
author = "lockportal contributors"
copyright = f"2026, {author}"
release = version = installed("lockportal")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "sphinx_design",
    "sphinxcontrib.mermaid",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3

autodoc_class_signature = "mixed"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"lockportal {release}"
html_copy_source = False
html_show_sphinx = False
# The build fetches nothing; a reader's browser fetches Mermaid, and shows a diagram's source where it cannot.
mermaid_fullscreen = False


def importable(name: str) -> bool:
    """Tell whether a module is there, without importing it."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


class WhenImportable(SphinxDirective):
    """Keep what stands in the directive only where the module it names is there."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        """Parse the content, or leave it out."""
        return self.parse_content_to_nodes() if importable(self.arguments[0]) else []


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("when-importable", WhenImportable)
