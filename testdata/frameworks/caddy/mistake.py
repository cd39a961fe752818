"""Serves one file of mistakes/: it is the content of a site that is passed on to the application."""

from pathlib import Path

from contract.proxied_mistake import serve

CONFIGURATION = """\
{{
    admin off
    auto_https off
    log {{
        level ERROR
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    {text}
    reverse_proxy unix/{directory}/app
}}
"""


def configure(text: str, port: int, directory: Path) -> list[str]:
    file = directory / "Caddyfile"
    file.write_text(CONFIGURATION.format(directory=directory, port=port, text=text))
    places = [f"XDG_CONFIG_HOME={directory}", f"XDG_DATA_HOME={directory}"]
    return ["env", *places, "caddy", "run", "--config", str(file), "--adapter", "caddyfile"]


serve(configure)
