// The verdict after each word, a line a network.

import { movesOf, signed } from "./message.js";
import { look } from "./plotly.js";

const WORD_PX = 19; // what a slanted label needs

export function drawVerdicts(page, go) {
  const { ink, font, line, paper } = look(page.root);
  const { words, author } = page.data;
  const count = words.length;
  const axis = { gridcolor: line, linecolor: line, zeroline: false, tickfont: { size: 15 }, fixedrange: true };
  const labelled = count <= page.chart.clientWidth / WORD_PX;
  const traces = [named(page), ...page.runs.map(verdicts)];
  if (author !== null) traces.push(authors(count, author, ink));
  page.plotly.react(page.chart, traces, {
    width: page.chart.clientWidth, height: page.chart.clientHeight, paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)", font: { family: font, color: ink, size: 15 }, margin: { l: 55, r: 12, t: 6, b: 24 },
    hovermode: "x unified", hoverlabel: { bgcolor: paper, bordercolor: line, font: { size: 15, color: ink } },
    showlegend: page.runs.length > 1 || author !== null,
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    xaxis: {
      ...axis, range: [0, count + 0.2], showgrid: false, automargin: true, unifiedhovertitle: { text: "word %{x}" },
      ...(labelled
        ? { tickvals: words.map((_, index) => index + 1), ticktext: words.map(plain), tickangle: count > 12 ? -50 : 0 }
        : { title: { text: "words read", font: { size: 15 }, standoff: 4 } }),
    },
    yaxis: { ...axis, range: [-0.03, 1.03], tickformat: ".0%", nticks: 6 },
    shapes: chartShapes(page),
  }, { displayModeBar: false, responsive: false });
  page.chart.removeAllListeners?.("plotly_click");
  page.chart.on("plotly_click", ({ points }) => go(Math.round(points[0].x) - 1));
}

// No line: what the box that hovers over the chart says first.
function named({ data: { words } }) {
  return {
    type: "scatter", mode: "lines", x: words.map((_, index) => index + 1), y: words.map(() => 0.5), showlegend: false,
    line: { color: "rgba(0,0,0,0)" }, text: words.map(plain), hovertemplate: "<b>“%{text}”</b><extra></extra>",
  };
}

function verdicts(run) {
  const moves = movesOf(run).map(({ points }) => `moved by ${signed(points)} points`);
  return {
    type: "scatter", mode: "lines", name: plain(run.title), line: { color: run.color, width: 3.5, shape: "linear" },
    x: run.probabilities.map((_, index) => run.first + index), y: run.probabilities,
    text: ["before the first word", ...moves], hovertemplate: "%{y:.1%}, %{text}",
  };
}

function authors(count, positive, ink) {
  return {
    type: "scatter", mode: "markers", name: "what its author thought", x: [count], y: [positive ? 1 : 0],
    marker: { symbol: "star", size: 17, color: ink }, hoverinfo: "skip", cliponaxis: false,
  };
}

export function chartShapes(page) {
  const { ink } = look(page.root);
  return [
    { type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { color: ink, width: 1, dash: "dot" }, opacity: 0.5 },
    { type: "line", x0: page.steps.at + 1, x1: page.steps.at + 1, yref: "paper", y0: 0, y1: 1, line: { color: ink, width: 2.5 }, opacity: 0.7 },
  ];
}

// Plotly reads a little markup in texts.
function plain(text) {
  return text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
}
