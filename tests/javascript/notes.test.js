import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as settled } from "node:timers/promises";

import { byId, document } from "./a_document.js";

const source = Object.assign(new EventTarget(), { close() {} });
Object.assign(globalThis, {
  document,
  addEventListener() {},
  scrollTo() {},
  setInterval() {},
  setTimeout() {},
  EventSource: function () { return source; },
  fetch: async () => ({ ok: false, status: 403, json: async () => ({ said: "Only the presenter can open the notes." }) }),
});
const { deleted, elapsed } = await import("../../rnn_compare/lecture/pages/notes/notes.js");

test("the time since the beginning is in minutes, also of a device whose clock is behind", () => {
  assert.equal(elapsed(1000, 1000 + 754.9), "12:34");
  assert.equal(elapsed(1000, 1000 + 3 * 3600 + 5), "180:05");
  assert.equal(elapsed(1000, 998), "0:00");
});

test("before the end it is said how many reviews will be lost", () => {
  assert.match(deleted(1), / 1 review you have not shown will be deleted\. /);
  assert.match(deleted(3), / 3 reviews you /);
  assert.doesNotMatch(deleted(0), /review/);
});

test("a lecture's end leaves a sentence, and whoever may not lead sees nothing of a lecture", async () => {
  source.dispatchEvent(new MessageEvent("state", { data: JSON.stringify({ on: false, lecture: 1, step: 0 }) }));
  assert.deepEqual([byId("lecture").hidden, byId("why").textContent], [true, "No lecture is running. Start one under"]);
  byId("lecture").hidden = false;
  source.dispatchEvent(new Event("error"));
  await settled();
  assert.deepEqual([byId("lecture").hidden, byId("why").textContent], [true, "Only the presenter can open the notes. Open"]);
});
