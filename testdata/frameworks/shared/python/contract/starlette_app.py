"""The contract's handlers as Starlette's, and an application of them for what wraps one from outside."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from . import asgi
from .app import Route


def application(routes: list[Route]) -> Starlette:
    app = Starlette()
    for route in routes:
        app.router.routes.append(Endpoint(route.path, endpoint(route), methods=route.methods))
    return app


def endpoint(route: Route):
    async def handle(request: Request) -> Response:
        answer = route.answer(asgi.ask(request.scope, await request.body()))
        if len(answer.chunks) > 1:
            response = StreamingResponse(asgi.chunks(answer.chunks), answer.status)
        else:
            response = Response("".join(answer.chunks), answer.status)
        for name, value in answer.headers:
            response.headers.append(name, value)
        return response

    return handle
