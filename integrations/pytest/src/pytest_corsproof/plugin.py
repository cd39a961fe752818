"""The hooks and the fixture ``corsproof``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from .judge import RUN, Judge
from .run import CorsproofError, Options, Policy, Report, binary, groups, run
from .server import serve

_judges = pytest.StashKey[dict[Any, Judge]]()
_groups = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("corsproof_project", "project files (corsproof.yaml) that are collected, each endpoint held to its policy", type="paths", default=[])
    parser.addini("corsproof_args", "more flags of corsproof run for project files, such as --env staging", type="args", default=[])
    parser.addini("corsproof_binary", "the program corsproof (not given: that of the package corsproof, or of PATH)")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_judges] = {}


def _items(config: pytest.Config) -> list[str]:
    """The names of the items of a target: the run as a whole, then each group. Without the
    program there is the first alone, which fails and says what is missing."""
    if _groups not in config.stash:
        try:
            config.stash[_groups] = groups(binary(config.getini("corsproof_binary")))
        except CorsproofError:
            config.stash[_groups] = []
    return [RUN, *config.stash[_groups]]


class Corsproof:
    """The value of the fixture: call it with the target."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._config, self._group = request.config, request.param
        params = getattr(request.node, "callspec").params
        others = tuple(sorted((name, id(value)) for name, value in params.items() if name != "corsproof"))
        self._test, self._calls = (request.node.parent.nodeid, request.function.__qualname__, others), 0

    def __call__(
        self,
        target: str | Callable[..., Any],
        *,
        policy: Policy | Mapping[str, Any] | str | os.PathLike[str] | None = None,
        path: str = "",
        focus: Sequence[str] = (),
        skip: Sequence[str] = (),
        known: Mapping[str, str] | None = None,
        browser: str = "none",
        cases: Sequence[str | os.PathLike[str]] = (),
        timeout: float = 0,
        strict: bool = False,
        args: Sequence[str] = (),
    ) -> None:
        """Hold a target to a policy. The table is run by the first item of a test function, the others read its report.

        :param target: a URL, or a WSGI or ASGI application, which is served on a loopback port while the run lasts
        :param policy: what the endpoint is meant to allow, or the path of a policy file. Without one the target serves the
            contract, every standard policy
        :param path: the path of the endpoint; not given: what the target's URL says, or /
        :param focus: run only checks that one of the globs matches: CASE, CASE/POLICY, GROUP or GROUP/CASE
        :param skip: leave out the checks that one of the globs matches
        :param known: failures that are known and stay: a cause, or a glob of checks, with the reason. One that passes
            after all fails
        :param browser: none: the model alone; auto: Chrome too, if there is one; chrome: Chrome too
        :param cases: folders with more case files
        :param timeout: of a single request, in seconds; 0: 10
        :param strict: warnings fail, and what is undecided
        :param args: more flags of corsproof run, such as ["--bearer-env", "TOKEN"]
        """
        self._calls += 1
        options = Options(policy, focus, skip, known or {}, browser, cases, timeout, strict, args)
        key = (self._test, self._calls)
        judges = self._config.stash[_judges]
        if key not in judges:
            judges[key] = Judge(lambda: self._run(target, path, options), _items(self._config), strict)
        judges[key].check(self._group)

    def _run(self, target: str | Callable[..., Any], path: str, options: Options) -> Report:
        program = binary(self._config.getini("corsproof_binary"))
        with nullcontext(target) if isinstance(target, str) else serve(target) as url:
            return run(program, [urljoin(url, path)], options)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "corsproof" in metafunc.fixturenames:
        metafunc.parametrize("corsproof", _items(metafunc.config), indirect=True)


@pytest.fixture
def corsproof(request: pytest.FixtureRequest) -> Corsproof:
    """Holds a server to its CORS policy; the test becomes an item for each group of checks."""
    return Corsproof(request)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    config = parent.config
    if file_path in config.getini("corsproof_project") or file_path.name == "corsproof.yaml" and parent.session.isinitpath(file_path):
        return Project.from_parent(parent, path=file_path)
    return None


class Project(pytest.File):
    """A project file: an item for each group of checks, over all its endpoints."""

    def collect(self) -> Iterator[pytest.Item]:
        names = _items(self.config)
        args = list(self.config.getini("corsproof_args"))
        judge = Judge(lambda: self._run(args), names, "--strict" in args)
        for name in names:
            yield Group.from_parent(self, name=name, judge=judge)

    def _run(self, args: list[str]) -> Report:
        return run(binary(self.config.getini("corsproof_binary")), ["--project", str(self.path)], Options(args=args))


class Group(pytest.Item):
    """A group of checks of a project."""

    def __init__(self, *, judge: Judge, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._judge = judge

    def runtest(self) -> None:
        self._judge.check(self.name)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name}: {self.name}"
