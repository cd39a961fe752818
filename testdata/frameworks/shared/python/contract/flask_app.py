"""The contract's handlers as Flask's views, for the ways to switch Flask-CORS on."""

from flask import Blueprint, Response, request

from . import wsgi
from .app import EVERY_METHOD, Route, routes
from .policy import Policy


def views(policy: Policy) -> Blueprint:
    """The application of one policy, to be registered at /PATH."""
    blueprint = Blueprint(policy.name, __name__)
    for route in routes():
        methods = route.methods
        if route.path == "/secret":
            # Flask's login_required guards the view, and leaves OPTIONS to Flask.
            methods = EVERY_METHOD
        blueprint.add_url_rule(route.path, endpoint(route.path), view(route), methods=methods)
    return blueprint


def endpoint(path: str) -> str:
    return path.strip("/").replace("/", "-")


def view(route: Route):
    def handle() -> Response:
        answer = route.answer(wsgi.ask(request.environ))
        response = Response((chunk for chunk in answer.chunks) if len(answer.chunks) > 1 else "".join(answer.chunks), answer.status)
        del response.headers["Content-Type"]
        for name, value in answer.headers:
            response.headers.add(name, value)
        return response

    return handle
