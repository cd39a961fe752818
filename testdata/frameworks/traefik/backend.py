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
    """Starts both, and ends with Traefik. dynamic is its dynamic configuration; the service "application" is added."""
    backend = PortServer(("127.0.0.1", 0), Handler)
    backend.set_app(application)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    address = {"url": f"http://127.0.0.1:{backend.server_port}"}
    dynamic["http"]["services"] = {"application": {"loadBalancer": {"servers": [address]}}}
    with tempfile.TemporaryDirectory(prefix="corsproof-server-") as name:
        file = Path(name) / "dynamic.yaml"
        file.write_text(json.dumps(dynamic))  # JSON is YAML
        server = subprocess.Popen(command(file))
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        raise SystemExit(server.wait())


def command(file: Path) -> list[str]:
    return [
        "traefik",
        f"--entryPoints.web.address=127.0.0.1:{port()}",
        f"--providers.file.filename={file}",
        "--global.checkNewVersion=false",
        "--log.level=ERROR",
    ]
