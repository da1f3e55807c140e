// A server with CORS in nothing but Node's standard library, for the suite to start:
//
//     cors-conformance --cmd 'node cors_server.mjs'

import { readFileSync } from "node:fs";
import { createServer, METHODS } from "node:http";

const policy = JSON.parse(readFileSync(process.env.CORS_POLICY, "utf8"));
const statuses = { "/resource": 200, "/missing": 404, "/error": 500, "/unauthorized": 401 };
const token = /^[!#$%&'+.^_`|~0-9A-Za-z-]+$/;
const label = "[a-z0-9_-]+";

// Ends before listening: the cases of this policy are then skipped, with the reason.
function cannot(reason) {
  console.log(reason);
  process.exit(64);
}

const names = (field, star) => (policy[field] === "any" ? star : policy[field].join(", "));
const listed = (field) => (policy[field] === "any" ? [] : policy[field]);
for (const field of ["allow_methods", "allow_headers", "expose_headers"]) {
  const bad = listed(field).find((name) => !token.test(name));
  if (bad !== undefined) cannot(`${field}: ${JSON.stringify(bad)} makes no sense`);
}
const unread = listed("allow_methods").find((method) => !METHODS.includes(method));
if (unread !== undefined) cannot(`Node's server does not read the method ${unread}`);
if (policy.allow_methods === "any") cannot("Node's server reads only the methods it knows");
if (policy.allow_credentials && Object.values(policy).includes("any")) {
  cannot("with credentials a star means nothing, so everything has to be listed");
}

// `https://*.trusted.example`: one or more labels in place of the star.
const allowed = listed("allow_origins").map((origin) => {
  if (!/^(null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?[a-z0-9_.:[\]-]+)$/.test(origin)) {
    cannot(`allow_origins: ${JSON.stringify(origin)} makes no sense`);
  }
  const quoted = origin.replace(/[.+[\]]/g, "\\$&");
  return new RegExp(`^${quoted.replace("*", `${label}(\\.${label})*`)}$`);
});

// The header lines with which the policy is put into effect.
function* cors({ headers }, preflight) {
  if (policy.allow_origins === "any") {
    yield ["Access-Control-Allow-Origin", "*"];
  } else {
    yield ["Vary", "Origin"];
    // Several Origin lines arrive joined by commas, which no origin holds.
    if (!allowed.some((known) => known.test(headers.origin ?? ""))) return;
    yield ["Access-Control-Allow-Origin", headers.origin];
  }
  if (policy.allow_credentials) yield ["Access-Control-Allow-Credentials", "true"];
  if (preflight) {
    // Never left out: behind an upload listener browsers take a missing list for leave.
    yield ["Access-Control-Allow-Methods", policy.allow_methods.join(", ") || "GET"];
    yield ["Access-Control-Allow-Headers", names("allow_headers", "*, Authorization")];
    if (policy.max_age !== undefined) yield ["Access-Control-Max-Age", String(policy.max_age)];
  } else {
    yield ["Access-Control-Expose-Headers", names("expose_headers", "*")];
  }
}

let calls = 0;
const server = createServer((request, response) => {
  const { method, headers, url } = request;
  const preflight = method === "OPTIONS" && headers.origin !== undefined
    && headers["access-control-request-method"] !== undefined;
  for (const [name, value] of cors(request, preflight)) {
    if (value !== "") response.setHeader(name, value); // an empty list says nothing
  }
  if (!preflight) response.setHeader("X-Calls", String(++calls));
  response.statusCode = preflight ? 204 : (statuses[url.split("?")[0]] ?? 404);
  response.end(preflight ? undefined : `${response.statusCode}\n`);
});
console.log("endpoints: missing error unauthorized");
server.listen(Number(process.env.PORT), "127.0.0.1");
