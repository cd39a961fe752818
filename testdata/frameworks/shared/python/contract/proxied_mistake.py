"""What the adapters of servers share that serve one file of mistakes/: the application behind the server, which knows nothing of CORS."""

import json
from pathlib import Path
from typing import Any, Callable

from .mistake import BODY, FIELDS, METHODS, text
from .policy import port
from .proxied import behind


def application(environ: dict[str, Any], start_response: Callable) -> list[bytes]:
    method = environ["REQUEST_METHOD"]
    if method not in (*METHODS, "HEAD"):
        start_response("405 Method Not Allowed", [("Allow", ", ".join(METHODS)), ("Content-Length", "0")])
        return []
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    body = json.dumps(BODY).encode()
    start_response("200 OK", [*FIELDS.items(), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [] if method == "HEAD" else [body]


def serve(configure: Callable[[str, int, Path], list[str]]) -> None:
    """configure writes the server's configuration, with the text of the file in it, for the application on the
    socket "app" in the directory, and returns the command that stays in the foreground."""
    behind(application, lambda directory: configure(text(), port(), directory))
