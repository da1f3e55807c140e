// Runs the suite on a handler or a URL, for the tests of a server.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { program } from "./program.js";

/** A browser would decide otherwise than the policy says; the message is the program's report. */
export class Nonconforming extends Error {
  name = "Nonconforming";
}

/** The run says nothing of the server; the message is what the program said. */
export class NotJudged extends Error {
  name = "NotJudged";
}

/** Runs the suite; see index.d.ts. */
export async function conformance(target, policy, { path = "/", args = [], anyStatus = false } = {}) {
  const only = process.env.CORS_CASE;
  const more = only ? [...unselected(args), "-t", only] : [...args];
  if (!anyStatus && !more.includes("--require-success")) more.push("--require-success");
  const env = { ...process.env, CORS_CONFORMANCE_INVOKED_AS: "npx cors-conformance" };
  if (typeof target !== "string" || typeof policy !== "string") {
    // The server, or the file of the policy, is gone when the report is read.
    env.CORS_CONFORMANCE_REPRODUCE = `CORS_CASE={id} ${startedBy()}`;
  }
  const folder = await mkdtemp(join(tmpdir(), "cors-conformance-"));
  let server;
  try {
    let url = target;
    if (typeof target !== "string") {
      server = createServer(listener(target));
      await new Promise((done, failed) => server.once("error", failed).listen(0, "127.0.0.1", done));
      url = `http://127.0.0.1:${server.address().port}${path}`;
    }
    let file = policy;
    if (typeof policy !== "string") {
      file = join(folder, "cors.toml");
      const lines = Object.entries(policy).map(([key, value]) => `${JSON.stringify(key)} = ${toml(value)}\n`);
      await writeFile(file, lines.join(""));
    }
    const { code, output } = await run([url, "--policy", file, "--color", "never", ...more], env);
    if (code === 0) return { output };
    if (code === 1) throw new Nonconforming(output);
    const hint = output.includes("success is required") ? "; anyStatus: true judges it all the same" : "";
    throw new NotJudged(`${output}cors-conformance: exit status ${code}${hint}`);
  } finally {
    server?.closeAllConnections();
    await new Promise((done) => (server ? server.close(done) : done()));
    await rm(folder, { recursive: true });
  }
}

/** The command that runs the tests again, for a shell. */
function startedBy() {
  const script = process.env.npm_lifecycle_event;
  if (script && script !== "npx") return script === "test" ? "npm test" : `npm run ${script}`;
  if (process.env.VITEST) return "npx vitest run";
  if (process.env.JEST_WORKER_ID) return "npx jest";
  const file = relative(process.cwd(), process.argv[1] ?? "").replace(/[^\w./-]/g, "\\$&");
  return `node ${process.env.NODE_TEST_CONTEXT ? "--test " : ""}${file}`;
}

/** Arguments without those that select cases. */
function unselected(args) {
  const selects = (word) => word === "-t" || word === "--test";
  return args.filter((word, at) => !selects(word) && !selects(args[at - 1]) && !/^(-t|--test=)/.test(word));
}

function run(args, env) {
  return new Promise((done, failed) => {
    const child = spawn(program(), args, { stdio: ["ignore", "pipe", "pipe"], env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    }
    child.on("error", failed).on("close", (code) => done({ code, output }));
  });
}

/** A value as TOML; strings, numbers and booleans are written as in JSON. */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)} = ${toml(field)}`);
  return `{ ${fields.join(", ")} }`;
}

/** A listener of node:http: as it is, or made from a `fetch` of the Fetch standard's types. */
function listener(target) {
  if (typeof target === "function") return target;
  if (typeof target.fetch !== "function") {
    throw new NotJudged("expected a URL, a listener of node:http, or an object with `fetch`");
  }
  return (request, response) => {
    respond(target, request, response).catch(() => response.destroy());
  };
}

async function respond(target, request, response) {
  const headers = new Headers();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    headers.append(request.rawHeaders[at], request.rawHeaders[at + 1]);
  }
  const withBody = !["GET", "HEAD"].includes(request.method);
  let made;
  try {
    // Not by `new URL(path, base)`, which takes `//` for the start of a host.
    made = new Request(`http://${request.headers.host}${request.url}`, {
      method: request.method,
      headers,
      ...(withBody && { body: Readable.toWeb(request), duplex: "half" }),
    });
  } catch {
    // The Fetch standard's types cannot hold it, such as the method TRACE.
    response.writeHead(400).end();
    return;
  }
  const answer = await target.fetch(made);
  response.writeHead(answer.status, [...answer.headers].flat());
  response.end(answer.body && Buffer.from(await answer.arrayBuffer()));
}
