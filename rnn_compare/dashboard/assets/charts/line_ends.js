// The labels at the ends of the lines in the board's charts, instead of a legend.

import { escapeLabel } from "../../../browser/drawing/charts/chart_look.js";
import { LINE_HEIGHT, apart, rowsOf } from "../../../browser/drawing/charts/labels.js";

const SMALLEST = 11; // the smallest readable text, in pixels
const LETTER = 0.56; // the width of a letter, in multiples of the text size
const WIDEST = 0.45; // of the chart; names that take more are broken at a space,
const READABLE = 0.8; // unless the text would become smaller than so much of its size

// Labels baselines and lines that have reached the right edge in the margin, and other lines inside the chart. If there
// is no room for all, lines have no labels: the cards name them.
// Returns annotations, and the width in pixels that they need beside the chart.
//
// chart: from the message; lines: of {text, x, y, color}; last: the last epoch; width: of the chart, and height: of the
// plot, in pixels; size: of the text; ink: the page's text colour.
export function endLabels(chart, lines, { last, width, height, size: usual, ink }) {
  const levels = [...(chart.baselines ?? []), ...(chart.marks ?? [])];
  const baselines = levels.map(({ text, at }) => ({ text: written(text), y: at }));
  const roomFor = (labels) => 14 + LETTER * usual * Math.max(0, ...labels.flatMap((label) => rowLengths(label)));
  const fitting = (labels) => {
    const rows = labels.reduce((sum, { text }) => sum + rowsOf(text).length, 0);
    return Math.min(usual, height / (LINE_HEIGHT * rows));
  };
  const whole = lines.map((line) => ({ ...line, text: marked(line, line.x < last ? written : stacked) }));
  const narrow = whole.map((label, index) => (
    roomFor([label]) > WIDEST * width ? { ...label, text: marked(lines[index], broken) } : label
  ));
  const named = fitting([...baselines, ...narrow]) < READABLE * usual ? whole : narrow;
  const shown = fitting([...baselines, ...named]) < SMALLEST ? [] : named;
  const size = Math.max(SMALLEST, fitting([...baselines, ...shown]));
  const beside = [...baselines, ...shown.filter(({ x }) => x >= last)];
  const onTheWay = shown.filter(({ x }) => x < last);
  const [low, high] = chart.range;
  const places = (labels) => apart(labels, { low, high, height, size });
  return {
    annotations: [
      ...places(beside).map((label) => ({ ...label, xref: "paper", x: 1, xshift: 8 })),
      ...places(onTheWay).map((label) => ({ ...label, xshift: 8 })),
    ].map((label) => ({
      ...label, xanchor: "left", yanchor: "middle", align: "left", showarrow: false,
      font: { size, color: ink },
    })),
    // Also for those on the way: they come near the edge, and the chart keeps its width.
    room: roomFor([...baselines, ...shown]),
  };
}

// A name in the page's text colour, which is readable everywhere, after a square in the line's colour.
function marked({ text, color }, write) {
  return `<span style="color:${color}">\u25a0</span> ${write(text)}`;
}

function broken(text) {
  return written(text.replace(" ", "\n"));
}

function rowLengths({ text }) {
  return rowsOf(text).map((row) => row.replace(/<[^>]*>/g, "").length);
}

function written(text) {
  return escapeLabel(text).replaceAll("\n", "<br>");
}

// Splits "LSTM(32) maxlen 100" in two lines: the margin is narrow.
function stacked(text) {
  return written(text.replace(") ", ")\n"));
}
