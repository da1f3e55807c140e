"""Apache httpd as the reverse proxy of an application, adding CORS headers by the usual recipe:
SetEnvIf picks the allowed origins, "Header always" answers, mod_rewrite answers OPTIONS.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from policy import (  # noqa: E402 (the folder above comes first)
    EXACT,
    PATTERNS,
    POLICY,
    anything,
    cannot,
    listed,
)
from proxied import run  # noqa: E402

if POLICY["allow_credentials"] and anything("expose_headers"):
    cannot("with credentials the exposed headers have to be listed")

MODULES = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http", "rewrite", "setenvif"]


def names(field, mirrored, star="*"):
    """The value of a list; with credentials a star means nothing, so the request is repeated."""
    if not anything(field):
        return ", ".join(listed(field))
    return mirrored if POLICY["allow_credentials"] else star


def cors():
    lines = []
    if anything("allow_origins"):
        lines.append('SetEnvIf Request_URI "^" CORS_ORIGIN=*')
    else:
        known = [re.escape(origin) for origin in EXACT]
        known += [pattern.removeprefix("^").removesuffix("\\Z") for pattern in PATTERNS]
        if known:
            # SetEnvIf, not SetEnvIfNoCase; \z, since $ leaves room for a line feed.
            lines.append(f'SetEnvIf Origin "^({"|".join(known)})\\z" CORS_ORIGIN=$1')
        lines.append('Header always merge Vary "Origin"')
    # What the request asks for, to repeat it.
    lines.append('SetEnvIf Access-Control-Request-Method "^(.*)$" CORS_METHOD=$1')
    lines.append('SetEnvIf Access-Control-Request-Headers "^(.*)$" CORS_HEADERS=$1')
    # Browsers want to see Authorization by its name even beside a star.
    headers = names("allow_headers", "%{CORS_HEADERS}e", "*, Authorization")
    for name, value in [
        ("Access-Control-Allow-Origin", "%{CORS_ORIGIN}e"),
        ("Access-Control-Allow-Credentials", "true" if POLICY["allow_credentials"] else ""),
        ("Access-Control-Allow-Methods", names("allow_methods", "%{CORS_METHOD}e")),
        ("Access-Control-Allow-Headers", headers),
        ("Access-Control-Expose-Headers", names("expose_headers", "")),
        ("Access-Control-Max-Age", str(POLICY.get("max_age", ""))),
    ]:
        if value:
            lines.append(f'Header always set {name} "{value}" env=CORS_ORIGIN')
    return "\n".join(lines)


def configuration(port, application, directory):
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES
    )
    return f"""
ServerRoot "{directory}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{directory}/httpd.pid"
ErrorLog "/dev/stderr"
{modules}
# Only followed when started as root.
User www-data
Group www-data
StartServers 1

{cors()}

RewriteEngine On
RewriteCond %{{REQUEST_METHOD}} =OPTIONS
RewriteRule ^ - [R=204,L]

ProxyPass "/" "http://127.0.0.1:{application}/"
"""


run(configuration, lambda file: ["apache2", "-f", file, "-D", "FOREGROUND"])
