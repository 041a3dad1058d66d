"""The portal's routes registered in a loop: as a blueprint for an application of your own, or as an application."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Flask
from flask import Response as FlaskResponse
from flask import request as current
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from lockportal.portal import Portal
from lockportal.web import Front, StaffLogin, portals_of, staff_of
from lockportal_example_flask.translation import from_flask, to_flask


def blueprint(front: Front) -> Blueprint:
    """Make a blueprint of every route; its address in your application is the path of the portal's `base_url`."""
    made = Blueprint("lockportal", __name__)

    def answer(**_: str) -> FlaskResponse:
        return to_flask(front.handle(from_flask(current, front)))

    for route in front.routes:
        rule = route.path.replace("{", "<").replace("}", ">")
        name = route.name.replace(".", "_")
        made.add_url_rule(rule, name, answer, methods=[route.method], provide_automatic_options=False)
    return made


def create_app(portals: Portal | Mapping[str, Portal], *, staff: StaffLogin | Mapping[str, StaffLogin] | None = None) -> Flask:
    """Make a WSGI application of a portal, or of several by host name; behind a proxy, wrap its `wsgi_app` in ProxyFix.

    `staff` is how your own people are known, at the desk; for several suppliers, by the key of each. By default LOCKPORTAL_STAFF
    says it, as `name:password`; for several suppliers, LOCKPORTAL_STAFF_ACME for the one with the key `acme`.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    front = Front(portals, staff=staff_of(portals) if staff is None else staff)

    def failed(error: HTTPException) -> FlaskResponse:
        known = isinstance(error, NotFound | MethodNotAllowed)
        return to_flask(front.handle(from_flask(current, front, refused=0 if known else error.code or 500)))

    app.register_blueprint(blueprint(front))
    app.register_error_handler(HTTPException, failed)
    return app


def from_environment() -> Flask:
    """Make the application of the portals that lockportal.toml and the environment describe."""
    return create_app(portals_of())
