// What the subjects written for Node share: the policy that CORS_POLICY names.

import { readFileSync } from "node:fs";

const TOKEN = /^[!#$%&'+.^_`|~0-9A-Za-z-]+$/;
const ORIGIN = /^(null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?[a-z0-9_.:[\]-]+)$/;
const LABEL = "[a-z0-9_-]+";

export const policy = JSON.parse(readFileSync(process.env.CORS_POLICY, "utf8"));

// Ends before listening: the suite then skips the cases of this policy, with the reason.
export function cannot(reason) {
  console.log(reason);
  process.exit(64);
}

// The entries of a field, none when everything is allowed.
export const listed = (field) => (policy[field] === "any" ? [] : policy[field]);

export const any = (field) => policy[field] === "any";

// The libraries take whatever they are given; a policy that makes no sense is refused here.
for (const field of ["allow_origins", "allow_methods", "allow_headers", "expose_headers"]) {
  const bad = listed(field).find((entry) => !(field === "allow_origins" ? ORIGIN : TOKEN).test(entry));
  if (bad !== undefined) cannot(`${field}: ${JSON.stringify(bad)} makes no sense`);
}

// Whether an entry of allow_origins stands for several origins.
export const isPattern = (origin) => origin.includes("*");

// `https://*.trusted.example` as a regular expression, with everything escaped and anchored.
export function pattern(origin, flags = "") {
  const quoted = origin.replace(/[.+[\]]/g, "\\$&");
  return new RegExp(`^${quoted.replace("*", `${LABEL}(\\.${LABEL})*`)}$`, flags);
}

// The names of the endpoints that a subject has, said before it listens.
export function declare(endpoints) {
  console.log(`endpoints: ${endpoints}`);
}

let calls = 0;

// The headers that the application itself puts on /resource.
export function resourceHeaders() {
  calls += 1;
  return { "X-Calls": String(calls), "X-Request-Id": "1", "X-Unexposed": "1" };
}
