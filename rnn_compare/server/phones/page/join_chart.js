// The outcome of a question as pictures: the curves over the class's drawings, and bars of the answers.

import { add, addText } from "../../../browser/common/svg.js";
import { apart, LINE_HEIGHT, rowsOf } from "../../../browser/drawing/charts/labels.js";
import {
  drawArea, drawFrame, drawGroups, pathOf, plotIn, rangeOf, scalesOf,
} from "../../../browser/drawing/curves/curve_chart.js";
import { curveWords } from "../../../browser/drawing/curves/curve_words.js";
import { curvesOf, epochs as epochsOf } from "../../../browser/drawing/curves/curves_message.js";
import { element } from "./join_dom.js";

export const SIZE = { width: 360, height: 250 };
const LONGEST_NAME = 16;
const LETTER = 7.6;
const [TYPE, SQUARE] = [14, 9]; // pixels

// The scales of shares, in percent; `right`: room for names.
export function shareScales(epochs, range, right) {
  return scalesOf({ ...SIZE, margins: [50, right, 14, 40], epochs, range });
}

// The names of lines beside their ends, each after a square in its line's colour, on a linear axis.
export function drawNames(sheet, scales, lines) {
  const [low, high] = scales.range;
  const end = ({ name, color, x, y }) => ({
    text: inRows(name).join("<br>"), color, x: scales.x(x.at(-1)) + 9, y: y.at(-1),
  });
  const labels = lines.map((line) => end(line));
  for (const { text, color, x, y } of apart(labels, { low, high, height: scales.box.tall, size: TYPE })) {
    if (color) add(sheet, "rect", { x, y: scales.y(y) - 4, width: SQUARE, height: SQUARE, fill: color });
    const rows = rowsOf(text);
    const top = scales.y(y) + 5 - 0.5 * (rows.length - 1) * LINE_HEIGHT * TYPE;
    for (const [place, row] of rows.entries())
      addText(sheet, x + (color ? SQUARE + 4 : 0), top + place * LINE_HEIGHT * TYPE, row, "start");
  }
}

// Pixels that the names take, on the right.
export function roomFor(lines) {
  return 14 + SQUARE + 4 + LETTER * Math.max(...lines.flatMap(({ name }) => inRows(name).map(({ length }) => length)));
}

// A long name in two rows, each as far as there is room.
export function inRows(name) {
  const rows = name.length > LONGEST_NAME ? name.replace(" ", "<br>") : name;
  return rowsOf(rows).map((row) => (row.length > LONGEST_NAME ? `${row.slice(0, LONGEST_NAME - 1)}…` : row));
}

export const lineOf = (shares) => ({ x: epochsOf(shares), y: shares.map((share) => 100 * share) });

// The real curves over the middle half of the class's drawings, and this phone's own drawing.
/** @param {Pick<PhoneState, "curves" | "epochs" | "tallies">} state @param {number[] | number | null} mine */
export function curvesPicture({ curves, epochs, tallies }, mine) {
  const { chart, groups } = curves || { chart: null, groups: [] };
  const validation = groups.map((group) => (
    { name: group.label, color: group.color, ...curvesOf(chart, group).validation }
  ));
  const begun = validation.filter(({ y }) => y.length);
  if (!begun.length) return element("p", {}, "The curves appear after the first epoch.");
  const own = (Array.isArray(mine) ? [mine] : []).map((shares) => ({ name: "you", ...lineOf(shares) }));
  const { band, answered } = tallies.at(-1) || { band: [], answered: 0 };
  const [low, middle, high] = band.map(lineOf);
  const lines = [...begun, ...own];
  const right = roomFor(lines);
  const range = rangeWith(rangeOf(chart), [...band.map(lineOf), ...own]);
  const scales = shareScales(Math.max(epochs, ...own.map(({ y }) => y.length)), range, right);
  const sheet = drawFrame(scales, chart.unit, curveWords(chart, groups).join(" "));
  const plot = plotIn(sheet, scales);
  const keys = ["Validation accuracy"];
  if (band.length) {
    drawArea(plot, scales, { high, low }, { class: "band" });
    add(plot, "path", { class: "middle", d: pathOf(scales, middle) });
    keys.push(answered > 1 ? `grey: the middle half of ${answered} drawings` : "grey: one drawing");
  }
  drawGroups(plot, scales, chart, groups);
  if (chart.training) keys.push("dashed: training accuracy");
  for (const line of own) add(plot, "path", { class: "mine", d: pathOf(scales, line) });
  drawNames(sheet, scales, lines);
  return element("figure", {}, sheet, element("figcaption", {}, `${keys.join("; ")}.`));
}

// A chart's range with room for what was drawn below it, to a tenth.
/** @param {number[]} range @param {{ y: number[] }[]} drawn */
function rangeWith([low, high], drawn) {
  return [Math.min(low, ...drawn.map(({ y }) => 10 * Math.floor(Math.min(...y) / 10))), high];
}

function bar(count, most, isBefore) {
  const filled = element("span", { class: "bar", hidden: count === 0 });
  filled.style.width = `${most ? (100 * count) / most : 0}%`;
  return element(
    "div",
    { class: isBefore ? "row before" : "row" },
    element("span", { class: "track" }, filled),
    element("span", { class: "number" }, `${count}`),
  );
}

function answers({ answered }) {
  return `${answered} ${answered === 1 ? "answer" : "answers"}`;
}

// Returns the index of the bar that counts an answer; null without one.
export function barOf(tally, value) {
  return value === null ? null : Math.floor(value / tally.width);
}

// Bars of the answers; with a second vote, the first vote in outline.
export function bars(tallies, ownBar, rightBar, called) {
  const [first, newest] = [tallies[0], tallies.at(-1)];
  const again = tallies.length > 1;
  const most = Math.max(...tallies.flatMap((tally) => tally.counts));
  const rows = newest.labels.map((label, place) => {
    const marks = [place === rightBar && called, place === ownBar && "your answer"].filter(Boolean).join(", ");
    const name = element("span", { class: place === ownBar ? "mine" : "" }, marks ? `${label} (${marks})` : label);
    const row = element("li", {}, name);
    if (again) row.append(bar(first.counts[place], most, true));
    row.append(bar(newest.counts[place], most, false));
    return row;
  });
  const key = again
    ? `Outlined: the first vote, ${answers(first)}. Filled: the last, ${answers(newest)}.`
    : `${answers(newest)}.`;
  const title = element("h3", {}, "What the class answered");
  return element("div", {}, title, element("p", {}, key), element("ol", { class: "bars" }, ...rows));
}
