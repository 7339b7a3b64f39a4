import assert from "node:assert/strict";
import test from "node:test";

import { makePresses } from "../../rnn_compare/dashboard/assets/board/run_cards.js";

const run = (id, more = {}) => ({ id, press: "Stop", stopping: false, ...more });

function press(context) {
  context.mock.timers.enable({ apis: ["Date"] });
  const sent = [];
  return { sent, presses: makePresses((what, ids) => sent.push([what, ids])) };
}

test("of two presses in one moment the second sends both", (context) => {
  const { sent, presses } = press(context);
  presses.press("Stop", "a");
  presses.press("Stop", "b");
  assert.deepEqual(sent, [["Stop", ["a"]], ["Stop", ["a", "b"]]]);
});

test("a press counts until the server has answered it", (context) => {
  const { sent, presses } = press(context);
  presses.press("Stop", "a");
  assert.ok(presses.isPressed(run("a")));
  assert.ok(!presses.isPressed(run("b")));
  presses.settle([run("a", { stopping: true }), run("b")]);
  presses.press("Stop", "b");
  assert.deepEqual(sent.at(-1), ["Stop", ["b"]]);
});

test("what was stopped may be continued, and what is gone is forgotten", (context) => {
  const { presses } = press(context);
  presses.press("Stop", "a");
  presses.press("Stop", "b");
  presses.settle([run("a", { press: "Continue" })]);
  assert.ok(!presses.isPressed(run("a", { press: "Continue" })));
  assert.ok(!presses.isPressed(run("a")) && !presses.isPressed(run("b")));
});

test("a press that changed nothing may be tried again after a while", (context) => {
  const { presses } = press(context);
  presses.press("Continue", "a");
  const waiting = run("a", { press: "Continue" });
  context.mock.timers.tick(5000);
  presses.settle([waiting]);
  assert.ok(presses.isPressed(waiting));
  context.mock.timers.tick(1);
  presses.settle([waiting]);
  assert.ok(!presses.isPressed(waiting));
});
