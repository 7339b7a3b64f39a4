// The lines and areas of one chart of the board: a run's curves, the mean over seeds with its interval, and the curve
// that the class drew.

import { escapeLabel, faded } from "../../../browser/drawing/charts/chart_look.js";

const HATCHES = ["/", "\\"];
const CODES = 36 ** 3;
const FEW = 3; // seeds
const GUESSED = "#888888"; // visible on white and on black; no network has it

// Areas come first, as they lie behind. Then two lines for each group, training and validation; a missing one is empty.
export function traces(chart, groups, hidden, { gap = false, thick = 1 } = {}) {
  const drawn = groups.map((group) => curvesOf(chart, group));
  const each = (make) => drawn.flatMap((curves, index) => {
    const group = groups[index];
    const visible = !hidden.has(group.id);
    return make(curves, group, index).map((trace) => ({
      type: "scatter", mode: "lines", name: escapeLabel(group.label), meta: group.id, visible,
      ...trace, uid: `${group.id}-${trace.uid}`,
    }));
  });
  return [
    ...(gap ? each((curves, { color }, index) => gapArea(curves, color, HATCHES[index % HATCHES.length])) : []),
    ...each((curves, { color }) => band(chart, curves, color)),
    ...each((curves, { color }) => singleSeeds(curves, color)),
    ...each((curves, group) => [trainingLine(chart, curves, group), validationLine(chart, curves, group)]
      .map((line) => thicker(line, thick))),
  ];
}

function thicker(trace, thick) {
  const marker = trace.marker && { ...trace.marker, size: trace.marker.size * thick };
  return { ...trace, line: { ...trace.line, width: trace.line.width * thick }, ...(marker && { marker }) };
}

// The last point of each group's validation line, or of its training line until there is a validation line.
export function lineEnds(chart, groups) {
  return groups.flatMap(({ label, color, ...group }) => {
    const { validation, training } = curvesOf(chart, group);
    const { x, y } = [validation, training].find((line) => line.y.some(isThere)) ?? { x: [], y: [] };
    const last = y.findLastIndex(isThere);
    return last < 0 ? [] : [{ text: label, color, x: x[last], y: y[last] }];
  });
}

// Epochs have ended without this figure, as in a run from before it was measured.
export function isUnrecorded(chart, group) {
  const { validation, training, counts, single } = curvesOf(chart, group);
  const hasEnded = validation.y.length + counts.length > 0;
  return hasEnded && ![...validation.y, ...training.y, ...single.flat()].some(isThere);
}

// A group's curves, unpacked, in the chart's unit.
export function curvesOf(chart, { figures, trail, seeds }) {
  const validation = figuresOf(figures, chart.validation, chart);
  return {
    training: trainingPoints(chart, figures, trail),
    validation: { x: epochs(validation), y: validation },
    counts: seeds ? [...seeds.counts].map((digit) => parseInt(digit, 36)) : [],
    every: seeds?.every ?? 1,
    half: figuresOf(seeds?.half ?? {}, chart.validation, chart),
    single: (seeds?.single[chart.validation] ?? []).map((packed) => unpackFigures(packed, chart)),
  };
}

// The finished epochs, then the points of the running one.
function trainingPoints(chart, figures, trail) {
  const ended = figuresOf(figures, chart.training, chart);
  const running = figuresOf(trail?.figures ?? {}, chart.training, chart);
  const shares = unpackFigures(trail?.at ?? "").slice(0, running.length);
  return { x: [...epochs(ended), ...shares.map((share) => ended.length + share)], y: [...ended, ...running] };
}

function figuresOf(packed, name, chart) {
  return unpackFigures(packed[name] ?? "", chart);
}

function epochs(values, every = 1) {
  return values.map((_, index) => every * (index + 1));
}

function trainingLine(chart, { training }, { color }) {
  return {
    uid: "training", ...training,
    line: { color, width: 2.5, dash: "6px,5px" }, opacity: 0.8,
    hovertemplate: `%{fullData.name} training %{y:${chart.hoverformat}}${chart.unit}<extra></extra>`,
  };
}

function validationLine(chart, curves, { color, marker }) {
  const { validation, counts } = curves;
  const value = `<b>%{y:${chart.hoverformat}}${chart.unit}</b>`;
  const template = (index) =>
    `%{fullData.name} ${chart.solid} ${value}${marginAt(chart, curves, index)}<extra></extra>`;
  return {
    uid: "validation", mode: "lines+markers", ...validation,
    line: { color, width: 3.5 }, marker: { symbol: marker, size: 9, color },
    hovertemplate: counts.length ? validation.y.map((_, index) => template(index)) : template(0),
  };
}

