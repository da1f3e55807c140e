"""Flask behind flask-cors, served by waitress."""

import os

from flask import Flask, Response, redirect, request
from flask_cors import CORS
from waitress import serve

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]

app = Flask(__name__)

CORS(
    app,
    origins=["https://app.example", "https://admin.app.example:8443"],
    supports_credentials=True,
    methods=["GET", "PUT", "DELETE"],
    allow_headers=["content-type", "x-token"],
    expose_headers=["x-request-id"],
    max_age=600,
)


def text(body, status=200, **headers):
    return Response(body, status, {**headers, "Content-Type": "text/plain"})


@app.route("/resource", methods=ANY_METHOD)
def resource():
    return text("resource\n", **{"X-Request-Id": "1"})


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
    serve(app, host="127.0.0.1", port=int(os.environ["PORT"]))
