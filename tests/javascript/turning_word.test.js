import assert from "node:assert/strict";
import test from "node:test";

import { turningWord } from "../../rnn_compare/browser/drawing/cell/turning_word.js";
import { render } from "../../rnn_compare/dashboard/assets/cell/turning_words.js";
import { document } from "./a_document.js";

const NET = { labels: ["negative", "positive"], first: 0, unknown: [] };
const WORDS = ["a", "boring", "film", "zzyzx"];

// For log-odds of the whole review, then without each word.
const of = (logits, more = {}, words = WORDS) => turningWord({ ...NET, ...more }, words, logits);

test("a word without which the prediction is the other one is named, with that prediction", () => {
  assert.equal(of([-2, -2, 0.5, -1, -2]), "“boring” counts most (−50.3 points): without it 62.2 % positive.");
  assert.equal(of([2, 2, -0.5, 1, 2]), "“boring” counts most (+50.3 points): without it 62.2 % negative.");
});

test("of several words that flip it alone, the strongest is named first", () => {
  const most = "“film” counts most (−61.2 points)";
  assert.equal(of([-2, 0.1, 0.5, 1, -2]), `${most}: without it 73.1 % positive. It flips without “boring” or “a”, too.`);
  const many = of([-2, 1, 1, 1, 1, 2], {}, ["b", "c", "d", "e", "f"]);
  assert.match(many, /^“f” counts most \(−76\.2 points\): .*\. It flips without any one of 4 other words, too\.$/);
});

test("a word that flips it need not be the one that counts most", () => {
  const sentence = of([0.2, -0.1, 3, 0.2, 0.2]);
  assert.equal(sentence, "Without “a”: 52.5 % negative; “boring” counts most (−40.3 points).");
});

test("where no word flips it, the largest effect is told, and equal ones together", () => {
  const none = "No single word decides; ";
  assert.equal(of([-2, -2, -0.5, -1, -2]), `${none}“boring” counts most (−25.8 points).`);
  assert.equal(of([-2, -2, -0.5, -0.5, -2]), `${none}“boring” and “film” count most (−25.8 points each).`);
  assert.equal(of([-2, -2, -2, -2, -2]), `${none}none moves it by 0.1 points.`);
  const parity = of([-2, -2, -0.5, -1, -2], { labels: ["even", "odd"] });
  assert.equal(parity, `${none}“boring” counts most (25.8 points towards even).`);
});

test("even odds are the first label, as accuracies count it", () => {
  assert.match(of([0, 0, -1, -1, 0]), /^No single word decides/);
  assert.match(of([0.1, 0.1, 0, 0.1, 0.1]), /^“boring” counts most .*: without it 50\.0 % negative/);
});

test("unknown words and markup are never the strongest, and without another word there is nothing to say", () => {
  assert.match(of([-2, -2, -2, -2, -2], { unknown: [3] }), /none moves it/);
  assert.equal(of([-2, -2, -2, -2, -2], { unknown: [0, 1, 2, 3] }), "");
  assert.match(of([-2, -2, 0.5, -1, -2], {}, ["a", "<br>", "film", "zzyzx"]), /^No single word decides; “film” counts most/);
});

test("a word that stands twice is told by its place, and words that were cut off count for the place alone", () => {
  const sentence = of([-2, -2, -1], { first: 2 }, ["good", "film", "bad", "film"]);
  assert.match(sentence, /; “film” \(word 4\) counts most \(−15\.0 points\)\.$/);
});

test("the word of each network is named once, in a line of its own, however often it is drawn", () => {
  Object.assign(globalThis, { document });
  const parentElement = document.createElement("div");
  const run = { ...NET, words: WORDS, logits: [-2, -2, 0.5, -1, -2] };
  const runs = [{ ...run, title: "LSTM(8)" }, { ...run, title: "GRU(8)", logits: [-2, -2, -0.5, -1, -2] }];
  for (let times = 0; times < 2; times += 1) render({ data: { runs }, parentElement });
  const lines = parentElement.all(({ tag }) => tag === "p").map(({ textContent }) => textContent);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /LSTM\(8\) +“boring” counts most .* without it 62\.2 % positive\.$/);
  assert.match(lines[1], /GRU\(8\) +No single word decides; “boring” counts most/);
});
