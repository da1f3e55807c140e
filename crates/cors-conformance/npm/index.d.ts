import type { RequestListener } from "node:http";

/** What a server is meant to allow: the fields of a policy file. */
export interface Policy {
  allow_origins: "any" | string[];
  allow_credentials: boolean;
  allow_methods: "any" | string[];
  allow_headers: "any" | string[];
  expose_headers: "any" | string[];
  max_age?: number | "never";
  [field: string]: unknown;
}

export interface Options {
  /** A resource of a handler that answers 200 to a plain GET; `/` if not given. */
  path?: string;
  /** More arguments of the program, such as `["--fail-on", "should"]`. */
  args?: string[];
  /** Judge a resource that answers a plain GET with an error too, which is else `NotJudged`. */
  anyStatus?: boolean;
}

/**
 * Runs the suite on the server at a URL, on a listener of node:http (an Express application is one),
 * or on an object with a `fetch` (a Hono application is one).
 *
 * @param policy the policy, or the path of a TOML file
 * @returns what the program printed, where everything is as expected
 * @throws Nonconforming after a failure, NotJudged where nothing is known
 */
export function conformance(
  target: string | RequestListener | { fetch(request: Request): Response | Promise<Response> },
  policy: Policy | string,
  options?: Options,
): Promise<{ output: string }>;

/** A browser would decide otherwise than the policy says; the message is the program's report. */
export class Nonconforming extends Error {}

/** The run says nothing of the server; the message is what the program said. */
export class NotJudged extends Error {}
