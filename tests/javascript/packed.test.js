import assert from "node:assert/strict";
import test from "node:test";

import { unpackFigures } from "../../rnn_compare/dashboard/assets/board/board_traces.js";
import { unpackBytes } from "../../rnn_compare/dashboard/assets/cell/cell_values.js";

test("three base-36 digits are ten-thousandths, as the server packs them", () => {
  assert.deepEqual(unpackFigures("0006NKZZZ"), [0, 0.8624, 4.6655]);
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
