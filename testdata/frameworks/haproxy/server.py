"""The adapter of HAProxy, configured as people do: an ACL on the origin, and http-after-response set-header."""

from pathlib import Path

from contract.policy import Policy
from contract.proxied import PREFLIGHT_ONLY, serve

HEAD = """\
global
    log stderr local0 emerg
    maxconn 512
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend main
    bind 127.0.0.1:{port}
"""

PREFLIGHT = "METH_OPTIONS"
if PREFLIGHT_ONLY:
    PREFLIGHT += " { req.hdr(Origin) -m found } { req.hdr(Access-Control-Request-Method) -m found }"


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "haproxy.cfg"
    rules = "".join(f"    use_backend {policy.name} if {{ path_beg /{policy.mount}/ }}\n" for policy in policies)
    backends = "".join(backend(policy, directory) for policy in policies)
    file.write_text(HEAD.format(port=port) + rules + backends)
    return ["haproxy", "-db", "-f", str(file)]


def backend(policy: Policy, directory: Path) -> str:
    """One policy. http-after-response counts for what HAProxy answers itself, too."""
    lines = []
    if "*" in policy.origins:
        value, allowed = "*", ""
    else:
        value, allowed = "%[var(txn.origin)]", " if { var(txn.origin) -m found }"
        match = "-m reg " + " ".join(f"^({regex})$" for regex in policy.origin_regexes) if policy.origin_regexes else "-m str " + " ".join(policy.origins)
        lines.append("http-after-response add-header Vary Origin")
        if policy.origins or policy.origin_regexes:
            lines.append(f"http-request set-var(txn.origin) req.fhdr(Origin) if {{ req.fhdr(Origin) {match} }}")
    fields = [("Access-Control-Allow-Origin", value)]
    if policy.credentials:
        fields.append(("Access-Control-Allow-Credentials", "true"))
    fields += [
        ("Access-Control-Expose-Headers", ", ".join(policy.expose_headers)),
        ("Access-Control-Allow-Methods", ", ".join(policy.methods)),
        ("Access-Control-Allow-Headers", ", ".join(policy.request_headers)),
    ]
    if policy.max_age is not None:
        fields.append(("Access-Control-Max-Age", str(policy.max_age)))
    lines += [f'http-after-response set-header {name} "{text}"{allowed}' for name, text in fields if text]
    lines += [
        "http-after-response add-header Vary Accept-Encoding",
        f"http-request return status 204 if {PREFLIGHT}",
        f"server application unix@{directory}/app",
    ]
    return f"backend {policy.name}\n" + "".join(f"    {line}\n" for line in lines)


serve(configure)
