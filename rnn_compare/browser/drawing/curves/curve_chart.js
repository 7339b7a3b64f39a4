// Curves over the epochs, and other lines, as SVG where Plotly is not loaded: in reports and on phones.

import { add, addText } from "../../common/svg.js";
import { ruler } from "../charts/labels.js";
import { BAND_OPACITY, bandOf, curvesOf, epochs as epochsOf, isThere } from "./curves_message.js";

const TICKS = 7;
const ROW = 20; // pixels between the numbers of values
const NUMBER = 42; // pixels between the numbers of epochs
const SMALL = -3; // exponents
const TYPE = 14; // pixels
const EDGE = 7; // pixels around the plot, for markers on its edge
const SHAPES = {
  circle: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
  square: "M-4-4h8v8h-8z",
  diamond: "M0-6L6 0L0 6L-6 0z",
  "triangle-up": "M0-5.500L5.500 4.500H-5.500z",
  cross: "M-2-5h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
  star: "M0-7L2-2H7L3 1.500L4.500 6.500L0 3.500L-4.500 6.500L-3 1.500L-7-2H-2z",
  hexagon: "M-3-5.500h6L6 0L3 5.500h-6L-6 0z",
  "triangle-down": "M0 5.500L5.500-4.500H-5.500z",
};

// The ends of a chart's axis, in its unit.
/** @param {Chart} chart */
export function rangeOf({ factor, log, range }) {
  return range.map((end) => (log ? 10 ** (factor * end) : factor * end));
}

// The functions between epochs, values and coordinates, in pixels.
// margins: beside the plot, on the left (more in wide letters), the right, above and below.
/**
 * @param {{ width: number, height: number, margins: number[], epochs: number, range: number[], log?: boolean }} _
 */
export function scalesOf({ width, height, margins: [side, right, top, bottom], epochs, range, log = false }) {
  const [low, high] = log ? range.map(Math.log10) : range;
  const left = Math.max(side, ruler(TYPE)("100 %") + 12);
  const [wide, tall] = [width - left - right, height - top - bottom];
  const within = (value, least, most) => Math.max(least, Math.min(most, value));
  return {
    box: { left, top, wide, tall, width, height }, epochs, range, log,
    x: (epoch) => left + (wide * (epoch - 0.8)) / (epochs - 0.6),
    y: (value) => top + (tall * (high - (log ? Math.log10(value) : value))) / (high - low),
    epochAt: (x) => within(Math.round(0.8 + ((x - left) / wide) * (epochs - 0.6)), 1, epochs),
    valueAt: (y) => within(high - ((y - top) / tall) * (high - low), low, high), // on a linear axis
  };
}

// A drawing with its axes; label: its description for screen readers; across: what lies below it.
export function drawFrame(scales, unit, label, across = acrossEpochs(scales)) {
  const { left, top, wide, tall, width, height } = scales.box;
  const sheet = add(null, "svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label,
  });
  for (const [value, text] of ticksOf(scales)) {
    add(sheet, "path", { class: "grid", d: `M${left} ${scales.y(value)}h${wide}` });
    addText(sheet, left - 7, scales.y(value) + 5, `${text}${unit}`, "end");
  }
  const widthOf = ruler(TYPE);
  let edge = 0; // of the last number that had room
  for (const tick of [...across.ticks].sort((a, b) => scales.x(a) - scales.x(b))) {
    const half = widthOf(`${tick}`) / 2;
    if (scales.x(tick) - half < edge) continue;
    edge = scales.x(tick) + half + 4;
    addText(sheet, scales.x(tick), top + tall + 18, tick);
  }
  addText(sheet, left + wide / 2, height - 5, across.title);
  return sheet;
}

function acrossEpochs({ epochs, box: { wide } }) {
  const every = niceStep(Math.max(1, epochs * NUMBER / wide));
  const ticks = Array.from({ length: Math.ceil(epochs / every) }, (_, place) => epochs - every * place);
  return { title: "epoch", ticks }; // the last epoch among them
}

