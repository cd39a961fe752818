"""The adapter of Varnish, configured as people do: headers in vcl_deliver, and an answer of its own to OPTIONS."""

from pathlib import Path

from contract.policy import Policy
from contract.proxied import serve

HEAD = """\
vcl 4.1;
import std;
backend application {{
    .path = "{directory}/app";
}}
sub vcl_recv {{
    if (req.method == "OPTIONS") {{
        return (synth(204));
    }}
    return (pass);
}}
sub vcl_deliver {{
    call cors;
}}
sub vcl_synth {{
    call cors;
    return (deliver);
}}
"""

# "set" takes the place of all lines; collect makes one of them before.
VARY = """\
std.collect(resp.http.Vary);
if (resp.http.Vary) {{
    set resp.http.Vary = resp.http.Vary + ", {name}";
}} else {{
    set resp.http.Vary = "{name}";
}}
"""


def configure(policies: list[Policy], port: int, directory: Path) -> list[str]:
    file = directory / "default.vcl"
    parts = "".join(block(f'req.url ~ "^/{policy.mount}/"', cors(policy)) for policy in policies)
    file.write_text(HEAD.format(directory=directory) + block_of("sub cors", parts + VARY.format(name="Accept-Encoding")))
    state = directory / "state"
    return ["varnishd", "-F", "-j", "none", "-T", "none", "-n", str(state), "-a", f"127.0.0.1:{port}", "-s", "malloc,64m", "-f", str(file)]


def cors(policy: Policy) -> str:
    if "*" in policy.origins:
        return fields(policy, '"*"')
    matches = [f'req.http.Origin == "{origin}"' for origin in policy.origins]
    matches += [f'req.http.Origin ~ "^(?:{regex})$"' for regex in policy.origin_regexes]
    allowed = block(" || ".join(matches), fields(policy, "req.http.Origin")) if matches else ""
    return allowed + VARY.format(name="Origin")


def fields(policy: Policy, origin: str) -> str:
    values = [("Allow-Origin", origin)]
    if policy.credentials:
        values.append(("Allow-Credentials", '"true"'))
    lists = [("Expose-Headers", policy.expose_headers), ("Allow-Methods", policy.methods), ("Allow-Headers", policy.request_headers)]
    values += [(name, f'"{", ".join(items)}"') for name, items in lists if items]
    if policy.max_age is not None:
        values.append(("Max-Age", f'"{policy.max_age}"'))
    return "".join(f"set resp.http.Access-Control-{name} = {value};\n" for name, value in values)


def block(condition: str, body: str) -> str:
    return block_of(f"if ({condition})", body)


def block_of(head: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{head} {{\n{lines}}}\n"


serve(configure)
