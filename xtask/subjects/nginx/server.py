"""nginx as the reverse proxy of an application, adding CORS headers by the usual recipe: maps from
the allowed origins, and add_header with "always".
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


def names(field, mirrored, star="*"):
    """The value of a list; with credentials a star means nothing, so the request is repeated."""
    if not anything(field):
        return '"' + ", ".join(listed(field)) + '"'
    return mirrored if POLICY["allow_credentials"] else f'"{star}"'


def origins():
    if anything("allow_origins"):
        return '    default "*";'
    lines = ['    default "";']
    lines += [f'    "{origin}" $http_origin;' for origin in EXACT]
    # Its regular expressions are Perl's; `~` makes them heed case.
    lines += [f'    "~{pattern}" $http_origin;'.replace("\\Z", "\\z") for pattern in PATTERNS]
    return "\n".join(lines)


def of_allowed(variable, value):
    """A variable that is empty where the origin is not allowed; add_header then adds nothing."""
    return f'  map $cors_origin ${variable} {{\n    default {value};\n    "" "";\n  }}'


def configuration(port, application, directory):
    credentials = '"true"' if POLICY["allow_credentials"] else '""'
    max_age = f'"{POLICY["max_age"]}"' if "max_age" in POLICY else '""'
    maps = [
        of_allowed("cors_credentials", credentials),
        of_allowed("cors_methods", names("allow_methods", "$http_access_control_request_method")),
        of_allowed(
            "cors_headers",
            # Browsers want to see Authorization by its name even beside a star.
            names("allow_headers", "$http_access_control_request_headers", "*, Authorization"),
        ),
        of_allowed("cors_max_age", max_age),
        of_allowed("cors_expose", names("expose_headers", '""')),
    ]
    vary = "" if anything("allow_origins") else "add_header Vary Origin always;"
    temporary = "\n".join(
        f"  {name}_temp_path {directory}/{name};"
        for name in ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"]
    )
    text = f"""
daemon off;
master_process off;
error_log stderr;
pid {directory}/nginx.pid;
events {{
  worker_connections 256;
}}
http {{
  access_log off;
{temporary}
  map_hash_bucket_size 256;
  large_client_header_buffers 8 16k;

  map $http_origin $cors_origin {{
{origins()}
  }}
{chr(10).join(maps)}

  server {{
    listen 127.0.0.1:{port};

    location / {{
      # add_header inside "if" replaces those outside, so they are stated twice.
      if ($request_method = OPTIONS) {{
        add_header Access-Control-Allow-Origin      $cors_origin always;
        add_header Access-Control-Allow-Credentials $cors_credentials always;
        add_header Access-Control-Allow-Methods     $cors_methods always;
        add_header Access-Control-Allow-Headers     $cors_headers always;
        add_header Access-Control-Max-Age           $cors_max_age always;
        {vary}
        return 204;
      }}
      add_header Access-Control-Allow-Origin      $cors_origin always;
      add_header Access-Control-Allow-Credentials $cors_credentials always;
      add_header Access-Control-Expose-Headers    $cors_expose always;
      {vary}
      proxy_pass http://127.0.0.1:{application};
      proxy_http_version 1.1;
    }}
  }}
}}
"""
    return re.sub(r"\n\s*\n", "\n", text)


run(configuration, lambda file: ["nginx", "-c", file])
