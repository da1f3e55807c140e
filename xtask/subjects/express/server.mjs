import cors from "cors";
import express from "express";

const app = express();

app.use(
  cors({
    origin: ["https://app.example", "https://admin.app.example:8443"],
    credentials: true,
    methods: ["GET", "PUT", "DELETE"],
    allowedHeaders: ["content-type", "x-token"],
    exposedHeaders: ["x-request-id"],
    maxAge: 600,
  }),
);

app.all("/resource", (request, response) => {
  response.set("X-Request-Id", "1").type("text").send("resource\n");
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

app.listen(Number(process.env.PORT), "127.0.0.1");
