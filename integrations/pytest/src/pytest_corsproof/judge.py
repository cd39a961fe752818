"""Says what the results of a run mean to test items. A cause is reported once, by the first item that fails because of it."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .run import CorsproofError, CorsproofWarning, Report

#: The item that is about the run as a whole, beside one for each group.
RUN = "run"


class Judge:
    """Runs the table once, when the first item wants to know, and judges each group by its report."""

    def __init__(self, start: Callable[[], Report], groups: list[str], strict: bool = False) -> None:
        self._start, self._groups, self._strict = start, groups, strict
        self._report: Report | None = None
        self._error: CorsproofError | None = None
        self._told: dict[str, str] = {}  # the group that told a finding

    def check(self, group: str) -> None:
        """Fail, skip or pass for a group."""
        report = self._once()
        if group == RUN:
            self._run(report)
        else:
            self._group(group, report, [r for r in report.results if r["group"] == group])

    def _once(self) -> Report:
        if self._error:  # each item without a verdict is skipped, none passes
            pytest.skip("there was no run: " + str(self._error).partition("\n")[0])
        if self._report is None:
            try:
                self._report = self._start()
            except CorsproofError as error:
                self._error = error
        if self._report is None:
            pytest.fail(str(self._error), pytrace=False)
        return self._report

    def _run(self, report: Report) -> None:
        """What no other item says: groups that were not known when the items were collected, and the exit status."""
        more = [r for r in report.results if r["group"] not in self._groups]
        if more:
            self._group(RUN, report, more)
        if report.stale:
            pytest.fail("\n".join(report.stale), pytrace=False)
        if report.status and not any(self._bad(r) for r in report.results):
            pytest.fail("\n".join([f"corsproof ended with status {report.status}", report.said, *map(text, report.findings)]), pytrace=False)

    def _group(self, group: str, report: Report, rows: list[dict[str, Any]]) -> None:
        bad = [r for r in rows if self._bad(r)]
        warned = [r for r in rows if r["verdict"] == "warn" and not r.get("known")]
        new = self._new(group, report, bad)
        if new:
            pytest.fail("\n\n".join(new), pytrace=False)
        if bad:
            pytest.skip("fails by a cause that was told already: " + ", ".join(self._causes(report, bad)))
        for warning in self._new(group, report, warned):
            warnings.warn(CorsproofWarning(warning), stacklevel=2)
        if known := {r["known"]: None for r in rows if r.get("known")}:
            pytest.xfail("known: " + ", ".join(known))
        if not any(r["verdict"] in ("pass", "warn", "info") for r in rows):
            pytest.skip(_unpassed(rows))

    def _bad(self, row: dict[str, Any]) -> bool:
        verdicts = ("fail", "error", "warn", "undecided") if self._strict else ("fail", "error")
        return row["verdict"] in verdicts and not row.get("known")

    def _new(self, group: str, report: Report, rows: list[dict[str, Any]]) -> list[str]:
        """What these checks show and no item has told yet."""
        texts = []
        for row in rows:
            found = [f for f in report.findings if row["id"] in f["explains"] and not f.get("known")]
            for finding in found:
                if self._told.setdefault(finding["id"], group) == group and text(finding) not in texts:
                    texts.append(text(finding))
            if not found:
                texts.append(f"{row['id']}: {row['title']}\n  {row['verdict']}: {row.get('reason', '')}")
        return texts

    def _causes(self, report: Report, rows: list[dict[str, Any]]) -> list[str]:
        ids = {row["id"] for row in rows}
        return [f"{f['id']} ({self._told[f['id']]})" for f in report.findings if f["id"] in self._told and ids & set(f["explains"])]


def text(finding: dict[str, Any]) -> str:
    """A finding as the message of a test."""
    grave = f"security: {finding['severity']}" if finding["severity"] else finding["level"]
    lines = [f"{finding['title']} [{grave}, {finding['side']}]"]
    lines += [f"  who    {finding['affects']}"] if finding.get("affects") else []
    lines += [f"       - {line}" for line in finding.get("received") or []]
    lines += [f"       + {line}" for line in finding.get("wanted") or []]
    for label, key in (("Chrome", "says"), ("why", "why"), ("set", "setting"), ("fix", "fix"), ("see", "docs")):
        if finding.get(key):
            lines.append(f"  {label:<6} " + finding[key].replace("\n", "\n         "))
    lines.append(f"  checks {finding['id']} explains {_some(finding['explains'], ', ', 5)}")
    return "\n".join(lines)


def _unpassed(rows: list[dict[str, Any]]) -> str:
    """Why nothing in a group passed: each reason once."""
    reasons = Counter(f"{r.get('skip') or r['verdict']}: {r.get('reason', '')}" for r in rows)
    return _some([f"{n} x {reason}" for reason, n in reasons.most_common()], "; ", 2) or "no check of this group was chosen"


def _some(texts: list[str], between: str, most: int) -> str:
    more = len(texts) - most
    return between.join(texts[:most]) + (f"{between}and {more} more" if more > 0 else "")
