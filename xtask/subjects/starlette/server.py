"""Starlette behind its own CORSMiddleware, served by uvicorn."""

import os

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]


async def resource(request):
    return PlainTextResponse("resource\n", headers={"X-Request-Id": "1"})


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
        Route("/resource", resource, methods=ANY_METHOD),
        Route("/error", error),
        Route("/throws", throws),
        Route("/redirect", redirect),
        Route("/not-modified", not_modified),
        Route("/vary", vary),
        Route("/own-headers", own_headers),
        Route("/options", options, methods=["GET", "OPTIONS"]),
        Route("/unauthorized", unauthorized),
    ],
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=["https://app.example", "https://admin.app.example:8443"],
            allow_credentials=True,
            allow_methods=["GET", "PUT", "DELETE"],
            allow_headers=["content-type", "x-token"],
            expose_headers=["x-request-id"],
            max_age=600,
        )
    ],
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
