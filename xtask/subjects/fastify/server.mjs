import cors from "@fastify/cors";
import Fastify from "fastify";

const app = Fastify();

await app.register(cors, {
  origin: ["https://app.example", "https://admin.app.example:8443"],
  credentials: true,
  methods: ["GET", "PUT", "DELETE"],
  allowedHeaders: ["content-type", "x-token"],
  exposedHeaders: ["x-request-id"],
  maxAge: 600,
});

// /resource answers whatever the body is.
app.addContentTypeParser("*", (request, payload, done) => {
  payload.resume();
  payload.on("end", () => done(null));
});

app.all("/resource", (request, reply) => {
  reply.header("X-Request-Id", "1").send("resource\n");
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

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
