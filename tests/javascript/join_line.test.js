import assert from "node:assert/strict";
import test from "node:test";

import { listen } from "../../rnn_compare/server/phones/page/join_line.js";

test("a phone that hears nothing for longer than two of the server's beats says so and connects anew", (context) => {
  const sources = [];
  const lines = [];
  const browser = {
    EventSource: class {
      constructor() { sources.push(this); }
      addEventListener() {}
      close() { this.closed = true; }
    },
    document: { visibilityState: "visible", addEventListener() {} },
    addEventListener() {},
    fetch: () => Promise.reject(new TypeError("no network")),
  };
  Object.assign(globalThis, browser);
  context.after(() => Object.keys(browser).forEach((name) => delete globalThis[name]));
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  listen("/join/events", { onEvent() {}, onLine: (text) => lines.push(text) });
  context.mock.timers.tick(35_000);
  assert.deepEqual([lines, sources.length], [[], 1], "a beat may be late");
  context.mock.timers.tick(10_000);
  assert.match(lines[0], /^Offline/);
  assert.ok(sources[0].closed);
  context.mock.timers.tick(1_000);
  assert.equal(sources.length, 2);
});
