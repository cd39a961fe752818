"""The adapter of Falcon with its CORSMiddleware."""

import falcon
import falcon.asgi
from contract import asgi
from contract.app import Route, routes
from contract.policy import Policy


def build(policy: Policy) -> falcon.asgi.App:
    if policy.zero_config:
        app = falcon.asgi.App(cors_enable=True)
    else:
        app = falcon.asgi.App(middleware=falcon.CORSMiddleware(**options(policy)))
    for route in routes():
        app.add_route(route.path, resource(route, policy))
    return app


def options(policy: Policy) -> dict:
    origins = "*" if "*" in policy.origins else policy.origins
    return {
        "allow_origins": origins,
        "allow_credentials": origins if policy.credentials else None,
        "expose_headers": policy.expose_headers or None,
        "allow_private_network": policy.private_network,
    }


def resource(route: Route, policy: Policy) -> object:
    """A resource has a responder for each method; Falcon adds one for OPTIONS where there is none."""

    async def respond(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        answer = route.answer(asgi.ask(request.scope, await request.bounded_stream.read()))
        response.status = answer.status
        response.content_type = None
        for name, value in answer.headers:
            # Falcon keeps Set-Cookie apart and joins the others.
            response.append_header(name, value)
        if len(answer.chunks) > 1:
            response.stream = asgi.chunks(answer.chunks)
        else:
            response.text = "".join(answer.chunks)

    methods = [method for method in route.methods if method in falcon.HTTP_METHODS]
    if policy.methods:
        # What a resource has responders for is what may be asked for.
        methods = [method for method in methods if method in (*policy.methods, "GET", "POST", "OPTIONS")]
    if route.path == "/secret" and "OPTIONS" in methods:
        methods.remove("OPTIONS")  # falcon.before guards responders, and not the one that Falcon adds
    return type("Resource", (), {"on_" + method.lower(): respond for method in methods})()


asgi.serve(build)
