"""The portal in FastAPI: pages and JSON API, thin and complete."""

from __future__ import annotations

from lockportal_example_fastapi.application import create_app, from_environment, router
from lockportal_example_fastapi.serving import serve

__all__ = ["create_app", "from_environment", "router", "serve"]
