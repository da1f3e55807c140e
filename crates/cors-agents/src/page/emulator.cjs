// Opens the page of an agent run in an emulator of browsers, inside Node.js:
//
//   node -e "$(cat emulator.cjs)" -- jsdom|happy-dom FOLDER [URL]
//
// FOLDER holds the node_modules with the emulator. Without URL its version is printed, or why it
// cannot be had. It runs until it is ended: the page says by itself when it is done.
"use strict";

const dns = require("node:dns");
const path = require("node:path");
const { createRequire } = require("node:module");

const [name, folder, url] = process.argv.slice(1);

// Names below .localhost are this machine. Browsers know that; the system's resolver need not.
const lookup = dns.lookup;
dns.lookup = function (host, options, done) {
  if (!/\.localhost$/i.test(host)) return lookup.apply(dns, arguments);
  const answer = typeof options === "function" ? options : done;
  const all = typeof options === "object" && options !== null && options.all;
  process.nextTick(() => (all
    ? answer(null, [{ address: "127.0.0.1", family: 4 }])
    : answer(null, "127.0.0.1", 4)));
};

// What an emulator does not catch of its own would end all other cases too. The page gives up the
// one that it belongs to.
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});

const openers = {
  jsdom({ JSDOM, VirtualConsole }) {
    return JSDOM.fromURL(url, {
      runScripts: "dangerously",
      resources: "usable",
      // Nobody reads what it would print.
      virtualConsole: new VirtualConsole(),
    });
  },
  "happy-dom"({ Browser, BrowserErrorCaptureEnum }) {
    const browser = new Browser({
      settings: {
        enableJavaScriptEvaluation: true,
        suppressInsecureJavaScriptEnvironmentWarning: true,
        errorCapture: BrowserErrorCaptureEnum.processLevel,
      },
    });
    return browser.newPage().goto(url);
  },
};

function main() {
  const within = createRequire(path.join(path.resolve(folder), "node_modules", "here.js"));
  const loaded = within(name);
  const { version } = within(name + "/package.json");
  if (url === undefined) {
    console.log(`${name} ${version} on Node.js ${process.version}`);
    process.exit(0);
  }
  // An emulator with nothing to do is no reason to end.
  setInterval(() => {}, 60_000);
  return openers[name](loaded);
}

function fail(error) {
  const [first] = String((error && error.message) || error).split("\n");
  console.log(`error: ${first} (Node.js ${process.version})`);
  process.exit(1);
}

try {
  Promise.resolve(main()).catch(fail);
} catch (error) {
  fail(error);
}
