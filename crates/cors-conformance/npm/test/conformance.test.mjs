// The function on handlers that are right and wrong; `cargo xtask dist --check` runs this.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { conformance, Nonconforming, NotJudged } from "cors-conformance";

const ORIGIN = "https://app.example";
const policy = {
  allow_origins: [ORIGIN],
  allow_credentials: true,
  allow_methods: ["GET", "PUT"],
  allow_headers: ["content-type"],
  expose_headers: [],
  max_age: 600,
};

/** The headers of a server that allows what `allowed` says of an origin. */
function answer(method, header, allowed) {
  const origin = header("origin") ?? "";
  const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const fields = { "Content-Type": "text/plain", Vary: method === "OPTIONS" ? vary : "Origin" };
  if (!allowed(origin)) return fields;
  fields["Access-Control-Allow-Origin"] = origin;
  fields["Access-Control-Allow-Credentials"] = "true";
  if (method === "OPTIONS" && header("access-control-request-method") != null) {
    fields["Access-Control-Allow-Methods"] = "GET, PUT";
    fields["Access-Control-Allow-Headers"] = "content-type";
    fields["Access-Control-Max-Age"] = "600";
  }
  return fields;
}

const kinds = {
  listener: (allowed) => (request, response) => {
    response.writeHead(200, answer(request.method, (name) => request.headers[name], allowed));
    response.end("hello");
  },
  fetch: (allowed) => ({
    fetch(request) {
      const headers = answer(request.method, (name) => request.headers.get(name), allowed);
      return new Response(request.method === "HEAD" ? null : "hello", { headers });
    },
  }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`a right ${kind} passes`, async () => {
    const right = make((origin) => origin === ORIGIN);
    const { output } = await conformance(right, policy, { args: ["-t", "origin/*", "-t", "credentials/*"] });
    assert.match(output, /, 0 failed/);
  });

  test(`a wrong ${kind} fails with the report`, async () => {
    const wrong = make((origin) => origin.endsWith("app.example"));
    await assert.rejects(conformance(wrong, policy, { args: ["-t", "origin/*"] }), (error) => {
      assert.ok(error instanceof Nonconforming);
      assert.match(error.message, /origin\/suffix-lookalike/);
      // The server is gone by then: the test itself is run again.
      assert.match(error.message, /reproduce CORS_CASE=origin\/[a-z-]+ node --test .*conformance\.test\.mjs/);
      assert.doesNotMatch(error.message, /curl|cors\.toml/);
      return true;
    });
  });
}

test("one case alone is run as the report says", async () => {
  process.env.CORS_CASE = "origin/suffix-lookalike";
  try {
    const wrong = kinds.listener((origin) => origin.endsWith("app.example"));
    await assert.rejects(conformance(wrong, policy, { args: ["-t", "vary/*", "--test=wire/*"] }), (error) => {
      assert.match(error.message, /conformance: 0 passed, 1 failed, 0 skipped/);
      return true;
    });
  } finally {
    delete process.env.CORS_CASE;
  }
});

test("a wrong path is no pass", async () => {
  const right = kinds.listener((origin) => origin === ORIGIN);
  const missing = (request, response) => {
    const { writeHead } = response;
    const status = request.url === "/there" || request.method === "OPTIONS" ? 200 : 404;
    response.writeHead = (_, fields) => writeHead.call(response, status, fields);
    right(request, response);
  };
  const args = ["-t", "origin/*"];
  await assert.rejects(conformance(missing, policy, { args }), (error) => {
    assert.ok(error instanceof NotJudged);
    assert.match(error.message, /404 to a plain GET: is the path right\?.*anyStatus: true/s);
    return true;
  });
  assert.match((await conformance(missing, policy, { args, path: "/there" })).output, /, 0 failed/);
  assert.match((await conformance(missing, policy, { args, anyStatus: true })).output, /, 0 failed/);
});

test("what says nothing of the server is no pass", async () => {
  await writeFile("broken.toml", "allow_origins = 1");
  const broken = conformance(kinds.listener(() => true), "broken.toml");
  await assert.rejects(broken, (error) => error instanceof NotJudged && /exit status 2/.test(error.message));
  await assert.rejects(conformance({}, policy), NotJudged);
});