// For several seeds, the margin of their mean at an epoch, if known, and their number; empty for a single run.
export function marginAt(chart, { counts, every, half }, index) {
  const n = counts[index];
  const width = (index + 1) % every === 0 ? half[(index + 1) / every - 1] : undefined;
  if (n === undefined) return "";
  return `${width === undefined ? "" : ` ± ${marginOf(width, chart)}`}, n = ${n}`;
}

// Formats a margin like d3, but without a sign, and in points instead of percent.
function marginOf(width, { hoverformat, unit }) {
  return `${width.toFixed(/\.(\d+)/.exec(hoverformat)[1])}${unit && " points"}`;
}

// The interval of the mean, for epochs that three or more seeds have finished; within what the figure can be, and faint
// where few seeds make it wide.
function band({ best, factor, log, range: [low] }, { validation, counts, every, half }, color) {
  if (!half.length) return [];
  const least = log ? 10 ** (factor * low) : Math.min(0, factor * low);
  const most = best === "highest" ? factor : Infinity;
  const at = half.map((_, index) => every * (index + 1) - 1); // indices of these epochs
  const edge = (sign) => ({
    x: at.map((place) => validation.x[place]),
    y: at.map((place, index) => Math.min(Math.max(validation.y[place] + sign * half[index], least), most)),
  });
  const n = Math.max(...counts);
  return [area("band", edge(1), edge(-1), { fillcolor: faded(color, n > FEW ? 0.22 : 0.08) })];
}

function singleSeeds({ single, every }, color) {
  return single.map((values, index) => ({
    uid: `seed-${index}`, x: epochs(values, every), y: values, line: { color, width: 1.25 }, opacity: 0.55,
    hoverinfo: "skip",
  }));
}

// The area between training and validation, hatched to set it apart from a band.
function gapArea({ training, validation }, color, shape) {
  const both = [...validation.y.keys()].filter((at) => isThere(validation.y[at]) && isThere(training.y[at]));
  const line = ({ x, y }) => ({ x: both.map((index) => x[index]), y: both.map((index) => y[index]) });
  if (both.length < 2) return [];
  const hatched = { shape, size: 8, solidity: 0.12, fgcolor: color, fgopacity: 0.5, bgcolor: faded(color, 0.07) };
  return [area("gap", line(training), line(validation), { fillcolor: faded(color, 0.07), fillpattern: hatched })];
}

function isThere(value) {
  return value !== null && value !== undefined;
}

function area(uid, upper, lower, filled) {
  const back = (values) => values.map((_, index) => values.at(-1 - index));
  return {
    uid, x: [...upper.x, ...back(lower.x)], y: [...upper.y, ...back(lower.y)], fill: "toself",
    mode: "none", hoverinfo: "skip", ...filled,
  };
}

// Values by epoch, as server/packed_curves.py writes them: ten-thousandths in three base-36 digits each, the upper half
// of which are negative numbers; ___ is a missing value, a gap in the line.
// factor: the chart's units in 1, such as 100 for percent; log: whether these are decimal logarithms.
export function unpackFigures(text, { factor = 1, log = false } = {}) {
  const digits = text.match(/.{3}/g) ?? [];
  return digits.map((three) => {
    if (three === "___") return null;
    const code = parseInt(three, 36);
    const value = (factor * (code < CODES / 2 ? code : code - CODES)) / 1e4;
    return log ? 10 ** value : value;
  });
}

// The curve that the class drew as its prediction: the median, and a band of the middle half.
export function drawnBand(guessed, chart, { thick = 1 } = {}) {
  if (!guessed) return [];
  const [low, middle, high] = ["low", "middle", "high"].map((edge) => unpackFigures(guessed[edge], chart));
  const x = epochs(middle);
  const filled = { fillcolor: faded(GUESSED, 0.3) };
  return [area("drawn-band", { x, y: high }, { x, y: low }, filled), {
    uid: "drawn-median", x, y: middle, mode: "lines", line: { color: GUESSED, width: 2.5 * thick },
    hovertemplate: "%{fullData.name} expected %{y:.1f} %<extra></extra>",
  }].map((trace) => ({ type: "scatter", name: escapeLabel(guessed.text), ...trace }));
}

export function drawnEnd(guessed, chart) {
  if (!guessed) return [];
  const middle = unpackFigures(guessed.middle, chart);
  return [{ text: guessed.text, color: GUESSED, x: middle.length, y: middle.at(-1) }];
}
