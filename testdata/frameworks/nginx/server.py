"""The adapter of nginx, configured as people do: a map of $http_origin and add_header with always."""

from pathlib import Path

from contract.policy import Policy
from contract.proxied import PREFLIGHT_ONLY, serve

HEAD = """\
daemon off;
worker_processes 1;
error_log stderr warn;
pid {directory}/pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    map_hash_bucket_size 128;
"""

# An "if" has one condition; a map makes one value of three. A method has no colon.
PREFLIGHT = """\
    map "$request_method:$http_access_control_request_method:$http_origin" $preflight {
        default 0;
        "~^OPTIONS:[^:]+:." 1;
    }
"""


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "nginx.conf"
    maps = (PREFLIGHT if PREFLIGHT_ONLY else "") + "".join(origins(policy) for policy in policies if not policy.zero_config)
    locations = "".join(location(policy, directory) for policy in policies)
    server = f"    server {{\n        listen 127.0.0.1:{port};\n{locations}    }}\n"
    file.write_text(HEAD.format(directory=directory) + maps + server + "}\n")
    return ["nginx", "-p", str(directory), "-c", str(file)]


def variable(policy: Policy) -> str:
    return "$cors_" + policy.name.replace("-", "_")


def origins(policy: Policy) -> str:
    """The map that decides about the origin: an empty header is not sent."""
    entries = [f'"~^(?:{regex})$"' for regex in policy.origin_regexes]
    if "*" in policy.origins:
        entries = [] if policy.credentials else ["default"]
    value = '"*"' if "*" in policy.origins else "$http_origin"
    entries += [f'"{origin}"' for origin in policy.origins if origin != "*"]
    lines = "".join(f"        {entry} {value};\n" for entry in entries)
    default = "" if entries == ["default"] else '        default "";\n'
    return f"    map $http_origin {variable(policy)} {{\n{default}{lines}    }}\n"


def location(policy: Policy, directory: Path) -> str:
    fields = [("Access-Control-Allow-Origin", variable(policy))]
    if policy.credentials:
        fields.append(("Access-Control-Allow-Credentials", '"true"'))
    fields.append(("Access-Control-Expose-Headers", listed(policy.expose_headers)))
    preflight = [
        *fields,
        ("Access-Control-Allow-Methods", listed(policy.methods)),
        ("Access-Control-Allow-Headers", listed(policy.request_headers)),
    ]
    if policy.max_age is not None:
        preflight.append(("Access-Control-Max-Age", f'"{policy.max_age}"'))
    vary = [("Vary", '"Origin"')] if "*" not in policy.origins else []
    return f"""\
        location /{policy.mount}/ {{
            if ({"$preflight" if PREFLIGHT_ONLY else "$request_method = OPTIONS"}) {{
{lines(preflight + vary, 16)}                return 204;
            }}
{lines(fields + vary, 12)}            proxy_pass http://unix:{directory}/app:;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
        }}
"""


def lines(fields: list[tuple[str, str]], indent: int) -> str:
    """add_header lines. A block that has one inherits none: each has them all."""
    fields = [*fields, ("Vary", '"Accept-Encoding"')]
    return "".join(f"{' ' * indent}add_header {name} {value} always;\n" for name, value in fields)


def listed(names: list[str]) -> str:
    return '"' + ", ".join(names) + '"'


serve(configure)
