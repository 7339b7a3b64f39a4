import assert from "node:assert/strict";
import test from "node:test";

import { makePlayer } from "../../rnn_compare/browser/common/player.js";
import { actOf } from "../../rnn_compare/browser/common/stepper.js";

function play(context, options) {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const told = { steps: [], plays: [] };
  const player = makePlayer({
    count: 4, pace: 2, onStep: (at) => told.steps.push(at), onPlay: (plays) => told.plays.push(plays), ...options,
  });
  return { player, told, tick: (milliseconds) => context.mock.timers.tick(milliseconds) };
}

test("it begins at the first step and never leaves the first and the last", (context) => {
  const { player, told } = play(context);
  assert.equal(player.at, 0);
  for (const to of [9, -1, 2]) player.jump(to);
  assert.deepEqual(told.steps, [3, 0, 2]);
});

test("it plays in its pace and stops at the end", (context) => {
  const { player, told, tick } = play(context);
  player.jump(1);
  player.play();
  tick(500);
  assert.equal(player.at, 2);
  tick(5000);
  assert.deepEqual(told.steps, [1, 2, 3]);
  assert.equal(told.plays.at(-1), false);
});

test("played at the end it starts from the beginning", (context) => {
  const { player, told, tick } = play(context, { at: 3 });
  player.toggle();
  tick(500);
  assert.deepEqual(told.steps, [0, 1]);
});

test("a step by hand ends the playing", (context) => {
  const { player, tick } = play(context);
  player.play();
  player.jump(1);
  tick(5000);
  assert.equal(player.at, 1);
});

test("another pace counts from now on, and starts nothing that stands still", (context) => {
  const { player, tick } = play(context);
  player.setPace(8);
  tick(5000);
  assert.equal(player.at, 0);
  player.play();
  player.setPace(1);
  tick(999);
  assert.equal(player.at, 0);
  tick(1);
  assert.equal(player.at, 1);
});

test("keys step, but not out of a text box, not with Ctrl, and space presses the button that has the focus", (context) => {
  const { player } = play(context);
  const on = (...selectors) => ({ closest: (asked) => selectors.some((one) => asked.includes(one)) });
  const press = (key, target = on(), more = {}) => actOf({ key, target, ...more }, player, 4);
  press("Home")();
  assert.equal(player.at, 0);
  press("ArrowRight", on("button"))();
  assert.equal(player.at, 1);
  press("End")();
  assert.equal(player.at, 3);
  for (const act of [
    press("ArrowLeft", on("input")), press("ArrowLeft", on(), { ctrlKey: true }), press(" ", on("button")), press("x"),
  ]) assert.equal(act, undefined);
});
