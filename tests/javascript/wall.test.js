import assert from "node:assert/strict";
import test from "node:test";

import { layout } from "../../rnn_compare/dashboard/assets/board/board_chart.js";
import { drawnBand, traces } from "../../rnn_compare/dashboard/assets/board/board_traces.js";
import { CHART as SPEED, packed } from "./a_chart.js";

const LOOKS = { ink: "black", font: "serif", line: "grey", paper: "white" };
const CHART = { ...SPEED, range: [0.45, 1.005] };
const figures = { speed: packed(0.8624), val_speed: packed(0.8624) };
const RUN = { id: "a", label: "A", color: "red", marker: "circle", figures };
const REST = { count: 1, hint: "", boardWidth: 1000, width: 480, height: 300 };

test("what a class has drawn lies beneath the curves, the median named at its end", () => {
  const guessed = { chart: "speed", text: "the class", low: packed(0.4096), middle: packed(0.48), high: packed(0.5504) };
  const [band, median] = drawnBand(guessed, CHART, { thick: 2 });
  assert.deepEqual(band.x, [1, 1]);
  assert.deepEqual(band.y.map((value) => value.toFixed(0)), ["55", "41"]);
  assert.equal(median.line.width, 5);
  assert.deepEqual(drawnBand(undefined, CHART), []);
  const made = layout(CHART, [RUN], LOOKS, { ...REST, guessed });
  assert.ok(made.annotations.some(({ text }) => text.endsWith("the class")));
  assert.ok(made.yaxis.range[0] < 41, "all of the band is seen");
  assert.deepEqual(layout(CHART, [RUN], LOOKS, REST).yaxis.range, CHART.range.map((end) => CHART.factor * end));
});

test("on the wall of a lecture type and lines are larger", () => {
  const usual = layout(CHART, [RUN], LOOKS, REST);
  const wall = layout(CHART, [RUN], { ...LOOKS, type: 1.5 }, REST);
  assert.equal(wall.font.size, 1.5 * usual.font.size);
  const [training, validation] = traces(CHART, [RUN], new Set(), { thick: 2 });
  assert.deepEqual([training.line.width, validation.line.width, validation.marker.size], [5, 7, 18]);
});
