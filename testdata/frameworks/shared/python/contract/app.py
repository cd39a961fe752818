"""The handlers of the contract (../../../README.md), written without any framework.

Each takes an Ask and returns an Answer, which the adapter writes by the framework's own means.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Callable
from urllib.parse import parse_qsl

# "All but OPTIONS", where a router wants the methods one by one: those of HTTP,
# and one that an application made up.
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY", "CHICKEN"]


@dataclass
class Ask:
    """What was asked, as the application sees it."""

    method: str
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    def header(self, name: str) -> str:
        """The first value of a request header, or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def key(self) -> str:
        return dict(parameters(self)).get("key", "")


@dataclass
class Answer:
    """What the application answers, before a framework writes it."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)  # of the body; between two of them the response is flushed

    def set(self, name: str, value: str) -> None:
        self.headers = [line for line in self.headers if line[0].lower() != name.lower()]
        self.headers.append((name, value))


@dataclass
class Route:
    """One handler, as a router needs it. answer raises where the contract says so."""

    path: str
    methods: list[str]
    answer: Callable[[Ask], Answer]


def routes() -> list[Route]:
    """The handlers of one policy's application."""
    every, calls = EVERY_METHOD, Counter()
    everything = [*every, "OPTIONS"]

    def count(ask: Ask) -> Answer:
        calls[ask.key()] += 1
        return text("counted")

    handlers = [
        ("/ok", every, lambda ask: text("ok", ("X-Resp", "1"), ("X-Other", "2"), ("X-Hidden", "3"))),
        ("/options", ["GET", "OPTIONS"], lambda ask: text("options", ("Allow", "GET, OPTIONS"))),
        ("/echo", every, echo),
        ("/respond", every, respond),
        ("/panic", ["GET"], panic),
        ("/count", everything, count),
        ("/count/read", ["GET"], lambda ask: text(str(calls[ask.key()]))),
        ("/secret", everything, secret),
        ("/post-only", ["POST"], lambda ask: text("posted")),
        ("/stream", ["GET"], lambda ask: Answer(headers=[("Content-Type", "text/plain")], chunks=["a", "b"])),
    ]
    return [Route(path, methods, named(path.split("/")[1], answer)) for path, methods, answer in handlers]


def named(name: str, handler: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
    """Marks the answers of a handler with its name."""

    def answer(ask: Ask) -> Answer:
        given = handler(ask)
        given.headers.insert(0, ("X-App", name))
        return given

    return answer


def text(body: str, *headers: tuple[str, str]) -> Answer:
    return Answer(200, [("Content-Type", "text/plain"), *headers], [body])


def echo(ask: Ask) -> Answer:
    seen = {"method": ask.method, "headers": ask.headers, "body": ask.body}
    return Answer(200, [("Content-Type", "application/json")], [json.dumps(seen)])


def panic(ask: Ask) -> Answer:
    raise RuntimeError("the handler /panic raises")


def secret(ask: Ask) -> Answer:
    if not ask.header("Authorization"):
        return Answer(401, [("WWW-Authenticate", "Bearer")])
    return text("secret")


def parameters(ask: Ask) -> list[tuple[str, str]]:
    return parse_qsl(ask.query, keep_blank_values=True)


def respond(ask: Ask) -> Answer:
    """Does what the query says, in the query's order."""
    answer, body = Answer(), ""
    for key, value in parameters(ask):
        name, _, content = value.partition(":")
        if key == "status":
            if not (value.isdecimal() and 200 <= int(value) <= 599):
                return Answer(400, [], ["status must be a number from 200 to 599"])
            answer.status = int(value)
        elif key == "add":
            answer.headers.append((name, content.strip()))
        elif key == "set":
            answer.set(name, content.strip())
        elif key == "etag":
            answer.set("ETag", value)
            if value in ask.header("If-None-Match"):
                answer.status = 304
        elif key == "body":
            body = value
    if body and answer.status not in (204, 304):
        answer.chunks = [body]
    return answer
