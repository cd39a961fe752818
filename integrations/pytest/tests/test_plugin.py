"""The plugin as its user has it, against real servers; and with a program that only writes a report, for what is rare."""

import json
import os
import stat
import sys

import pytest

POLICY = '{"origins": ["https://app.example.com"], "methods": ["PUT"]}'

#: A server that answers the right origin as it should; a WSGI and an ASGI application.
APPS = """
def headers(origin, method):
    fields = [("Content-Type", "text/plain"), ("Vary", "Origin")]
    if origin == "https://app.example.com":
        fields.append(("Access-Control-Allow-Origin", origin))
        if method == "OPTIONS":
            fields.append(("Access-Control-Allow-Methods", "PUT"))
    return fields

def wsgi(environ, start_response):
    start_response("200 OK", headers(environ.get("HTTP_ORIGIN"), environ["REQUEST_METHOD"]))
    return [b"ok"]

def no_cors(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return await send({"type": "lifespan.shutdown.complete"})
    origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
    fields = [(n.encode(), v.encode("latin-1")) for n, v in headers(origin, scope["method"])]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": b"ok"})

async def broken_asgi(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
"""


@pytest.fixture
def user(pytester):
    pytester.makepyfile(apps=APPS)
    return pytester


def test_cors_with(user, call, *args):
    user.makepyfile(f"import apps\ndef test_cors(corsproof):\n    corsproof({call})\n")
    return user.runpytest_subprocess("-rsx", "-p", "no:cacheprovider", *args)


test_cors_with.__test__ = False


@pytest.mark.parametrize("app", ["wsgi", "asgi"])
def test_a_right_application_passes(user, app):
    result = test_cors_with(user, f"apps.{app}, path='/items', policy={POLICY}, focus=['vary/*', 'stated-policy/*']")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == 3 and "failed" not in outcomes  # run, vary, stated-policy
    result.stdout.fnmatch_lines(["*no check of this group was chosen*"])


def test_a_cause_is_told_once_with_what_to_do(user):
    result = test_cors_with(user, f"apps.no_cors, policy={POLICY}, focus=['vary/*', 'stated-policy/*', 'preflight/*']")
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(
        [
            "The server sends no CORS header at all *must, server*",
            "  who *https://app.example.com*",
            "*+ Access-Control-Allow-Origin: https://app.example.com",
            "  fix *",
            "  see *no-cors.md",
            "*fails by a cause that was told already: no-cors (*",
        ]
    )


def test_an_item_alone_tells_the_cause_too(user):
    result = test_cors_with(user, f"apps.no_cors, policy={POLICY}, focus=['preflight/*', 'stated-policy/*']", "-k", "stated-policy")
    result.assert_outcomes(failed=1, deselected=41)
    result.stdout.fnmatch_lines(["The server sends no CORS header at all*"])


def test_what_is_known_is_skipped_and_what_is_known_and_right_fails(user):
    result = test_cors_with(user, f"apps.no_cors, policy={POLICY}, known={{'no-cors': 'SHOP-1'}}, focus=['stated-policy/*']")
    result.assert_outcomes(passed=1, xfailed=1, skipped=40)
    result.stdout.fnmatch_lines(["*known: SHOP-1*"])
    report(user, 1, [row("a/p", "pass")], baseline={"stale": ["no-cors is not there any more: take it off"]})
    result = test_cors_with(user, "'http://127.0.0.1:1'")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["no-cors is not there any more: take it off"])


def test_a_run_without_a_verdict_fails_once_and_passes_nothing(user):
    for call, text in [
        (f"'http://127.0.0.1:1/', policy={POLICY}", "*connection refused*"),
        ("apps.wsgi, policy={'orgins': ['https://a.example']}", "*orgins*"),
        (f"apps.wsgi, policy={POLICY}, focus=['nothing-*']", "*nothing-*"),
        (f"apps.broken_asgi, policy={POLICY}", "*did not start*"),
    ]:
        result = test_cors_with(user, call)
        outcomes = result.parseoutcomes()
        assert outcomes["failed"] == 1 and "passed" not in outcomes, call
        result.stdout.fnmatch_lines([text])


