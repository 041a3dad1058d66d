"""From a path to its route, and from a route's name to its path."""

import pytest

from lockportal.core.routes import Entrance, Route, RouteMap

ROUTES = RouteMap(
    (
        Route(name="one", method="GET", path="/things/{thing}", entrance=Entrance.ANYONE, handler="m:one"),
        Route(name="change", method="POST", path="/things/{thing}", entrance=Entrance.ANYONE, handler="m:change"),
        Route(name="make", method="POST", path="/things", entrance=Entrance.ANYONE, handler="m:make"),
    )
)


def test_a_route_is_found_by_method_and_path():
    assert ROUTES.find("HEAD", "/things/7").params == {"thing": "7"}
    assert ROUTES.find("POST", "/things/7").route.name == "change"
    assert ROUTES.find("PUT", "/things/7") is None
    assert ROUTES.find("GET", "/things/7/8") is None


def test_a_path_knows_its_methods():
    assert ROUTES.methods("/things/7") == ("GET", "HEAD", "POST")
    assert ROUTES.methods("/things") == ("POST",)
    assert ROUTES.methods("/nowhere") == ()


def test_a_route_has_a_path_by_its_name():
    assert ROUTES.path("one", thing=7) == "/things/7"
    with pytest.raises(KeyError):
        ROUTES.path("none")
    with pytest.raises(KeyError):
        ROUTES.path("one")
