"""What the adapters share that speak ASGI: the policies' applications side by side, and uvicorn."""

from typing import Any, Callable

import uvicorn

from .app import Ask
from .policy import Policy, message, policies, port


def serve(build: Callable[[Policy], Any]) -> None:
    """Mounts, at /PATH, the ASGI application that build makes of each policy.

    build raises when the framework refuses the configuration.
    """
    mounted = {}
    for policy in policies():
        try:
            mounted[policy.mount] = build(policy)
        except Exception as error:
            mounted[policy.mount] = plain(501, (b"x-refused", message(error).encode()))
    uvicorn.run(outermost(mounted), host="127.0.0.1", port=port(), lifespan="off", log_level="error", access_log=False)


def outermost(mounted: dict[str, Any]) -> Any:
    """The layer outside of everything: it announces a variation of its own."""
    nowhere = plain(404)

    async def application(scope, receive, send):
        async def vary(event):
            if event["type"] == "http.response.start":
                event["headers"] = [*event.get("headers", []), (b"vary", b"Accept-Encoding")]
            await send(event)

        name, slash, _ = scope["path"][1:].partition("/")
        # The applications see the path below the policy, as a proxy's mount would give it.
        rest = scope["path"][1 + len(name) :] if slash else "/"
        inner = {**scope, "path": rest, "raw_path": rest.encode()}
        await mounted.get(name, nowhere)(inner, receive, vary)

    return application


def plain(status: int, *headers: tuple[bytes, bytes]) -> Any:
    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b""})

    return application


def ask(scope: dict[str, Any], body: bytes) -> Ask:
    """What was asked, from the scope and the body that was read."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Ask(scope["method"], scope["query_string"].decode("latin-1"), headers, body.decode("utf-8", "replace"))


async def chunks(texts: list[str]) -> Any:
    """The body of a streaming response."""
    for text in texts:
        yield text.encode()
