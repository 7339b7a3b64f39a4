import assert from "node:assert/strict";
import test from "node:test";

import { inWords } from "../../rnn_compare/lecture/pages/phone/join_ask.js";
import { shareScales } from "../../rnn_compare/browser/drawing/curves/class_chart.js";
import { namesOf } from "../../rnn_compare/browser/drawing/curves/line_names.js";
import { SIZE } from "../../rnn_compare/lecture/pages/phone/join_chart.js";
import { stroke, whole } from "../../rnn_compare/lecture/pages/phone/join_draw.js";
import {
  keepQuestion, keptQuestions, outcomeInWords, storeUnsent, unsent,
} from "../../rnn_compare/lecture/pages/phone/join_kept.js";
import { signInWords, whom } from "../../rnn_compare/lecture/pages/phone/join_sign.js";
import { pause } from "../../rnn_compare/lecture/pages/common/line.js";

test("phones that lost their server come back within five seconds, and not all at once", () => {
  for (let tries = 0; tries < 30; tries += 1) {
    assert.ok(pause(tries, () => 0.999) < 4000);
    assert.ok(pause(tries, () => 0) < pause(tries, () => 0.999));
  }
  assert.ok(pause(0, () => 0.999) < 500, "the first try comes soon");
});

test("a quick finger leaves no gap between two epochs", () => {
  assert.deepEqual(stroke([0.5, null, null, null], 1, 3, 0.7), [0.5, 0.6, 0.7, null]);
  assert.deepEqual(stroke([null, null, null, 0.8], 4, 2, 0.6), [null, 0.6, 0.7, 0.8]);
  assert.deepEqual(stroke([null, null], 2, 2, 0.9), [null, 0.9]);
});

test("epochs that no finger has passed hold what the nearest one holds", () => {
  assert.deepEqual(whole([null, 0.6, null, 0.8, null]), [0.6, 0.6, 0.6, 0.8, 0.8]);
  assert.deepEqual(whole([null, null]), [0.5, 0.5]);
});

test("a point of the chart is found again from where it lies", () => {
  const scales = shareScales(SIZE, 10, [40, 100], 16);
  for (const epoch of [1, 4, 10]) assert.equal(scales.epochAt(scales.x(epoch)), epoch);
  for (const share of [40, 73, 100]) assert.ok(Math.abs(scales.valueAt(scales.y(share)) - share) < 1e-9);
  assert.equal(scales.epochAt(-999), 1);
  assert.equal(scales.valueAt(9999), 40);
});

test("a long name stands beside its line in rows, whole", () => {
  const rows = (name) => namesOf([{ name, color: "red", y: [1] }], SIZE).labels[0].rows;
  assert.deepEqual(rows("SimpleRNN(32)"), ["SimpleRNN(32)"]);
  assert.deepEqual(rows("Averaged embeddings(32)"), ["Averaged", "embeddings(32)"]);
  assert.deepEqual(rows("LSTM(32) of a name without end"), ["LSTM(32) of a", "name without end"]);
});

test("an answer is said as it was asked for", () => {
  const control = { name: "slider", units: ["point", "points"] };
  assert.equal(inWords({ control: { name: "choices", answers: [[4, "from epoch 4", "4"]] } }, 4), "from epoch 4");
  assert.deepEqual([1, 3.5].map((number) => inWords({ control }, number)), ["1 point", "3.5 points"]);
  assert.equal(inWords({ control, confidence: ["guessing", "sure"] }, 2, 1), "2 points (sure)");
  assert.equal(inWords({ control: { name: "slider", units: ["", ""] } }, 1.5), "1.5");
  assert.equal(inWords({ control: { ...control, zero: "the same" } }, 0), "0 points: the same");
});

test("a sign is named, and what is said of the neighbour is true", () => {
  assert.equal(signInWords({ colour: "red", shape: "star", number: 0 }), "red star");
  assert.equal(signInWords({ colour: "red", shape: "star", number: 2 }), "red star 2");
  assert.equal(whom({ others: 1, differs: true }), "Your neighbour shows it too, and answered differently.");
  assert.equal(whom({ others: 1, differs: false }), "Your neighbour shows it too, and gave the same answer.");
  assert.equal(whom({ others: 2, differs: true }), "Your two neighbours show it too. You did not all agree.");
  assert.equal(whom({ others: 2, differs: false }), "Your two neighbours show it too. You all agreed.");
});

const stored = {};
globalThis.localStorage = {
  getItem: (key) => stored[key] ?? null,
  setItem: (key, value) => { stored[key] = value; },
};

test("an answer that was not sent belongs to its lecture: the next one may ask the same", () => {
  storeUnsent(1764.5, { question: "best", round: 1, answer: 1, confidence: null });
  assert.equal(unsent(1764.5).answer, 1);
  assert.equal(unsent(1790.5), null, "another lecture's, though it may have the same number in a new record");
  storeUnsent(1764.5, null);
  assert.equal(unsent(1764.5), null);
});

test("a phone keeps a lecture's questions for a day, and an outcome is not lost to what came before it", () => {
  const asked = { question: { id: "best" }, answer: 1, right: null, said: "" };
  keepQuestion(3, asked, 0);
  keepQuestion(3, { ...asked, right: true, said: "LSTM leads." }, 0);
  keepQuestion(3, asked, 0);
  assert.deepEqual(keptQuestions(3, 1000).map(({ right, said }) => [right, said]), [[true, "LSTM leads."]]);
  assert.equal(keptQuestions(4, 1000), null, "another lecture's");
  assert.equal(keptQuestions(3, 25 * 3600 * 1000), null);
});

test("a phone does not say that an outcome was not shown if the presenter went on while networks trained", () => {
  assert.equal(outcomeInWords({ said: "LSTM leads.", begun: true }), "LSTM leads.");
  assert.equal(outcomeInWords({ said: "", begun: true }), "The lecture went on before the last epoch was shown.");
  assert.equal(outcomeInWords({ said: "", begun: false }), "The outcome was not shown.");
  const said = "Half of all pairs of 12 LSTMs are 2.0 points apart or more.";
  assert.equal(outcomeInWords({ said, grows: true }), `As the wall showed it: ${said}`, "more may have come since");
});
