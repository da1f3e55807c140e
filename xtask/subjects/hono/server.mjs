import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";

import { any, cannot, declare, isPattern, listed, policy, resourceHeaders } from "../policy.mjs";

const app = new Hono();

if (listed("allow_origins").some(isPattern)) {
  cannot("there are no patterns; a function is the application's own code");
}
if (policy.allow_credentials && any("allow_methods")) {
  cannot("there is no option that repeats the requested method, and with credentials a star is none");
}
if (policy.allow_credentials && any("expose_headers")) {
  cannot("with credentials the exposed headers have to be listed");
}

app.use(
  "*",
  cors({
    origin: any("allow_origins") ? "*" : policy.allow_origins,
    credentials: policy.allow_credentials,
    allowMethods: any("allow_methods") ? ["*"] : policy.allow_methods,
    // Left out, it repeats the names that are asked for.
    allowHeaders: any("allow_headers") ? undefined : policy.allow_headers,
    exposeHeaders: any("expose_headers") ? ["*"] : policy.expose_headers,
    maxAge: policy.max_age,
  }),
);

app.all("/resource", (context) => {
  return context.text("resource\n", 200, resourceHeaders());
});
app.get("/error", (context) => context.text("the application failed\n", 500));
app.get("/throws", () => {
  throw new Error("nobody handles this");
});
app.get("/redirect", (context) => context.redirect("/resource", 302));
app.get("/not-modified", etag(), (context) => {
  context.header("ETag", '"v1"');
  return context.text("version 1\n");
});
app.get("/vary", (context) => {
  context.header("Vary", "Accept-Encoding");
  return context.text("varies\n");
});
app.get("/own-headers", (context) => {
  context.header("Access-Control-Allow-Origin", "https://own.example");
  return context.text("own\n");
});
app.options("/options", (context) => {
  context.header("X-Options-Handler", "1");
  return context.text("options\n");
});
app.get("/options", (context) => context.text("options\n"));
app.get("/unauthorized", (context) => {
  context.header("WWW-Authenticate", 'Basic realm="subject"');
  return context.text("who?\n", 401);
});

declare("missing error throws redirect not_modified vary own_headers options unauthorized");
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
