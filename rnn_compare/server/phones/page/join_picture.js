// The picture of a step, as the wall shows it: cards, bars, curves, charts, text, and a review read word by word.

import { odds, percent } from "../../../browser/arithmetic/moves.js";
import { drawCell } from "../../../browser/drawing/cell/cell.js";
import { mostMoving, unpackRun, valuesAt } from "../../../browser/drawing/cell/cell_values.js";
import { curvesPicture } from "./join_chart.js";
import { element, setText } from "./join_dom.js";
import { linesPicture } from "./join_lines.js";

const SHOWN = 32; // units in a cell's drawing

// Returns the elements of a picture (LectureContext.to_phones); none without one.
export function pictureParts(picture) {
  const { cards = [], bars = [], curves, charts = [], lines = [], reading } = picture || {};
  const parts = cards.map(card);
  if (bars.length) parts.push(element("ol", { class: "bars" }, ...bars.map(bar)));
  if (curves) parts.push(curvesPicture({ ...curves, tallies: [] }, null));
  parts.push(...charts.map(linesPicture));
  parts.push(...lines.map((line) => element("p", {}, line)));
  if (reading) parts.push(readingParts(reading));
  return parts;
}

function coloured(node, color) {
  node.style.setProperty("--color", color);
  return node;
}

function card({ title, color, lines }) {
  const head = coloured(element("h3", { class: "network" }, title), color);
  return element("article", {}, head, ...lines.map((line) => element("p", {}, line)));
}

function bar([name, share, color]) {
  const filled = coloured(element("span", { class: "bar" }), color || "var(--band)");
  filled.style.width = `${100 * share}%`;
  const track = element("span", { class: "track" }, filled);
  const number = element("span", { class: "number" }, percent(share));
  return element("li", {}, name, element("div", { class: "row" }, track, number));
}

function predictionAfter(run, word) {
  return word < run.first ? "cut off" : `${percent(odds(run.logits[word - run.first + 1]))} ${run.labels[1]}`;
}

// The words, the predictions after the current one, and a cell.
function readingParts({ words, drawings, runs: packed }) {
  const runs = packed.map((run) => unpackRun(run));
  let [at, lead] = [words.length - 1, 0];
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
  const frame = element("div", { class: "cell", tabindex: 0 }); // scrolled by keyboard too

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
