// The labels at the ends of the lines in the board's charts, instead of a legend.

import { escapeLabel } from "../../../browser/drawing/charts/chart_look.js";
import { apart, fitted, MARK } from "../../../browser/drawing/charts/labels.js";

// Labels baselines and lines in the margin, also lines that end before the last epoch: inside the chart a label would
// lie on other lines. Returns annotations, and the width in pixels that they need.
//
// chart: from the message; lines: of {text, y, color}; width: of the chart, and height: of the plot, in pixels; size:
// of the text; ink: the page's text colour, and font: its font.
export function endLabels(chart, lines, { width, height, size: usual, ink, font: family }) {
  const all = [...(chart.baselines ?? []).map(({ text, at }) => ({ text, y: at, color: "" })), ...lines];
  const { labels, size, room } = fitted(all, { width, height, size: usual, family });
  const [low, high] = chart.range;
  const annotations = apart(labels, { low, high, height, size }).map(({ rows, color, y }) => ({
    text: `${markOf(color)}${rows.map(escapeLabel).join("<br>")}`, y,
    xref: "paper", x: 1, xshift: 8, xanchor: "left", yanchor: "middle", align: "left", showarrow: false,
    font: { size, color: ink },
  }));
  return { annotations, room };
}

// A square in the line's colour: the name has the page's text colour, which is readable everywhere.
function markOf(color) {
  return color && `<span style="color:${color}">${MARK}</span>`;
}
