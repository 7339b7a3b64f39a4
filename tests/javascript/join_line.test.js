import assert from "node:assert/strict";
import test from "node:test";

import { listen, send } from "../../rnn_compare/lecture/pages/common/line.js";

// A browser whose connections are silent, until they are ended.
function silentBrowser(context) {
  const sources = [];
  const open = { questions: 0 };
  const browser = {
    EventSource: class {
      constructor() { sources.push(this); }
      addEventListener() {}
      close() { this.closed = true; }
    },
    document: { visibilityState: "visible", addEventListener() {} },
    addEventListener() {},
    fetch: (_url, { signal }) => new Promise((_answer, fail) => {
      open.questions += 1;
      signal.addEventListener("abort", () => { open.questions -= 1; fail(signal.reason); });
    }),
  };
  Object.assign(globalThis, browser);
  context.after(() => Object.keys(browser).forEach((name) => delete globalThis[name]));
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  return { sources, open };
}

test("a phone that hears nothing for longer than two of the server's beats says so and connects anew", (context) => {
  const { sources } = silentBrowser(context);
  const lines = [];
  listen("/join/events", { onEvent() {}, onLine: (text) => lines.push(text), silent: 40_000 });
  context.mock.timers.tick(35_000);
  assert.deepEqual([lines, sources.length], [[], 1], "a beat may be late");
  context.mock.timers.tick(10_000);
  assert.match(lines[0], /^Offline/);
  assert.ok(sources[0].closed);
  context.mock.timers.tick(1_000);
  assert.equal(sources.length, 2);
});

test("a silent line is tried again and again, and never takes all six connections of a browser", (context) => {
  const { sources, open } = silentBrowser(context);
  listen("wall/events", { onEvent() {}, onLine() {}, silent: 4000, asksAfter: 1 });
  for (let second = 0; second < 60; second += 1) {
    context.mock.timers.tick(1000);
    assert.ok(open.questions + sources.filter(({ closed }) => !closed).length <= 4);
  }
  assert.ok(sources.length >= 7, `${sources.length} tries in a minute`);
});

test("each message has a higher number than those before it, also after a reload or with a clock that was set back", async (context) => {
  const stored = {};
  const numbers = [];
  const browser = {
    localStorage: { getItem: (key) => stored[key] ?? null, setItem: (key, value) => { stored[key] = value; } },
    fetch: async (_url, { body }) => {
      numbers.push(JSON.parse(body).number);
      return Response.json({ kept: true });
    },
  };
  Object.assign(globalThis, browser);
  context.after(() => Object.keys(browser).forEach((name) => delete globalThis[name]));
  const reloaded = async (turn) => (await import(`../../rnn_compare/lecture/pages/common/line.js?reload=${turn}`)).send;
  await send("join/answer", { answer: 0 });
  await send("join/answer", { answer: 1 });
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1000 });
  const after = await reloaded(1);
  await after("join/answer", { answer: 2 });
  await after("join/row", { row: 3 });
  context.mock.timers.reset();
  globalThis.localStorage.getItem = () => { throw new Error("forbidden"); };
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: numbers.at(-1) + 1000 });
  await (await reloaded(2))("join/answer", { answer: 3 });
  assert.ok(numbers.every(Number.isSafeInteger));
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  assert.equal(numbers.length, 5);
});
