import assert from "node:assert/strict";
import test from "node:test";

import { strongestWord, depths } from "../../rnn_compare/browser/drawing/cell/marked_text.js";
import { moves, odds, signed, verdictIn } from "../../rnn_compare/browser/arithmetic/moves.js";
import { sentence } from "../../rnn_compare/browser/drawing/cell/reading_card.js";

const RUN = { logits: [0, 2, -1], unknown: [1], labels: ["negative", "positive"] }; // before the first word, then after each

test("no log-odds are even odds, and both sides are alike", () => {
  assert.equal(odds(0), 0.5);
  assert.ok(Math.abs(odds(3) + odds(-3) - 1) < 1e-12);
});

test("a word moved the verdict from where it stood before to where it stands after", () => {
  const [first, second] = moves(RUN);
  assert.equal(first.from, 0.5);
  assert.equal(signed(first.points), "+38.1");
  assert.equal(signed(second.points), "−61.2");
  assert.deepEqual([signed(-0.04), signed(0), signed(-0.04, 2)], ["0.0", "0.0", "−0.04"]);
});

test("a word that is left out counts against the final verdict, from the verdict without it", () => {
  const [first, second] = moves(RUN, [-1, -3, -1]); // the final one, then without each word
  assert.equal(signed(first.points), "+22.2");
  assert.equal(first.from, odds(-3));
  assert.equal(second.points, 0);
});

test("the deepest colour is the largest move's, and noise is pale", () => {
  assert.deepEqual(depths([{ points: 20 }, { points: -5 }, { points: 0 }]), [65, 33, 0]);
  assert.deepEqual(depths([{ points: 0.5 }]), [33]);
});

test("the strongest word is the one that moved the verdict by the most points, whatever its log-odds", () => {
  const moved = moves({ logits: [0, 2, 5.5] }); // 2.0 log-odds, then 3.5
  assert.equal(strongestWord(["good", "film"], moved), "“good”, +38.1 points");
  assert.equal(strongestWord(["<br>", "film"], moved), "“film”, +11.5 points");
});

test("a card says what the word in hand did", () => {
  assert.equal(sentence(RUN, "good", 0), "“good”: 38.1 points towards positive");
  assert.equal(sentence(RUN, "a", -1), "“a” was cut off before reading");
});

test("a card says how it ends without the word, once that is worked out", () => {
  const found = { logits: [-1, -3, -1] };
  assert.equal(sentence(RUN, "good", 0, {}), "computing …");
  assert.equal(sentence(RUN, "good", 0, { logits: null }), "left out of shorter reviews only");
  assert.equal(sentence(RUN, "good", 0, found), "without “good”: 95.3 % negative at the end");
  assert.equal(sentence(RUN, "zzyzx", 1, found), "“zzyzx” is not in this network's vocabulary");
  assert.equal(sentence(RUN, "a", -1, found), "“a” was cut off before reading");
});

test("a probability of one half is the first label, as accuracies count it", () => {
  assert.equal(verdictIn(0.5, RUN.labels), "50.0 % negative");
  assert.equal(verdictIn(0.51, RUN.labels), "51.0 % positive");
});
