"""Django behind django-cors-headers, served by waitress."""

import os

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DEBUG=False,
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=[
        "corsheaders.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="signs nothing: no sessions, no cookies",
    CORS_ALLOWED_ORIGINS=["https://app.example", "https://admin.app.example:8443"],
    CORS_ALLOW_CREDENTIALS=True,
    CORS_ALLOW_METHODS=["GET", "PUT", "DELETE"],
    CORS_ALLOW_HEADERS=["content-type", "x-token"],
    CORS_EXPOSE_HEADERS=["x-request-id"],
    CORS_PREFLIGHT_MAX_AGE=600,
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 (settings come first)
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import condition  # noqa: E402
from waitress import serve  # noqa: E402


def text(body, status=200, **headers):
    return HttpResponse(body, status=status, content_type="text/plain", headers=headers)


def resource(request):
    return text("resource\n", **{"X-Request-Id": "1"})


def error(request):
    return text("the application failed\n", 500)


def throws(request):
    raise RuntimeError("nobody handles this")


def redirect(request):
    return HttpResponseRedirect("/resource")


@condition(etag_func=lambda request: '"v1"')
def not_modified(request):
    return text("version 1\n")


def vary(request):
    return text("varies\n", Vary="Accept-Encoding")


def own_headers(request):
    return text("own\n", **{"Access-Control-Allow-Origin": "https://own.example"})


def options(request):
    if request.method == "OPTIONS":
        return text("options\n", **{"X-Options-Handler": "1"})
    return text("options\n")


def unauthorized(request):
    return text("who?\n", 401, **{"WWW-Authenticate": 'Basic realm="subject"'})


urlpatterns = [
    path("resource", resource),
    path("error", error),
    path("throws", throws),
    path("redirect", redirect),
    path("not-modified", not_modified),
    path("vary", vary),
    path("own-headers", own_headers),
    path("options", options),
    path("unauthorized", unauthorized),
]

if __name__ == "__main__":
    serve(get_wsgi_application(), host="127.0.0.1", port=int(os.environ["PORT"]))
