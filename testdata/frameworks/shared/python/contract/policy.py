"""The policies that an adapter is given, and the answer for one that is refused."""

import json
import os
from dataclasses import dataclass, field
from typing import Any


@dataclass
class OriginFunc:
    allow: str
    throw: str


@dataclass
class Policy:
    """A standard policy. Lists that are not in the JSON are empty; max_age is None when unset."""

    name: str
    path: str = ""  # below which it is mounted; "" for the name
    origins: list[str] = field(default_factory=list)
    origin_patterns: list[str] = field(default_factory=list)
    origin_regexes: list[str] = field(default_factory=list)
    origin_func: OriginFunc | None = None
    credentials: bool = False
    methods: list[str] = field(default_factory=list)
    request_headers: list[str] = field(default_factory=list)
    expose_headers: list[str] = field(default_factory=list)
    max_age: int | None = None
    private_network: bool = False
    zero_config: bool = False

    @property
    def mount(self) -> str:
        """The path segment below which the policy is served."""
        return self.path or self.name


def policies() -> list[Policy]:
    """Reads the file that CORSPROOF_POLICIES names."""
    with open(os.environ["CORSPROOF_POLICIES"], encoding="utf-8") as file:
        return [policy(value) for value in json.load(file)]


def policy(value: dict[str, Any]) -> Policy:
    known = {key: value[key] for key in Policy.__dataclass_fields__ if key in value}
    if known.get("origin_func"):
        known["origin_func"] = OriginFunc(**known["origin_func"])
    return Policy(**known)


def port() -> int:
    return int(os.environ["PORT"])


def message(error: Exception) -> str:
    """An error's text as the value of X-Refused, which has one line."""
    return " ".join(str(error).split()).encode("ascii", "replace").decode()
