// The networks' curves over those that a class drew, as SVG: on the wall of a lecture and on its phones.

import { add } from "../../common/svg.js";
import { drawArea, drawFrame, drawGroups, pathOf, plotIn, rangeOf, scalesOf } from "./curve_chart.js";
import { curveWords } from "./curve_words.js";
import { curvesOf, epochs as epochsOf } from "./curves_message.js";
import { drawNames, namesOf } from "./line_names.js";

/** Where there are no networks' curves: the chart on which phones draw. */
export const EMPTY = {
  name: "accuracy", unit: " %", factor: 100, log: false, range: [0.4, 1], called: "validation accuracy",
};

export const lineOf = (shares) => ({ x: epochsOf(shares), y: shares.map((share) => 100 * share) });

// The scales of shares, in percent; `right`: room for names.
export function shareScales(size, epochs, range, right, log = false) {
  return scalesOf({ ...size, margins: [50, right, 14, 44], epochs, range, log });
}

// Returns the drawing and what its lines mean; null before there is any. band: the lower quartile, the median and the
// upper one of `answered` drawings, as shares; own: lines of { name, x, y }.
export function classChart({ chart, groups, epochs, band = [], answered = 0, own = [] }, size) {
  const validation = groups.map((group) => (
    { name: group.label, color: group.color, ...curvesOf(chart, group).validation }
  ));
  const begun = validation.filter(({ y }) => y.length);
  if (!begun.length && !band.length) return null;
  const last = Math.max(epochs, ...own.map(({ y }) => y.length));
  const lines = [...begun, ...own];
  const drawn = band.map(lineOf);
  const range = rangeWith(rangeOf(chart), [...drawn, ...own]);
  const names = namesOf(lines, size);
  const scales = shareScales(size, last, range, names.room, chart.log);
  const caption = keyOf(chart, drawn.length ? answered : 0);
  const sheet = drawFrame(scales, chart.unit, curveWords(chart, groups).join(" ") || caption);
  const plot = plotIn(sheet, scales);
  drawBand(plot, scales, drawn);
  drawGroups(plot, scales, chart, groups);
  for (const line of own) add(plot, "path", { class: "mine", d: pathOf(scales, line) });
  drawNames(sheet, scales, names);
  return { sheet, caption };
}

function drawBand(plot, scales, drawn) {
  if (!drawn.length) return;
  const [low, middle, high] = drawn;
  drawArea(plot, scales, { high, low }, { class: "band" });
  add(plot, "path", { class: "middle", d: pathOf(scales, middle) });
}

function keyOf({ called, training }, drawings) {
  const keys = [`${called[0].toUpperCase()}${called.slice(1)}`];
  if (drawings) keys.push(drawings === 1 ? "grey: one drawing" : `grey: median, middle half of ${drawings} drawings`);
  if (training) keys.push("dashed: in training");
  return `${keys.join("; ")}.`;
}

// A chart's range with room for what was drawn below it, to a tenth.
/** @param {number[]} range @param {{ y: number[] }[]} drawn */
function rangeWith([low, high], drawn) {
  return [Math.min(low, ...drawn.map(({ y }) => 10 * Math.floor(Math.min(...y) / 10))), high];
}
