"""Serves one file of mistakes/: it is the content of a backend, before its server."""

from pathlib import Path

from contract.proxied_mistake import serve

CONFIGURATION = """\
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
    default_backend api
backend api
{text}
    server application unix@{directory}/app
"""


def configure(text: str, port: int, directory: Path) -> list[str]:
    file = directory / "haproxy.cfg"
    file.write_text(CONFIGURATION.format(directory=directory, port=port, text=text))
    return ["haproxy", "-db", "-f", str(file)]


serve(configure)
