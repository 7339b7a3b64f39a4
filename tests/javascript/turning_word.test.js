import assert from "node:assert/strict";
import test from "node:test";

import { turningWord } from "../../rnn_compare/browser/drawing/cell/turning_word.js";

const NET = { labels: ["negative", "positive"], first: 0, unknown: [] };
const REPLACED = "A word left out is replaced by an unknown one.";
const WORDS = ["a", "boring", "film", "zzyzx"];

// For log-odds of the whole review, then without each word.
const of = (logits, more = {}, words = WORDS) => turningWord({ ...NET, ...more }, words, logits);

test("a word without which the prediction is the other one is named, with that prediction", () => {
  assert.equal(of([-2, -2, 0.5, -1, -2]), `Without “boring”: 62.2 % positive; “boring” contributes most, for or against: 50.3 points towards negative. ${REPLACED}`);
  assert.equal(of([2, 2, -0.5, 1, 2]), `Without “boring”: 62.2 % negative; “boring” contributes most, for or against: 50.3 points towards positive. ${REPLACED}`);
});

test("of several words that flip it alone, the strongest is named first", () => {
  const several = of([-2, 0.1, 0.5, 1, -2]);
  const most = "“film” contributes most, for or against: 61.2 points towards negative.";
  assert.equal(several, `Without “film”: 73.1 % positive; without “boring” or “a” it flips, too; ${most} ${REPLACED}`);
  const many = of([-2, 1, 1, 1, 1, 2], {}, ["b", "c", "d", "e", "f"]);
  assert.match(many, /^Without “f”: .*; without any one of 4 other words it flips, too; “f” contributes most, for or against: 76\.2 points/);
});

test("where no word flips it, the largest effect is told, and equal ones together", () => {
  const none = "Leaving out a single word never flips the prediction; ";
  assert.equal(of([-2, -2, -0.5, -1, -2]), `${none}“boring” contributes most, for or against: 25.8 points towards negative.`);
  assert.equal(of([-2, -2, -0.5, -0.5, -2]), `${none}“boring” and “film” contribute most, for or against: 25.8 points each.`);
  assert.equal(of([-2, -2, -2, -2, -2]), `${none}none moves it by 0.1 points.`);
});

test("even odds are the first label, as accuracies count it", () => {
  assert.match(of([0, 0, -1, -1, 0]), /^Leaving out a single word never/);
  assert.match(of([0.1, 0.1, 0, 0.1, 0.1]), /^Without “boring”: 50\.0 % negative/);
});

test("unknown words are never the strongest, and without another word there is nothing to say", () => {
  assert.match(of([-2, -2, -2, -2, -2], { unknown: [3] }), /none moves it/);
  assert.equal(of([-2, -2, -2, -2, -2], { unknown: [0, 1, 2, 3] }), "");
});

test("a word that stands twice is told by its place, and words that were cut off count for the place alone", () => {
  const sentence = of([-2, -2, -1], { first: 2 }, ["good", "film", "bad", "film"]);
  assert.match(sentence, /; “film” \(word 4\) contributes most, for or against: 15\.0 points towards negative\.$/);
});
