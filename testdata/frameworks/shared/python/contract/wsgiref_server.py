"""The standard library's WSGI server, for adapters that need nothing to be installed."""

from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .policy import port


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass  # a line for each request says nothing here


def serve(application: Any) -> None:
    with Server(("127.0.0.1", port()), Handler) as server:
        server.set_app(application)
        server.serve_forever()
