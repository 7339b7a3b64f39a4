import assert from "node:assert/strict";
import test from "node:test";

import { chanceOfLead, shareOutside } from "../../rnn_compare/browser/arithmetic/seed_statistics.js";
import { generator } from "../../rnn_compare/browser/arithmetic/training/seeded.js";
import { differInAWord, inOrder, isDue } from "../../rnn_compare/report/assets/quiz_card.js";

test("five seeds above five others are one of 126 ways to be so far apart; ties count half", () => {
  assert.equal(chanceOfLead([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]), 2 / 252);
  assert.equal(chanceOfLead([1, 1, 1], [1, 1, 1]), 1);
  assert.equal(chanceOfLead([3, 4], [1, 2]), 2 / 6);
});

test("of equal networks at most one comparison in twenty is below 5 %, and a further seed is outside as often as said", () => {
  const draw = generator(1, 1);
  const some = (count) => Array.from({ length: count }, () => draw() % 40); // with ties, as accuracies have
  const pairs = Array.from({ length: 4000 }, () => [some(5), some(5)]);
  const low = pairs.filter(([a, b]) => chanceOfLead(a, b) < 0.05).length / pairs.length;
  assert.ok(low > 0.01 && low < 0.05 + 0.011, low); // three standard errors
  const wide = (count) => Array.from({ length: count }, draw);
  const outside = Array.from({ length: 4000 }, () => [wide(5), draw()])
    .filter(([five, next]) => next < Math.min(...five) || next > Math.max(...five)).length / 4000;
  assert.ok(Math.abs(outside - shareOutside(5)) < 0.023, outside);
});

test("a text differs in a word if one was added, removed or exchanged", () => {
  const words = (text) => text.split(" ");
  assert.ok(differInAWord(words("a good film"), words("a very good film")));
  assert.ok(differInAWord(words("a good film"), words("a film")));
  assert.ok(differInAWord(words("a good film"), words("a bad film")));
  assert.ok(!differInAWord(words("a good film"), words("a good film")));
  assert.ok(!differInAWord(words("a good film"), words("film good a")));
});

test("what was wrong a week ago is asked first, then what is new", () => {
  const [week, now] = [7 * 24 * 3600 * 1000, 1e12];
  const answers = {
    right: { isRight: true, at: now - 2 * week }, wrong: { isRight: false, at: now - week },
    fresh: { isRight: false, at: now - week + 1 },
  };
  const questions = ["right", "fresh", "new", "wrong"].map((id) => ({ id }));
  assert.deepEqual(inOrder(questions, (id) => answers[id], now).map(({ id }) => id), ["wrong", "new", "right", "fresh"]);
  assert.deepEqual(Object.keys(answers).filter((id) => isDue(answers[id], now)), ["wrong"]);
});
