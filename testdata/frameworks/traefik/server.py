"""The adapter of Traefik's middleware headers: one for each policy, with the options that begin with accessControl."""

from typing import Any

from backend import behind
from contract.policy import Policy, policies
from contract.proxied import applications


def headers(policy: Policy) -> dict[str, Any]:
    found: dict[str, Any] = {
        "accessControlAllowOriginList": policy.origins,
        "accessControlAllowOriginListRegex": [f"^(?:{regex})$" for regex in policy.origin_regexes],
        "accessControlAllowCredentials": policy.credentials,
        "accessControlAllowMethods": policy.methods,
        "accessControlAllowHeaders": policy.request_headers,
        "accessControlExposeHeaders": policy.expose_headers,
        "addVaryHeader": True,
    }
    if policy.max_age is not None:
        found["accessControlMaxAge"] = policy.max_age
    return {"headers": found}


def configuration(mounted: list[Policy]) -> dict[str, Any]:
    middlewares: dict[str, Any] = {policy.name: headers(policy) for policy in mounted}
    middlewares["outermost"] = {"compress": {}}
    routers = {
        policy.name: {
            "rule": f"PathPrefix(`/{policy.mount}/`)",
            "middlewares": ["outermost", policy.name],
            "service": "application",
        }
        for policy in mounted
    }
    return {"http": {"middlewares": middlewares, "routers": routers}}


behind(applications(), configuration(policies()))
