// The page of an agent run. It takes its jobs from the server that it came from, carries them out,
// a few at a time, and posts what it saw. It judges nothing.
//
// The same script runs in a sandboxed frame, whose origin is opaque: there it makes the single
// fetches that its parent hands it.
"use strict";

// A fetch that has no end by then has none: it is reported as such.
const PATIENCE = 8000;
// Reports travel in parcels, so that a long run is seen to move on.
const PARCEL = 50;

// Not by window.parent, which happy-dom has for a page without one.
const framed = location.href === "about:srcdoc";

// Bytes travel as strings whose characters are the bytes.
function bytesOf(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function bodyOf(body) {
  if (body === null) return undefined;
  switch (body.kind) {
    case "text": return body.text;
    case "blob": return new Blob([body.text], { type: body.type });
    case "form-data": {
      const form = new FormData();
      for (const [name, value] of body.entries) form.append(name, value);
      return form;
    }
    case "url-search-params": return new URLSearchParams(body.entries);
    case "array-buffer": return bytesOf(body.text).buffer;
    case "xml-document": return new DOMParser().parseFromString(body.text, "application/xml");
    case "html-document": return new DOMParser().parseFromString(body.text, "text/html");
    default: throw new Error("an unknown kind of body: " + body.kind);
  }
}

function initOf(job) {
  const init = {
    // Pairs, not a Headers object, which would combine what script gives apart.
    headers: job.headers,
    mode: job.mode,
    credentials: job.credentials,
    redirect: job.redirect,
    cache: job.cache,
  };
  if (job.method !== null) init.method = job.method;
  if (job.referrerPolicy !== null) init.referrerPolicy = job.referrerPolicy;
  if (job.keepalive) init.keepalive = true;
  if (job.duplexHalf) init.duplex = "half";
  const body = bodyOf(job.body);
  if (body !== undefined) init.body = body;
  return init;
}

async function byFetch(job) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(job.url, { ...initOf(job), signal: patience.signal });
    const seen = {
      type: response.type,
      status: response.status,
      headers: [...response.headers],
      url: response.url,
      redirected: response.redirected,
    };
    // The connection is free for others only once the body is read; whether it can be is not asked.
    await response.arrayBuffer().catch(() => {});
    return { response: seen };
  } catch (error) {
    if (patience.signal.aborted) return { timeout: true };
    // A promise is rejected alike for what the constructor throws and for a network error.
    try {
      new Request(job.url, initOf(job));
    } catch (thrown) {
      return { thrown: thrown.name, said: String(thrown.message) };
    }
    return { failed: true, said: String(error.message) };
  } finally {
    clearTimeout(timer);
  }
}

function byXhr(job) {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    const listener = () => {};
    try {
      xhr.open(job.method === null ? "GET" : job.method, job.url);
      for (const [name, value] of job.headers) xhr.setRequestHeader(name, value);
      xhr.withCredentials = job.credentials === "include";
      xhr.timeout = PATIENCE;
      switch (job.uploadListener) {
        case "before-send": xhr.upload.addEventListener("progress", listener); break;
        case "other-event": xhr.upload.addEventListener("never-fired", listener); break;
        case "removed":
          xhr.upload.addEventListener("progress", listener);
          xhr.upload.removeEventListener("progress", listener);
          break;
        case "touched": void xhr.upload.readyState; break;
        default: break;
      }
      xhr.onload = () => resolve({
        response: {
          type: null,
          status: xhr.status,
          headers: xhr.getAllResponseHeaders().split("\r\n").filter((line) => line !== "")
            .map((line) => {
              const colon = line.indexOf(":");
              return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
            }),
          url: xhr.responseURL,
          redirected: null,
        },
      });
      xhr.onerror = () => resolve({ failed: true, said: "" });
      xhr.ontimeout = () => resolve({ timeout: true });
      xhr.send(bodyOf(job.body));
      if (job.uploadListener === "after-send") xhr.upload.addEventListener("progress", listener);
    } catch (thrown) {
      resolve({ thrown: thrown.name, said: String(thrown.message) });
    }
  });
}

// Where there is no fetch() the page is given only what XMLHttpRequest can ask for as well.
function act(job) {
  const made = job.api === "xhr" || typeof fetch !== "function" ? byXhr(job) : byFetch(job);
  let timer;
  // Not every API keeps to its own patience.
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ timeout: true }), 2 * PATIENCE);
  });
  return Promise.race([made, late]).finally(() => clearTimeout(timer));
}

// The frame: one fetch for each message.
function serveParent() {
  window.addEventListener("message", async (event) => {
    if (event.source !== window.parent) return;
    const { number, job } = event.data;
    window.parent.postMessage({ number, seen: await act(job) }, "*");
  });
  window.parent.postMessage({ ready: true }, "*");
}

// The parent's end of the frame.
function openFrame() {
  const waiting = new Map();
  let count = 0;
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.srcdoc = `<!doctype html><script src="${location.origin}/control/page.js"></scr` + "ipt>";
  const ready = new Promise((resolve) => {
    window.addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow) return;
      if (event.data.ready) {
        resolve();
      } else {
        waiting.get(event.data.number)(event.data.seen);
        waiting.delete(event.data.number);
      }
    });
  });
  document.body.append(frame);
  return async (job) => {
    await ready;
    count += 1;
    const number = count;
    return new Promise((resolve) => {
      waiting.set(number, resolve);
      // Should the frame be gone, nobody else would say so.
      setTimeout(() => resolve({ timeout: true }), 2 * PATIENCE);
      frame.contentWindow.postMessage({ number, job }, "*");
    });
  };
}

// What is asked of the page's own server, by the API that all of them have.
function control(method, path, value) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, "/control/" + path);
    xhr.onload = () => resolve(xhr.responseText);
    xhr.onerror = () => reject(new Error("no answer from /control/" + path));
    xhr.send(value === undefined ? null : JSON.stringify(value));
  });
}

const post = (path, value) => control("POST", path, value);

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main() {
  let inFrame = null;
  const at = (job) => {
    if (job.page !== "opaque") return act(job);
    if (inFrame === null) inFrame = openFrame();
    return inFrame(job);
  };
  const { warmUp, rounds } = JSON.parse(await control("GET", "jobs"));

  // Some engines answer nothing from a fresh preflight cache at first.
  for (const job of warmUp) await at(job);

  let parcel = [];
  async function report(entry) {
    parcel.push(entry);
    if (parcel.length < PARCEL) return;
    const full = parcel;
    parcel = [];
    await post("report", full);
  }

  async function carryOut(job) {
    const seen = [];
    for (const [index, fetch] of job.fetches.entries()) {
      if (fetch.waitMilliseconds > 0) await pause(fetch.waitMilliseconds);
      // The servers answer by which fetch it is, and cannot know.
      if (index > 0) await post("next", { job: job.number, fetch: index + 1 });
      seen.push(await at(fetch));
    }
    await report({ job: job.number, seen });
  }

  for (const round of rounds) {
    const queue = round.jobs[Symbol.iterator]();
    const worker = async () => {
      for (const job of queue) await carryOut(job);
    };
    await Promise.all(Array.from({ length: round.workers }, worker));
    if (parcel.length > 0) {
      const rest = parcel;
      parcel = [];
      await post("report", rest);
    }
  }
  await post("done", {});
}

if (framed) {
  serveParent();
} else {
  // The script is a deferred one: the document is there.
  main().catch((error) => post("broken", { said: String(error && error.stack || error) }));
}
