"""The adapter of Litestar with its CORSConfig."""

from contract import asgi
from contract.app import Route, routes
from contract.policy import Policy
from litestar import HttpMethod, Litestar, Request, Response, route as handler
from litestar.config.cors import CORSConfig
from litestar.datastructures import Cookie
from litestar.response import Stream

METHODS = {method.value for method in HttpMethod}


def build(policy: Policy) -> Litestar:
    config = CORSConfig(**options(policy))
    return Litestar([endpoint(route) for route in routes()], cors_config=config, openapi_config=None)


def options(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    given = {
        "allow_origins": policy.origins or policy.origin_patterns,
        "allow_credentials": policy.credentials,
        "allow_methods": policy.methods,
        "allow_headers": policy.request_headers,
        "expose_headers": policy.expose_headers,
    }
    if policy.origin_regexes:
        given["allow_origin_regex"] = "|".join(policy.origin_regexes)
    if policy.max_age is not None:
        given["max_age"] = policy.max_age
    return given


def endpoint(route: Route):
    @handler(route.path, http_method=[method for method in route.methods if method in METHODS], status_code=200)
    async def handle(request: Request) -> Response:
        answer = route.answer(asgi.ask(request.scope, await request.body()))
        if len(answer.chunks) > 1:
            response = Stream(asgi.chunks(answer.chunks), status_code=answer.status)
        else:
            response = Response("".join(answer.chunks).encode(), status_code=answer.status)
        for name, value in answer.headers:
            add(response, name, value)
        return response

    return handle


def add(response: Response, name: str, value: str) -> None:
    """Litestar's responses have one line for each name, but for cookies."""
    if name.lower() == "set-cookie":
        key, _, content = value.partition("=")
        response.set_cookie(Cookie(key, value=content, path=None, samesite=None))
    elif name.lower() == "content-type":
        response.media_type = value
    else:
        response.headers[name] = f"{response.headers[name]}, {value}" if name in response.headers else value


asgi.serve(build)
