import assert from "node:assert/strict";
import test from "node:test";

import { document } from "./a_document.js";

Object.assign(globalThis, { document });
const { readingPart } = await import("../../rnn_compare/lecture/pages/phone/join_reading.js");

const run = (title, ...logits) => ({ title, first: 0, labels: ["negative", "positive"], logits, note: `${title} has no cell.` });

function reading() {
  const runs = [run("One", 0, -1, 2, 3), run("Two", 0, -3, -3, -3)];
  const node = readingPart({ reading: { words: ["a", "good", "film"], drawings: {}, runs } });
  const all = (wanted) => node.all(({ tag }) => tag === wanted);
  return { node, words: all("span"), buttons: all("button"), here: () => all("span").filter(({ classes }) => classes.has("here")) };
}

test("a tap on a word leads there, and each network says what it then predicts", () => {
  const { node, words, here } = reading();
  assert.deepEqual(here(), [words[0]]);
  words[1].click();
  assert.deepEqual(here(), [words[1]]);
  assert.match(node.textContent, /Word 2 of 3: “good”/);
  assert.match(node.textContent, /One: 88\.1 % positive Two: 95\.3 % negative/);
});

test("the arrows lead on and back, and not beyond the text", () => {
  const { words, buttons: [back, next], here } = reading();
  for (const [button, place] of [[back, 0], [next, 1], [next, 2], [next, 2], [back, 1]]) {
    button.click();
    assert.deepEqual(here(), [words[place]]);
  }
});

test("a press on another network shows its cell", () => {
  const { node, buttons } = reading();
  assert.match(node.textContent, /One has no cell\.$/);
  buttons.at(-1).click();
  assert.match(node.textContent, /Two has no cell\.$/);
});
