// The picture of a verdict, as `charts/chance_picture.py` draws it: seeds as dots, and intervals of differences.

import { element } from "../common/dom.js";
import { otherOf } from "../judging/judge.js";
import { inPoints, leadText, percent, where } from "../judging/wording.js";

const NEAR = 3; // percent of the width: nearer dots stand at other heights
const LEVELS = [50, 28, 72]; // percent of the height
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];
const MOST_TICKS = 7;
const LONGEST = 60; // characters of a name
const MEASURED = new Set(["kept", "test"]);

// colors: by the settings' names; words: `judging_words()` of Python.
export function drawChance(parent, judgement, colors, words) {
  const root = element("div", "rc-chance", parent);
  drawAccuracies(root, judgement, colors, words);
  const rivals = judgement.order.slice(1);
  const against = new Map(judgement.againstLeader.map((pair) => [otherOf(pair, judgement.order[0]), pair]));
  const judged = rivals.map((rival) => against.get(rival))
    .filter(({ difference }) => difference && !difference.isContradictory);
  if (judged.length) drawDifferences(root, judged, colors, words);
  return root;
}

function drawAccuracies(root, { order, pairs }, colors, words) {
  const shares = order.flatMap(({ scores }) => scores.map(({ accuracy }) => 100 * accuracy));
  const { place, ticks } = across(Math.min(...shares), Math.max(...shares));
  const rows = order.map(({ name, accuracy, scores }) => {
    const marks = [mark("line", place(100 * accuracy))];
    let [x, level] = [-Infinity, 0];
    for (const { accuracy: share } of [...scores].sort((a, b) => a.accuracy - b.accuracy)) {
      const before = x;
      x = place(100 * share);
      level = x - before < NEAR ? (level + 1) % LEVELS.length : 0;
      marks.push(dot(x, colors[name], LEVELS[level]));
    }
    return { name, value: percent(accuracy), marks };
  });
  const basis = MEASURED.has(pairs[0].basis) ? where(pairs[0], words) : "";
  const axis = ticks.filter((tick) => tick >= 0 && tick <= 100).map((tick) => [place(tick), `${tick} %`]);
  panel(root, words.titles.accuracies.replace("{where}", basis), rows, axis);
}

function drawDifferences(root, pairs, colors, words) {
  const margin = 100 * pairs[0].difference.margin;
  const ends = [-margin, margin, ...pairs.flatMap(({ lead }) => lead.map((share) => 100 * share))];
  const { place, ticks } = across(Math.min(...ends), Math.max(...ends));
  const rows = pairs.map((pair) => {
    const [low, middle, high] = pair.lead.map((share) => place(100 * share));
    const marks = [
      mark("equal", place(-margin), place(margin)), mark("line", place(0)), mark("interval", low, high),
      dot(middle, colors[pair.ordered[0].name], LEVELS[0]),
    ];
    return { name: pair.ordered.map(({ name }) => name).join(" − "), value: leadText(pair, words), marks };
  });
  const title = words.titles.differences.replace("{margin}", inPoints(margin / 100));
  panel(root, title, rows, ticks.map((tick) => [place(tick), String(tick).replace("-", "−")]));
}

// An axis of two points at least, with room at its ends, and its ticks.
function across(least, most) {
  const room = Math.max(0.06 * (most - least), 1 - (most - least) / 2);
  const [low, high] = [least - room, most + room];
  const step = STEPS.find((size) => (high - low) / size <= MOST_TICKS) ?? STEPS.at(-1);
  const first = Math.ceil(low / step);
  const ticks = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, number) => (
    Number(((first + number) * step).toFixed(1))
  ));
  return { place: (number) => 100 * (number - low) / (high - low), ticks };
}

// Rows above an axis, with what they show in words.
function panel(root, title, rows, axis) {
  const figure = element("figure", "", root);
  figure.setAttribute("role", "img");
  const listing = rows.map(({ name, value }) => `${name}: ${value}`).join("; ");
  figure.setAttribute("aria-label", `${title}. ${listing}.`);
  element("figcaption", "", figure, title);
  for (const { name, value, marks } of rows) {
    const line = element("p", "", figure);
    element("b", "", line, name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);
    line.append(` ${value}`);
    const strip = element("div", "", figure);
    for (const [kind, style] of marks) Object.assign(element("i", `rc-${kind}`, strip).style, style);
  }
  const line = element("div", "rc-axis", figure);
  for (const [x, text] of axis) element("span", "", line, text).style.left = at(x);
}

const at = (x) => `${x.toFixed(2)}%`;
const mark = (kind, left, right = NaN) => (
  [kind, { left: at(left), ...(Number.isNaN(right) ? {} : { width: at(right - left) }) }]
);
const dot = (x, background, level) => ["seed", { left: at(x), top: `${level}%`, background }];
