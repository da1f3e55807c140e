"""Django behind django-cors-headers, of whatever versions are installed.

With the setting `bare-hosts` origins are listed as the versions before 3.0 wanted them, without
their scheme.
"""

import os

from django.conf import settings
from policy import EXACT, POLICY, declare, listed, resource_headers

bare = "bare-hosts" in os.environ.get("REPLAY_SETTINGS", "").split()
origins = [origin.split("://")[1] for origin in EXACT] if bare else EXACT

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=[
        "corsheaders.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="signs nothing: no sessions, no cookies",
    USE_TZ=False,
    # Its name until 3.5, and since.
    CORS_ORIGIN_WHITELIST=origins,
    CORS_ALLOW_CREDENTIALS=POLICY["allow_credentials"],
    CORS_ALLOW_METHODS=listed("allow_methods"),
    CORS_ALLOW_HEADERS=listed("allow_headers"),
    CORS_EXPOSE_HEADERS=listed("expose_headers"),
    CORS_PREFLIGHT_MAX_AGE=POLICY.get("max_age", 0),
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 (settings come first)
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from waitress import serve  # noqa: E402


def resource(request):
    response = HttpResponse("resource\n", content_type="text/plain")
    for name, value in resource_headers().items():
        response[name] = value
    return response


urlpatterns = [path("resource", resource)]

declare("missing")
serve(get_wsgi_application(), host="127.0.0.1", port=int(os.environ["PORT"]))
