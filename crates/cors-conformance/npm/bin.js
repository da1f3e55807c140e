#!/usr/bin/env node
// `npx cors-conformance`: starts the program; its exit status is ours.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { program } from "./program.js";

let file;
try {
  file = program();
} catch (error) {
  console.error(error.message);
  process.exit(3);
}
const env = { CORS_CONFORMANCE_INVOKED_AS: "npx cors-conformance", ...process.env };
const child = spawn(file, process.argv.slice(2), { stdio: "inherit", env });
// A terminal sends its signals to the program as well, which ends in its own time.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`cors-conformance: ${error.message}`);
  process.exit(3);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
