"""What the adapters of servers share: the application behind the server, and the server's life.

The application knows nothing of CORS. It listens on a Unix socket, so that no port is taken that somebody else may want.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Callable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .policy import Policy, policies, port
from .wsgi import app


# The configurations that are passed around answer every OPTIONS. The adapters whose names end in
# -preflight-only start the same ones with this argument: only what is a preflight, an OPTIONS that
# has Origin and Access-Control-Request-Method, is then the server's.
PREFLIGHT_ONLY = "--preflight-only" in sys.argv


class SocketServer(ThreadingMixIn, WSGIServer):
    address_family = socket.AF_UNIX
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        UnixStreamServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 0
        self.setup_environ()


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # so that it answers "Expect: 100-continue", which servers pass on
    def address_string(self) -> str:
        return "unix"

    def get_environ(self) -> dict[str, Any]:
        self.client_address = ("unix", 0)
        return super().get_environ()

    def log_message(self, format: str, *args: Any) -> None:
        pass  # a line for each request says nothing here


def applications() -> Any:
    """The application of each policy, at /PATH."""
    mounted = {policy.mount: app() for policy in policies()}

    def application(environ, start_response):
        name, _, rest = environ["PATH_INFO"][1:].partition("/")
        environ["PATH_INFO"] = "/" + rest
        if name not in mounted:
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        return mounted[name](environ, start_response)

    return application


def serve(configure: Callable[[list[Policy], int, Path], list[str]]) -> None:
    """Starts the application and the server, and ends with the server.

    configure writes the server's configuration into a directory, for the application on the socket "app" in
    it, and returns the command that stays in the foreground.
    """
    behind(applications(), lambda directory: configure(policies(), port(), directory))


def behind(application: Any, configure: Callable[[Path], list[str]]) -> None:
    """serve, for one application."""
    with tempfile.TemporaryDirectory(prefix="corsproof-server-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # workers may run as somebody else
        backend = SocketServer(str(directory / "app"), Handler)
        os.chmod(directory / "app", 0o777)
        backend.set_app(application)
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        server = subprocess.Popen(configure(directory))
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        raise SystemExit(server.wait())
