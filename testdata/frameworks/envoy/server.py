"""The adapter of Envoy's CORS filter: one CorsPolicy for each route, as the sandbox of its documentation has it."""

import json
from pathlib import Path
from typing import Any

from bootstrap import bootstrap, typed
from contract.policy import Policy
from contract.proxied import serve


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "envoy.json"
    host = {"name": "policies", "domains": ["*"], "routes": [route(policy) for policy in policies]}
    file.write_text(json.dumps(bootstrap(host, port, directory)))
    return ["envoy", "-c", str(file), "--disable-hot-restart", "--concurrency", "2", "--log-level", "error"]


def route(policy: Policy) -> dict[str, Any]:
    cors = typed("filters.http.cors.v3.CorsPolicy", **fields(policy))
    return {
        "match": {"prefix": f"/{policy.mount}/"},
        "route": {"cluster": "application"},
        "typed_per_filter_config": {"envoy.filters.http.cors": cors},
    }


def fields(policy: Policy) -> dict[str, Any]:
    """The CorsPolicy; lists are the contents of headers, and what is empty is not sent."""
    if policy.zero_config:
        return {}
    matchers = [{"exact": origin} for origin in policy.origins if origin != "*"]
    if "*" in policy.origins:
        matchers.append({"safe_regex": {"regex": r"\*"}})
    matchers += [{"safe_regex": {"regex": regex}} for regex in policy.origin_regexes]
    matchers += [{"prefix": pattern.removesuffix("*")} for pattern in policy.origin_patterns]
    found: dict[str, Any] = {
        "allow_origin_string_match": matchers,
        "allow_methods": ", ".join(policy.methods),
        "allow_headers": ", ".join(policy.request_headers),
        "expose_headers": ", ".join(policy.expose_headers),
        "allow_credentials": policy.credentials,
        "allow_private_network_access": policy.private_network,
    }
    if policy.max_age is not None:
        found["max_age"] = str(policy.max_age)
    return found


serve(configure)
