"""What the adapters share that serve one file of mistakes/: its lines are run as those of a program in which the given names exist."""

import os
from pathlib import Path
from typing import Any

METHODS = ["GET", "POST", "PUT"]
FIELDS = {"X-Request-Id": "7c1e", "ETag": '"1"'}
BODY = {"items": []}


def text() -> str:
    return Path(os.environ["CORSPROOF_MISTAKE"]).read_text()


def configure(**names: Any) -> dict[str, Any]:
    """Runs the file; what it defined is returned with the names."""
    exec(compile(text(), os.environ["CORSPROOF_MISTAKE"], "exec"), names)
    return names
