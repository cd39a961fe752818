"""The adapter of Caddy, configured as people do: a matcher for the origin, and the directive header."""

from pathlib import Path

from contract.policy import Policy
from contract.proxied import PREFLIGHT_ONLY, serve

HEAD = """\
{{
    admin off
    auto_https off
    log {{
        level ERROR
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    header +Vary Accept-Encoding
"""

PREFLIGHT = ["@preflight method OPTIONS"]
if PREFLIGHT_ONLY:
    PREFLIGHT = ["@preflight {", "    method OPTIONS", "    header Origin *", "    header Access-Control-Request-Method *", "}"]


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "Caddyfile"
    routes = "".join(route(policy, directory) for policy in policies)
    file.write_text(HEAD.format(port=port) + routes + "    respond 404\n}\n")
    places = [f"XDG_CONFIG_HOME={directory}", f"XDG_DATA_HOME={directory}"]
    return ["env", *places, "caddy", "run", "--config", str(file), "--adapter", "caddyfile"]


def route(policy: Policy, directory: Path) -> str:
    fields = [("Access-Control-Allow-Origin", "*" if "*" in policy.origins else "{header.Origin}")]
    if policy.credentials:
        fields.append(("Access-Control-Allow-Credentials", "true"))
    fields += [
        ("Access-Control-Expose-Headers", ", ".join(policy.expose_headers)),
        ("Access-Control-Allow-Methods", ", ".join(policy.methods)),
        ("Access-Control-Allow-Headers", ", ".join(policy.request_headers)),
    ]
    if policy.max_age is not None:
        fields.append(("Access-Control-Max-Age", str(policy.max_age)))
    lines = matcher(policy)
    if "*" in policy.origins:
        lines += [f'header {name} "{text}"' for name, text in fields if text]
    else:
        lines.append("header +Vary Origin")
        if lines[0].startswith("@"):
            lines += [f'header @allowed {name} "{text}"' for name, text in fields if text]
    lines += [
        *PREFLIGHT,
        "respond @preflight 204",
        f"reverse_proxy unix/{directory}/app",
    ]
    body = "".join(f"        {line}\n" for line in lines)
    return f"    handle /{policy.mount}/* {{\n{body}    }}\n"


def matcher(policy: Policy) -> list[str]:
    """The matcher @allowed: the values of a field, which may begin or end with a "*", or an expression."""
    if policy.origin_regexes:
        return [f'@allowed header_regexp Origin "^(?:{"|".join(policy.origin_regexes)})$"']
    origins = [*policy.origins, *policy.origin_patterns]
    if "*" in origins or not origins:
        return []
    return ["@allowed {", *(f'    header Origin "{origin}"' for origin in origins), "}"]


serve(configure)
