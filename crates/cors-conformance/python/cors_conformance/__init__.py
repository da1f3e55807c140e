"""Runs the program cors-conformance on an ASGI or WSGI application, or on a URL."""

import contextlib
import inspect
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer, make_server

__all__ = ["Nonconforming", "NotJudged", "Ran", "conformance", "program"]

FAILED = 1

#: The variable that names the one case to run, in the place of those that `args` selects.
CASE = "CORS_CASE"


class NotJudged(Exception):
    """The run says nothing of the application; the text is what the program said."""


class Nonconforming(AssertionError):
    """A browser would decide otherwise than the policy says; the text is the program's report."""


@dataclass(frozen=True)
class Ran:
    """A run in which everything was as expected."""

    #: What the program printed.
    output: str


def conformance(app_or_url, policy, *, path="/", args=(), any_status=False, rerun=None):
    """Runs the suite on an application, or on the server at a URL.

    ``policy`` is what it is meant to allow: a dictionary with the fields of a policy file, or the path
    of one. ``path`` is a resource of an application that answers 200 to a plain GET. ``args`` are more
    arguments of the program. ``any_status`` judges a resource that answers a plain GET with an error too.
    ``rerun`` is the command that runs this test again, if it is not the one that started this process.

    Raises ``Nonconforming`` after a failure and ``NotJudged`` where nothing is known.
    """
    args = list(args)
    case = os.environ.get(CASE)
    if case:
        args = [*_unselected(args), "-t", case]
    if not any_status and "--require-success" not in args:
        args.append("--require-success")
    env = {**os.environ, "CORS_CONFORMANCE_INVOKED_AS": "cors-conformance"}
    if not isinstance(app_or_url, str) or isinstance(policy, dict):
        # The server, or the file of the policy, is gone when the report is read.
        env["CORS_CONFORMANCE_REPRODUCE"] = f"{CASE}={{id}} {rerun or _started_by()}"
    with contextlib.ExitStack() as stack:
        if isinstance(app_or_url, str):
            url = app_or_url
        else:
            url = stack.enter_context(_serving(app_or_url)) + path
        if isinstance(policy, dict):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            file = os.path.join(folder, "cors.toml")
            with open(file, "w", encoding="utf-8") as sink:
                sink.writelines(f"{json.dumps(key)} = {_toml(value)}\n" for key, value in policy.items())
        else:
            file = os.fspath(policy)
        done = subprocess.run(
            [program(), url, "--policy", file, "--color", "never", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if done.returncode == 0:
        return Ran(done.stdout)
    if done.returncode == FAILED:
        raise Nonconforming(done.stdout)
    hint = "; any_status=True judges it all the same" if "success is required" in done.stdout else ""
    raise NotJudged(f"{done.stdout}cors-conformance: exit status {done.returncode}{hint}")


def program():
    """The path of the program: the one installed beside this package, or the one on the path."""
    name = "cors-conformance" + (sysconfig.get_config_var("EXE") or "")
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    found = [os.path.join(folder, name) for folder in folders if folder]
    found = [file for file in found if os.access(file, os.X_OK)] or [shutil.which(name)]
    if found[0] is None:
        raise NotJudged("the program cors-conformance is not installed")
    return found[0]


def _started_by():
    """The command that started this process, for a shell."""
    interpreter, *words = getattr(sys, "orig_argv", [sys.executable, *sys.argv])
    if words and os.path.dirname(words[0]) in (sysconfig.get_path("scripts"), os.path.dirname(sys.executable)):
        words[0] = os.path.basename(words[0])
    else:
        words.insert(0, os.path.basename(interpreter))
    return shlex.join(words)


def _unselected(args):
    """Arguments without those that select cases."""
    kept, skip = [], False
    for word in args:
        if skip or word in ("-t", "--test"):
            skip = not skip
        elif not word.startswith(("-t", "--test=")):
            kept.append(word)
    return kept


def _toml(value):
    """A value as TOML; strings, numbers and booleans are written as in JSON."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(field)}" for key, field in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _serving(app):
    """Serves an application on a port of this machine; gives the URL of the server."""
    target = app if inspect.isroutine(app) else type(app).__call__
    # `scope, receive, send`, or `environ, start_response`; an object's own comes before them.
    required = [
        parameter
        for parameter in inspect.signature(target).parameters.values()
        if parameter.default is parameter.empty and parameter.kind in (0, 1)
    ]
    count = len(required) - (0 if target is app else 1)
    return _asgi(app) if count >= 3 or inspect.iscoroutinefunction(target) else _wsgi(app)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Framed(ServerHandler):
    """wsgiref states a length of 0 with a 204 too, which RFC 9110 (8.6) forbids."""

    def finish_content(self):
        if self.status[:3] in ("204", "304") and not self.headers_sent:
            self.send_headers()
        else:
            super().finish_content()

    def set_content_length(self):
        if self.status[:3] not in ("204", "304"):
            super().set_content_length()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def handle(self):
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
        elif self.parse_request():
            handler = _Framed(self.rfile, self.wfile, self.get_stderr(), self.get_environ(), multithread=True)
            handler.request_handler = self
            handler.run(self.server.get_app())


@contextlib.contextmanager
def _wsgi(app):
    server = make_server("127.0.0.1", 0, app, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def _asgi(app):
    try:
        import uvicorn
    except ImportError as error:
        raise NotJudged("an ASGI application needs uvicorn: pip install 'cors-conformance[asgi]'") from error
    import socket

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        # Connections wait in the socket until it has started.
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
