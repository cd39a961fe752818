"""The adapter of Apache httpd, configured as people do: SetEnvIf for the origin, Header always set, and a rewrite to 204."""

import re
from pathlib import Path

from contract.policy import Policy
from contract.proxied import PREFLIGHT_ONLY, serve

MODULES = ["mpm_event", "authz_core", "setenvif", "headers", "rewrite", "proxy", "proxy_http"]

HEAD = """\
ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile {directory}/pid
ErrorLog /dev/stderr
LogLevel crit
Listen 127.0.0.1:{port}
ServerName localhost
User www-data
Group www-data
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
StartServers 1
RewriteEngine On
Header always merge Vary Accept-Encoding
"""

CONDITIONS = ["RewriteCond %{REQUEST_METHOD} OPTIONS"]
if PREFLIGHT_ONLY:
    CONDITIONS += ["RewriteCond %{HTTP:Origin} .", "RewriteCond %{HTTP:Access-Control-Request-Method} ."]


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "httpd.conf"
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES)
    locations = "".join(location(policy, directory) for policy in policies)
    file.write_text(modules + HEAD.format(directory=directory, port=port) + locations)
    return ["apache2", "-D", "FOREGROUND", "-f", str(file)]


def location(policy: Policy, directory: Path) -> str:
    """One location. Header does nothing for a name whose environment variable is not set."""
    lines = []
    if "*" in policy.origins:
        value, only = '"*"', ""
    else:
        value, only = '"%{CORS_ORIGIN}e"', " env=CORS_ORIGIN"
        expressions = policy.origin_regexes or [re.escape(origin) for origin in policy.origins]
        if expressions:
            lines.append(f'SetEnvIf Origin "^({"|".join(expressions)})$" CORS_ORIGIN=$1')
        lines.append("Header always merge Vary Origin")
    fields = [("Access-Control-Allow-Origin", value)]
    if policy.credentials:
        fields.append(("Access-Control-Allow-Credentials", '"true"'))
    fields += [
        ("Access-Control-Expose-Headers", listed(policy.expose_headers)),
        ("Access-Control-Allow-Methods", listed(policy.methods)),
        ("Access-Control-Allow-Headers", listed(policy.request_headers)),
    ]
    if policy.max_age is not None:
        fields.append(("Access-Control-Max-Age", f'"{policy.max_age}"'))
    lines += [f"Header always set {name} {text}{only}" for name, text in fields if text != '""']
    lines += [
        "RewriteEngine On",
        *CONDITIONS,
        "RewriteRule ^ - [R=204,L]",
        f"ProxyPass unix:{directory}/app|http://localhost/{policy.mount}/",
    ]
    body = "".join(f"    {line}\n" for line in lines)
    return f"<Location /{policy.mount}/>\n{body}</Location>\n"


def listed(names: list[str]) -> str:
    return '"' + ", ".join(names) + '"'


serve(configure)
