"""Starlette behind its own CORSMiddleware, served by uvicorn."""

import os
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

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
CORS = {
    "allow_origins": ["*"] if anything("allow_origins") else EXACT,
    "allow_origin_regex": "|".join(PATTERNS) or None,
    "allow_credentials": POLICY["allow_credentials"],
    # What is not listed is refused, so the methods that need no leave have to be.
    "allow_methods": ["*"] if anything("allow_methods") else [*SAFELISTED, *listed("allow_methods")],
    "allow_headers": ["*"] if anything("allow_headers") else listed("allow_headers"),
    "expose_headers": ["*"] if anything("expose_headers") else listed("expose_headers"),
}
if "max_age" in POLICY:
    CORS["max_age"] = POLICY["max_age"]


class Resource(HTTPEndpoint):
    """Answers whatever the method is, which no list of methods says."""

    async def dispatch(self):
        response = PlainTextResponse("resource\n", headers=resource_headers())
        await response(self.scope, self.receive, self.send)


async def error(request):
    return PlainTextResponse("the application failed\n", status_code=500)


async def throws(request):
    raise RuntimeError("nobody handles this")


async def redirect(request):
    return RedirectResponse("/resource", status_code=302)


async def not_modified(request):
    headers = {"ETag": '"v1"'}
    if request.headers.get("if-none-match") == '"v1"':
        return Response(status_code=304, headers=headers)
    return PlainTextResponse("version 1\n", headers=headers)


async def vary(request):
    return PlainTextResponse("varies\n", headers={"Vary": "Accept-Encoding"})


async def own_headers(request):
    headers = {"Access-Control-Allow-Origin": "https://own.example"}
    return PlainTextResponse("own\n", headers=headers)


async def options(request):
    headers = {"X-Options-Handler": "1"} if request.method == "OPTIONS" else {}
    return PlainTextResponse("options\n", headers=headers)


async def unauthorized(request):
    headers = {"WWW-Authenticate": 'Basic realm="subject"'}
    return PlainTextResponse("who?\n", status_code=401, headers=headers)


app = Starlette(
    routes=[
        Route("/resource", Resource),
        Route("/error", error),
        Route("/throws", throws),
        Route("/redirect", redirect),
        Route("/not-modified", not_modified),
        Route("/vary", vary),
        Route("/own-headers", own_headers),
        Route("/options", options, methods=["GET", "OPTIONS"]),
        Route("/unauthorized", unauthorized),
    ],
    middleware=[Middleware(CORSMiddleware, **CORS)],
)

if __name__ == "__main__":
    declare("missing error throws redirect not_modified vary own_headers options unauthorized")
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
