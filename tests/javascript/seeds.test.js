import assert from "node:assert/strict";
import process from "node:process";
import test from "node:test";

import { chanceOfLead, shareOutside } from "../../rnn_compare/browser/arithmetic/seed_statistics.js";
import { generator } from "../../rnn_compare/browser/arithmetic/training/seeded.js";
import { buildQuiz, differInAWord, inOrder, isDue } from "../../rnn_compare/report/assets/quiz_card.js";
import { seedOf } from "../../rnn_compare/report/assets/train_card.js";

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
  const [day, now] = [24 * 3600 * 1000, 1e12];
  const answers = {
    right: { isRight: true, at: now - 14 * day }, wrong: { isRight: false, at: now - 7 * day },
    fresh: { isRight: false, at: now - 6 * day },
  };
  const questions = ["right", "fresh", "new", "wrong"].map((id) => ({ id }));
  assert.deepEqual(inOrder(questions, (id) => answers[id], now).map(({ id }) => id), ["wrong", "new", "right", "fresh"]);
  assert.deepEqual(Object.keys(answers).filter((id) => isDue(answers[id], now)), ["wrong"]);
});

test("a week ends with its day, whatever the clocks did, and a clock that was far ahead postpones nothing", (context) => {
  const { TZ } = process.env;
  context.after(() => { process.env.TZ = TZ; });
  process.env.TZ = "Europe/Berlin";
  const at = (text) => new Date(text).getTime();
  for (const [wrong, before, again] of [
    ["2026-10-20T18:00", "2026-10-26T23:59", "2026-10-27T08:00"], // an hour is added on the 25th
    ["2026-03-24T00:30", "2026-03-30T23:59", "2026-03-31T00:10"], // an hour is left out on the 29th
    ["2028-01-01T12:00", "2027-12-25T12:00", "2026-10-20T18:00"], // the date was turned back
  ]) {
    const answer = { isRight: false, at: at(wrong) };
    assert.deepEqual([before, again].map((now) => isDue(answer, at(now))), [false, true], wrong);
  }
});

test("an answer that another tab has kept is not lost", () => {
  const stored = {};
  const node = { append() {}, addEventListener(_, press) { presses.push(press); }, setAttribute() {} };
  const presses = [];
  Object.assign(globalThis, {
    document: { createElement: () => ({ ...node }) },
    localStorage: { getItem: (key) => stored[key] ?? null, setItem: (key, value) => { stored[key] = value; } },
  });
  const question = (id) => ({ id, kind: "find", start: "a film", answer: "a bad film", flips: ["A"], keeps: [] });
  const quiz = { lecture: "book", questions: ["one", "two"].map((id) => question(id)) };
  const judge = (_, text) => Number(!text.includes("bad"));
  const reading = { judge, show() {}, labels: ["negative", "positive"] };
  for (let tab = 0; tab < 2; tab += 1) buildQuiz({ ...node }, quiz, reading, undefined);
  const shows = presses.filter((_, place) => place % 3 === 1); // Check, Show an answer, typing
  shows[0]();
  shows[3]();
  const kept = () => JSON.parse(stored["rnn-quiz-book"]);
  assert.deepEqual(Object.keys(kept()), ["one", "two"]);
  presses[0](); // Check, of the text that has solved it
  assert.deepEqual(Object.values(kept()).map(({ isRight }) => isRight), [false, false], "the first answer counts");
});

test("what is typed as a seed becomes the whole number that is trained", () => {
  assert.deepEqual(["7", "1.5", "", "0", "-3", "4294967297"].map((typed) => seedOf(typed)), [7, 1, 1, 1, 1, 999_999]);
});
