// Draws the charts of a message in standard input as reports and phones do, for tests that compare them with Python.

import process from "node:process";
import { text } from "node:stream/consumers";

import {
  drawFrame, drawGroups, plotIn, rangeOf, scalesOf,
} from "../../rnn_compare/browser/drawing/curves/curve_chart.js";
import { curveWords } from "../../rnn_compare/browser/drawing/curves/curve_words.js";

class Element {
  attributes = {};
  children = [];
  constructor(tag) { this.tag = tag; }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(child) { this.children.push(child); }
}
globalThis.document = { createElementNS: (_, tag) => new Element(tag), createElement: (tag) => new Element(tag) };

// The points of a path in epochs and in the chart's unit.
function pointsOf(d, { box: { left, top, wide, tall }, range: [low, high], epochs, log }) {
  return d.match(/[-\d.]+ [-\d.]+/g).map((pair) => {
    const [x, y] = pair.split(" ").map(Number);
    const [lowest, highest] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
    const value = highest - ((y - top) / tall) * (highest - lowest);
    return [0.8 + ((x - left) / wide) * (epochs - 0.6), log ? 10 ** value : value];
  });
}

const { charts, groups, epochs } = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(charts.map((chart) => {
  const size = { width: 50_000, height: 50_000, margins: [50, 10, 10, 40] }; // large, so that rounding is small
  const scales = scalesOf({ ...size, epochs, range: rangeOf(chart), log: chart.log });
  const words = curveWords(chart, groups);
  const sheet = drawFrame(scales, chart.unit, words.join(" "));
  const plot = plotIn(sheet, scales);
  drawGroups(plot, scales, chart, groups);
  const drawn = plot.children.map(({ attributes }) => attributes).filter(({ d, transform }) => d && !transform);
  return {
    words, ticks: sheet.children.filter(({ tag }) => tag === "text").map(({ textContent }) => textContent),
    areas: drawn.filter(({ fill }) => fill !== "none").map(({ d }) => pointsOf(d, scales)),
    lines: drawn.filter(({ fill }) => fill === "none").map((line) => (
      { strokes: line.d.split("M").length - 1, points: pointsOf(line.d, scales) }
    )),
    markers: plot.children.filter(({ attributes }) => attributes.transform).length,
  };
})));
