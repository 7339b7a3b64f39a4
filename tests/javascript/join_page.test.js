import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { Node, byId, document, nodes } from "./a_document.js";
import { storeUnsent } from "../../rnn_compare/lecture/pages/phone/join_kept.js";

const [stored, scrolls] = [{}, []];
const source = new EventTarget();
Object.assign(globalThis, {
  Node,
  document,
  addEventListener() {},
  scrollTo: (_, top) => scrolls.push(top),
  setInterval() {},
  EventSource: function () { return source; },
  localStorage: {
    getItem: (key) => stored[key] ?? null,
    setItem: (key, value) => { stored[key] = value; },
  },
});
const page = new URL("../../rnn_compare/lecture/pages/phone/", import.meta.url);
await import(new URL("join.js", page));

const STATE = { on: true, lecture: 1, title: "", text: "", question: null, phase: "idle", networks: false, tallies: [], parts: [] };
const words = () => [byId("title").textContent, byId("text").textContent];

function receive(changes) {
  source.dispatchEvent(new MessageEvent("state", { data: JSON.stringify({ ...STATE, ...changes }) }));
}

test("a phone that was in a lecture and answered nothing is told that it has ended, as one with answers is", () => {
  receive({ on: false, lecture: 6 });
  assert.deepEqual(words(), ["No lecture right now", "Leave this page open: questions appear here."]);
  receive({ lecture: 7, title: "Three lines" });
  receive({ on: false, lecture: 7 });
  assert.deepEqual(words(), ["The lecture has ended.", "The presenter did not offer the networks."]);
  assert.equal(byId("kept").hidden, true);
  receive({ on: false, lecture: 7, networks: true });
  assert.deepEqual(words(), ["The lecture has ended.", ""]);
  assert.equal(byId("networks").hidden, false);
  receive({ on: false, lecture: 8 });
  assert.equal(words()[0], "No lecture right now", "this phone was not in the lecture that ended last");
});

test("a screen reader announces a step, and the end, by the title, and reads it nowhere else", async () => {
  const html = await readFile(new URL("join.html", page), "utf-8");
  assert.match(html, /<h1 id="title" aria-live="polite">/);
  const texts = () => [...nodes.values()].map(({ textContent }) => textContent);
  receive({ lecture: 9, title: "Two lines" });
  receive({ lecture: 9, title: "Three lines" });
  assert.deepEqual(texts().filter((text) => text.includes("Three lines")), ["Three lines"]);
  receive({ on: false, lecture: 9 });
  assert.deepEqual(texts().filter((text) => text.includes("Next")), []);
});

test("a phone goes to the top for another step, question or vote, and not while somebody types", () => {
  const moves = (changes) => {
    scrolls.length = 0;
    receive({ lecture: 10, step: 1, title: "One", ...changes });
    return scrolls.length;
  };
  const question = { id: "best", text: "Which?", control: { name: "choices", answers: [], grid: false }, confidence: [] };
  assert.equal(moves({}), 1);
  assert.equal(moves({ epochs: 3 }), 0, "a curve grows");
  assert.equal(moves({ question, phase: "open", round: 1 }), 1);
  assert.equal(moves({ question, phase: "closed", round: 1 }), 0);
  assert.equal(moves({ question, phase: "open", round: 2 }), 1);
  assert.equal(moves({ step: 2 }), 1);
  document.activeElement = { matches: (boxes) => boxes.includes("#review"), offsetParent: {} };
  assert.equal(moves({ step: 3 }), 0);
  delete document.activeElement;
});

test("an answer that could not be sent while its vote was open is said not to be counted", () => {
  const question = { id: "best", text: "Which?", control: { name: "choices", answers: [], grid: false }, confidence: [] };
  storeUnsent(11, { question: "best", round: 1, answer: 0, confidence: null });
  receive({ lecture: 11, question, phase: "closed", round: 1 });
  assert.equal(byId("own").textContent, "Not counted: the vote closed before your answer was sent.");
});

test("an answer is called right or wrong as the server says, and how sure one is can be told once there is one", () => {
  const control = { name: "choices", answers: [[0, "GRU", ""], [1, "LSTM", ""]], grid: false };
  const question = { id: "best", text: "Which?", control, confidence: ["guessing", "sure"] };
  const outcome = { final: true, answer: 1, said: "LSTM is ahead.", labels: [], only_names: false };
  const send = (own) => source.dispatchEvent(new MessageEvent("own", { data: JSON.stringify(own) }));
  receive({ lecture: 12, question, phase: "open", round: 1 });
  assert.equal(byId("confidence").hidden, true, "before an answer");
  for (const [answer, right, sentence] of [[1, true, "Correct: LSTM."], [0, false, "Not this time. You answered: GRU."]]) {
    send({ question: "best", round: 1, answer, confidence: null, right: null });
    receive({ lecture: 12, question, phase: "open", round: 1 });
    assert.equal(byId("confidence").hidden, false);
    send({ question: "best", round: 1, answer, confidence: null, right });
    receive({ lecture: 12, question, phase: "revealed", round: 1, outcome });
    assert.equal(byId("verdict").textContent, sentence);
    assert.equal(byId("confidence").hidden, true, "after the reveal");
  }
});

test("a network's card has its parameters, term by term", () => {
  const lines = ["LSTM: 4 · (32 + 32 + 1) · 32 = 8,320", "Dense: 32 + 1 = 33"];
  receive({ lecture: 13, parts: [{ kind: "cards", cards: [{ title: "LSTM(32)", color: "red", lines }] }] });
  const [card] = byId("parts").all(({ attributes }) => attributes.class === "card");
  assert.equal(card.textContent, ["LSTM(32)", ...lines].join(" "));
});
