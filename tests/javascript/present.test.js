import assert from "node:assert/strict";
import test from "node:test";

import { makeQueue, moveOf } from "../../rnn_compare/dashboard/assets/pages/present.js";
import { largest } from "../../rnn_compare/dashboard/assets/pages/wall_fit.js";

const nowhere = { closest: () => null };
const within = (...tags) => ({ closest: (selector) => (tags.some((tag) => selector.split(", ").includes(tag)) ? {} : null) });

test("arrows, a clicker's keys and Space lead through the lecture, Esc out of it", () => {
  const moves = ["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Escape", "a"].map((key) => moveOf({ key, target: nowhere }));
  assert.deepEqual(moves, ["next", "next", "next", "back", "back", "leave", undefined]);
});

test("a key that belongs to what has the focus leads nowhere", () => {
  assert.equal(moveOf({ key: "ArrowRight", target: within("textarea") }), undefined);
  assert.equal(moveOf({ key: "Escape", target: within("[role=dialog]") }), undefined);
  assert.equal(moveOf({ key: " ", target: within("button") }), undefined);
  assert.equal(moveOf({ key: " ", target: within("input") }), undefined, "a switch");
  assert.equal(moveOf({ key: "PageDown", target: within("button", "input") }), "next");
  assert.equal(moveOf({ key: "ArrowLeft", target: nowhere, altKey: true }), undefined, "the browser's own");
  assert.equal(moveOf({ key: "ArrowRight", target: nowhere, repeat: true }), undefined, "a key held down is one press");
});

test("while something is read word by word the arrows still lead; with Shift they are the reading's, as is Space", () => {
  for (const [key, move] of [["ArrowLeft", "back"], ["ArrowRight", "next"]]) {
    assert.equal(moveOf({ key, target: nowhere }, true), move);
    assert.equal(moveOf({ key, target: nowhere, shiftKey: true }, true), undefined);
  }
  assert.equal(moveOf({ key: " ", target: nowhere }, true), undefined);
  assert.equal(moveOf({ key: "PageDown", target: nowhere }, true), "next");
});

test("of two presses in one moment the second message holds both, until the server has heard them", () => {
  const sent = [];
  const queue = makeQueue((presses) => sent.push([...presses]), () => 1000, () => {});
  queue.add("next");
  queue.add("back");
  assert.deepEqual(sent, [[[1000, "next"]], [[1000, "next"], [1001, "back"]]]);
  queue.forget(1000);
  queue.add("next");
  assert.deepEqual(sent.at(-1), [[1001, "back"], [1002, "next"]]);
});

test("a press is sent again, ever more rarely, until the server has heard it", () => {
  const sent = [], timers = [];
  const queue = makeQueue((presses) => sent.push(presses.length), () => 1000, (...timer) => timers.push(timer));
  const elapse = () => timers.at(-1)[0]();
  queue.add("next");
  elapse();
  elapse();
  assert.deepEqual(sent, [1, 1, 1]);
  assert.deepEqual(timers.map(([, milliseconds]) => milliseconds), [2000, 4000, 8000]);
  queue.forget(1000);
  elapse();
  assert.equal(sent.length, 3);
});

test("a step gets the largest scale that fits, all of it where there is room, and the least where nothing fits", () => {
  const scale = largest((tried) => tried <= 1.37, 1, 2.5, 0.02);
  assert.ok(scale <= 1.37 && scale > 1.35);
  assert.equal(largest(() => true, 1, 2.5, 0.02), 2.5);
  assert.equal(largest(() => false, 0.75, 2.5, 0.02), 0.75);
});
