import assert from "node:assert/strict";
import test from "node:test";

import { makeTraining } from "../../rnn_compare/lecture/pages/wall/wall_train.js";

globalThis.location = { href: "http://hall/wall" };
let time = 0;

// A wall: what it has sent, the workers that it made, and what those are to do.
function opened(makeWorker = null) {
  const [sent, workers, told] = [[], [], []];
  const make = () => {
    const worker = Object.assign(new EventTarget(), {
      postMessage: (message) => told.push(message), terminate: () => told.push("end"),
      say: (data) => worker.dispatchEvent(new MessageEvent("message", { data })),
      fail: (message) => worker.dispatchEvent(Object.assign(new Event("error"), { message })),
    });
    workers.push(worker);
    return worker;
  };
  const follow = makeTraining((network) => sent.push(network), makeWorker ?? make, () => time);
  return { sent, workers, told, follow: (...seeds) => follow(state(...seeds)) };
}

const state = (...seeds) => /** @type {any} */ ({ lecture: 5, train: seeds.map((seed) => ({ cell: "GRU", seed })) });
const done = (seed) => ({ done: { cell: "GRU", seed, right: [1], correct: "g" } });
const seeds = (told) => told.filter(({ train }) => train).map(({ train }) => train.seed);

test("a worker fetches the task once, and trains all that is wanted, one after the other", () => {
  const { sent, workers, told, follow } = opened();
  follow();
  assert.equal(workers.length, 0);
  follow(1, 2, 3);
  follow(1, 2, 3);
  assert.deepEqual(told[0], { fetch: "http://hall/join/task" });
  assert.equal(seeds(told).length, 1);
  for (const _ of "abc") workers[0].say(done(seeds(told).at(-1)));
  assert.deepEqual([workers.length, seeds(told).toSorted()], [1, [1, 2, 3]]);
  assert.deepEqual(sent.map(({ seed }) => seed).toSorted(), [1, 2, 3]);
  follow();
  assert.equal(told.at(-1), "end");
});

test("what is wanted still after ten seconds was not kept, and is trained again", () => {
  const { workers, told, follow } = opened();
  follow(1);
  workers[0].say(done(1));
  for (const [later, times] of [[9000, 1], [2000, 2]]) {
    time += later;
    follow(1);
    assert.equal(seeds(told).length, times);
  }
});

test("a wall that cannot train says so once; a script that did not arrive is fetched again", () => {
  const none = opened(() => { throw new Error("no workers"); });
  const failing = opened();
  for (const wall of [none, failing]) {
    wall.follow(1);
    wall.workers[0]?.fail("SyntaxError");
    wall.follow(1);
    assert.deepEqual(wall.sent, [{ cell: "GRU", seed: 1, right: [], correct: "" }]);
  }
  const late = opened();
  late.follow(1);
  late.workers[0].fail("");
  late.follow(1);
  assert.deepEqual([late.workers.length, late.sent], [2, []]);
});
