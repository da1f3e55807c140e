import cors from "cors";
import express from "express";

import { any, cannot, declare, isPattern, listed, pattern, policy, resourceHeaders } from "../policy.mjs";

const app = express();

// A single origin as a string, as the documentation has it; patterns are regular expressions.
function origin() {
  if (any("allow_origins")) return "*";
  const origins = listed("allow_origins").map((entry) => (isPattern(entry) ? pattern(entry) : entry));
  return origins.length === 1 && typeof origins[0] === "string" ? origins[0] : origins;
}

if (policy.allow_credentials && any("allow_methods")) {
  cannot("there is no option that repeats the requested method, and with credentials a star is none");
}
if (policy.allow_credentials && any("expose_headers")) {
  cannot("with credentials the exposed headers have to be listed");
}

app.use(
  cors({
    origin: origin(),
    credentials: policy.allow_credentials,
    methods: any("allow_methods") ? "*" : policy.allow_methods,
    // Left out, it repeats the names that are asked for.
    allowedHeaders: any("allow_headers") ? undefined : policy.allow_headers,
    exposedHeaders: any("expose_headers") ? "*" : policy.expose_headers,
    maxAge: policy.max_age,
  }),
);

app.all("/resource", (request, response) => {
  response.set(resourceHeaders()).type("text").send("resource\n");
});
app.get("/error", (request, response) => {
  response.status(500).type("text").send("the application failed\n");
});
app.get("/throws", () => {
  throw new Error("nobody handles this");
});
app.get("/redirect", (request, response) => {
  response.redirect(302, "/resource");
});
app.get("/not-modified", (request, response) => {
  // Express itself answers 304 when the request's If-None-Match names this tag.
  response.set("ETag", '"v1"').type("text").send("version 1\n");
});
app.get("/vary", (request, response) => {
  response.vary("Accept-Encoding").type("text").send("varies\n");
});
app.get("/own-headers", (request, response) => {
  response.set("Access-Control-Allow-Origin", "https://own.example").type("text").send("own\n");
});
app
  .route("/options")
  .options((request, response) => {
    response.set("X-Options-Handler", "1").type("text").send("options\n");
  })
  .get((request, response) => {
    response.type("text").send("options\n");
  });
app.get("/unauthorized", (request, response) => {
  response.status(401).set("WWW-Authenticate", 'Basic realm="subject"').type("text").send("who?\n");
});

declare("missing error throws redirect not_modified vary own_headers options unauthorized");
app.listen(Number(process.env.PORT), "127.0.0.1");
