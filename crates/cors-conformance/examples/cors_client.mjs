// A client for `cors-conformance agent --cmd 'node cors_client.mjs'`: Node's own fetch(). It has no
// page and does no CORS, and the cases say so; copy this and put your client in its place.
import { createInterface } from "node:readline";

function bodyOf(body) {
  switch (body?.kind) {
    case undefined: return undefined;
    case "text": return body.text;
    case "blob": return new Blob([body.text], { type: body.type });
    case "url-search-params": return new URLSearchParams(body.entries);
    case "array-buffer": return Uint8Array.from(body.text, (c) => c.charCodeAt(0));
    default: return null;
  }
}

async function answer({ page, fetch: job }) {
  if (job.api !== "fetch") return { skip: "there is no XMLHttpRequest" };
  if (job.page !== "ordinary") return { skip: "there are no pages with an opaque origin" };
  const body = bodyOf(job.body);
  if (body === null) return { skip: "there is no such body" };
  const init = {
    method: job.method ?? undefined, headers: job.headers, body, mode: job.mode,
    credentials: job.credentials, redirect: job.redirect, referrer: page,
  };
  let request;
  try {
    request = new Request(job.url, init);
  } catch (thrown) {
    return { thrown: thrown.name };
  }
  try {
    const response = await fetch(request);
    await response.arrayBuffer();
    const { type, status, url, redirected } = response;
    return { response: { type, status, url, redirected, headers: [...response.headers] } };
  } catch {
    return { failed: true };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
