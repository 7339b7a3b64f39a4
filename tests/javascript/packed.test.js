import assert from "node:assert/strict";
import test from "node:test";

import { traces } from "../../rnn_compare/dashboard/assets/board/board_traces.js";
import { unpackFigures } from "../../rnn_compare/browser/drawing/curves/curves_message.js";
import { CHART, RUN, packed, packedCounts } from "./a_chart.js";

test("figures keep their place and missing ones are gaps, in the chart's unit, also where it is logarithmic", () => {
  assert.deepEqual(unpackFigures("AACwIf9/AIA="), [0, 0.8624, 3.2767, null], "as the doctest of numbers.py packs them");
  assert.deepEqual(unpackFigures("AACIEwCA", { factor: 2, log: true }), [1, 10, null]);
  assert.deepEqual(unpackFigures(""), []);
});

test("a band ends where the figure can go no further: at 0, or where its axis begins", () => {
  const group = {
    ...RUN, figures: { val_speed: packed(0.72) },
    seeds: { counts: packedCounts(3), every: 1, half: { val_speed: packed(2) }, single: { val_speed: [packed(0.72)] } },
  };
  const lowest = (changes) => Math.min(...traces({ ...CHART, factor: 1, ...changes }, [group], new Set())[0].y);
  assert.equal(lowest({}), 0);
  assert.equal(lowest({ range: [-1, 1] }), -1, "this one may be negative");
  assert.equal(lowest({ log: true, range: [-1, 1] }), 0.1);
});
