"""Runs the program and reads its report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

REPORT_VERSION = 2


class CorsproofError(Exception):
    """The run gave no verdict: the program is missing, was called wrongly, or did not reach the server."""


class CorsproofWarning(UserWarning):
    """Something that breaks no ``must`` and has no severity."""


class Policy(TypedDict, total=False):
    """What the endpoint is meant to allow. A part that is left out is held to be not allowed."""

    name: str
    doc: str
    origins: list[str]  #: as browsers send them, or ["*"]
    origin_patterns: list[str]  #: "https://*.example.com" is any subdomain, "http://localhost:*" any port
    origin_regexes: list[str]  #: of whole origins, without anchors
    credentials: bool  #: requests with credentials are allowed
    methods: list[str]  #: besides GET, HEAD and POST
    request_headers: list[str]
    expose_headers: list[str]  #: what scripts may read
    max_age: int  #: seconds; any if left out
    private_network: bool
    timing_origins: list[str]  #: who may read the times of loads; not judged if left out


@dataclass
class Options:
    """The options of a run; the zero values leave everything to the program."""

    policy: Policy | Mapping[str, Any] | str | os.PathLike[str] | None = None
    focus: Sequence[str] = ()
    skip: Sequence[str] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    browser: str = ""
    cases: Sequence[str | os.PathLike[str]] = ()
    timeout: float = 0
    strict: bool = False
    args: Sequence[str] = ()

    def flags(self, folder: Path) -> list[str]:
        """The options as flags; what has to be in a file is written to ``folder``."""
        flags: list[str] = []
        if isinstance(self.policy, (str, os.PathLike)):
            flags += ["--policy", os.fspath(self.policy)]
        elif self.policy is not None:
            flags += ["--policy", _write(folder / "policy.yaml", self.policy)]
        if self.known:
            known = [{"id": id, "reason": reason} for id, reason in self.known.items()]
            flags += ["--baseline", _write(folder / "baseline.yaml", {"known": known})]
        for name in ("focus", "skip", "cases"):
            for value in getattr(self, name):
                flags += [f"--{name}", os.fspath(value)]
        if self.browser:
            flags += ["--browser", self.browser]
        if self.timeout:
            flags += ["--timeout", f"{self.timeout}s"]
        if self.strict:
            flags.append("--strict")
        return [*flags, *self.args]


def _write(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value), encoding="utf-8")  # JSON is YAML
    return str(path)


@dataclass
class Report:
    """What came of a run."""

    status: int  #: the exit status: 0 or 1
    said: str  #: what the program wrote to standard error
    stale: list[str]  #: what is listed as known and is no longer wrong
    findings: list[dict[str, Any]]
    results: list[dict[str, Any]]


def binary(stated: str = "") -> str:
    """The program: the one that is stated, that of CORSPROOF_BINARY, that of the package ``corsproof``, that of PATH."""
    stated = stated or os.environ.get("CORSPROOF_BINARY", "")
    if stated:
        if found := shutil.which(stated):
            return found
        raise CorsproofError(f"{stated} is not a program (from corsproof_binary, or the variable CORSPROOF_BINARY)")
    places = [sysconfig.get_path("scripts"), os.environ.get("PATH", "")]
    if found := shutil.which("corsproof", path=os.pathsep.join(places)):
        return found
    raise CorsproofError(
        "the program corsproof was not found: pip install corsproof, "
        "or name it in the ini option corsproof_binary or the variable CORSPROOF_BINARY"
    )


def run(program: str, target: Sequence[str], options: Options) -> Report:
    """Run the table against ``target``, a URL or flags that name one. Raises CorsproofError where there is no verdict."""
    with tempfile.TemporaryDirectory(prefix="corsproof-") as name:
        folder = Path(name)
        file = folder / "report.json"
        command = [program, "run", *target, *options.flags(folder), "--quiet", "--json", str(file)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace")
        if done.returncode not in (0, 1) or not file.exists():
            raise CorsproofError(f"corsproof ended with status {done.returncode}: {' '.join(command)}\n{done.stderr.strip()}")
        report = json.loads(file.read_text(encoding="utf-8"))
    if report["version"] != REPORT_VERSION:
        raise CorsproofError(
            f"{report['tool']} writes version {report['version']} of the report, and pytest-corsproof reads {REPORT_VERSION}: update the older one"
        )
    stale = report.get("baseline", {}).get("stale", [])
    return Report(done.returncode, done.stderr.strip(), stale, report["findings"] or [], report["results"] or [])


def groups(program: str) -> list[str]:
    """The names of the groups of checks, in the order of the table."""
    done = subprocess.run([program, "cases", "--json"], capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise CorsproofError(f"{program} cases --json ended with status {done.returncode}\n{done.stderr.strip()}")
    return list(dict.fromkeys(case["group"] for case in json.loads(done.stdout)))
