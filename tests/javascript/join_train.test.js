import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as settled } from "node:timers/promises";

import { shareScales } from "../../rnn_compare/browser/drawing/curves/class_chart.js";
import { SIZE } from "../../rnn_compare/lecture/pages/phone/join_chart.js";
import { byId, document } from "./a_document.js";

class FakeWorker extends EventTarget {
  constructor() {
    super();
    this.sent = [];
    FakeWorker.all.push(this);
  }

  postMessage(message) {
    this.sent.push(message);
  }

  say(data) {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  fail(message) {
    this.dispatchEvent(Object.assign(new Event("error"), message ? { message } : {}));
  }

  terminate() {}
}

const posts = [];
Object.assign(globalThis, {
  document,
  location: { href: "http://hall/join" },
  Worker: FakeWorker,
  fetch: async (_, { body }) => {
    posts.push(JSON.parse(body));
    return { status: 200, json: async () => ({ kept: true }) };
  },
});
const { renderTraining } = await import("../../rnn_compare/lecture/pages/phone/join_train.js");

let lecture = 0;
const own = () => ({ deal: ["LSTM", 10_000 * (lecture + 1) + 2], sent: false });
const message = (trains, bests) => ({
  lecture,
  task: {
    here: true, trains, epochs: 2, heldOut: 500,
    cells: bests && Object.entries(bests).map(([cell, of]) => ({ cell, color: "red", bests: of })),
  },
});
const words = (id) => byId(id).textContent;

test.beforeEach((context) => {
  lecture += 1;
  FakeWorker.all = [];
  posts.length = 0;
  context.mock.timers.enable({ apis: ["setTimeout"] });
});

function trained(...right) {
  const worker = FakeWorker.all.at(-1);
  for (const count of right) worker.say({ right: count });
  worker.say({ done: { right, correct: "those of the best" }, labels: ["negative", "positive"] });
}

test("a network that is not yet, or not, among the class's is compared with all of them and has no ring", () => {
  renderTraining(message(true, { SimpleRNN: [], LSTM: [300, 310] }), own());
  trained(250, 400);
  assert.match(words("training-class"), /Better than 2 of 2 other LSTMs\./);
  assert.doesNotMatch(words("training-class"), /ringed/);
  const spoken = byId("training-class").all(({ tag }) => tag === "svg").map(({ attributes }) => attributes["aria-label"]);
  assert.deepEqual(spoken, ["SimpleRNN: 0 networks", "LSTM: 2 networks from 60.0 % to 62.0 %"]);
  renderTraining(message(true, { SimpleRNN: [], LSTM: [300, 310, 400] }), own());
  assert.match(words("training-class"), /Better than 2 of 2 other LSTMs\./);
  assert.equal(byId("training-class").all(({ attributes }) => attributes.class === "own-dot").length, 1);
});

test("a phone's network is shown on steps about it and at the end, and trains on meanwhile", () => {
  const elsewhere = { ...message(true, null).task, here: false };
  renderTraining(message(true, null), own());
  assert.equal(byId("training").hidden, false);
  renderTraining({ lecture, task: elsewhere }, own());
  assert.equal(byId("training").hidden, true);
  trained(250, 400);
  assert.match(words("training-title"), /80\.0 % on held-out reviews/);
  renderTraining({ lecture, task: elsewhere }, own());
  assert.equal(byId("training").hidden, true);
  renderTraining({ lecture, task: null }, own());
  assert.equal(byId("training").hidden, false);
});

test("the marked dot of a phone's curve is the accuracy in its title, that of the best epoch", () => {
  renderTraining(message(true, null), own());
  trained(350, 300);
  assert.match(words("training-title"), /70\.0 % on held-out reviews$/);
  const [dot] = byId("training-curve").all(({ attributes }) => attributes.class === "own");
  const { x, valueAt } = shareScales(SIZE, 2, [40, 90], 14);
  assert.ok(Math.abs(dot.attributes.cx - x(1)) < 1e-9);
  assert.ok(Math.abs(valueAt(dot.attributes.cy) - 70) < 1e-9);
});

test("a phone that is to guess does not show its network's accuracy before the vote is closed", () => {
  const state = { ...message(true, { LSTM: [300] }), question: { id: "apart" }, phase: "open" };
  renderTraining(state, { ...own(), sent: true });
  trained(350, 300);
  assert.equal(words("training-title"), "Your network: LSTM no. 2");
  assert.match(words("training-status"), /Its accuracy is shown with the class's networks\.$/);
  const areHidden = () => ["training-curve", "training-class"].map((id) => byId(id).hidden);
  assert.deepEqual(areHidden(), [true, true]);
  renderTraining({ ...state, phase: "closed" }, own());
  assert.match(words("training-title"), /70\.0 % on held-out reviews$/);
  assert.deepEqual(areHidden(), [false, false]);
});

test("one other network is no plural", () => {
  renderTraining(message(true, { LSTM: [300] }), own());
  trained(250, 400);
  assert.match(words("training-class"), /Better than 1 of 1 other LSTM\. /);
});

test("no dot lies beyond its row, not even that of the highest accuracy", () => {
  renderTraining(message(true, { LSTM: [400, 399, 250] }), own());
  trained(250, 400);
  const dots = byId("training-class").all(({ tag }) => tag === "circle").map(({ attributes }) => attributes.cx);
  assert.equal(dots.length, 3);
  assert.ok(dots.every((x) => x > 0 && x < 340), dots);
});

test("a script that did not arrive is loaded again, and the phone then trains", (context) => {
  renderTraining(message(true, null), own());
  FakeWorker.all[0].fail();
  assert.deepEqual(posts, [], "the phone has not given up");
  context.mock.timers.tick(3000);
  assert.equal(FakeWorker.all.length, 2);
  assert.deepEqual(FakeWorker.all[1].sent.map((sent) => Object.keys(sent)[0]), ["fetch", "train"]);
  trained(250, 400);
  assert.equal(words("training-title"), "Your network: LSTM no. 2, 80.0 % on held-out reviews");
  assert.deepEqual(posts.map(({ right, correct }) => [right, correct]), [[[250, 400], "those of the best"]]);
});

test("a result that a lost network kept from the server is sent again until it is taken, and only that of this lecture", async (context) => {
  const { fetch } = globalThis;
  context.after(() => { globalThis.fetch = fetch; });
  const tries = [];
  globalThis.fetch = async (_, { body }) => {
    tries.push(JSON.parse(body).right);
    if (tries.length < 3) throw new TypeError("no network");
    return { status: 200, json: async () => ({ kept: true }) };
  };
  renderTraining(message(true, null), own());
  trained(250, 400);
  for (let times = 0; times < 6; times += 1) {
    await settled();
    context.mock.timers.tick(2000);
  }
  assert.deepEqual(tries, [[250, 400], [250, 400], [250, 400]]);
  assert.equal(words("training-status"), "Trained, and sent to the wall.");

  tries.length = 0;
  lecture += 1;
  renderTraining(message(true, null), own());
  trained(260, 410);
  await settled();
  lecture += 1;
  renderTraining(message(false, null), own());
  context.mock.timers.tick(10_000);
  await settled();
  assert.deepEqual(tries, [[260, 410]], "another lecture has another network");
});

test("the class's start while a script is awaited is not missed", (context) => {
  renderTraining(message(false, null), own());
  FakeWorker.all[0].fail();
  renderTraining(message(true, null), own());
  context.mock.timers.tick(3000);
  assert.deepEqual(FakeWorker.all[1].sent.map((sent) => Object.keys(sent)[0]), ["fetch", "train"]);
});

test("a script that does not run here has the wall train, once", (context) => {
  renderTraining(message(true, null), own());
  FakeWorker.all[0].fail("SyntaxError");
  context.mock.timers.tick(60_000);
  assert.equal(FakeWorker.all.length, 1);
  assert.deepEqual(posts.map(({ right }) => right), [[]]);
  assert.match(words("training-status"), /The wall trains in its place/);
});

test("a phone whose browser starts no worker says so, and the wall trains in its place", () => {
  globalThis.Worker = function () { throw new Error("forbidden"); };
  renderTraining(message(true, null), own());
  globalThis.Worker = FakeWorker;
  assert.match(words("training-status"), /This phone cannot train\. The wall trains in its place\./);
  assert.deepEqual(posts.map(({ right }) => right), [[]]);
});
