"""The fixture on applications that are right and wrong; `cargo xtask dist --check` runs this."""

import pytest

from cors_conformance import Nonconforming, NotJudged, conformance

ORIGIN = "https://app.example"
POLICY = {
    "allow_origins": [ORIGIN],
    "allow_credentials": True,
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["content-type"],
    "expose_headers": [],
    "max_age": 600,
}
PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, PUT"),
    ("Access-Control-Allow-Headers", "content-type"),
    ("Access-Control-Max-Age", "600"),
]


def answer(method, headers, allowed):
    """The status and headers of an application that allows what `allowed` says of an origin."""
    origin = headers.get("origin", "")
    preflight = method == "OPTIONS" and "access-control-request-method" in headers
    vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    fields = [("Content-Type", "text/plain"), ("Vary", vary if method == "OPTIONS" else "Origin")]
    if allowed(origin):
        fields += [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true")]
        fields += PREFLIGHT if preflight else []
    return fields


def wsgi(allowed):
    def app(environ, start_response):
        names = ("origin", "access-control-request-method")
        keys = {name: "HTTP_" + name.upper().replace("-", "_") for name in names}
        headers = {name: environ[key] for name, key in keys.items() if key in environ}
        start_response("200 OK", answer(environ["REQUEST_METHOD"], headers, allowed))
        return [b"hello"]

    return app


class Asgi:
    def __init__(self, allowed):
        self.allowed = allowed

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        fields = [(n.encode(), v.encode("latin-1")) for n, v in answer(scope["method"], headers, self.allowed)]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b"hello"})


def without_content(app):
    """The same application, which answers preflights with 204 and nothing else."""

    def framed(environ, start_response):
        if environ["REQUEST_METHOD"] != "OPTIONS":
            return app(environ, start_response)
        app(environ, lambda _, fields: start_response("204 No Content", fields[1:]))
        return []

    return framed


def right(origin):
    return origin == ORIGIN


def wrong(origin):
    return origin.endswith(".example")


@pytest.mark.parametrize("make", [wsgi, Asgi])
def test_a_right_application_passes(cors_conformance, make):
    ran = cors_conformance(make(right), POLICY, args=["-t", "origin/*", "-t", "credentials/*"])
    assert ", 0 failed" in ran.output


def test_nothing_is_added_to_what_the_application_answers():
    ran = conformance(without_content(wsgi(right)), POLICY, args=["-t", "preflight/no-content-has-no-length"])
    assert ran.output.splitlines()[-1].startswith("conformance: 1 passed, 0 failed")


@pytest.mark.parametrize("make", [wsgi, Asgi])
def test_a_wrong_application_fails_with_the_report(make):
    with pytest.raises(Nonconforming, match="origin/suffix-lookalike"):
        conformance(make(lambda origin: origin.endswith("app.example")), POLICY, args=["-t", "origin/*"])


def test_the_fixture_fails_the_test_with_one_report(cors_conformance):
    with pytest.raises(pytest.fail.Exception, match="FAIL") as failed:
        cors_conformance(wsgi(wrong), POLICY, args=["-t", "credentials/*"])
    assert failed.value.__context__ is None


def test_what_reproduces_a_failure_is_the_test(cors_conformance, monkeypatch):
    with pytest.raises(pytest.fail.Exception) as failed:
        cors_conformance(wsgi(wrong), POLICY, args=["-t", "credentials/*"])
    report = str(failed.value)
    name = "test_fixture.py::test_what_reproduces_a_failure_is_the_test"
    again = [line.split("reproduce ")[1] for line in report.splitlines() if "reproduce " in line]
    assert again and all(line.startswith("CORS_CASE=credentials/") for line in again), report
    assert all(line.endswith(f" pytest {name}") for line in again), report
    assert "curl" not in report and "cors.toml" not in report, report
    case = again[0].split()[0].removeprefix("CORS_CASE=")
    monkeypatch.setenv("CORS_CASE", case)
    with pytest.raises(pytest.fail.Exception, match="conformance: 0 passed, 1 failed"):
        cors_conformance(wsgi(wrong), POLICY, args=["-t", "credentials/*", "--test=origin/*"])


def test_a_wrong_path_is_no_pass(cors_conformance):
    def missing(environ, start_response):
        found = environ["PATH_INFO"] == "/there" or environ["REQUEST_METHOD"] == "OPTIONS"
        status = "200 OK" if found else "404 Not Found"
        return wsgi(right)(environ, lambda _, fields: start_response(status, fields))

    select = ["-t", "origin/*"]
    with pytest.raises(NotJudged, match="(?s)404 to a plain GET: is the path right.*any_status=True"):
        conformance(missing, POLICY, args=select)
    assert ", 0 failed" in conformance(missing, POLICY, path="/there", args=select).output
    assert ", 0 failed" in cors_conformance(missing, POLICY, args=select, any_status=True).output


def test_what_says_nothing_of_the_application_is_no_pass(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("allow_origins = 1")
    with pytest.raises(NotJudged, match="exit status 2"):
        conformance(wsgi(right), broken)
