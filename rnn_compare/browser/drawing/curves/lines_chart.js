// Lines over a number of words: the memory test, and the accuracy by length.

import { add } from "../../common/svg.js";
import { drawFrame, drawLine, drawMarkers, plotIn, scalesOf } from "./curve_chart.js";
import { drawNames, namesOf } from "./line_names.js";

const THIN = 0.7; // of Plotly's lines

// Returns the drawing of a figure, and what its lines mean.
/** @param {LinesFigure} figure */
export function linesChart(figure, size) {
  const { title, words, across, upward, unit, ends, ticks, range, lines, levels, edges } = figure;
  const ordered = ends[0] > ends[1] ? lines.map((line) => reversed(line)) : lines; // the last point is on the right
  const names = namesOf(ordered, size);
  const margins = [56, names.room, 14, 44];
  const scales = overNumbers(scalesOf({ ...size, margins, epochs: 1, range, log: false }), ends);
  const { left, top, wide, tall } = scales.box;
  const sheet = drawFrame(scales, unit, words, { title: across, ticks });
  const plot = plotIn(sheet, scales);
  for (const { low, high } of levels) {
    const [y, height] = [scales.y(high), scales.y(low) - scales.y(high)];
    if (height > 0) add(plot, "rect", { class: "band", x: left, y, width: wide, height });
    else add(plot, "path", { class: "middle", d: `M${left} ${y}h${wide}` });
  }
  for (const { at } of edges) add(plot, "path", { class: "axis", d: `M${scales.x(at)} ${top}v${tall}` });
  for (const line of ordered) {
    drawLine(plot, scales, line, { stroke: line.color, "stroke-width": THIN * line.width });
    drawMarkers(plot, scales, line, line);
  }
  drawNames(sheet, scales, names);
  const named = levels.filter(({ name }) => name);
  const keys = [
    ...edges.map(({ text }) => `upright line: ${text}`),
    ...named.map(({ name, low, high }) => `${high > low ? "grey" : "dotted"}: ${name}`),
  ];
  const key = `${[`${upward[0].toUpperCase()}${upward.slice(1)}`, ...keys].join("; ")}.`;
  return { sheet, caption: (title ? `${title} ${key}` : key).replaceAll(" %", "\u00a0%") };
}

function reversed(line) {
  return { ...line, x: backwards(line.x), y: backwards(line.y) };
}

function backwards(values) {
  return values.map((_, place) => values[values.length - 1 - place]);
}

// The same scales over a logarithmic axis of numbers.
function overNumbers(scales, ends) {
  const { left, wide } = scales.box;
  const [from, to] = ends.map(Math.log10);
  return { ...scales, x: (number) => left + (wide * (Math.log10(number) - from)) / (to - from) };
}
