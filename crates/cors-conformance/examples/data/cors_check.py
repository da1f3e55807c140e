"""Decides the plain agent cases by the CORS check of the Fetch standard, and compares.

    cargo xtask vectors release
    python3 cors_check.py target/vectors/cors-conformance-agent-cases.json
"""
import json, re, sys

SAFE = "cache-control content-language content-length content-type expires last-modified pragma".split()
HIDDEN = {"set-cookie", "set-cookie2"}
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
PLACES = {place: f"https://{place}.example" for place in ("page", "cross", "third")}

def values(answer, name):
    return [value.strip("\t\n\r ") for key, value in answer["headers"] if key.lower() == name]

def elements(answer, name):
    """The elements of a list; None where it cannot be read."""
    parts = [part.strip("\t ") for line in values(answer, name) for part in line.split(",")]
    return [p for p in parts if p] if all(TOKEN.match(p) for p in parts if p) else None

def cors_check(answer, origin, credentials):
    allowed = ", ".join(values(answer, "access-control-allow-origin"))
    if allowed == "*" and not credentials:
        return True
    granted = ", ".join(values(answer, "access-control-allow-credentials"))
    return allowed == origin and (not credentials or granted == "true")

def preflight_passes(answer, sent, credentials):
    methods = elements(answer, "access-control-allow-methods")
    names = elements(answer, "access-control-allow-headers")
    if not 200 <= answer["status"] <= 299 or methods is None or names is None:
        return False
    if sent["request_method"] not in methods + ["GET", "HEAD", "POST"]:
        if credentials or "*" not in methods:
            return False
    names = [name.lower() for name in names]
    every = "*" in names and not credentials
    asked = [name for name in sent.get("request_headers", "").split(",") if name]
    return all(name in names or every and name != "authorization" for name in asked)

def decide(case):
    """The kind of error, or the names of the headers that script can read."""
    fetch, origins = case["fetches"][0], PLACES | {"null": "null"}
    credentials = fetch["credentials"] == "include"
    for sent in case["expect"]["requests"]:
        origin = origins[sent["origin"]]
        known = {"{origin}": origin, "{{": "{", "}}": "}"}
        known |= {"{%s}" % place: url for place, url in PLACES.items()}
        found = [a for a in case["server"] if a["on"] in ("any", sent["kind"])]
        answer = dict(found[0] if found else {"status": 200, "headers": []})
        fill = lambda text: re.sub(r"\{\{|\}\}|\{[a-z.]+\}", lambda m: known.get(m[0], m[0]), text)
        answer["headers"] = [(name, fill(value)) for name, value in answer["headers"]]
        allowed = cors_check(answer, origin, credentials)
        if sent["kind"] == "actual" and not allowed:
            return "cors-check"
        if sent["kind"] == "preflight" and not (
                allowed and preflight_passes(answer, sent, credentials)):
            return "preflight"
    exposed = [name.lower() for name in elements(answer, "access-control-expose-headers") or []]
    there = {name.lower() for name, _ in answer["headers"]} | {"content-length"}
    every = "*" in exposed and not credentials
    return {name for name in there - HIDDEN if name in SAFE + exposed or every}

def is_right(case):
    outcome, decision = case["expect"]["outcomes"][0], decide(case)
    if isinstance(decision, str) or "error" in outcome:
        return decision == outcome.get("error")
    read, hidden = ({name.lower() for name in names} for names in (
        [name for name, _ in outcome["headers"]], outcome["hidden"]))
    return read <= decision and not hidden & decision

cases = json.load(open(sys.argv[1], encoding="utf-8"))["cases"]
mine = [case for case in cases if "plain" in case["flags"]]
wrong = [case["id"] for case in mine if not is_right(case)]
print(*wrong, sep="\n", end="\n" if wrong else "")
print(f"{len(mine) - len(wrong)} passed, {len(wrong)} failed, {len(cases) - len(mine)} skipped")
sys.exit(bool(wrong))