// On a linear axis up to `TICKS` or so multiples of 1, 2 or 5 times a power of ten; on a logarithmic one powers of ten.
function ticksOf({ range: [low, high], log, box: { tall } }) {
  const step = log ? 1 : niceStep((high - low) / Math.max(1, Math.min(TICKS, tall / ROW)));
  const [first, last] = log ? [Math.log10(low), Math.log10(high)] : [low / step, high / step];
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let tick = Math.ceil(first - 1e-9); tick <= last + 1e-9; tick += 1)
    ticks.push(log ? [10 ** tick, powerOfTen(tick)] : [tick * step, (tick * step).toFixed(digits)]);
  return ticks;
}

// Small ones take less room as powers.
function powerOfTen(exponent) {
  const raised = [...`${Math.abs(exponent)}`].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return exponent < SMALL ? `10⁻${raised}` : `${Number(`1e${exponent}`)}`;
}

export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((step) => step * power >= least * (1 - 1e-9));
}

// The part of a drawing between its axes; what is drawn in it is cut off at its edges.
export function plotIn(sheet, { box: { left, top, wide, tall } }) {
  const [x, y, width, height] = [left - EDGE, top - EDGE, wide + 2 * EDGE, tall + 2 * EDGE];
  const viewBox = `${x} ${y} ${width} ${height}`;
  return add(sheet, "svg", { x, y, width, height, viewBox, role: "presentation" });
}

export function pathOf(scales, { x, y }) {
  const points = x.map((epoch, index) => {
    const stroke = isThere(y[index - 1]) ? "L" : "M"; // a missing value is a gap
    return isThere(y[index]) ? `${stroke}${scales.x(epoch).toFixed(1)} ${scales.y(y[index]).toFixed(1)}` : "";
  });
  return points.join("");
}

export function drawLine(plot, scales, line, attributes) {
  const d = pathOf(scales, line);
  add(plot, "path", { class: "line", fill: "none", "stroke-linejoin": "round", ...attributes, d });
}

export function drawArea(plot, scales, { high, low }, attributes) {
  const back = (values) => values.map((_, index) => values[values.length - 1 - index]);
  const line = { x: [...high.x, ...back(low.x)], y: [...high.y, ...back(low.y)] };
  add(plot, "path", { ...attributes, d: `${pathOf(scales, line)}Z` });
}

// The curves of a message's groups. Areas lie behind single seeds, and these behind means.
/** @param {Chart} chart @param {Curves[]} groups */
export function drawGroups(plot, scales, chart, groups) {
  const drawn = groups.map((group) => ({ ...group, curves: curvesOf(chart, group) }));
  for (const { color, curves } of drawn) {
    const band = bandOf(chart, curves);
    if (band) drawArea(plot, scales, band, { fill: color, "fill-opacity": BAND_OPACITY });
  }
  for (const { color, curves: { single, every } } of drawn)
    for (const y of single)
      drawLine(plot, scales, { x: epochsOf(y, every), y }, { stroke: color, "stroke-width": 1.25, opacity: 0.5 });
  for (const { color, marker, curves } of drawn) {
    const dashed = { stroke: color, "stroke-width": 2, "stroke-dasharray": "6 5" };
    drawLine(plot, scales, curves.training, dashed);
    drawLine(plot, scales, curves.validation, { stroke: color, "stroke-width": 3 });
    drawMarkers(plot, scales, curves.validation, { marker, color });
  }
}

export function drawMarkers(plot, scales, { x, y }, { marker, color }) {
  for (const index of y.keys()) {
    if (!isThere(y[index])) continue;
    const transform = `translate(${scales.x(x[index]).toFixed(1)} ${scales.y(y[index]).toFixed(1)})`;
    add(plot, "path", { class: "marker", d: SHAPES[marker], fill: color, transform });
  }
}
