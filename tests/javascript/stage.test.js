import assert from "node:assert/strict";
import test from "node:test";

import { moveOf } from "../../rnn_compare/lecture/pages/common/keys.js";
import { makePresses, pressButtons } from "../../rnn_compare/lecture/pages/common/press.js";
import { percentage } from "../../rnn_compare/lecture/pages/common/votes.js";
import { largest } from "../../rnn_compare/lecture/pages/wall/wall_fit.js";
import { document } from "./a_document.js";

const nowhere = { closest: () => null };
const within = (...tags) => ({ closest: (selector) => (tags.some((tag) => selector.split(", ").includes(tag)) ? {} : null) });

test("arrows, a clicker's keys and Space lead through the lecture, Esc out of it", () => {
  const moves = ["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Escape", "a"].map((key) => moveOf({ key, target: nowhere }));
  assert.deepEqual(moves, ["next", "next", "next", "back", "back", "leave", undefined]);
});

test("a key that belongs to what has the focus leads nowhere", () => {
  assert.equal(moveOf({ key: "ArrowRight", target: within("textarea") }), undefined);
  assert.equal(moveOf({ key: "Escape", target: within("dialog") }), undefined);
  assert.equal(moveOf({ key: " ", target: within("button") }), undefined);
  assert.equal(moveOf({ key: " ", target: within("input") }), undefined, "a switch");
  assert.equal(moveOf({ key: "PageDown", target: within("button", "input") }), "next");
  assert.equal(moveOf({ key: "ArrowLeft", target: nowhere, altKey: true }), undefined, "the browser's own");
  assert.equal(moveOf({ key: "ArrowRight", target: nowhere, repeat: true }), undefined, "a key held down is one press");
});

test("while something is read word by word the arrows still lead; with Shift they are the reading's, as is Space", () => {
  for (const [key, move] of [["ArrowLeft", "back"], ["ArrowRight", "next"]]) {
    assert.equal(moveOf({ key, target: nowhere }, true), move);
    assert.equal(moveOf({ key, target: nowhere, shiftKey: true }, true), undefined);
  }
  assert.equal(moveOf({ key: " ", target: nowhere }, true), undefined);
  assert.equal(moveOf({ key: "PageDown", target: nowhere }, true), "next");
});

test("a press that needs a text sends what stands in the box", () => {
  Object.assign(globalThis, { document });
  const sent = [];
  const input = { label: "Text", most: 80, value: "The old one." };
  const [button] = pressButtons([{ label: "Another text", press: "read", input }], (...press) => sent.push(press));
  button.click();
  const dialog = document.body.children.at(-1);
  const [box] = dialog.all(({ tag }) => tag === "textarea");
  box.value = "A new one.";
  dialog.all(({ tag }) => tag === "button")[0].click();
  assert.deepEqual(sent, [["read", "A new one."]]);
});

// Presses whose posts and pauses end when the test says so.
function pressing() {
  const posts = [], pauses = [], said = [];
  const { press, hurry } = makePresses({
    where: () => "1 open 1 best",
    client: "me", now: () => 1000, onSaid: (sentence) => said.push(sentence),
    post: (message) => new Promise((answer) => { posts.push({ message, answer }); }),
    later: (go, milliseconds) => pauses.push({ go, milliseconds }),
  });
  const settle = () => new Promise((go) => { setTimeout(go); });
  const answer = async (value) => {
    posts.at(-1).answer(value);
    await settle();
  };
  return { press, hurry, posts, pauses, said, answer, settle };
}

test("presses in one moment are sent one after the other, with growing numbers", async () => {
  const { press, posts, answer } = pressing();
  press("next");
  press("compare", 7);
  const first = { client: "me", number: 1000, press: "next", value: null, place: "1 open 1 best" };
  assert.deepEqual(posts.map(({ message }) => message), [first]);
  await answer({ kept: true });
  assert.deepEqual(posts[1].message, { ...first, number: 1001, press: "compare", value: 7 });
});

test("a press without an answer is sent again with its number, ever more rarely, and at once when the line is back", async () => {
  const { press, hurry, posts, pauses, said, answer, settle } = pressing();
  press("next");
  for (let tries = 0; tries < 4; tries += 1) {
    pauses.at(-1).go();
    await settle();
  }
  assert.deepEqual(pauses.map(({ milliseconds }) => milliseconds), [2000, 4000, 8000, 8000, 8000]);
  assert.match(said[0], /^Not sent yet/);
  hurry();
  assert.equal(posts.length, 6);
  assert.deepEqual(new Set(posts.map(({ message }) => message.number)), new Set([1000]));
  posts[1].answer({ kept: true });
  await settle();
  assert.equal(said.at(-1), "", "a slow server has answered an earlier try");
  await answer({ said: "too late" });
  pauses.at(-1).go();
  hurry();
  assert.deepEqual([said.at(-1), posts.length], ["", 6]);
});

test("what the server refuses is said, and not sent again", async () => {
  const { press, posts, said, answer } = pressing();
  press("read", "");
  await answer({ said: "Write a review first." });
  assert.deepEqual([said, posts.length], [["Write a review first."], 1]);
});

test("a step gets the largest scale that fits, all of it where there is room, and the least where nothing fits", () => {
  const scale = largest((tried) => tried <= 1.37, 1, 2.5, 0.02);
  assert.ok(scale <= 1.37 && scale > 1.35);
  assert.equal(largest(() => true, 1, 2.5, 0.02), 2.5);
  assert.equal(largest(() => false, 0.75, 2.5, 0.02), 0.75);
});

test("percentages stand beside counts of ten answers and more, and all but one of many are not 100 %", () => {
  const shown = [[12, 30], [3, 7], [299, 300], [1, 300]].map(([count, answered]) => percentage(count, answered));
  assert.deepEqual(shown, [" (40 %)", "", " (99 %)", " (1 %)"]);
});
