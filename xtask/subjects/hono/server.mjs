import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";

const app = new Hono();

app.use(
  "*",
  cors({
    origin: ["https://app.example", "https://admin.app.example:8443"],
    credentials: true,
    allowMethods: ["GET", "PUT", "DELETE"],
    allowHeaders: ["content-type", "x-token"],
    exposeHeaders: ["x-request-id"],
    maxAge: 600,
  }),
);

app.all("/resource", (context) => {
  context.header("X-Request-Id", "1");
  return context.text("resource\n");
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

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
