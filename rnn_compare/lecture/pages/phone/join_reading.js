// A review read word by word on a phone: its words to tap, the networks' predictions, and one cell.

import { odds, verdictIn } from "../../../browser/arithmetic/moves.js";
import { drawCell } from "../../../browser/drawing/cell/cell.js";
import { mostMoving, unpackRun, valuesAt } from "../../../browser/drawing/cell/cell_values.js";
import { element, setText } from "../common/dom.js";
import { coloured } from "../common/parts.js";

const SHOWN = 32; // units in a cell's drawing

function predictionAfter(run, word) {
  return word < run.first ? "cut off" : verdictIn(odds(run.logits[word - run.first + 1]), run.labels);
}

// Returns the element of a part of the kind "reading".
export function readingPart({ reading: { words, drawings, runs: packed } }) {
  const runs = packed.map((run) => unpackRun(run));
  let [at, lead] = [0, 0];
  const spans = words.map((word, place) => {
    const span = element("span", {}, word);
    span.addEventListener("click", () => go(place));
    return span;
  });
  const step = (label, by) => {
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => go(at + by));
    return button;
  };
  const where = element("p", { role: "status" });
  const cells = runs.map((run) => (run.note ? null : drawCell(drawings[run.cell], run.cell, run.color)));
  const names = runs.map((run, place) => {
    const button = coloured(element("button", { type: "button", class: "network" }), run.color);
    button.addEventListener("click", () => { lead = place; show(); });
    return button;
  });
  const frame = element("div", { class: "cell" });

  function go(place) {
    at = Math.max(0, Math.min(words.length - 1, place));
    show();
  }

  function show() {
    for (const [place, span] of spans.entries()) {
      span.classList.toggle("here", place === at);
      span.classList.toggle("unread", place > at);
    }
    setText(where, `Word ${at + 1} of ${words.length}: “${words[at]}”`);
    for (const [place, run] of runs.entries()) {
      setText(names[place], `${run.title}: ${predictionAfter(run, at)}`);
      names[place].setAttribute("aria-pressed", `${place === lead}`);
    }
    showCell(runs[lead], cells[lead]);
  }

  function showCell(run, cell) {
    frame.replaceChildren(cell ? cell.node : run.note);
    if (!cell || at < run.first) return;
    const unit = run.signals.some(({ gate }) => gate) ? mostMoving(run, SHOWN) : undefined; // else the mean of all
    cell.update(valuesAt(run, words, at, unit));
  }

  show();
  const steps = element("div", { class: "steps" }, step("←", -1), where, step("→", 1));
  const text = element("p", { class: "words", tabindex: 0 }, ...spans.flatMap((span) => [span, " "]));
  return element("div", { class: "reading" }, text, steps, ...names, frame);
}
