"""The adapter of Sanic with Sanic Extensions. The settings are an application's, and a process serves one."""

import re
import sys

from contract.app import Ask, Route, routes
from contract.policy import Policy, message, policies, port
from sanic import HTTPResponse, Request, Sanic
from sanic.constants import HTTP_METHODS
from sanic_ext import Extend

policy = policies()[0]


def config(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    origins = [re.compile(regex) for regex in policy.origin_regexes] or policy.origins
    return {
        "CORS_ORIGINS": "*" if "*" in policy.origins else origins,
        "CORS_SUPPORTS_CREDENTIALS": policy.credentials,
        # Empty, it is every method that is routed: one that is safelisted anyway says none.
        "CORS_METHODS": policy.methods or ["GET"],
        "CORS_ALLOW_HEADERS": policy.request_headers,
        "CORS_EXPOSE_HEADERS": policy.expose_headers,
        # The documentation's way to send no max-age, which is 5 seconds when nothing is configured, is 0.
        "CORS_MAX_AGE": policy.max_age or 0,
    }


def view(route: Route):
    async def handle(request: Request) -> HTTPResponse | None:
        headers = list(request.headers.items())
        answer = route.answer(Ask(request.method, request.query_string, headers, request.body.decode("utf-8", "replace")))
        if len(answer.chunks) < 2:
            response = HTTPResponse("".join(answer.chunks), answer.status)
            for name, value in answer.headers:
                response.headers.add(name, value)
            return response
        response = await request.respond(status=answer.status, headers=dict(answer.headers))
        for chunk in answer.chunks:
            await response.send(chunk)

    handle.__name__ = route.path.strip("/").replace("/", "_").replace("-", "_")
    return handle


app = Sanic("corsproof")
app.config.OAS = False
app.config.update(config(policy))


async def outermost(request: Request, response: HTTPResponse) -> HTTPResponse | None:
    """The layer outside of everything: it announces a variation of its own, and has nothing but the policy."""
    if not request.path.startswith(f"/{policy.mount}/"):
        return HTTPResponse(status=404)
    response.headers.add("Vary", "Accept-Encoding")


try:
    Extend(app)
except Exception as error:
    sys.exit(f"refused: {message(error)}")
app.register_middleware(outermost, "response", priority=1000)  # the last one
for route in routes():
    methods = [method for method in route.methods if method in HTTP_METHODS]
    if route.path == "/secret":
        methods.remove("OPTIONS")  # a decorator guards the handler, and leaves OPTIONS to the extension
    app.add_route(view(route), f"/{policy.mount}{route.path}", methods=methods)

if __name__ == "__main__":
    app.run("127.0.0.1", port(), single_process=True, access_log=False, motd=False)
