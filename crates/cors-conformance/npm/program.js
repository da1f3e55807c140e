// Finds the program, which the package for this platform contains.
import { createRequire } from "node:module";

/** The path of the program. */
export function program() {
  const name = `cors-conformance-${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "cors-conformance.exe" : "cors-conformance";
  try {
    return createRequire(import.meta.url).resolve(`${name}/${file}`);
  } catch {
    throw new Error(
      `cors-conformance: there is no program for ${process.platform} ${process.arch}: the package ${name} ` +
        "is not installed (was it left out by --omit=optional?)",
    );
  }
}
