"""Starlette behind its CORSMiddleware, of whatever version is installed.

A pattern is written as the documentation shows it, without an end, which `fullmatch` does not need.
"""

import os

import uvicorn
from policy import EXACT, PATTERNS, POLICY, anything, declare, listed, resource_headers
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]


async def resource(request):
    return PlainTextResponse("resource\n", headers=resource_headers())


options = {
    "allow_origins": ["*"] if anything("allow_origins") else EXACT,
    "allow_origin_regex": "|".join(one.removesuffix("\\Z") for one in PATTERNS) or None,
    "allow_credentials": POLICY["allow_credentials"],
    "allow_methods": ["*"] if anything("allow_methods") else ["GET", *listed("allow_methods")],
    "allow_headers": ["*"] if anything("allow_headers") else listed("allow_headers"),
    "expose_headers": listed("expose_headers"),
    "max_age": POLICY.get("max_age", 600),
}
app = Starlette(routes=[Route("/resource", resource, methods=METHODS)])
app.add_middleware(CORSMiddleware, **options)

declare("missing")
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
