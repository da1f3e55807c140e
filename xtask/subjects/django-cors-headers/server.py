"""Django behind django-cors-headers, served by waitress."""

import os
import sys
from pathlib import Path

from django.conf import settings

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

for field in ["allow_methods", "allow_headers", "expose_headers"]:
    if POLICY["allow_credentials"] and anything(field):
        cannot(f"{field}: it is written as it is, and with credentials a star allows nothing")


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
    CORS_ALLOW_ALL_ORIGINS=anything("allow_origins"),
    CORS_ALLOWED_ORIGINS=EXACT,
    CORS_ALLOWED_ORIGIN_REGEXES=PATTERNS,
    CORS_ALLOW_CREDENTIALS=POLICY["allow_credentials"],
    CORS_ALLOW_METHODS=["*"] if anything("allow_methods") else listed("allow_methods"),
    # Browsers want to see Authorization by its name even beside a star.
    CORS_ALLOW_HEADERS=["*", "authorization"] if anything("allow_headers") else listed("allow_headers"),
    CORS_EXPOSE_HEADERS=["*"] if anything("expose_headers") else listed("expose_headers"),
    # Its default is a day; zero is how nothing is stated.
    CORS_PREFLIGHT_MAX_AGE=POLICY.get("max_age", 0),
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 (settings come first)
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import condition  # noqa: E402
from waitress import serve  # noqa: E402


def text(body, status=200, **headers):
    return HttpResponse(body, status=status, content_type="text/plain", headers=headers)


def resource(request):
    return text("resource\n", **resource_headers())


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


def without_body_for_head(application):
    """Django leaves the body of an answer to HEAD to the server, and waitress sends it."""

    def answer(environ, start_response):
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        body.close()
        return []

    return answer


if __name__ == "__main__":
    declare("missing error throws redirect not_modified vary own_headers options unauthorized")
    application = without_body_for_head(get_wsgi_application())
    serve(application, host="127.0.0.1", port=int(os.environ["PORT"]))
