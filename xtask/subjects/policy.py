"""What the subjects written in Python share: the policy that CORS_POLICY names."""

import itertools
import json
import os
import re
import sys

TOKEN = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
ORIGIN = re.compile(r"null|[a-z][a-z0-9+.-]*://(\*\.)?[a-z0-9_.:\[\]-]+")
LABEL = "[a-z0-9_-]+"

with open(os.environ["CORS_POLICY"], encoding="utf-8") as file:
    POLICY = json.load(file)


def cannot(reason):
    """Ends before listening: the suite then skips the cases of this policy, with the reason."""
    print(reason)
    sys.exit(64)


def listed(field):
    """The entries of a field, none when everything is allowed."""
    return [] if POLICY[field] == "any" else POLICY[field]


def anything(field):
    return POLICY[field] == "any"


# The libraries take whatever they are given; a policy that makes no sense is refused here.
for name in ["allow_origins", "allow_methods", "allow_headers", "expose_headers"]:
    for entry in listed(name):
        if not (ORIGIN if name == "allow_origins" else TOKEN).fullmatch(entry):
            cannot(f"{name}: {entry!r} makes no sense")


def is_pattern(origin):
    """Whether an entry of allow_origins stands for several origins."""
    return "*" in origin


def pattern(origin):
    """`https://*.trusted.example` as a regular expression, with everything escaped and anchored.

    The end is written out, since most libraries only match from the start; `\\Z`, because `$`
    leaves room for a line feed.
    """
    return "^" + re.escape(origin).replace(r"\*", rf"{LABEL}(\.{LABEL})*") + r"\Z"


EXACT = [origin for origin in listed("allow_origins") if not is_pattern(origin)]
PATTERNS = [pattern(origin) for origin in listed("allow_origins") if is_pattern(origin)]


def declare(endpoints):
    """Says the names of the endpoints that a subject has, before it listens."""
    print("endpoints:", endpoints, flush=True)


_CALLS = itertools.count(1)


def resource_headers():
    """The headers that the application itself puts on /resource."""
    return {"X-Calls": str(next(_CALLS)), "X-Request-Id": "1", "X-Unexposed": "1"}
