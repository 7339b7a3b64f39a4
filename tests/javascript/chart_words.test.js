import assert from "node:assert/strict";
import test from "node:test";

import { curveWords } from "../../rnn_compare/browser/drawing/curves/curve_words.js";
import { courseOf } from "../../rnn_compare/browser/drawing/charts/chart_words.js";
import { verdictWords } from "../../rnn_compare/browser/drawing/cell/verdict_chart.js";
import { CHART, packed, packedCounts } from "./a_chart.js";

// 71 %, 84.9 %, 83 %
const figures = { speed: packed(0.71, 0.71, 0.8624), val_speed: packed(0.71, 0.849, 0.83) };
const RUN = { id: "a", label: "A", figures };

test("of a curve its first value, its best and its last are told", () => {
  assert.deepEqual(curveWords(CHART, [RUN], new Set()), [
    "A: validation speed 71.0 % in epoch 1, highest 84.9 % in epoch 2, 83.0 % in epoch 3, the last; "
    + "in training 71.0 % in epoch 1, highest 86.2 % in epoch 3, the last.",
  ]);
  const [loss] = curveWords({ ...CHART, best: "lowest", unit: "", factor: 1, hoverformat: ".3f" }, [RUN], new Set());
  assert.match(loss, /^A: validation speed lowest 0\.710 in epoch 1, 0\.830 in epoch 3, the last;/);
});

test("a running epoch is not told before it has ended, and of a hidden network nothing is", () => {
  const begun = { ...RUN, figures: {}, trail: { at: packed(0.2226, 0.4596), figures: { speed: packed(0, 0.8624) } } };
  assert.deepEqual(curveWords(CHART, [begun], new Set()), ["A: no epoch has ended yet."]);
  assert.deepEqual(curveWords(CHART, [RUN], new Set(["a"])), []);
  const old = { ...RUN, figures: { val_speed: packed(null, null) } };
  assert.deepEqual(curveWords(CHART, [old], new Set()), ["A: not recorded."]);
  const counts = packedCounts(2, 2);
  const ofSeeds = (...single) => ({ ...old, figures: {}, seeds: { counts, half: {}, single: { val_speed: single } } });
  assert.deepEqual(curveWords(CHART, [ofSeeds(packed(null, null))], new Set()), ["A: not recorded."]);
  const some = [ofSeeds(packed(null, null), packed(0.71, 0.71))];
  assert.deepEqual(curveWords(CHART, some, new Set()), ["A: not recorded by every seed."]);
});

test("of several seeds it is said how many they are", () => {
  const seeds = { counts: packedCounts(3, 2), every: 1, half: { val_speed: packed(0.05) }, single: {} };
  const [said] = curveWords(CHART, [{ ...RUN, figures: { val_speed: packed(0.71, 0.849) }, seeds }], new Set());
  const course = "71.0 %, n = 3 in epoch 1, highest 84.9 %, n = 2 in epoch 2, the last";
  assert.equal(said, `A: validation speed ${course}.`);
});

test("what else is drawn across a chart is told with it", () => {
  const baselines = [{ text: "bag of words\n89 %", at: 0.89 }];
  assert.deepEqual(curveWords({ ...CHART, baselines }, []), [
    "Lines across it: bag of words 89 %.",
  ]);
});

test("where nothing is known nothing is told, and one value is no highest", () => {
  const told = { written: String, at: (index) => `at ${index}`, extremes: ["highest", "lowest"] };
  assert.equal(courseOf([null, undefined], told), "");
  assert.equal(courseOf([null, 3], told), "3 at 1");
  assert.equal(courseOf([2, 3, 1, 2], told), "2 at 0, highest 3 at 1, lowest 1 at 2, 2 at 3, the last");
});

test("the verdict is told before the first word, at its extremes with their words, and after the last", () => {
  const run = { title: "A", first: 1, labels: ["negative", "positive"], probabilities: [0.5, 0.9, 0.25, 0.7] };
  const words = ["cut", "a", "bad", "film"];
  assert.deepEqual(verdictWords(words, 0, [run]), [
    "A: positive 50.0 % before the first word, highest 90.0 % after word 2, “a”, lowest 25.0 % after word 3, “bad”, "
    + "70.0 % after word 4, “film”, the last.",
    "Label: negative.",
  ]);
  assert.equal(verdictWords(words, null, [run]).length, 1);
});
