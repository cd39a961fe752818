"""The adapter of FastAPI with Starlette's CORSMiddleware."""

from contract import asgi
from contract.app import routes
from contract.policy import Policy
from contract.starlette_app import endpoint
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def build(policy: Policy) -> FastAPI:
    app = FastAPI()
    app.add_middleware(CORSMiddleware, **options(policy))
    for route in routes():
        app.add_api_route(route.path, endpoint(route), methods=route.methods, include_in_schema=False)
    app.build_middleware_stack()  # it is built with the first request otherwise: too late to refuse
    return app


def options(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    given = {
        "allow_origins": policy.origins,
        "allow_credentials": policy.credentials,
        "allow_methods": policy.methods,
        "allow_headers": policy.request_headers,
        "expose_headers": policy.expose_headers,
    }
    if policy.origin_regexes:
        given["allow_origin_regex"] = "|".join(policy.origin_regexes)
    if policy.max_age is not None:
        given["max_age"] = policy.max_age
    if policy.private_network:
        given["allow_private_network"] = True
    return given


asgi.serve(build)
