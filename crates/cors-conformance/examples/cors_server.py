"""A server with CORS in nothing but Python's standard library, for the suite to start:

    cors-conformance --cmd 'python3 cors_server.py'
"""

import http.client
import itertools
import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

http.client._MAXHEADERS = 1000  # else no page can send more than 100 headers

STATUSES = {"/resource": 200, "/missing": 404, "/error": 500, "/unauthorized": 401}
CALLS = itertools.count(1)
TOKEN = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
ORIGIN = re.compile(r"null|[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9_.:\[\]-]+")

with open(os.environ["CORS_POLICY"], encoding="utf-8") as file:
    POLICY = json.load(file)


def listed(field):
    return [] if POLICY[field] == "any" else POLICY[field]


def names(field, star):
    return star if POLICY[field] == "any" else ", ".join(POLICY[field])


def cannot(reason):
    """Ends before listening: the cases of this policy are then skipped, with the reason."""
    print(reason)
    sys.exit(64)


for field in ["allow_origins", "allow_methods", "allow_headers", "expose_headers"]:
    for entry in listed(field):
        if not (ORIGIN if field == "allow_origins" else TOKEN).fullmatch(entry):
            cannot(f"{field}: {entry!r} makes no sense")
if POLICY["allow_credentials"] and "any" in POLICY.values():
    cannot("with credentials a star means nothing, so everything has to be listed")

# `https://*.trusted.example`: one or more labels in place of the star.
ALLOWED = [
    re.compile(re.escape(origin).replace(r"\*", r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"))
    for origin in listed("allow_origins")
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer

    def __getattr__(self, name):
        if name.startswith("do_"):  # whatever the method
            return self.answer
        raise AttributeError(name)

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        preflight = self.command == "OPTIONS" and "Access-Control-Request-Method" in self.headers
        preflight = preflight and "Origin" in self.headers
        status = 204 if preflight else STATUSES.get(self.path.split("?")[0], 404)
        body = b"" if preflight else f"{status}\n".encode()
        self.send_response(status)
        for name, value in self.cors(preflight):
            if value:  # an empty list says nothing
                self.send_header(name, value)
        if not preflight:
            self.send_header("X-Calls", str(next(CALLS)))
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def cors(self, preflight):
        """The header lines with which the policy is put into effect."""
        origins = self.headers.get_all("Origin", [])
        if POLICY["allow_origins"] == "any":
            yield "Access-Control-Allow-Origin", "*"
        else:
            yield "Vary", "Origin"
            origin = origins[0].strip(" \t") if len(origins) == 1 else ""
            if not any(known.fullmatch(origin) for known in ALLOWED):
                return
            yield "Access-Control-Allow-Origin", origin
        if POLICY["allow_credentials"]:
            yield "Access-Control-Allow-Credentials", "true"
        if preflight:
            # Never left out: behind an upload listener browsers take a missing list for leave.
            yield "Access-Control-Allow-Methods", names("allow_methods", "*") or "GET"
            yield "Access-Control-Allow-Headers", names("allow_headers", "*, Authorization")
            if "max_age" in POLICY:
                yield "Access-Control-Max-Age", str(POLICY["max_age"])
        else:
            yield "Access-Control-Expose-Headers", names("expose_headers", "*")


print("endpoints: missing error unauthorized", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
