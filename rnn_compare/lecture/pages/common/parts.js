// The parts of a step's content, a drawer for each kind; what has not changed stays as it is.

import { percent } from "../../../browser/arithmetic/moves.js";
import { classChart } from "../../../browser/drawing/curves/class_chart.js";
import { unpackFigures } from "../../../browser/drawing/curves/curves_message.js";
import { linesChart } from "../../../browser/drawing/curves/lines_chart.js";
import { element, setText } from "./dom.js";

const paragraphs = (lines) => lines.map((line) => element("p", {}, line));

// An element with its network's colour.
export function coloured(node, color) {
  if (color) node.style.setProperty("--color", color);
  return node;
}

const cardOf = (title, color, lines) => coloured(
  element("article", { class: "card" }, element("h3", { class: "network" }, title), ...paragraphs(lines)), color,
);

const cardsOf = (cards) => element("div", { class: "cards" }, ...cards.filter(Boolean));

// A network's accuracy; none where the page gets its curves alone.
/** @param {Curves & Partial<Card>} group */
function accuracyCard({ label, color, status, state, best, best_note: note, so_far: isSoFar }) {
  if (!status) return null;
  return cardOf(label, color, [`${isSoFar ? "best " : ""}${best}, ${status === "finished" ? note : state}`]);
}

// What a network predicts for a review, with the class names of browser/common/verdicts.css.
/** @param {Verdict} verdict */
function verdictCard({ title, color, share, label, labels, from, to, positive, start, note, problem }) {
  const made = element("section", { class: "rc-card" }, element("h4", {}, title));
  made.style.setProperty("--rc-color", color);
  const said = `${share} ${label}`;
  const meaning = share ? ` Its output, ${said}, means little.` : "";
  if (problem) made.append(element("p", { class: "rc-problem" }, `${problem}${meaning}`));
  else {
    const words = `${said}, on a scale from ${labels.join(" to ")}`;
    const bar = element("i", { class: `rc-side-${Number(positive)}` });
    const scale = element("div", { class: "rc-scale", role: "img", "aria-label": words }, bar);
    scale.style.setProperty("--rc-from", `${100 * from}%`);
    scale.style.setProperty("--rc-to", `${100 * to}%`);
    const ends = labels.map((end, side) => element("span", { class: `rc-side-${side}` }, end));
    made.append(element("p", { class: "rc-verdict" }, said), scale, element("p", { class: "rc-ends" }, ...ends));
  }
  if (start) made.append(element("p", { class: problem ? "rc-note" : "rc-note rc-prior" }, start));
  if (note) made.append(element("p", { class: "rc-note" }, note));
  return made;
}

function shareBar([name, value, color]) {
  const bar = element("i", {});
  bar.style.width = `${100 * value}%`;
  const row = element("li", { class: color ? "network" : "" }, element("span", {}, name),
    element("div", {}, bar, element("b", {}, percent(value))));
  return coloured(row, color);
}

// A bar that only grows stays, and moves there.
function progressBars(first) {
  const rows = first.rows.map(({ name, color }) => {
    const [text, bar] = [element("span", {}), element("i", {})];
    const head = element("p", {}, element("b", {}, name), text);
    return { text, bar, row: coloured(element("li", {}, head, element("div", {}, bar)), color) };
  });
  const status = element("p", { class: "status", role: "status" });
  const list = element("ul", { class: "progress" }, ...rows.map(({ row }) => row));
  const names = (part) => JSON.stringify(part.rows.map(({ name, color }) => [name, color]));
  const update = (part) => {
    if (names(part) !== names(first)) return false;
    for (const [place, { done, text }] of part.rows.entries()) {
      rows[place].bar.style.width = `${100 * done}%`;
      setText(rows[place].text, text);
    }
    setText(status, part.status);
    return true;
  };
  update(first);
  return { node: element("div", {}, list, status), update };
}

function trusted(html) {
  const node = element("div", { class: "drawing" });
  node.innerHTML = html; // made and escaped by Python
  return node;
}

// Returns the drawers of all parts that all pages draw. chart(draw): an element with the chart that draw(size) returns,
// as large as the page has room for; answered: how many have drawn the curves in the band.
function drawersOf({ chart, answered = () => 0 }) {
  return {
    sentences: ({ lines, small }) => element("div", { class: small ? "small" : "sentences" }, ...paragraphs(lines)),
    cards: ({ cards }) => cardsOf(cards.map(({ title, color, lines }) => cardOf(title, color, lines))),
    drawing: ({ html }) => trusted(html),
    bars: ({ rows, note }) => element("div", {},
      element("ol", { class: "shares", "aria-label": "Accuracy" }, ...rows.map(shareBar)),
      ...paragraphs(note ? [note] : [])),
    verdicts: ({ text, cards }) => element("div", { class: "verdicts" }, element("blockquote", {}, text),
      element("div", { class: "rc-verdicts" }, ...cards.map(verdictCard))),
    figures: ({ figures }) => element("div", { class: "charts" },
      ...figures.map((figure) => chart((size) => linesChart(figure, size)))),
    /** @param {CurvesPart} part */
    curves: ({ charts, groups, epochs, band: packed }) => {
      const drawn = packed ? [packed.low, packed.middle, packed.high].map((line) => unpackFigures(line)) : [];
      const of = (shown, place) => ({ chart: shown, groups, epochs, band: place ? [] : drawn, answered: answered() });
      const plots = charts.map((shown, place) => chart((size) => classChart(of(shown, place), size)));
      const cards = cardsOf(groups.map(accuracyCard));
      return element("div", { class: "curves" }, cards, element("div", { class: "charts" }, ...plots));
    },
  };
}

// Returns what shows parts in an element. others: drawers of kinds that only this page draws. A drawer returns its
// element or a handle: its `node`, `update(part)`, which says whether it shows another part of its kind, and `end()`.
/** @param {{ chart: any, answered?: () => number, others?: Record<string, (part: any) => any> }} surface */
export function makeParts(root, surface) {
  const drawers = { ...drawersOf(surface), progress: progressBars, ...surface.others };
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
