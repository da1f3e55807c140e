"""Flask behind flask-cors, served by waitress."""

import os
import re
import sys
from pathlib import Path

from flask import Flask, Response, redirect, request
from flask_cors import CORS
from waitress import serve

sys.path.insert(0, str(Path(__file__).parent.parent))
from policy import (  # noqa: E402 (the folder above comes first)
    EXACT,
    PATTERNS,
    POLICY,
    anything,
    cannot,
    declare,
    listed,
    resource_headers,
)

if POLICY["allow_credentials"] and anything("expose_headers"):
    cannot("with credentials the exposed headers have to be listed")

SAFELISTED = ["GET", "HEAD", "POST"]
DEFAULT = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]

app = Flask(__name__)

CORS(
    app,
    origins="*" if anything("allow_origins") else EXACT + [re.compile(one) for one in PATTERNS],
    supports_credentials=POLICY["allow_credentials"],
    send_wildcard=anything("allow_origins"),
    # What is not listed is refused, so the methods that need no leave have to be; nothing stands
    # for every method, the default comes closest.
    methods=DEFAULT if anything("allow_methods") else [*SAFELISTED, *listed("allow_methods")],
    allow_headers="*" if anything("allow_headers") else listed("allow_headers"),
    expose_headers="*" if anything("expose_headers") else listed("expose_headers"),
    max_age=POLICY.get("max_age"),
)


def text(body, status=200, **headers):
    return Response(body, status, {**headers, "Content-Type": "text/plain"})


ANY_METHOD = [*SAFELISTED, "PUT", "PATCH", "DELETE", "PROPFIND", *listed("allow_methods")]


@app.route("/resource", methods=ANY_METHOD)
def resource():
    return text("resource\n", **resource_headers())


@app.get("/error")
def error():
    return text("the application failed\n", 500)


@app.get("/throws")
def throws():
    raise RuntimeError("nobody handles this")


@app.get("/redirect")
def to_resource():
    return redirect("/resource", 302)


@app.get("/not-modified")
def not_modified():
    response = text("version 1\n")
    response.set_etag("v1")
    return response.make_conditional(request)


@app.get("/vary")
def vary():
    return text("varies\n", Vary="Accept-Encoding")


@app.get("/own-headers")
def own_headers():
    return text("own\n", **{"Access-Control-Allow-Origin": "https://own.example"})


@app.route("/options", methods=["GET", "OPTIONS"])
def options():
    if request.method == "OPTIONS":
        return text("options\n", **{"X-Options-Handler": "1"})
    return text("options\n")


@app.get("/unauthorized")
def unauthorized():
    return text("who?\n", 401, **{"WWW-Authenticate": 'Basic realm="subject"'})


if __name__ == "__main__":
    declare("missing error throws redirect not_modified vary own_headers options unauthorized")
    serve(app, host="127.0.0.1", port=int(os.environ["PORT"]))
