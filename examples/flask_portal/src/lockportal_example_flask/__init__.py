"""The portal in Flask: pages and JSON API, thin and complete."""

from __future__ import annotations

from lockportal_example_flask.application import blueprint, create_app, from_environment
from lockportal_example_flask.serving import serve

__all__ = ["blueprint", "create_app", "from_environment", "serve"]
