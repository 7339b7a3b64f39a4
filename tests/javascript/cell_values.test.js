import assert from "node:assert/strict";
import test from "node:test";

import {
  gateOf, largest, mostMoving, resolve, shareOf, unpackRun, valuesAt,
} from "../../rnn_compare/browser/drawing/cell/cell_values.js";

const pack = (...bytes) => ({ bytes: btoa(String.fromCodePoint(...bytes)), scale: 1 });
const WORDS = ["cut", "good", "film"];
const READ = {
  first: 1, units: 2, all_units: 4, backward: false, logits: [0, 1, 2],
  signals: [
    { name: "state", ...pack(127, 0, 0, 127) },
    { name: "carry", ...pack(0, 127, 127, 0), scale: 3 },
  ],
  input: pack(127, 0, 0, 0, 127, 0),
  before: { state: pack(0, 0), carry: null },
};

test("the drawing gets the numbers of one word, and the state that stood before it", () => {
  const values = valuesAt(unpackRun(READ), WORDS, 2);
  assert.equal(values.word, "film");
  assert.deepEqual(values.input, [0, 1, 0]);
  assert.deepEqual(values.state, [0, 1]);
  assert.deepEqual(values.state_before, [1, 0]);
  assert.equal(values.all_units, 4);
});

test("before the first word that was read stands what the reading began with", () => {
  const values = valuesAt(unpackRun({ ...READ, before: { state: pack(0, 127) } }), WORDS, 1);
  assert.deepEqual(values.state_before, [0, 1]);
});

test("who reads backwards has the next word before this one", () => {
  const run = unpackRun({ ...READ, backward: true });
  assert.deepEqual(valuesAt(run, WORDS, 1).state_before, [0, 1]);
  assert.deepEqual(valuesAt(run, WORDS, 2).state_before, [0, 0]);
});

test("a second state comes with its scale, and a cell without one has none", () => {
  assert.ok(!("carry_before" in valuesAt(unpackRun(READ), WORDS, 2)));
  const values = valuesAt(unpackRun({ ...READ, before: { state: pack(0, 0), carry: pack(0, 0) } }), WORDS, 2);
  assert.deepEqual(values.carry_before, [0, 3]);
  assert.equal(values.carry_scale, 3);
});

test("the unit whose gate moves most is named by its number, and its gate is read over the words", () => {
  const forget = { name: "f", gate: true, ...pack(0, 127, 25, 0) };
  const run = unpackRun({ ...READ, unit_numbers: [4, 2], signals: [...READ.signals, forget] });
  assert.equal(mostMoving(run, 32), 1);
  assert.equal(mostMoving(run, 1), 0, "of the units in the drawing");
  assert.deepEqual(gateOf(run, "f", 1), [1, 0]);
  assert.deepEqual([valuesAt(run, WORDS, 2, 1).unit, valuesAt(run, WORDS, 2, 1).place], [2, 1]);
});

test("an element of a drawing shows a signal, one minus it, or their product", () => {
  const values = { f: [0.25, 1], carry_before: [4, -2] };
  assert.deepEqual(resolve("f", values), [0.25, 1]);
  assert.deepEqual(resolve("1-f", values), [0.75, 0]);
  assert.deepEqual(resolve("f*carry_before", values), [1, -2]);
  assert.deepEqual(resolve("(1-f)*carry_before", values).map(Number), [3, -0]);
});

test("a share is the mean over all units, without those of padding, or the selected unit's", () => {
  assert.equal(shareOf("1-f", { f: [0.25, 0.75, NaN] }), 0.5);
  assert.equal(shareOf("f", { f: [0.25, 0.75], place: 1 }), 0.75);
});

test("full colour is a number, a signal's largest in the text, or its largest at this word", () => {
  assert.equal(largest(undefined, {}), 1);
  assert.equal(largest("3", {}), 3);
  assert.equal(largest("carry", { carry: [1], carry_scale: 5 }), 5);
  assert.equal(largest("carry", { carry: [1, -2], carry_before: [0, 3] }), 3);
});
