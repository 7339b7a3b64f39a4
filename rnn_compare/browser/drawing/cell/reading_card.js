// One network's card: its verdict at the current word, its cell's drawing, the heat map and the gates' curves.

import { button, element, explain } from "../../common/dom.js";
import { drawCell } from "./cell.js";
import { valuesAt } from "./cell_values.js";
import { buildCurves } from "./curves.js";
import { drawHeatmap } from "./heatmap.js";
import { moves, odds, verdictIn } from "../../arithmetic/moves.js";
import { buildWithoutCell } from "./without_cell.js";

// A network without recurrence has a note in place of a cell. onWord(index) is called with the word that is clicked,
// onSignal(name) with the signal that is selected.
export function buildCard(parent, run, drawing, { words, author, heading, onWord, onSignal }) {
  const root = element("section", "", parent);
  root.style.setProperty("--rc-color", run.color);
  root.dataset.run = run.id;
  const showVerdict = buildVerdict(root, run, { words, author, heading });
  if (run.note) {
    const showWord = buildWithoutCell(root, run, words);
    return { draw() {}, show: (word, leftOut) => { showWord(word); showVerdict(word, leftOut); } };
  }
  const cell = drawCell(drawing, run.cell, run.color);
  const frame = element("div", "rc-drawing", root);
  frame.append(cell.node);
  const tabs = buildTabs(root, run, onSignal);
  for (const tab of tabs) explain(tab, run.signals.find(({ title }) => title === tab.textContent)?.help);
  const map = element("div", "rc-heatmap", root);
  const canvas = element("canvas", "", map);
  const showKey = buildKey(root, run);
  const curves = buildCurves(root, run, words.length);
  const cursors = [element("i", "", map), curves.cursor];
  const hovered = element("p", "rc-axes rc-hovered", root); // as high when empty, or the page would jump

  let at = 0;
  let under; // the word under the mouse
  const showGates = () => {
    curves.show(under ?? at);
    hovered.textContent = under === undefined ? "" : `at word ${under + 1}, “${words[under]}”`;
  };
  const onHover = (word) => { under = word; showGates(); };
  for (const area of [map, curves.frame]) pointAtWords(area, words.length, { onWord, onHover });
  return {
    // Draws the heat map of the named signal, or else of the first.
    draw(tones, name) {
      const chosen = run.signals.find((signal) => signal.name === name) ?? run.signals[0];
      for (const tab of tabs) tab.setAttribute("aria-pressed", tab.textContent === chosen.title);
      const { values, gate } = chosen;
      showKey(chosen, tones);
      drawHeatmap(canvas, { values, units: run.units, words: words.length, first: run.first, gate }, tones);
    },
    // leftOut: see `sentence`.
    show(word, leftOut) {
      at = word;
      for (const cursor of cursors) cursor.style.left = `${100 * (at + 0.5) / words.length}%`;
      showGates();
      showVerdict(at, leftOut);
      if (at >= run.first) cell.update(valuesAt(run, words, at, curves.place));
    },
  };
}

function buildVerdict(root, run, { words, author, heading }) {
  const head = element("header", "", root);
  element(heading, "", head, run.cell_name ? `${run.title}, ${run.cell_name}` : run.title);
  const verdict = element("b", "", head);
  const said = element("div", "rc-step", root);
  const moved = element("span", "", said);
  const truth = element("span", "rc-truth", said);
  return (at, leftOut) => {
    moved.textContent = sentence(run, words[at], at - run.first, leftOut);
    if (at < run.first) {
      verdict.textContent = "–";
      truth.textContent = "";
      return;
    }
    const after = run.probabilities[at - run.first + 1];
    verdict.textContent = verdictIn(after, run.labels);
    if (author === null) return;
    const right = after > 0.5 === author;
    truth.textContent = right ? "right" : "× wrong";
    truth.title = `label: ${run.labels[Number(author)]}`;
    truth.classList.toggle("rc-tick", right);
    truth.classList.toggle("rc-wrong", !right);
  };
}

// The effect of a word on the verdict. leftOut: { logits } without each word, {} until they are computed, with null if
// the review is too long for that, and undefined if they are not requested.
export function sentence(run, word, index, leftOut) {
  if (index < 0) return `“${word}” was cut off before reading`;
  if (!leftOut) return `“${word}”: ${movement(moves(run)[index].points, run.labels)}`;
  if (!leftOut.logits) return leftOut.logits === null ? "left out of shorter reviews only" : "computing …";
  if (run.unknown.includes(index)) return `“${word}” is not in this network's vocabulary`;
  return `without “${word}”: ${verdictIn(odds(leftOut.logits[index + 1]), run.labels)} at the end`;
}

// In words, since a sign alone does not say which label gained.
function movement(points, labels) {
  const size = Math.abs(points).toFixed(1);
  return size === "0.0" ? "no change" : `${size} points towards ${labels[Number(points > 0)]}`;
}

// The key of the heat map: its axes and its colours.
function buildKey(root, { units, all_units: all }) {
  const key = element("p", "rc-axes rc-key", root);
  const name = element("span", "", key);
  name.title = "most important on top";
  const scaled = element("span", "", key);
  const [low, shades, high] = ["span", "i", "span"].map((tag) => element(tag, "", scaled));
  return ({ title, gate, scale }, { negative, paper, positive, gate: open }) => {
    const full = scale.toPrecision(2);
    name.textContent = `${title}, ${units < all ? `${units} of ${all}` : units} units`;
    low.textContent = gate ? "0" : `−${full}`;
    high.textContent = gate ? "1" : full;
    const colours = (gate ? [paper, open] : [negative, paper, positive]).map((rgb) => `rgb(${rgb})`);
    shades.style.background = `linear-gradient(90deg, ${colours})`;
  };
}

function buildTabs(root, run, onSignal) {
  const bar = element("div", "rc-signals", root);
  const shown = run.signals.filter(({ title }) => title);
  bar.hidden = shown.length < 2;
  return shown.map(({ name, title }) => button("", bar, title, () => onSignal(name)));
}

// The words span the area's width from left to right.
function pointAtWords(area, count, { onWord, onHover }) {
  const wordAt = (event) => {
    const box = area.getBoundingClientRect();
    const word = Math.floor((event.clientX - box.left) / box.width * count);
    return Math.max(0, Math.min(count - 1, word));
  };
  area.addEventListener("click", (event) => onWord(wordAt(event)));
  area.addEventListener("pointermove", (event) => onHover(wordAt(event)));
  area.addEventListener("pointerleave", () => onHover(undefined));
}
