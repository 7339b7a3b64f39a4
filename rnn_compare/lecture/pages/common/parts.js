// The parts of a step's content, a drawer for each kind; what has not changed stays as it is.

import { percent } from "../../../browser/arithmetic/moves.js";
import { classChart } from "../../../browser/drawing/curves/class_chart.js";
import { unpackFigures } from "../../../browser/drawing/curves/curves_message.js";
import { linesChart } from "../../../browser/drawing/curves/lines_chart.js";
import { element } from "./dom.js";

// No line ends before a percent sign.
const paragraphs = (lines) => lines.map((line) => element("p", {}, line.replaceAll(" %", "\u00a0%")));

// An element with its network's colour.
export function coloured(node, color) {
  if (color) node.style.setProperty("--color", color);
  return node;
}

const cardOf = (title, color, lines) => coloured(
  element("article", { class: "card" }, element("h2", { class: "network" }, title), ...paragraphs(lines)), color,
);

const cardsOf = (cards) => element("div", { class: "cards" }, ...cards.filter(Boolean));

// A network's accuracy, and its state if its curve does not show that; none where the page gets its curves alone.
/** @param {Curves & Partial<Card>} group */
function accuracyCard({ label, color, status, state, best, so_far: isSoFar }) {
  if (!status) return null;
  const shown = `${isSoFar ? "best so far " : ""}${best}`;
  return cardOf(label, color, [["finished", "running"].includes(status) ? shown : `${shown}, ${state}`]);
}

function shareBar([name, value, color]) {
  const bar = element("i", {});
  bar.style.width = `${100 * value}%`;
  const row = element("li", { class: color ? "network" : "" }, element("span", {}, name),
    element("div", {}, bar, element("b", {}, percent(value))));
  return coloured(row, color);
}

// Returns the drawers of all parts that all pages draw. chart(draw): an element with the chart that draw(size) returns,
// as large as the page has room for; answered: how many have drawn the curves in the band.
function drawersOf({ chart, answered = () => 0 }) {
  return {
    sentences: ({ lines, small }) => element("div", { class: small ? "small" : "sentences" }, ...paragraphs(lines)),
    cards: ({ cards }) => cardsOf(cards.map(({ title, color, lines }) => cardOf(title, color, lines))),
    bars: ({ rows, note }) => element("div", {},
      element("ol", { class: "shares", "aria-label": "Accuracy" }, ...rows.map(shareBar)),
      ...paragraphs(note ? [note] : [])),
    figures: ({ figures }) => element("div", { class: "charts" },
      ...figures.map((figure) => chart((size) => linesChart(figure, size)))),
    /** @param {CurvesPart} part */
    curves: ({ charts, groups, epochs, band: packed }) => {
      const drawn = packed ? [packed.low, packed.middle, packed.high].map((line) => unpackFigures(line)) : [];
      const of = (shown, place) => ({ chart: shown, groups, epochs, band: place ? [] : drawn, answered: answered() });
      const plots = charts.map((shown, place) => chart((size) => classChart(of(shown, place), size)));
      const cards = cardsOf(groups.map(accuracyCard));
      const notes = groups.filter((group) => group.status && !group.so_far).map((group) => group.best_note);
      cards.append(...paragraphs([...new Set(notes)].filter(Boolean)));
      return element("div", { class: "curves" }, cards, element("div", { class: "charts" }, ...plots));
    },
  };
}

// Returns what shows parts in an element. others: drawers of kinds that only this page draws. A drawer returns its
// element or a handle: its `node`, `update(part)`, which says whether it shows another part of its kind, and `end()`.
/** @param {{ chart: any, answered?: () => number, others?: Record<string, (part: any) => any> }} surface */
export function makeParts(root, surface) {
  const drawers = { ...drawersOf(surface), ...surface.others };
  let shown = [];
  const drawn = (part) => {
    const made = drawers[part.kind](part);
    return made instanceof Node ? { node: made } : made;
  };
  return function show(parts) {
    const next = parts.filter(({ kind }) => drawers[kind]).map((part, place) => {
      const key = JSON.stringify(part);
      const before = shown[place];
      if (before && before.key === key) return before;
      if (before && before.kind === part.kind && before.update && before.update(part)) return { ...before, key };
      return { key, kind: part.kind, ...drawn(part) };
    });
    for (const { node, end } of shown.filter((old) => !next.some(({ node: kept }) => kept === old.node))) {
      if (end) end();
      node.remove();
    }
    for (const [place, { node }] of next.entries())
      if (root.children[place] !== node) root.insertBefore(node, root.children[place] || null);
    shown = next;
  };
}
