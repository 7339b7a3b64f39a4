// Curves over the epochs from a message's charts and groups (rnn_compare/browser/curves.py), unpacked.

import { unpacked } from "../../arithmetic/numbers.js";

export const BAND_OPACITY = 0.22;

// A group's curves, unpacked, in the chart's unit.
/** @param {Chart} chart @param {Pick<Curves, "figures" | "trail" | "seeds">} group */
export function curvesOf(chart, { figures, trail, seeds }) {
  const validation = figuresOf(figures, chart.validation, chart);
  return {
    training: trainingPoints(chart, figures, trail),
    validation: { x: epochs(validation), y: validation },
    counts: countsOf(seeds?.counts ?? []),
    every: seeds?.every ?? 1,
    half: figuresOf(seeds?.half ?? {}, chart.validation, chart),
    single: (seeds?.single[chart.validation] ?? []).map((packed) => unpackFigures(packed, chart)),
  };
}

function countsOf(counts) {
  return typeof counts === "string" ? unpacked(counts, 1, Int8Array) : counts;
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

export function epochs(values, every = 1) {
  return values.map((_, index) => every * (index + 1));
}

// The interval of the mean, for epochs that enough seeds have finished, within what the figure can be. Undefined where
// there is none.
/** @param {Chart} chart @param {ReturnType<curvesOf>} curves */
export function bandOf({ best, factor, log, range: [low] }, { validation, every, half }) {
  if (!half.length) return undefined;
  const least = log ? 10 ** (factor * low) : Math.min(0, factor * low);
  const most = best === "highest" ? factor : Infinity;
  const at = half.map((_, index) => every * (index + 1) - 1); // indices of these epochs
  const edge = (sign) => ({
    x: at.map((place) => validation.x[place]),
    y: at.map((place, index) => Math.min(Math.max(validation.y[place] + sign * half[index], least), most)),
  });
  return { high: edge(1), low: edge(-1) };
}

// The last point of each group's validation line, or of its training line until there is a validation line.
/** @param {Chart} chart @param {Curves[]} groups */
export function lineEnds(chart, groups) {
  return groups.flatMap(({ label, color, ...group }) => {
    const { validation, training } = curvesOf(chart, group);
    const line = [validation, training].find(({ y }) => y.some(isThere));
    return line ? [{ text: label, color, y: line.y[line.y.findLastIndex(isThere)] }] : [];
  });
}

// Epochs have ended without this figure, as in a run from before it was measured.
/** @param {Chart} chart @param {Curves} group */
export function isUnrecorded(chart, group) {
  const { validation, training, counts, single } = curvesOf(chart, group);
  const hasEnded = validation.y.length + counts.length > 0;
  return hasEnded && ![...validation.y, ...training.y, ...single.flat()].some(isThere);
}

// The number of seeds whose mean stands at an epoch; empty for a single run.
export function seedsAt({ counts }, index) {
  return counts[index] === undefined ? "" : `, n = ${counts[index]}`;
}

export function isThere(value) {
  return value !== null && value !== undefined;
}

// Values by epoch, in the chart's unit; null where one is missing, a gap in the line.
// figures: packed, or as a plain array. factor: the chart's units in 1, such as 100 for percent; log: whether these are
// decimal logarithms.
/** @param {string | (number | null)[]} figures */
export function unpackFigures(figures, { factor = 1, log = false } = {}) {
  const values = typeof figures === "string" ? unpacked(figures, 1e4 / factor)
    : figures.map((value) => (Number.isFinite(value) ? factor * value : null));
  return log ? values.map((value) => (value === null ? null : 10 ** value)) : values;
}