def test_without_the_program_there_is_one_item_that_says_what_to_do(user, monkeypatch):
    monkeypatch.delenv("CORSPROOF_BINARY", raising=False)
    monkeypatch.setenv("PATH", os.path.join(user.path, "nothing"))
    monkeypatch.setattr(sys, "executable", sys.executable)
    user.makeini("[pytest]\ncorsproof_binary = no-such-program\n")
    result = test_cors_with(user, f"apps.wsgi, policy={POLICY}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no-such-program is not a program*"])


def test_a_project_is_collected_where_it_is_asked_for(user):
    server = "http://127.0.0.1:1"
    user.makefile(
        ".yaml",
        corsproof=f"version: 1\ntargets: {{api: {{url: '{server}'}}}}\npolicies: {{api: {POLICY}}}\nendpoints: [{{path: /items}}]\n",
    )
    assert user.runpytest_subprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result = user.runpytest_subprocess("corsproof.yaml")
    assert result.parseoutcomes()["failed"] == 1
    user.makeini("[pytest]\ncorsproof_project = corsproof.yaml\n")
    result = user.runpytest_subprocess("-v")
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["corsproof.yaml::vary *", "*connection refused*"])


# What follows has a program that writes the report it is given.


def row(id, verdict, group="vary", **more):
    return {"id": id, "group": group, "title": "Title of " + id, "verdict": verdict, **more}


def finding(id, explains, level="must", **more):
    return {"id": id, "title": "Cause " + id, "level": level, "severity": None, "side": "server", "explains": explains, **more}


def report(user, status, rows, findings=(), said="", version=2, **more):
    text = json.dumps({"version": version, "tool": "corsproof 9", "findings": list(findings), "results": rows, **more})
    program = user.path / "corsproof"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "if sys.argv[1] == 'cases': print('[{\"group\": \"vary\"}, {\"group\": \"cache\"}]'); sys.exit()\n"
        f"open(sys.argv[sys.argv.index('--json') + 1], 'w').write({text!r})\nsys.stderr.write({said!r})\nsys.exit({status})\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    user.makeini(f"[pytest]\ncorsproof_binary = {program}\n")


def test_warnings_warn_and_fail_if_strict(user):
    report(user, 0, [row("a/p", "warn")], [finding("late", ["a/p"], "practice")])
    result = test_cors_with(user, "'http://127.0.0.1:1'")
    result.assert_outcomes(passed=2, skipped=1, warnings=1)
    result.stdout.fnmatch_lines(["*CorsproofWarning: Cause late*"])
    report(user, 1, [row("a/p", "warn")], [finding("late", ["a/p"], "practice")])
    test_cors_with(user, "'http://127.0.0.1:1', strict=True").assert_outcomes(passed=1, failed=1, skipped=1)


def test_what_is_undecided_is_skipped_and_fails_if_strict(user):
    report(user, 0, [row("a/p", "undecided", reason="too late"), row("b/p", "pass", "cache")])
    test_cors_with(user, "'http://127.0.0.1:1'").assert_outcomes(passed=2, skipped=1)
    test_cors_with(user, "'http://127.0.0.1:1', strict=True").assert_outcomes(passed=2, failed=1)


def test_a_failure_is_never_lost(user):
    report(user, 1, [row("a/p", "pass")], said="something else is wrong")  # no check says why
    result = test_cors_with(user, "'http://127.0.0.1:1'")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["something else is wrong"])
    report(user, 1, [row("a/p", "fail", "of-my-own")], [finding("c", ["a/p"])])  # a group that was not known before
    test_cors_with(user, "'http://127.0.0.1:1'").assert_outcomes(failed=1, skipped=2)
    report(user, 1, [row("a/p", "fail", reason="odd")])  # a check that no finding explains
    test_cors_with(user, "'http://127.0.0.1:1'").assert_outcomes(passed=1, failed=1, skipped=1)
    report(user, 0, [row("a/p", "pass")], version=3)
    test_cors_with(user, "'http://127.0.0.1:1'").assert_outcomes(failed=1, skipped=2)


def test_another_parameter_is_another_run(user):
    report(user, 0, [row("a/p", "pass")])
    user.makepyfile(
        "import pytest\n"
        "@pytest.mark.parametrize('url', ['http://127.0.0.1:1', 'http://127.0.0.1:2'])\n"
        "def test_cors(corsproof, url):\n    corsproof(url)\n"
    )
    assert len(user.runpytest_subprocess("-v").outlines) and user.runpytest_subprocess().parseoutcomes() == {"passed": 4, "skipped": 2}
