// One network's card: its verdict on the word in hand, the drawing of its cell, the heat map and the gates' curves.

import { drawCell } from "./cell.js";
import { buildCurves } from "./curves.js";
import { element } from "./dom.js";
import { drawHeatmap } from "./heatmap.js";
import { movesOf, odds, signed, valuesAt } from "./message.js";

export function buildCard(page, run, { go, redraw }) {
  const { words } = page.data;
  const root = element("section", "", page.cards);
  root.style.setProperty("--rc-color", run.color);
  root.dataset.run = run.id;
  const head = element("header", "", root);
  element("h4", "", head, run.cell_name ? `${run.title}, ${run.cell_name}` : run.title);
  const said = element("div", "rc-step", root);
  const card = {
    verdict: element("b", "", head), moved: element("span", "", said), truth: element("span", "rc-truth", said),
  };
  card.cell = drawCell(page.data.drawings[run.cell], run.cell, run.color);
  element("div", "rc-drawing", root).append(card.cell.node);
  const tabs = element("div", "rc-signals", root);
  card.tabs = run.signals.map((signal) => {
    const tab = element("button", "", tabs, signal.title);
    tab.type = "button";
    tab.addEventListener("click", () => { page.shown.set(run.cell, signal.name); redraw(); });
    return tab;
  });
  const map = element("div", "rc-heatmap", root);
  card.canvas = element("canvas", "", map);
  const shown = run.units < run.all_units ? `${run.units} of ${run.all_units}` : run.units;
  element("p", "rc-axes", root, `${shown} units, those that weigh most on top · words from left to right`);
  card.curves = buildCurves(root, run, words.length);
  card.cursors = [element("i", "", map), card.curves.cursor];
  card.hovered = element("p", "rc-axes rc-hovered", root);
  for (const area of [map, card.curves.frame]) {
    const wordAt = (event) => {
      const box = area.getBoundingClientRect();
      const word = Math.floor((event.clientX - box.left) / box.width * words.length);
      return Math.max(0, Math.min(words.length - 1, word));
    };
    area.addEventListener("click", (event) => go(wordAt(event)));
    const hover = (word) => { card.under = word; showGates(page, card); };
    area.addEventListener("pointermove", (event) => hover(wordAt(event)));
    area.addEventListener("pointerleave", () => hover(undefined));
  }
  return card;
}

export function drawCard(page, run) {
  const chosen = run.signals.find(({ name }) => name === page.shown.get(run.cell)) ?? run.signals[0];
  run.card.tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", run.signals[index] === chosen));
  const { values, gate } = chosen;
  const words = page.data.words.length;
  drawHeatmap(run.card.canvas, { values, units: run.units, words, first: run.first, gate }, page.tones);
}

export function showCard(page, run) {
  const { card } = run;
  const index = page.steps.at - run.first;
  const word = page.data.words[page.steps.at];
  for (const cursor of card.cursors) cursor.style.left = `${100 * (page.steps.at + 0.5) / page.data.words.length}%`;
  showGates(page, card);
  if (index < 0) {
    card.verdict.textContent = "–";
    card.moved.textContent = `“${word}” was cut off: this network never saw it`;
    card.truth.textContent = "";
    return;
  }
  const after = run.probabilities[index + 1];
  card.verdict.textContent = `${(100 * after).toFixed(1)} % positive`;
  card.moved.textContent = movedText(page, run, word, index);
  if (page.data.author !== null) {
    const right = after >= 0.5 === page.data.author;
    card.truth.textContent = `${right ? "✓" : "✗"} its author: ${page.data.author ? "positive" : "negative"}`;
    card.truth.classList.toggle("rc-wrong", !right);
  }
  card.cell.update(valuesAt(run, page.data.words, page.steps.at));
}

function movedText(page, run, word, index) {
  if (page.colouring !== "left_out") return `“${word}” moved it by ${signed(movesOf(run)[index].points)} points`;
  const leftOut = page.leftOut[run.id];
  if (!leftOut) return "being worked out …";
  if (run.unknown.includes(index)) return `“${word}” is unknown to this network as it is`;
  const { points, from } = movesOf(run, leftOut)[index];
  const end = (100 * odds(leftOut[0])).toFixed(1);
  return `without “${word}” it ends at ${(100 * from).toFixed(1)} %, not ${end} %: ${signed(points)} points`;
}

// Of the word under the mouse, else of the word in hand. The line is never empty, or the page would jump.
function showGates(page, card) {
  const word = card.under ?? page.steps.at;
  card.curves.show(word);
  card.hovered.textContent = `at word ${word + 1}, “${page.data.words[word]}”`;
}
