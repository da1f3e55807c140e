// Decides the plain agent cases by the CORS check of the Fetch standard, and compares.
//
//     cargo xtask vectors release
//     node cors_check.mjs target/vectors/cors-conformance-agent-cases.json
import { readFileSync } from "node:fs";

const SAFE = /^(cache-control|content-(language|length|type)|expires|last-modified|pragma)$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PLACES = { page: "https://page.example", cross: "https://cross.example", third: "https://third.example" };

const strip = (text) => text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
const values = (answer, name) =>
  answer.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => strip(value));

/** The elements of a list; null where it cannot be read. */
function elements(answer, name) {
  const parts = values(answer, name).flatMap((line) => line.split(","));
  const found = parts.map((part) => part.replace(/^[\t ]+|[\t ]+$/g, "")).filter(Boolean);
  return found.every((part) => TOKEN.test(part)) ? found : null;
}

function corsCheck(answer, origin, credentials) {
  const allowed = values(answer, "access-control-allow-origin").join(", ");
  if (allowed === "*" && !credentials) return true;
  const granted = values(answer, "access-control-allow-credentials").join(", ");
  return allowed === origin && (!credentials || granted === "true");
}

function preflightPasses(answer, sent, credentials) {
  const methods = elements(answer, "access-control-allow-methods");
  let names = elements(answer, "access-control-allow-headers");
  if (answer.status < 200 || answer.status > 299 || !methods || !names) return false;
  const listed = [...methods, "GET", "HEAD", "POST"].includes(sent.request_method);
  if (!listed && (credentials || !methods.includes("*"))) return false;
  names = names.map((name) => name.toLowerCase());
  const every = names.includes("*") && !credentials;
  const asked = (sent.request_headers ?? "").split(",").filter(Boolean);
  return asked.every((name) => names.includes(name) || (every && name !== "authorization"));
}

/** The kind of error, or the names of the headers that script can read. */
function decide(one) {
  const fetch = one.fetches[0];
  const credentials = fetch.credentials === "include";
  let answer;
  for (const sent of one.expect.requests) {
    const origin = { ...PLACES, null: "null" }[sent.origin];
    const known = { ...PLACES, origin };
    const fill = (text) => text.replace(/\{\{|\}\}|\{([a-z.]+)\}/g, (whole, name) =>
      name === undefined ? whole[0] : known[name] ?? whole);
    const found = one.server.find((answer) => ["any", sent.kind].includes(answer.on));
    answer = { status: 200, ...found, headers: (found?.headers ?? []).map(([n, v]) => [n, fill(v)]) };
    const allowed = corsCheck(answer, origin, credentials);
    if (sent.kind === "actual" && !allowed) return "cors-check";
    const passes = allowed && (sent.kind === "actual" || preflightPasses(answer, sent, credentials));
    if (!passes) return "preflight";
  }
  const exposed = (elements(answer, "access-control-expose-headers") ?? []).map((n) => n.toLowerCase());
  const every = exposed.includes("*") && !credentials;
  const names = ["content-length", ...answer.headers.map(([name]) => name.toLowerCase())];
  const isRead = (name) => every || SAFE.test(name) || exposed.includes(name);
  return names.filter((name) => !/^set-cookie2?$/.test(name) && isRead(name));
}

function isRight(one) {
  const [outcome] = one.expect.outcomes;
  const decision = decide(one);
  if (typeof decision === "string" || outcome.error) return decision === outcome.error;
  return outcome.headers.every(([name]) => decision.includes(name.toLowerCase()))
    && !outcome.hidden.some((name) => decision.includes(name.toLowerCase()));
}

const { cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const mine = cases.filter((one) => one.flags.includes("plain"));
const wrong = mine.filter((one) => !isRight(one));
wrong.forEach((one) => console.log(one.id));
console.log(`${mine.length - wrong.length} passed, ${wrong.length} failed, ${cases.length - mine.length} skipped`);
process.exitCode = wrong.length ? 1 : 0;
