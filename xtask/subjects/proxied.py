"""What the subjects share that are configurations of a reverse proxy: the application behind it,
and how the proxy is run in the foreground until it is told to end.
"""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from policy import declare, resource_headers

http.client._MAXHEADERS = 1000  # the proxy has limits of its own

ANSWERS = {
    "/resource": (200, {}),
    "/error": (500, {}),
    "/redirect": (302, {"Location": "/resource"}),
    "/not-modified": (200, {"ETag": '"v1"'}),
    "/vary": (200, {"Vary": "Accept-Encoding"}),
    "/own-headers": (200, {"Access-Control-Allow-Origin": "https://own.example"}),
    "/options": (200, {}),
    "/unauthorized": (401, {"WWW-Authenticate": 'Basic realm="subject"'}),
}


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer

    def __getattr__(self, name):
        if name.startswith("do_"):  # whatever the method
            return self.answer
        raise AttributeError(name)

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        if path == "/throws":
            self.close_connection = True  # it dies over the request
            return
        status, headers = ANSWERS.get(path, (404, {}))
        if path == "/resource":
            headers = resource_headers()
        if path == "/not-modified" and self.headers.get("If-None-Match") == '"v1"':
            status = 304
        if path == "/options" and self.command == "OPTIONS":
            headers = {"X-Options-Handler": "1"}
        body = b"" if status == 304 else f"{status}\n".encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def run(configuration, command):
    """Starts the application and the proxy before it, and ends when the proxy does.

    `configuration` makes the text of the proxy's configuration out of the port to listen on, the
    application's, and a directory for what the proxy writes; `command` makes the command line out
    of the file with that text.
    """
    application = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    # Others may read it: a proxy started as root answers as somebody else.
    with tempfile.TemporaryDirectory(prefix="subject-") as directory:
        os.chmod(directory, 0o755)
        file = Path(directory) / "proxy.conf"
        port = int(os.environ["PORT"])
        file.write_text(configuration(port, application.server_port, directory))
        declare("missing error throws redirect not_modified vary own_headers options unauthorized")
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        proxy = subprocess.Popen(command(str(file)), env=environment, stdin=subprocess.DEVNULL)
        signal.signal(signal.SIGTERM, lambda *_: proxy.terminate())
        sys.exit(proxy.wait())
