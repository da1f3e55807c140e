// Express behind the cors middleware, of whatever version is installed beside this file.

import cors from "cors";
import express from "express";

import { any, declare, isPattern, listed, pattern, policy, resourceHeaders } from "./policy.mjs";

const origins = listed("allow_origins").map((entry) => (isPattern(entry) ? pattern(entry) : entry));
const app = express();

app.use(
  cors({
    origin: any("allow_origins") ? "*" : origins.length === 1 ? origins[0] : origins,
    credentials: policy.allow_credentials,
    methods: any("allow_methods") ? "*" : policy.allow_methods,
    allowedHeaders: any("allow_headers") ? undefined : policy.allow_headers,
    exposedHeaders: any("expose_headers") ? "*" : policy.expose_headers,
    maxAge: policy.max_age,
  }),
);
app.all("/resource", (request, response) => {
  response.set(resourceHeaders()).type("text").send("resource\n");
});

declare("missing");
app.listen(Number(process.env.PORT), "127.0.0.1");
