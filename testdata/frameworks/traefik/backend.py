"""The application behind Traefik, which does not speak to a socket of Unix: it listens on a free port of loopback instead."""

import json
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer

from contract.policy import port
from contract.proxied import Handler


class PortServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


def behind(application: Any, dynamic: dict[str, Any]) -> None:
    """Starts both, and ends with Traefik. dynamic is its dynamic configuration, without the service "application"."""
    behind_text(application, json.dumps(dynamic))  # JSON is YAML


def behind_text(application: Any, dynamic: str) -> None:
    """behind, with the configuration as YAML."""
    backend = PortServer(("127.0.0.1", 0), Handler)
    backend.set_app(application)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    address = {"url": f"http://127.0.0.1:{backend.server_port}"}
    services = {"application": {"loadBalancer": {"servers": [address]}}}
    with tempfile.TemporaryDirectory(prefix="corsproof-server-") as name:
        (Path(name) / "services.yaml").write_text(json.dumps({"http": {"services": services}}))
        (Path(name) / "routers.yaml").write_text(dynamic)
        server = subprocess.Popen(command(Path(name)))
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        raise SystemExit(server.wait())


def command(directory: Path) -> list[str]:
    return [
        "traefik",
        f"--entryPoints.web.address=127.0.0.1:{port()}",
        f"--providers.file.directory={directory}",
        "--global.checkNewVersion=false",
        "--log.level=ERROR",
    ]
