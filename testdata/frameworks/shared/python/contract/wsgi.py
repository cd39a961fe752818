"""What the adapters share that speak WSGI: the policies' applications side by side."""

from http import HTTPStatus
from typing import Any, Callable, Iterable

from .app import EVERY_METHOD, Ask, Route, routes
from .policy import Policy, message, policies


def mount(build: Callable[[Policy], Any]) -> Any:
    """Mounts, at /PATH, the WSGI application that build makes of each policy.

    build raises when the framework refuses the configuration.
    """
    mounted = {}
    for policy in policies():
        try:
            mounted[policy.mount] = build(policy)
        except Exception as error:
            mounted[policy.mount] = plain(501, ("X-Refused", message(error)))
    nowhere = plain(404)

    def application(environ, start_response):
        name, _, _ = environ["PATH_INFO"][1:].partition("/")
        # As wsgiref.util.shift_path_info does.
        environ["SCRIPT_NAME"] += "/" + name
        environ["PATH_INFO"] = environ["PATH_INFO"][1 + len(name) :]
        return mounted.get(name, nowhere)(environ, start_response)

    return outermost(application)


def outermost(application: Any) -> Any:
    """The layer outside of everything: it announces a variation of its own."""

    def wrapped(environ, start_response):
        def start(status, headers, *rest):
            return start_response(status, [*headers, ("Vary", "Accept-Encoding")], *rest)

        content = application(environ, start)
        if environ["REQUEST_METHOD"] != "HEAD":
            return content
        # Some servers send what they are given, to HEAD too.
        if hasattr(content, "close"):
            content.close()
        return []

    return wrapped


def plain(status: int, *headers: tuple[str, str]) -> Any:
    def application(environ, start_response):
        start_response(f"{status} {HTTPStatus(status).phrase}", [("Content-Length", "0"), *headers])
        return []

    return application


def app() -> Any:
    """The application for a middleware that brings no router of its own."""
    table: dict[str, Route] = {route.path: route for route in routes()}

    def application(environ, start_response) -> Iterable[bytes]:
        route = table.get(environ["PATH_INFO"])
        if route is None:
            return plain(404)(environ, start_response)
        method = environ["REQUEST_METHOD"]
        # A route for EVERY_METHOD, which stands for all where a router wants them one by one, takes what is made up, too.
        anything = method != "OPTIONS" and all(known in route.methods for known in EVERY_METHOD)
        if method not in route.methods and not anything:
            return plain(405, ("Allow", ", ".join(route.methods)))(environ, start_response)
        answer = route.answer(ask(environ))
        start_response(f"{answer.status} {phrase(answer.status)}", answer.headers)
        return [chunk.encode() for chunk in answer.chunks]

    return application


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unassigned"


def ask(environ: dict[str, Any]) -> Ask:
    """What was asked, from WSGI's environment."""
    headers = [(key[5:].replace("_", "-").title(), value) for key, value in environ.items() if key.startswith("HTTP_")]
    if environ.get("CONTENT_TYPE"):
        headers.append(("Content-Type", environ["CONTENT_TYPE"]))
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return Ask(environ["REQUEST_METHOD"], environ.get("QUERY_STRING", ""), headers, body.decode("utf-8", "replace"))
