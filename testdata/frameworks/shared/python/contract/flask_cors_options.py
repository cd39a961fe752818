"""The options of Flask-CORS, which are the same for an application and for a resource."""

from typing import Any

from .policy import Policy


def options(policy: Policy) -> dict[str, Any]:
    if policy.zero_config:
        return {}
    given = {
        "origins": policy.origin_regexes or policy.origins,
        "supports_credentials": policy.credentials,
        "methods": policy.methods,
        "allow_headers": policy.request_headers,
        "expose_headers": policy.expose_headers,
    }
    if policy.max_age is not None:
        given["max_age"] = str(policy.max_age)  # of the documented types the one that says 0, too
    if policy.private_network:
        given["allow_private_network"] = True
    return given
