import { METHODS } from "node:http";

import cors from "@fastify/cors";
import Fastify from "fastify";

import { any, cannot, declare, isPattern, listed, pattern, policy, resourceHeaders } from "../policy.mjs";

const app = Fastify();

if (policy.allow_credentials && any("allow_methods")) {
  cannot("there is no option that repeats the requested method, and with credentials a star is none");
}
if (policy.allow_credentials && any("expose_headers")) {
  cannot("with credentials the exposed headers have to be listed");
}

await app.register(cors, {
  origin: any("allow_origins")
    ? "*"
    : listed("allow_origins").map((entry) => (isPattern(entry) ? pattern(entry) : entry)),
  credentials: policy.allow_credentials,
  methods: any("allow_methods") ? "*" : policy.allow_methods,
  // Left out, it repeats the names that are asked for.
  ...(any("allow_headers") ? {} : { allowedHeaders: policy.allow_headers }),
  exposedHeaders: any("expose_headers") ? "*" : policy.expose_headers,
  // Left out, nothing is stated; `undefined` would be stated as a word.
  ...("max_age" in policy ? { maxAge: policy.max_age } : {}),
});

// Fastify routes the methods it is told of.
for (const method of METHODS) {
  if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
}

// /resource answers whatever the body is.
app.addContentTypeParser("*", (request, payload, done) => {
  payload.resume();
  payload.on("end", () => done(null));
});

app.all("/resource", (request, reply) => {
  reply.headers(resourceHeaders()).send("resource\n");
});
app.get("/error", (request, reply) => {
  reply.code(500).send("the application failed\n");
});
app.get("/throws", () => {
  throw new Error("nobody handles this");
});
app.get("/redirect", (request, reply) => {
  reply.redirect("/resource", 302);
});
app.get("/not-modified", (request, reply) => {
  reply.header("ETag", '"v1"');
  if (request.headers["if-none-match"] === '"v1"') {
    reply.code(304).send();
  } else {
    reply.send("version 1\n");
  }
});
app.get("/vary", (request, reply) => {
  reply.header("Vary", "Accept-Encoding").send("varies\n");
});
app.get("/own-headers", (request, reply) => {
  reply.header("Access-Control-Allow-Origin", "https://own.example").send("own\n");
});
app.options("/options", (request, reply) => {
  reply.header("X-Options-Handler", "1").send("options\n");
});
app.get("/options", (request, reply) => {
  reply.send("options\n");
});
app.get("/unauthorized", (request, reply) => {
  reply.code(401).header("WWW-Authenticate", 'Basic realm="subject"').send("who?\n");
});

declare("missing error throws redirect not_modified vary own_headers options unauthorized");
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
