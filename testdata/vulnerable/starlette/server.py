"""The adapter of Starlette with its CORSMiddleware, for releases older than what FastAPI takes."""

from contract import asgi
from contract.app import routes
from contract.policy import Policy
from contract.starlette_app import application
from starlette.middleware.cors import CORSMiddleware


def build(policy: Policy) -> CORSMiddleware:
    return CORSMiddleware(application(routes()), **options(policy))


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
    return given


asgi.serve(build)
