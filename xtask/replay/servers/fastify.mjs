// Fastify behind its cors plugin, of whatever versions are installed beside this file. The settings
// are ways to write the same policy: `global-regex` with a regular expression that has a state,
// `star-in-list` with a star beside other origins.

import Fastify from "fastify";

import { any, declare, listed, pattern, policy, resourceHeaders } from "./policy.mjs";

const settings = (process.env.REPLAY_SETTINGS ?? "").split(" ");
const cors = (await import(settings.includes("scoped") ? "@fastify/cors" : "fastify-cors")).default;

function origin() {
  if (settings.includes("star-in-list") && any("allow_origins")) return ["*", "https://own.example"];
  if (any("allow_origins")) return "*";
  const origins = listed("allow_origins");
  return settings.includes("global-regex") ? origins.map((entry) => pattern(entry, "g")) : origins;
}

const app = Fastify();
app.register(cors, {
  origin: origin(),
  credentials: policy.allow_credentials,
  methods: policy.allow_methods,
  allowedHeaders: policy.allow_headers,
  exposedHeaders: policy.expose_headers,
  maxAge: policy.max_age,
});
// Whoever asks for this path has to say who they are.
app.addHook("onRequest", (request, reply, done) => {
  if (request.raw.url === "/unauthorized" && request.headers.authorization === undefined) {
    reply.code(401).header("WWW-Authenticate", "Basic").send("who?\n");
  } else {
    done();
  }
});
for (const method of ["GET", "PUT", "POST", "DELETE"]) {
  app.route({
    method,
    url: "/resource",
    handler: (request, reply) => reply.headers(resourceHeaders()).send("resource\n"),
  });
}
app.get("/unauthorized", (request, reply) => reply.send("you\n"));

declare("missing unauthorized");
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
