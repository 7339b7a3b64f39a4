import assert from "node:assert/strict";
import test from "node:test";

import { drawMemory } from "../../rnn_compare/browser/reading/memory_chart.js";
import { document } from "./a_document.js";

const LENGTHS = Array.from({ length: 100 }, (_, text) => text + 1);
const LOOK = { color: "#0072B2", marker: "circle" };
const NETWORKS = [
  { ...LOOK, title: "LSTM(3)", correct: LENGTHS.map(() => 1) },
  { ...LOOK, title: "GRU(3)", correct: LENGTHS.map((words) => Number(words <= 50)) },
];

function drawn(...maxlens) {
  Object.assign(globalThis, { document });
  const parent = document.createElement("section");
  for (const maxlen of maxlens) drawMemory(parent, { networks: NETWORKS, lengths: LENGTHS, maxlen });
  const sheets = parent.all(({ attributes }) => attributes.role === "img");
  return { sheets, note: parent.querySelector(".memory-note").textContent };
}

test("the accuracy by length has a point for each group of lengths, and is drawn again in its place", () => {
  const { sheets } = drawn(50, 50);
  assert.equal(sheets.length, 1);
  assert.equal(sheets[0].all(({ attributes }) => attributes.class === "marker").length, 20);
  assert.match(sheets[0].attributes["aria-label"], /GRU\(3\): 100\.0 % at 5 words, .* 0\.0 % at 95 words\.$/);
});

test("it is said where texts are cut, unless that is beyond the chart", () => {
  assert.match(drawn(50).note, /of longer texts only the last 50 are read/);
  assert.doesNotMatch(drawn(500).note, /are read/);
});
