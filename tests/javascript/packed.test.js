import assert from "node:assert/strict";
import test from "node:test";

import { traces } from "../../rnn_compare/dashboard/assets/board/board_traces.js";
import { unpackFigures } from "../../rnn_compare/browser/drawing/curves/curves_message.js";
import { CHART, RUN } from "./a_chart.js";
import { unpackBytes } from "../../rnn_compare/browser/drawing/cell/cell_values.js";

test("three base-36 digits are ten-thousandths, as the server packs them", () => {
  assert.deepEqual(unpackFigures("0006NKHZZZZZ"), [0, 0.8624, 2.3327, -0.0001]);
  assert.deepEqual(unpackFigures(""), []);
});

test("what was not measured is a gap, and what comes after it keeps its place", () => {
  assert.deepEqual(unpackFigures("6NK___6NK"), [0.8624, null, 0.8624]);
});

test("a byte is a 127th of the largest number, with its sign", () => {
  const values = unpackBytes({ bytes: btoa(String.fromCodePoint(127, 0, 129)), scale: 0.5 });
  assert.deepEqual([...values], [127, 0, -127]);
  assert.equal(values.gateFull, 254, "half of an open gate fills the scale");
});

test("a band ends where the figure can go no further: at 0, or where its axis begins", () => {
  const group = {
    ...RUN, figures: { val_speed: "5K0" },
    seeds: { counts: "3", every: 1, half: { val_speed: "FFK" }, single: { val_speed: ["5K0"] } }, // 0.72 ± 2
  };
  const lowest = (changes) => Math.min(...traces({ ...CHART, factor: 1, ...changes }, [group], new Set())[0].y);
  assert.equal(lowest({}), 0);
  assert.equal(lowest({ range: [-1, 1] }), -1, "this one may be negative");
  assert.equal(lowest({ log: true, range: [-1, 1] }), 0.1);
});
