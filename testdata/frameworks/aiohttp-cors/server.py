"""The adapter of aiohttp-cors: a sub-application for each policy."""

import aiohttp_cors
from aiohttp import web
from contract.app import Ask, Route, routes
from contract.policy import Policy, message, policies, port


def build(policy: Policy) -> web.Application:
    app = web.Application()
    cors = aiohttp_cors.setup(app, defaults=defaults(policy))
    for route in routes():
        resource = cors.add(app.router.add_resource(route.path))
        for method in route.methods:
            # The package answers OPTIONS on its resources by itself. A route that is added to
            # it as well would allow its method, whatever allow_methods says.
            if method != "OPTIONS":
                resource.add_route(method, handler(route))
    return app


def defaults(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    given = {
        "allow_credentials": policy.credentials,
        "expose_headers": any_or(policy.expose_headers),
        "allow_headers": any_or(policy.request_headers),
        "allow_methods": any_or(policy.methods),
    }
    if policy.max_age is not None:
        given["max_age"] = policy.max_age
    return {origin: aiohttp_cors.ResourceOptions(**given) for origin in policy.origins}


def any_or(names: list[str]) -> str | list[str]:
    return "*" if "*" in names else names


def handler(route: Route):
    async def handle(request: web.Request) -> web.StreamResponse:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers]
        answer = route.answer(Ask(request.method, request.rel_url.raw_query_string, headers, await request.text()))
        if len(answer.chunks) < 2:
            response = web.Response(body="".join(answer.chunks).encode(), status=answer.status)
        else:
            response = web.StreamResponse(status=answer.status)
        response.headers.popall("Content-Type", None)
        for name, value in answer.headers:
            response.headers.add(name, value)
        if len(answer.chunks) > 1:
            await response.prepare(request)
            for chunk in answer.chunks:
                await response.write(chunk.encode())
        return response

    return handle


def refused(text: str) -> web.Application:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(status=501, headers={"X-Refused": text})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def vary(request: web.Request, response: web.StreamResponse) -> None:
    """The layer outside of everything: it announces a variation of its own."""
    response.headers.add("Vary", "Accept-Encoding")


main = web.Application()
main.on_response_prepare.append(vary)
for policy in policies():
    try:
        main.add_subapp("/" + policy.mount, build(policy))
    except Exception as error:
        main.add_subapp("/" + policy.mount, refused(message(error)))
web.run_app(main, host="127.0.0.1", port=port(), print=None, access_log=None)
