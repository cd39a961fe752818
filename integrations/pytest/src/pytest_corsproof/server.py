"""Serves an application on a loopback port while a run lasts."""

from __future__ import annotations

import functools
import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .run import CorsproofError


@contextmanager
def serve(app: Callable[..., Any]) -> Iterator[str]:
    """Serve a WSGI or ASGI application; gives its URL without a path."""
    with _asgi(app) if is_asgi(app) else _wsgi(app) as port:
        yield f"http://127.0.0.1:{port}"


def is_asgi(app: Callable[..., Any]) -> bool:
    """Tell an ASGI application, which is a coroutine function, from a WSGI one, which is not."""
    while isinstance(app, functools.partial):
        app = app.func
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))


@contextmanager
def _asgi(app: Callable[..., Any]) -> Iterator[int]:
    try:
        import uvicorn
    except ImportError as error:
        raise CorsproofError('an ASGI application is served by uvicorn: pip install "pytest-corsproof[asgi]"') from error
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="corsproof-asgi", daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
            if not thread.is_alive():
                raise CorsproofError("the ASGI application did not start; uvicorn said why, in the captured log")
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def _wsgi(app: Callable[..., Any]) -> Iterator[int]:
    try:
        from waitress.server import create_server  # type: ignore[import-untyped]
    except ImportError as error:
        raise CorsproofError('a WSGI application is served by waitress: pip install "pytest-corsproof[wsgi]"') from error
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, name="corsproof-wsgi", daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        thread.join(10)
