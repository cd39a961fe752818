"""The adapter of asgi-cors, around a Starlette application."""

from asgi_cors import asgi_cors
from contract import asgi
from contract.app import routes
from contract.policy import Policy
from contract.starlette_app import application


def build(policy: Policy):
    return asgi_cors(application(routes()), **options(policy))


def options(policy: Policy) -> dict:
    if policy.zero_config:
        return {}
    given = {"headers": policy.request_headers, "methods": policy.methods}
    if "*" in policy.origins:
        given["allow_all"] = True
    elif policy.origin_patterns:
        given["host_wildcards"] = policy.origin_patterns
    else:
        given["hosts"] = policy.origins
    return given


asgi.serve(build)
