"""Flask behind flask-cors, of whatever versions are installed.

With the setting `other-case` another path, which differs in its letters' case alone, is open to
everybody.
"""

import os

from flask import Flask, Response, request
from flask_cors import CORS
from policy import EXACT, POLICY, declare, listed, resource_headers
from waitress import serve

app = Flask(__name__)
closed = {
    "origins": EXACT,
    "supports_credentials": POLICY["allow_credentials"],
    "methods": ["GET", "HEAD", "POST", *listed("allow_methods")],
    "allow_headers": listed("allow_headers"),
    "expose_headers": listed("expose_headers"),
    "max_age": POLICY.get("max_age"),
}
resources = {r"/*": closed}
if "other-case" in os.environ.get("REPLAY_SETTINGS", "").split():
    resources[r"/OPTIONS"] = {"origins": "*", "supports_credentials": POLICY["allow_credentials"]}
CORS(app, resources=resources)


@app.route("/resource", methods=["GET", "HEAD", "POST", "PUT", "DELETE"])
def resource():
    return Response("resource\n", headers=resource_headers())


@app.route("/options", methods=["GET", "OPTIONS"])
def options():
    headers = {"X-Options-Handler": "1"} if request.method == "OPTIONS" else {}
    return Response("options\n", headers=headers)


declare("missing options")
serve(app, host="127.0.0.1", port=int(os.environ["PORT"]))
